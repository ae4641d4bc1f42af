"""A name that is read nearly as theirs and written as another's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.readings import Reader, load_reader
from pipeline.party import attribute
from pipeline.party_written import ANOTHERS
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester, Transcript
from tests.builders import transcript, utterance
from tests.posteriorgrams import heard


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def whose(call: Transcript, known: tuple[str, str], reader: Reader, **more: object) -> Finding:
    """The verdict on a call that is one name, where the case has another, with its reading."""
    entity = EntitySpan("PERSON", CharSpan(0, len(call.text)), 0.9, "Test", **more)  # type: ignore[arg-type]
    (found,) = attribute((entity,), call, CallCase("R-1", Requester((CaseName(*known),))), reader)
    return found


def as_heard(written: str, said: str) -> Transcript:
    """A name as it is recognised and as it sounds."""
    call = heard(said)
    (segment,) = call.segments
    (only,) = transcript(utterance(written, segment.time.start, segment.time.end)).segments
    return replace(call, segments=(replace(only, posteriorgrams=segment.posteriorgrams),))


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
    found = whose(transcript(utterance(text, 0.0)), known, reader, party=Party.REQUESTER)
    assert found.party is party
    assert (found.reason == ANOTHERS) is (party is Party.UNKNOWN)


@pytest.mark.parametrize(
    ("written", "said", "known", "party"),
    [
        ("赤島様", "ナカジマサマ", NAKAJIMA, Party.REQUESTER),
        ("中山様", "ナカヤマサマ", NAKAJIMA, Party.THIRD_PARTY),
        ("石川様", "イチカワサマ", ICHIKAWA, Party.REQUESTER),
        ("石川様", "イシカワサマ", ICHIKAWA, Party.UNKNOWN),
    ],
)
def test_what_is_heard_says_which_of_two_names_it_was(
    written: str, said: str, known: tuple[str, str], party: Party, reader: Reader
) -> None:
    """The recogniser misspells the requester's name, too."""
    assert whose(as_heard(written, said), known, reader).party is party
