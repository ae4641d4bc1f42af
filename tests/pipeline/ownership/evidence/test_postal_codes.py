"""A postal code is judged as the address with which it is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import Reader
from pipeline.ownership.evidence.disagreement import CLEAR
from pipeline.ownership.evidence.evidence import Evidence
from pipeline.ownership.evidence.feature import Feature, FeatureValues
from pipeline.ownership.evidence.postal_codes import addresses_of_codes, is_postal_code
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.known_case import read_case
from pipeline.reasons import Reason
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester
from tests.builders import transcript, utterance

OWN = Claimant.REQUESTER
HOME = "東京都町田市成瀬5丁目11番30号"
CASE = CallCase("R-1", Requester((CaseName("西村隼人", "ニシムラハヤト"),), addresses=(CaseName(HOME),)))


@pytest.mark.parametrize(
    ("said", "is_code"),
    [
        ("194-0011", True),
        ("194の0011", True),
        ("194、0011です", True),
        ("〒194-0011", True),
        ("1940011", True),
        ("一九四の〇〇一一", True),
        ("21の18の911", False),
        ("1の9の40011", False),
        ("194-001", False),
        ("194-00112", False),
        ("町田市成瀬五丁目1940011", False),
        ("成瀬5丁目11番30号", False),
    ],
)
def test_a_code_has_three_figures_and_four(said: str, is_code: bool) -> None:
    """A block and a room may have as many, in other groups."""
    assert is_postal_code(said) is is_code


def found(text: str, *said: str) -> list[EntitySpan]:
    """Addresses in a text, in order."""
    out, at = [], 0
    for each in said:
        at = text.index(each, at)
        out.append(EntitySpan("ADDRESS", CharSpan(at, at + len(each)), 0.9, "T"))
        at += len(each)
    return out


@pytest.mark.parametrize(
    ("text", "said", "addresses"),
    [
        ("194-0011、成瀬5丁目", ("194-0011", "成瀬5丁目"), {0: (1,)}),
        ("成瀬5丁目、郵便番号は194-0011", ("成瀬5丁目", "194-0011"), {1: (0,)}),
        # Read back before the address is asked for.
        (
            "194-0011です。194-0011ですね、ご住所をお願いします。成瀬5丁目",
            ("194-0011", "194-0011", "成瀬5丁目"),
            {0: (2,), 1: (2,)},
        ),
        # What stands right beside it is its own; what does not may be either.
        ("引野町1丁目。194-0011、成瀬5丁目", ("引野町1丁目", "194-0011", "成瀬5丁目"), {1: (0,)}),
        (
            f"引野町1丁目{'か' * 30}194-0011{'か' * 40}成瀬5丁目",
            ("引野町1丁目", "194-0011", "成瀬5丁目"),
            {1: (0, 2)},
        ),
        # Another code between belongs to what stands behind it.
        ("194-0011と、720-0832、引野町1丁目", ("194-0011", "720-0832", "引野町1丁目"), {0: (), 1: (2,)}),
        (f"194-0011{'か' * 91}成瀬5丁目", ("194-0011", "成瀬5丁目"), {0: ()}),
        # The same code said again far from its address.
        (
            f"194-0011、成瀬5丁目{'か' * 100}194-0011",
            ("194-0011", "成瀬5丁目", "194-0011"),
            {0: (1,), 2: (1,)},
        ),
    ],
)
def test_a_code_has_its_address(
    text: str, said: tuple[str, ...], addresses: dict[int, tuple[int, ...]]
) -> None:
    """The one beside it, else those around it, else that of the same code."""
    assert addresses_of_codes(found(text, *said), text) == addresses


def evidence(reader: Reader, case: CallCase, text: str, *said: str, at: int) -> FeatureValues:
    """What there is to say of one of some addresses and the requester."""
    unknown = Party.UNKNOWN, Reason.NOT_GIVEN
    findings = [Finding(entity, *unknown, needs_review=True) for entity in found(text, *said)]
    words = transcript(utterance(text, 0.0))
    return Evidence(findings, words, read_case(case, reader), reader).by_itself()[at][OWN]


@pytest.mark.parametrize(
    ("address", "clear"), [("成瀬5丁目11番30号", False), ("成瀬5丁目11番28号", True), ("札幌市成瀬", True)]
)
def test_a_code_agrees_and_differs_as_its_address(address: str, clear: bool, reader: Reader) -> None:
    """A neighbour's code is the neighbour's, though it is the same."""
    text = f"194-0011、{address}"
    of_code = evidence(reader, CASE, text, "194-0011", address, at=0)
    of_address = evidence(reader, CASE, text, "194-0011", address, at=1)
    assert (of_code[Feature.CLEARLY_OTHER] >= CLEAR) is clear
    agrees = {feature for feature in Feature if feature.role.is_content and feature.role.sign > 0}
    assert {f: v for f, v in of_code.items() if f in agrees} == {
        f: v for f, v in of_address.items() if f in agrees
    }


@pytest.mark.parametrize("region", ["東京都の", "東京都町田市", "町田市", "札幌市北区"])
def test_a_region_says_nothing_of_a_code(region: str, reader: Reader) -> None:
    """A third party's code before the prefecture of both."""
    text = f"121-9848、{region}"
    assert evidence(reader, CASE, text, "121-9848", region, at=0)[Feature.CLEARLY_OTHER] >= CLEAR


def test_a_code_alone_is_nobodys(reader: Reader) -> None:
    """Nothing that the case has agrees with it."""
    alone = evidence(reader, CASE, "194-0011", "194-0011", at=0)
    assert alone[Feature.CLEARLY_OTHER] == CLEAR


@pytest.mark.parametrize(("said", "figures"), [("194-0011", 0), ("194-0012", 1), ("720-0832", 7)])
def test_a_code_of_the_case_is_compared(said: str, figures: int, reader: Reader) -> None:
    """Where the case writes one before the address, nothing else is asked."""
    home = CaseName(f"〒194-0011 {HOME}")
    case = replace(CASE, requester=replace(CASE.requester, addresses=(home,)))
    assert evidence(reader, case, said, said, at=0)[Feature.CLEARLY_OTHER] == figures
