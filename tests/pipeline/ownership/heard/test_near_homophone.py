"""A name that is read nearly as theirs and written as another's."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.chain import RULES, Context, attribute
from pipeline.ownership.heard.near_homophone import reject_other_spellings
from pipeline.reasons import Reason
from pipeline.types import (
    CallCase,
    CaseName,
    CharSpan,
    EntitySpan,
    Finding,
    Party,
    Requester,
    Transcript,
)
from tests.builders import transcript, utterance
from tests.posteriorgrams import heard


def whose(call: Transcript, known: tuple[str, str], reader: Reader, **more: object) -> Finding:
    """The verdict on a call that is one name, where the case has another, with its reading."""
    entity = EntitySpan("PERSON", CharSpan(0, len(call.text)), 0.9, "Test", **more)  # type: ignore[arg-type]
    (found,) = attribute(
        (entity,), Context(call, CallCase("R-1", Requester((CaseName(*known),))), reader), passes=RULES
    )
    return found


ICHIKAWA, NAKAJIMA, MITSUHIRO = (
    ("市川喜一郎", "イチカワキイチロウ"),
    ("中島望", "ナカジマノゾミ"),
    ("田中光弘", "タナカミツヒロ"),
)


@pytest.mark.parametrize(
    ("text", "known", "party"),
    [
        ("石川", ICHIKAWA, Party.UNKNOWN),
        ("石川さん", ICHIKAWA, Party.UNKNOWN),
        ("市川さん", ICHIKAWA, Party.REQUESTER),
        ("市河さん", ICHIKAWA, Party.REQUESTER),
        ("一川", ICHIKAWA, Party.REQUESTER),
        ("いしかわ", ICHIKAWA, Party.REQUESTER),
        ("光秀さん", MITSUHIRO, Party.UNKNOWN),
        ("光博さん", MITSUHIRO, Party.REQUESTER),
    ],
)
def test_what_is_only_read_is_believed_as_it_is_written(
    text: str, known: tuple[str, str], party: Party, reader: Reader
) -> None:
    """Other kanji of the same reading are theirs, of another reading another's; kana tell nothing."""
    found = whose(transcript(utterance(text, 0.0)), known, reader, hint=Party.REQUESTER)
    assert found.party is party
    assert (found.reason == Reason.NAME_SPELT_AS_OTHER) is (party is Party.UNKNOWN)


@pytest.mark.parametrize(
    ("written", "said", "known", "party"),
    [
        ("赤島様", "ナカジマサマ", NAKAJIMA, Party.REQUESTER),
        ("中山様", "ナカヤマサマ", NAKAJIMA, Party.UNKNOWN),
        ("石川様", "イチカワサマ", ICHIKAWA, Party.REQUESTER),
        ("石川様", "イシカワサマ", ICHIKAWA, Party.UNKNOWN),
    ],
)
def test_what_is_heard_says_which_of_two_names_it_was(
    written: str, said: str, known: tuple[str, str], party: Party, reader: Reader
) -> None:
    """The recogniser misspells the requester's name, too."""
    assert whose(heard(said, written), known, reader).party is party


@pytest.mark.parametrize(
    ("said", "party", "kept"),
    [
        ("ナカジマヨースケサマ", Party.UNKNOWN, 3),
        ("ナカジマノゾミサマ", Party.REQUESTER, 2),
        ("ナカジマサマ", Party.REQUESTER, 2),
        ("ナカジマノサマ", Party.REQUESTER, 2),
        # Two morae of a given name at the least, and six, no vowel drawn, at the most.
        ("ナカジマリクサマ", Party.UNKNOWN, 3),
        ("ナカジマシンノスケサマ", Party.UNKNOWN, 3),
        ("ナカジマナガソカベモトサマ", Party.REQUESTER, 2),
    ],
)
def test_a_given_name_that_is_lost_is_heard(said: str, party: Party, kept: int, reader: Reader) -> None:
    """中島様 was 中島洋介様: a relative's, up to the honorific, before which the lost name sounds."""
    call = heard(said, "中島様")
    entity = EntitySpan("PERSON", CharSpan(0, 2), 0.9, "Test")
    (found,) = attribute(
        (entity,), Context(call, CallCase("R-1", Requester((CaseName(*NAKAJIMA),))), reader), passes=RULES
    )
    assert (found.party, found.entity.chars) == (party, CharSpan(0, kept))


def rejected(call: Transcript, known: tuple[str, str], end: int, reader: Reader) -> Finding:
    """What becomes of a name that was the requester's, up to a character of the call."""
    entity = EntitySpan("PERSON", CharSpan(0, end), 0.9, "Test")
    case = CallCase("R-1", Requester((CaseName(*known),)))
    kept = Finding(entity, Party.REQUESTER, Reason.NOT_GIVEN, needs_review=False)
    (found,) = reject_other_spellings((kept,), call, case, reader)
    return found


@pytest.mark.parametrize(("text", "party"), [("石川", Party.UNKNOWN), ("石", Party.REQUESTER)])
def test_a_single_kanji_spells_no_name(text: str, party: Party, reader: Reader) -> None:
    """One is in any word."""
    assert rejected(heard("イシカワサマ", text), ICHIKAWA, len(text), reader).party is party


@pytest.mark.parametrize(("left", "party"), [(-5.5, Party.UNKNOWN), (-6.5, Party.REQUESTER)])
def test_a_name_goes_on_behind_a_surname_that_is_heard(left: float, party: Party, reader: Reader) -> None:
    """However badly one mora of it; where it is heard worse, nothing is known of what follows it."""
    call = heard("ナカジマリクサマ", "中島様", {1: ("ロ", left)})
    assert rejected(call, NAKAJIMA, 2, reader).party is party
