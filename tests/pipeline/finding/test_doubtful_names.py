"""Doubtful names where hardly anybody is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.finding.doubtful_names import MASK_FROM_AT_USUAL, USUAL_NAMES, masked_from, show_doubtful_names
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party


def name(score: float, at: int, *, kind: str = "PERSON", party: Party = Party.THIRD_PARTY) -> Finding:
    """A finding of two characters."""
    entity = EntitySpan(kind, CharSpan(10 * at, 10 * at + 2), score, "Test", judged=True)
    return Finding(entity, party, Reason.NOT_GIVEN, needs_review=False)


def shown(*findings: Finding) -> list[bool]:
    """Of which findings only a candidate is left."""
    return [finding.entity.candidate for finding in show_doubtful_names(findings)]


def test_the_fewer_are_named_the_likelier_a_name_must_be() -> None:
    """And never less than usual: who names forty people names no likelier one."""
    bounds = [masked_from(others) for others in range(40)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] == pytest.approx(0.54, abs=0.02)
    assert bounds[USUAL_NAMES] == bounds[-1] == pytest.approx(MASK_FROM_AT_USUAL)


@pytest.mark.parametrize(("others", "stays"), [(0, True), (1, True), (USUAL_NAMES, False), (30, False)])
def test_a_doubtful_name_by_itself_is_shown(others: int, stays: bool) -> None:
    """Beside seven others it is masked, as the judge has it."""
    named = [name(0.9, at) for at in range(1, others + 1)]
    assert shown(name(0.3, 0), *named) == [stays, *[False] * others]


def test_a_likely_name_is_masked_however_alone() -> None:
    """Nor does it count for itself."""
    assert shown(name(0.6, 0)) == [False]
    assert shown(name(0.51, 0)) == [True]


def test_several_stretches_of_one_name_are_one() -> None:
    """Aligned, a name said over a pause is several findings."""
    twice = name(0.8, 1), name(0.8, 1)
    assert shown(name(0.4, 0), *twice) == [*shown(name(0.4, 0), twice[0])[:1], False, False]


@pytest.mark.parametrize(
    "other",
    [
        name(0.3, 0, kind="ADDRESS"),
        name(0.3, 0, party=Party.REQUESTER),
        name(0.3, 0, party=Party.UNKNOWN),
        replace(name(0.3, 0), needs_review=True),
        replace(name(0.3, 0), entity=replace(name(0.3, 0).entity, judged=False)),
    ],
)
def test_only_names_of_strangers_are_asked(other: Finding) -> None:
    """What is unknown stays masked, what a person has to look at, and what a company's own rule found."""
    assert shown(other) == [False]
    assert show_doubtful_names((other,)) == (other,)
