"""A number said in pieces is whose the pieces together are."""

from __future__ import annotations

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.neighbours.pieces import attribute_pieces
from pipeline.reasons import Reason
from pipeline.types import CallCase, CharSpan, EntitySpan, Finding, Party, Requester, Transcript
from tests.builders import transcript, utterance

OWN, OTHERS = Party.REQUESTER, Party.THIRD_PARTY
CASE = CallCase("R-1", Requester(phones=("080-4908-1563",)))


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def heard(*pieces: str, between: str = "です") -> Transcript:
    """One piece a line, the sides in turn."""
    lines = [f"{piece}{between}" for piece in pieces]
    return transcript(*(utterance(line, 5.0 * at, at % 2) for at, line in enumerate(lines)))


def found(call: Transcript, *pieces: tuple[str, Party], kind: str = "PHONE_NUMBER") -> tuple[Finding, ...]:
    """The pieces in order of text."""
    out: list[Finding] = []
    for words, party in pieces:
        at = call.text.index(words, out[-1].entity.chars.end if out else 0)
        entity = EntitySpan(kind, CharSpan(at, at + len(words)), 0.9, "Test")
        out.append(Finding(entity, party, Reason.NOT_GIVEN, needs_review=False))
    return tuple(out)


@pytest.mark.parametrize(
    ("pieces", "parties"),
    [
        # By what they are together.
        ((("080", OTHERS), ("4908", OTHERS), ("1563", OTHERS)), (OWN, OWN, OWN)),
        ((("080の4908", OWN), ("2277", OTHERS)), (OWN, OTHERS)),
        # Said again, and heard otherwise, or written as it was before.
        ((("080の4908", OWN), ("事業6さん", OTHERS), ("1・5・6・3", OWN)), (OWN, OWN, OWN)),
        ((("080の4908", OWN), ("2277", OTHERS), ("1・5・6・3", OWN)), (OWN, OTHERS, OWN)),
        ((("080余ん急1斬6サン", OWN), ("1斬6サン", OTHERS)), (OWN, OWN)),
        # Another's number is none of theirs, whole or in pieces.
        ((("090", OTHERS), ("7733", OTHERS), ("2210", OTHERS)), (OTHERS, OTHERS, OTHERS)),
        ((("080の4908の1563", OWN), ("090の7733の2210", OTHERS)), (OWN, OTHERS)),
        ((("080の4908の1563", OWN), ("27", OTHERS)), (OWN, OTHERS)),
    ],
)
def test_pieces_tell_together(
    pieces: tuple[tuple[str, Party], ...], parties: tuple[Party, ...], reader: Reader
) -> None:
    """And all that is given another party is looked at."""
    call = heard(*(words for words, _ in pieces))
    findings = found(call, *pieces)
    told = attribute_pieces(findings, call, CASE, reader)
    assert tuple(each.party for each in told) == parties
    for before, after in zip(findings, told, strict=True):
        assert after == before or (after.needs_review and after.reason == Reason.NUMBER_PIECE_OF_REGISTERED)


def test_a_piece_behind_other_words_is_its_own_number(reader: Reader) -> None:
    """弟の番号は begins another one."""
    call = heard("080の4908", "弟のほうの番号というのが1563")
    findings = found(call, ("080の4908", OWN), ("1563", OTHERS))
    assert attribute_pieces(findings, call, CASE, reader) == findings


def test_figures_that_were_written_tell_by_themselves(reader: Reader) -> None:
    """080-4908-6351 sounds much alike, and is another's."""
    call = heard("080の4908の6351")
    findings = found(call, ("080の4908の6351", OTHERS))
    assert attribute_pieces(findings, call, CASE, reader) == findings


@pytest.mark.parametrize("phones", [(), ("",), ("不明",)])
def test_without_a_number_in_the_case_nothing_is_theirs(phones: tuple[str, ...], reader: Reader) -> None:
    """A case may give none, or words."""
    call = heard("080の4908", "1563")
    findings = found(call, ("080の4908", OWN), ("1563", OTHERS))
    assert attribute_pieces(findings, call, CallCase("R-1", Requester(phones=phones)), reader) == findings


def test_other_kinds_are_left_alone(reader: Reader) -> None:
    """A block number is judged as an address."""
    call = heard("080の4908の1563")
    findings = found(call, ("080の4908の1563", OTHERS), kind="ADDRESS")
    assert attribute_pieces(findings, call, CASE, reader) == findings
