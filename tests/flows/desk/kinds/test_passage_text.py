from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.passage_text import format_passage, read_passage, read_passages
from flows.desk.kinds.ways import Passage

CALLS = ("c1", "c2")


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("1 00:10-00:25", Passage("c1", 10, 25)),
        ("通話2　１：０５．５〜２：００", Passage("c2", 65.5, 120)),
        ("2: 0:00 - 75:30", Passage("c2", 0, 4530)),
        ("1 00:10から00:25まで", Passage("c1", 10, 25)),
        ("1 1:02:03–1:02:04.25", Passage("c1", 3723, 3724.25)),
    ],
)
def test_times_are_read_as_people_write_them(text: str, passage: Passage):
    """Wide or narrow, with any dash, with hours."""
    assert read_passage(text, CALLS) == passage


@pytest.mark.parametrize(
    "text", ["", "00:10-00:25", "1 10-25", "1 00:10", "鈴木 00:10-00:25", "1 00:1x-00:25"]
)
def test_anything_else_is_refused_without_repeating_it(text: str):
    """The text may hold what somebody said."""
    with pytest.raises(ConflictError) as raised:
        read_passage(text, CALLS)

    assert "鈴木" not in str(raised.value)


@pytest.mark.parametrize("number", ["0", "3", "9999"])
def test_a_call_that_is_not_there_is_refused(number: str):
    """Numbers are those of the request."""
    with pytest.raises(ConflictError, match="この請求にありません"):
        read_passage(f"{number} 00:10-00:25", CALLS)


@given(st.integers(0, 90_000), st.integers(0, 90_000), st.integers(1, 2))
def test_what_is_told_is_read_back(start: int, end: int, number: int):
    """To a tenth of a second."""
    passage = Passage(CALLS[number - 1], start / 10, end / 10)

    assert read_passages(f"\n{format_passage(number, passage)}\n", CALLS) == (passage,)
