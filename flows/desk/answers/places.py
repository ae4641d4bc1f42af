"""What was masked as a requester reads of it: places in whole seconds, none of them twice."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flows.desk.answers.releases import ReleasedRange

__all__ = ["Place", "places"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One place of a call.

    Attributes:
        start: Whole seconds from the start of the recording.
        end: Likewise.
        entity_type: As of the plan's items.
        ground: Item of 33条2項.
    """

    start: int
    end: int
    entity_type: str
    ground: int


def places(ranges: Iterable[ReleasedRange]) -> tuple[Place, ...]:
    """Masked stretches of one call, rounded outward: the exact length of a name would tell something of it.

    Stretches of one kind and ground that overlap are one place: the pieces of an address, or what two
    hearings wrote differently, are one address to whoever hears a single tone.

    Args:
        ranges: Of the call.
    """
    found: dict[tuple[str, int], list[Place]] = {}
    for each in sorted(ranges):
        place = Place(math.floor(each.start), math.ceil(each.end), each.entity_type, each.ground)
        same = found.setdefault((each.entity_type, each.ground), [])
        if same and place.start < same[-1].end:
            same[-1] = replace(same[-1], end=max(same[-1].end, place.end))
        else:
            same.append(place)
    return tuple(sorted(place for each in found.values() for place in each))
