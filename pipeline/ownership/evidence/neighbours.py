"""Features of a finding that follow from the findings around it, once each has been judged by itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.ownership.evidence.feature import Feature, FeatureValues
from pipeline.ownership.evidence.value_pieces import PIECE_CHARS
from pipeline.ownership.known.claimant import Claimant
from pipeline.sound.morae import likeness
from pipeline.types import EntitySpan

PairValues = Mapping[Claimant, FeatureValues]
"""Features of one finding, for each claimant."""

EXCHANGE_CHARS: Final = 60
"""Greatest distance in characters of a name or an address before a finding: a question and its answer."""

MOST_OTHERS: Final = 150
"""Greatest number of neighbours considered on each side, more than a call of minutes has: the time for a call
of hours grows with its length, not with the square."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Properties of a finding that matter to its neighbours: type, reading, and whether it explains kanji."""

    entity: EntitySpan
    kana: str = field(repr=False)
    explains: bool

    def gap(self, other: Neighbour) -> int:
        """Return the number of characters between two findings."""
        one, two = self.entity.chars, other.entity.chars
        return max(0, max(one.start, two.start) - min(one.end, two.end))


def neighbour_features(findings: Sequence[Neighbour], chances: NDArray[np.float64]) -> tuple[PairValues, ...]:
    """Compute the features that follow from neighbouring findings.

    Args:
        findings: Findings of a call, in order of text.
        chances: Probability that each finding is each claimant's; shape (findings, claimants).

    Returns:
        For each finding and claimant: the probabilities that the neighbours are the claimant's (the findings
        right before and behind, the last name before, the nearest address, findings that sound alike
        elsewhere in the call), and that they are somebody else's.
    """
    return tuple(
        {claimant: _around(at, findings, chances[:, column]) for column, claimant in enumerate(Claimant)}
        for at in range(len(findings))
    )


def name_before(at: int, findings: Sequence[Neighbour]) -> int | None:
    """Find the last name before a finding in the same exchange.

    Args:
        at: Index of the finding.
        findings: Findings of a call, in order of text.

    Returns:
        Index of the name; ``None`` without one.
    """
    for other in range(at - 1, max(0, at - MOST_OTHERS) - 1, -1):
        found = findings[other]
        is_name = found.entity.entity_type == "PERSON" and not found.explains
        if is_name and found.gap(findings[at]) <= EXCHANGE_CHARS:
            return other
    return None


def _around(at: int, findings: Sequence[Neighbour], theirs: NDArray[np.float64]) -> FeatureValues:
    here = findings[at]
    values: dict[Feature, float] = {}

    def tell(name: str, other: int) -> None:
        values[Feature.named(name)] = float(theirs[other])
        values[Feature.named(f"{name}, not")] = float(1 - theirs[other])

    for side, other in (("before", at - 1), ("behind", at + 1)):
        if 0 <= other < len(findings) and (gap := here.gap(findings[other])) <= PIECE_CHARS:
            alike = (
                "same type" if findings[other].entity.entity_type == here.entity.entity_type else "other type"
            )
            tell(f"{side}, {alike}", other)
            values[Feature.named(f"{side}, near")] = float(theirs[other]) / (1 + gap)
    near = range(max(0, at - MOST_OTHERS), min(len(findings), at + MOST_OTHERS + 1))
    others = [other for other in near if other != at]
    within = [other for other in others if here.gap(findings[other]) <= EXCHANGE_CHARS]
    name = name_before(at, findings)
    if name is not None:
        tell("name before", name)
    addresses = [other for other in within if findings[other].entity.entity_type == "ADDRESS"]
    if addresses:
        tell("address near", min(addresses, key=lambda other: here.gap(findings[other])))
    same = [other for other in others if findings[other].entity.entity_type == here.entity.entity_type]
    sounds = [(likeness(findings[other].kana, here.kana), float(theirs[other])) for other in same]
    return values | {
        Feature.ALIKE_ELSEWHERE: max((alike * chance for alike, chance in sounds), default=0.0),
        Feature.ALIKE_ELSEWHERE_NOT: max((alike * (1 - chance) for alike, chance in sounds), default=0.0),
        Feature.OTHERS: math.log1p(sum(chance for _, chance in sounds)),
    }
