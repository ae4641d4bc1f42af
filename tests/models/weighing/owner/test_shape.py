"""What the registered trees may not do: their shape holds every feature to its role."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.analysis.analyzer import CallAnalyzer, load_analyzer
from models.language.readings import load_reader
from models.training.calls.stored import StoredCall, stored_calls
from models.training.crowds.colleagues import with_colleagues
from models.trees import Trees
from models.weighing.owner.owner import MIN_CONTENT_PROBABILITY, MIN_PROBABILITY, Owner, load_owner
from pipeline.finding.detect import detect
from pipeline.finding.verdict import UNOWNED
from pipeline.ownership.chain import BEFORE_THE_JUDGE, Context, Findings, attribute
from pipeline.ownership.evidence.feature import LEARNED, Feature, Role
from pipeline.ownership.evidence.talk import MIN_IN_GROUP
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.verdicts import forbidden
from pipeline.types import Finding

SAMPLES = Path(__file__).parents[4] / "sample_audio"
OWNER: Final[Owner] = load_owner(load_reader())
CONTENT: Final[Trees] = OWNER._content
CONTEXT: Final[Trees] = OWNER._context

VALUES = st.dictionaries(st.sampled_from(list(Feature)), st.floats(0, 4, width=32), max_size=60)
"""Evidence of any kind: shares, likenesses and logarithms of counts lie between these."""


def odds(trees: Trees, values: Mapping[Feature, float]) -> float:
    """What trees say of one finding and one claimant."""
    return float(trees.odds([{**values}])[0])


def is_given(values: Mapping[Feature, float], kind: str = "PERSON") -> bool:
    """Whether a finding with these values is the requester's."""
    chances = [1 / (1 + np.exp(-odds(trees, values))) for trees in (CONTENT, CONTEXT)]
    likely = chances[0] >= MIN_CONTENT_PROBABILITY and chances[1] >= MIN_PROBABILITY
    return bool(likely and forbidden(kind, Claimant.REQUESTER, values) is None)


def test_content_sees_content_alone() -> None:
    """And the second trees everything; each feature once."""
    assert CONTENT.columns == tuple(feature for feature in Feature if feature.role.is_content)
    assert CONTEXT.columns == LEARNED


@pytest.mark.parametrize("trees", [CONTENT, CONTEXT], ids=["content", "context"])
@settings(max_examples=150, deadline=None)
@given(
    values=VALUES, feature=st.sampled_from([each for each in Feature if each.role.sign]), more=st.floats(0, 4)
)
def test_no_feature_moves_the_odds_against_its_role(
    trees: Trees, values: dict[Feature, float], feature: Feature, more: float
) -> None:
    """What agrees or speaks for a claimant never lowers them, what speaks against never raises them."""
    higher = {**values, feature: values.get(feature, 0.0) + more}
    change = odds(trees, higher) - odds(trees, values)
    assert change * feature.role.sign >= -1e-4


@settings(max_examples=150, deadline=None)
@given(values=VALUES, kept=st.floats(0, 1), taken=st.sets(st.sampled_from(list(Feature))))
def test_taking_agreement_away_never_makes_a_finding_likelier_to_be_given(
    values: dict[Feature, float], kept: float, taken: set[Feature]
) -> None:
    """Some of it or all of it, whatever the talk says."""
    less = {
        feature: value * kept if feature in taken and feature.role is Role.AGREES else value
        for feature, value in values.items()
    }
    assert is_given(values) or not is_given(less)


@settings(max_examples=150, deadline=None)
@given(values=VALUES)
def test_without_any_agreement_nothing_is_given(values: dict[Feature, float]) -> None:
    """However much speaks for the requester: content gives."""
    nothing = {feature: value for feature, value in values.items() if feature.role is not Role.AGREES}
    speaks = dict.fromkeys((each for each in Feature if each.role is Role.SPEAKS_FOR), 4.0)
    for kind in ("PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"):
        typed = {Feature.named(f"type: {kind}"): 1.0, Feature.OF_REQUESTER: 1.0}
        assert not is_given(nothing | speaks | typed, kind)


@pytest.fixture(scope="module")
def analyzer() -> CallAnalyzer:
    """The registered one."""
    return load_analyzer()


@pytest.fixture(scope="module")
def calls() -> tuple[StoredCall, ...]:
    """Some of the sample calls in their exact words: in each a third party is named."""
    names = ("neighbour-parcel", "policy-family", "landlord-leak", "accident-witness")
    return tuple(stored_calls([SAMPLES], names, exact=True))


def judged(call: StoredCall, analyzer: CallAnalyzer, size: int) -> tuple[Findings, Findings]:
    """The findings of a call with its own case, and with a company's staff list of so many people."""
    found = detect(call.transcript, analyzer, call.case)
    return tuple(  # type: ignore[return-value]
        attribute(found, Context(call.transcript, case, analyzer.reader, judge=OWNER.decide))
        for case in (call.case, with_colleagues(call.case, call.truth, size, 7))
    )


def in_group(finding: Finding) -> float:
    """How probably the talk is of a colleague."""
    return finding.entity.owners[2] if finding.entity.owners else 0.0


@pytest.mark.parametrize("size", [20, 200])
def test_people_on_a_staff_list_unmask_no_third_party(
    size: int, calls: tuple[StoredCall, ...], analyzer: CallAnalyzer
) -> None:
    """But where their surname is spoken of as a colleague's; each third party has a namesake on the list."""
    for call in calls:
        alone, crowded = judged(call, analyzer, size)
        assert [each.entity for each in alone] == [each.entity for each in crowded]
        more = [
            b for a, b in zip(alone, crowded, strict=True) if a.party in UNOWNED and b.party not in UNOWNED
        ]
        assert all(in_group(each) >= MIN_IN_GROUP for each in more)


def test_only_the_judge_gives(calls: tuple[StoredCall, ...], analyzer: CallAnalyzer) -> None:
    """What cuts before it leaves every finding nobody's."""
    found = detect(calls[0].transcript, analyzer, calls[0].case)
    context = Context(calls[0].transcript, calls[0].case, analyzer.reader, judge=OWNER.decide)
    assert {each.party for each in attribute(found, context, passes=BEFORE_THE_JUDGE)} <= UNOWNED
