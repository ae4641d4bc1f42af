"""A postal code that begins as those of the requester's city."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.heard.city_code import attribute_codes_of_city
from pipeline.reasons import Reason
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester, Transcript
from tests.builders import transcript, utterance
from tests.posteriorgrams import gram_of, heard, spread

CASE = CallCase("R-1", Requester(addresses=(CaseName("長崎県長崎市滑石8丁目24番1号", ""),)))
"""852 is Nagasaki's, 690 is 松江市's."""


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def found(call: Transcript, *texts: str) -> list[Finding]:
    """Findings of an address, one behind another."""
    out, at = [], 0
    for text in texts:
        at = call.text.index(text, at)
        entity = EntitySpan("ADDRESS", CharSpan(at, at + len(text)), 0.9, "T")
        out.append(Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, False))
        at += len(text)
    return out


def theirs(call: Transcript, reader: Reader, *texts: str, case: CallCase = CASE) -> list[bool]:
    """Which of some findings are the requester's by their postal code."""
    told = attribute_codes_of_city(found(call, *texts), call, case, reader)
    return [each.reason == Reason.POSTAL_CODE_OF_CITY and each.party is Party.REQUESTER for each in told]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("852の4302", True),
        ("852430", True),
        ("号852の430に", True),
        ("690の9990", False),
        ("852の43", False),
        ("852の4302の11", False),
        ("852円の4302円です", False),
    ],
)
def test_seven_figures_that_begin_as_their_city_does_are_theirs(
    text: str, kept: bool, reader: Reader
) -> None:
    """One may be lost, or 号 taken for one; fewer and more are none."""
    call = transcript(utterance(text, 0.0))
    assert theirs(call, reader, text) == [kept]


def test_a_code_in_pieces_and_what_is_read_back_of_it(reader: Reader) -> None:
    """Both pieces, and the last four once more; not what only stands near."""
    call = transcript(utterance("852、4302、はい、4302ですね、それから7777です", 0.0))
    assert theirs(call, reader, "852", "4302", "4302", "7777") == [True, True, True, False]


def test_what_is_written_badly_is_heard(reader: Reader) -> None:
    """ハチゴーニーノヨンサンゼロニー, whatever was written."""
    call = heard("ハチゴーニーノヨンサンゼロニ", "ららららららららららららら"[:12])
    assert theirs(call, reader, call.text) == [True]


@pytest.mark.parametrize(
    ("again", "kept"),
    [("ハチゴーニーノヨンサンゼロニー", True), ("ハチゴーニーノヨンサンゼロサン", False), ("ハイ", True)],
)
def test_what_both_sides_say_is_one_code(reader: Reader, again: str, kept: bool) -> None:
    """One finding of fourteen figures: it is a code where both are the same one, or the other says はい."""
    one = heard("ハチゴーニーノヨンサンゼロニー").segments[0]
    other = heard(again).segments[0]
    call = transcript(utterance("ににんら", 0.0), utterance("ららんに", 30.0, 1))
    first, last = call.segments
    later = gram_of(again, 30.0)
    told = (
        replace(spread(first, 0.0, one.words[-1].time.end), posteriorgrams=one.posteriorgrams),
        replace(spread(last, 30.0, other.words[-1].time.end), posteriorgrams=(later,)),
    )
    assert theirs(replace(call, segments=told), reader, call.text) == [kept]


def test_what_the_conversation_gives_to_another_stays_theirs(reader: Reader) -> None:
    """A neighbour lives in the same city."""
    call = transcript(utterance("852の4302", 0.0))
    entity = EntitySpan("ADDRESS", CharSpan(0, 8), 0.9, "T", hint=Party.THIRD_PARTY)
    (told,) = attribute_codes_of_city(
        [Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, False)], call, CASE, reader
    )
    assert told.party is Party.UNKNOWN


def test_without_an_address_no_code_is_theirs(reader: Reader) -> None:
    """Nor with one whose prefecture is not given."""
    call = transcript(utterance("852の4302", 0.0))
    elsewhere = CallCase("R-1", Requester(addresses=(CaseName("滑石8丁目24番1号", ""),)))
    assert theirs(call, reader, "852の4302", case=CallCase("R-1")) == [False]
    assert theirs(call, reader, "852の4302", case=elsewhere) == [False]


def test_first_figures_of_codes(reader: Reader) -> None:
    """Of a city, a ward and a village."""
    assert reader.first_figures("長崎県長崎市滑石8丁目") >= {"852"}
    assert reader.first_figures("東京都千代田区丸の内1丁目") == {"100", "101", "102"}
    assert not reader.first_figures("滑石8丁目")
