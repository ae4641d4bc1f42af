"""A postal code is whose the address is that it is said with."""

from __future__ import annotations

import pytest

from pipeline.ownership.neighbours.postal_codes import attribute_postal_codes
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party, Transcript
from tests.builders import transcript, utterance

OWN, OTHERS, NOBODY = Party.REQUESTER, Party.THIRD_PARTY, Party.UNKNOWN


def call(*lines: str) -> Transcript:
    """One line after another, the sides in turn."""
    return transcript(*(utterance(line, 10.0 * at, at % 2) for at, line in enumerate(lines)))


def finding(heard: Transcript, words: str, kind: str, party: Party) -> Finding:
    """Of the given words."""
    at = heard.text.index(words)
    return Finding(
        EntitySpan(kind, CharSpan(at, at + len(words)), 0.9, "Test"),
        party,
        Reason.NOT_GIVEN,
        needs_review=False,
    )


@pytest.mark.parametrize(
    ("asked", "code", "between", "party"),
    [
        ("指番号からお願いいたします", "5-3-2-1-8-1-0", "", OWN),
        ("指番号からお願いいたします", "32マルの6歳費用", "の", OWN),
        ("電話番号からお願いいたします", "5-3-2-1-8-1-0", "", OTHERS),
        ("指番号からお願いいたします", "090-7733-2210", "", OTHERS),
        ("指番号からお願いいたします", "5-3-2-1-8-1-0", "弟の家が", OTHERS),
        ("お届けはこちらへ", "5-3-2-1-8-1-0", "", OTHERS),
    ],
)
def test_what_was_asked_for_right_before_an_address_is_its_postal_code(
    asked: str, code: str, between: str, party: Party
) -> None:
    """However it was heard, and whatever it was taken for; a telephone number it is not."""
    heard = call(asked, f"{code}{between}川口市芝3丁目")
    findings = (
        finding(heard, code, "PHONE_NUMBER", OTHERS),
        finding(heard, "川口市芝3丁目", "ADDRESS", OWN),
    )
    told = attribute_postal_codes(findings, heard)[0]
    assert told.party is party
    assert told.needs_review is (party is OWN)
