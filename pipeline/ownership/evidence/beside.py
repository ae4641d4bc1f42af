"""What is known of the findings around one, once each has been looked at by itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.ownership.known.names import KNOWN_PARTIES
from pipeline.sound.morae import likeness
from pipeline.types import EntitySpan, Party

__all__ = ["BESIDE_CHARS", "PairValues", "Told", "beside"]

PairValues = Mapping[Party, Mapping[str, float]]
"""Named values of one finding, for each known party."""

BESIDE_CHARS: Final = 24
"""Characters within which another finding is right beside one: a short turn of the other side."""

EXCHANGE_CHARS: Final = 60
"""Characters within which a name or an address still belongs to one: a question and its answer."""

MOST_OTHERS: Final = 150
"""Others to each side that are looked at: more than a call of minutes has.  A call of hours takes its time
for each minute, and not for each pair."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as its neighbours see it: what it is, how it reads, whether it looks like an explanation."""

    entity: EntitySpan
    kana: str = field(repr=False)
    explains: bool

    def gap(self, other: Told) -> int:
        """The number of characters between two findings."""
        one, two = self.entity.chars, other.entity.chars
        return max(0, max(one.start, two.start) - min(one.end, two.end))


def beside(told: Sequence[Told], chances: NDArray[np.float64]) -> tuple[PairValues, ...]:
    """Look at the findings around each.

    Args:
        told: In order of text.
        chances: The probability of each that it is each known party's, shape (findings, parties).

    Returns:
        For each finding and each party, how probably theirs are the findings right before and behind, the
        last name before, the nearest address, and what sounds alike elsewhere in the call; and the same for
        somebody else's.
    """
    return tuple(
        {party: _around(at, told, chances[:, column]) for column, party in enumerate(KNOWN_PARTIES)}
        for at in range(len(told))
    )


def _around(at: int, told: Sequence[Told], theirs: NDArray[np.float64]) -> Mapping[str, float]:
    here = told[at]
    values: dict[str, float] = {}

    def tell(name: str, other: int) -> None:
        values[name] = float(theirs[other])
        values[f"{name}, not"] = float(1 - theirs[other])

    for side, other in (("before", at - 1), ("behind", at + 1)):
        if 0 <= other < len(told) and (gap := here.gap(told[other])) <= BESIDE_CHARS:
            alike = "same type" if told[other].entity.entity_type == here.entity.entity_type else "other type"
            tell(f"{side}, {alike}", other)
            values[f"{side}, near"] = float(theirs[other]) / (1 + gap)
    near = range(max(0, at - MOST_OTHERS), min(len(told), at + MOST_OTHERS + 1))
    others = [other for other in near if other != at]
    within = [other for other in others if here.gap(told[other]) <= EXCHANGE_CHARS]
    names = [o for o in within if o < at and told[o].entity.entity_type == "PERSON" and not told[o].explains]
    if names:
        tell("name before", names[-1])
    addresses = [other for other in within if told[other].entity.entity_type == "ADDRESS"]
    if addresses:
        tell("address near", min(addresses, key=lambda other: here.gap(told[other])))
    same = [other for other in others if told[other].entity.entity_type == here.entity.entity_type]
    sounds = [(likeness(told[other].kana, here.kana), float(theirs[other])) for other in same]
    return values | {
        "alike elsewhere": max((alike * chance for alike, chance in sounds), default=0.0),
        "alike elsewhere, not": max((alike * (1 - chance) for alike, chance in sounds), default=0.0),
        "others": math.log1p(sum(chance for _, chance in sounds)),
    }
