"""Areas of a call: spans of its sound by channel, and of its text; and what lies near a place of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Generic, TypeVar

from pipeline.audio.spans import Spans, length, minus, union
from pipeline.third_voice import Remains
from pipeline.types import MaskAction, MaskItem

TEXT_KEY: Final = -1
ROUNDING_SECONDS: Final = 1e-6  # nudges are rounded to a tenth of a millisecond

CELL_SECONDS, CELL_CHARS = 8.0, 64.0
"""What is looked through together, of the sound and of the text: what is said in some seconds."""

Area = Mapping[int, Spans]
"""Spans in seconds by channel, and in characters under ``TEXT_KEY``."""

K = TypeVar("K", int, str)


def area_of(item: MaskItem) -> Area:
    """Return the area that an item has; a voice whose words are given has none of the text."""
    text = (float(item.chars.start), float(item.chars.end))
    masks_text = item.remains is not Remains.TEXT and text[0] < text[1]
    return _sound(item) | ({TEXT_KEY: (text,)} if masks_text else {})


def without(one: Area, other: Area) -> Area:
    """Return the part of one area that is not in another."""
    return {key: left for key, spans in one.items() if (left := minus(spans, other.get(key, ())))}


def common(one: Area, other: Area) -> Area:
    """Return the part of one area that is in another, too."""
    return without(one, without(one, other))


def joined(one: Area, other: Area) -> Area:
    """Return both areas together."""
    return {key: union(one.get(key, ()), other.get(key, ())) for key in {*one, *other}}


def extent(area: Area) -> float:
    """Return the length of an area's spans, leaving out remainders of rounding."""
    return sum(
        span[1] - span[0] for spans in area.values() for span in spans if span[1] - span[0] > ROUNDING_SECONDS
    )


def seconds(area: Area) -> float:
    """Return the seconds of an area, on any channel."""
    return length(union(*(spans for key, spans in area.items() if key != TEXT_KEY)))


class Places(Generic[K]):
    """Areas by name, found by their place: what is asked costs what lies there, not what the call has."""

    def __init__(self) -> None:
        self.areas: dict[K, Area] = {}
        self._cells: defaultdict[tuple[int, int], set[K]] = defaultdict(set)

    def put(self, name: K, area: Area) -> None:
        """Give a name an area, instead of the one that it has."""
        self.drop(name)
        self.areas[name] = area
        for cell in _cells(area):
            self._cells[cell].add(name)

    def drop(self, name: K) -> None:
        """Forget a name, if it is known."""
        for cell in _cells(self.areas.pop(name, {})):
            self._cells[cell].discard(name)

    def near(self, area: Area) -> set[K]:
        """Return the names of the areas that overlap an area."""
        there = {name for cell in _cells(area) for name in self._cells.get(cell, ())}
        return {name for name in there if _overlap(self.areas[name], area)}


def _cells(area: Area) -> Iterator[tuple[int, int]]:
    for key, spans in area.items():
        size = CELL_CHARS if key == TEXT_KEY else CELL_SECONDS
        for start, end in spans:
            yield from ((key, at) for at in range(int(start // size), int(end // size) + 1))


def _overlap(one: Area, other: Area) -> bool:
    return any(
        first < end and start < last
        for key, spans in one.items()
        for first, last in spans
        for start, end in other.get(key, ())
    )


def masks_over(items: Sequence[MaskItem]) -> dict[str, tuple[str, ...]]:
    """Return the ids of the masks that lie over each kept item, in order of time."""
    masks: Places[int] = Places()
    for number, item in enumerate(items):
        if item.action is MaskAction.MASK:
            masks.put(number, _sound(item))
    over = {
        item.item_id: [items[number] for number in masks.near(_sound(item))]
        for item in items
        if item.action is MaskAction.KEEP
    }
    return {
        item_id: tuple(mask.item_id for mask in sorted(found, key=lambda mask: (mask.time, mask.item_id)))
        for item_id, found in over.items()
    }


def _sound(item: MaskItem) -> dict[int, Spans]:
    return dict.fromkeys(item.channels, ((item.time.start, item.time.end),))
