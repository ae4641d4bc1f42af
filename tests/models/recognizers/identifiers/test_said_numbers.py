"""Groups of figures become numbers, over turns and whatever is said after."""

from __future__ import annotations

import pytest

from models.recognizers.identifiers.said_numbers import SaidNumber, groups_of, grown
from tests.models.recognizers.calls import call_of


def longest(lines: str) -> SaidNumber:
    """The number that begins with the first group, grown to its end."""
    call = call_of(tuple(lines.split("|")))
    *_, number = grown(call, groups_of(call.text), 0)
    return number


@pytest.mark.parametrize(
    ("lines", "digits"),
    [
        ("cu: 493の、|cu: 2644", "4932644"),
        ("cu: 493の、|op: 493の、|cu: 2644です。", "4932644"),
        ("cu: 4111、|cu: 1111、|cu: 1111", "411111111111"),
        ("cu: 1234の5678、|op: 1234の5678、はい。|cu: 9018です。", "123456789018"),
        ("cu: 123、4567です。|op: 1234567ですね。", "1234567"),
        ("cu: 123、4567|op: 123、4567ですね。", "1234567"),
        ("cu: 1234567|op: 1234567ですね。", "1234567"),
        ("cu: 195、あ、違う、5953129", "195"),
        ("cu: 1234567、3000円です。", "1234567"),
        ("cu: 1234、|--: 1234、|--: 5678", "12345678"),
    ],
)
def test_a_number_grows_to_its_end(lines: str, digits: str) -> None:
    """What the other side says after is no part of it; read back, corrected or counted, it ends."""
    assert longest(lines).digits == digits


def test_what_is_said_after_lies_within() -> None:
    """The stretch holds both, the groups only what makes the number."""
    number = longest("cu: 493の、|op: 493の、|cu: 2644です。")
    assert (number.start, number.end) == (0, len("493の、\n493の、\n2644"))
    assert number.groups == ("493", "2644")


def test_a_figure_that_begins_a_word_is_no_group() -> None:
    """一緒 is no one; 一二三 is a group."""
    assert [run.digits for run in groups_of("一緒に、一二三を")] == ["123"]
