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
    ("address", "asked", "code", "party"),
    [
        (OWN, "承知しました郵便番号は", "333の5288", OWN),
        (OWN, "指引番号は", "333の5288", OWN),
        (NOBODY, "郵便番号は", "333の5288", NOBODY),
        (OTHERS, "郵便番号は", "333の5288", OTHERS),
        (OWN, "ヴィンバン号が", "333の528枚", OWN),
        (OWN, "電話番号は", "333の5288", OTHERS),
        (OWN, "郵便番号は", "33の52", OTHERS),
        (OWN, "弟のほうは", "333の5288", OTHERS),
    ],
)
def test_a_postal_code_is_of_its_address(address: Party, asked: str, code: str, party: Party) -> None:
    """A case holds none, so nothing else can tell; figures that nobody asked for are no postal code."""
    heard = call("川口市芝3丁目", asked, f"{code}です")
    findings = (finding(heard, "川口市芝3丁目", "ADDRESS", address), finding(heard, code, "ADDRESS", OTHERS))
    told = attribute_postal_codes(findings, heard)[1]
    assert told.party is party


@pytest.mark.parametrize("kind", ["ADDRESS", "PHONE_NUMBER"])
def test_the_end_of_a_telephone_number_is_no_postal_code(kind: str) -> None:
    """Read back without its beginning it looks like one."""
    heard = call("川口市芝3丁目", "048の061の2649", "番号は061の2649ですね")
    at = heard.text.rindex("061の2649")
    again = Finding(
        EntitySpan(kind, CharSpan(at, at + 8), 0.9, "Test"), OTHERS, Reason.NOT_GIVEN, needs_review=False
    )
    findings = (
        finding(heard, "川口市芝3丁目", "ADDRESS", OWN),
        finding(heard, "048の061の2649", "PHONE_NUMBER", OTHERS),
        again,
    )
    assert attribute_postal_codes(findings, heard)[2] == again


def test_a_number_beside_a_postal_code_is_no_address() -> None:
    """What has no place in it tells nothing of one."""
    heard = call("川口市芝3丁目", "はい郵便番号は", "333の5288です", "伝票が4の0881番")
    findings = (
        finding(heard, "川口市芝3丁目", "ADDRESS", OWN),
        finding(heard, "333の5288", "ADDRESS", OTHERS),
        finding(heard, "4の0881番", "ADDRESS", OTHERS),
    )
    assert [each.party for each in attribute_postal_codes(findings, heard)] == [OWN, OWN, OTHERS]


def test_a_postal_code_far_from_any_address_is_nobodys() -> None:
    """The nearest address may be of ten minutes ago."""
    heard = call("川口市芝3丁目", "そ" * 61, "333の5288です")
    findings = (
        finding(heard, "川口市芝3丁目", "ADDRESS", OWN),
        finding(heard, "333の5288", "ADDRESS", OTHERS),
    )
    assert attribute_postal_codes(findings, heard)[1] == findings[1]


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
