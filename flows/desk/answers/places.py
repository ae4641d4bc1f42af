"""Masked places as the requester reads of them: in whole seconds, without duplicates."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flows.desk.answers.releases import ReleasedRange
from pipeline.third_voice import Remains


@dataclass(frozen=True, slots=True, order=True)
class MaskedPlace:
    """Time of one mask or several that a listener takes for one.

    Attributes:
        start: Start in whole seconds from the start of the recording.
        end: End in whole seconds from the start of the recording.
        entity_type: Entity type, as in the plan's items.
        ground: Item of 33条2項.
        remains: Part of a masked voice that is disclosed.
    """

    start: int
    end: int
    entity_type: str
    ground: int
    remains: Remains = Remains.NOTHING


def places(ranges: Iterable[ReleasedRange]) -> tuple[MaskedPlace, ...]:
    """Return a call's masked places, rounded outward, because the exact length of a name is a clue to it.

    Overlapping ranges of one kind and ground are united: to the listener, parts of an address or the
    differing words of two hearings are a single tone.

    Args:
        ranges: Masked ranges of the call.
    """
    found: dict[tuple[str, int, Remains], list[MaskedPlace]] = {}
    for each in sorted(ranges):
        kind = each.entity_type, each.ground, each.remains
        place = MaskedPlace(math.floor(each.start), math.ceil(each.end), *kind)
        same = found.setdefault(kind, [])
        if same and place.start < same[-1].end:
            same[-1] = replace(same[-1], end=max(same[-1].end, place.end))
        else:
            same.append(place)
    return tuple(sorted(place for each in found.values() for place in each))
