"""Choose the findings that an analyst is asked about, the most valuable first.

    must be decided     doubt about whose it is, a mask that is likelier wrong than right: always shown
    candidates          not masked, may be personal data: worth LEAK_WEIGHT * p
    masks               masked, may be ordinary words: worth 1 - p

A second of listening to a candidate of probability p saves p seconds of leak; to a mask of probability p it
gives back 1 - p seconds of the requester's call.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.nearby import Nearby
from pipeline.types import MaskAction, MaskItem, Party, TimeSpan

__all__ = ["CLEAR_SCORE", "MIN_WORD_SECONDS", "is_candidate", "outside_masks", "within_time"]

LEAK_WEIGHT = 1.0
"""Weight of a second of leak against one of over-mask.  On u24, u26, u28 and u29 (two hours) 1 leaves after
review 0.1 % more leak than 2 would (1.2 %), and 0.1 % less over-mask, 0.2 % less on bad lines."""

CLEAR_SCORE = 0.97
"""Masks from this probability on are not shown even where there is time: one in 33 is wrong."""


MIN_WORD_SECONDS = 0.15
"""Length of a mora: what a mask leaves of a candidate is no word if it is shorter."""


def is_candidate(item: MaskItem) -> bool:
    """Whether an item is kept only until an analyst has listened, because it is too unlikely to be masked."""
    nobody = item.party in {Party.THIRD_PARTY, Party.UNKNOWN}
    return item.action is MaskAction.KEEP and item.needs_review and nobody


def outside_masks(items: Iterable[MaskItem]) -> tuple[MaskItem, ...]:
    """Shorten candidates to what no mask covers.

    Args:
        items: Items of a plan, margins included: those of a candidate reach into its neighbour's mask.

    Returns:
        The items in their order.  A candidate keeps its longest unmasked stretch, and is dropped where that
        is too short for a word.
    """
    listed = tuple(items)
    masks = Nearby((item for item in listed if item.action is MaskAction.MASK), lambda item: item.time)
    cut = ((item, _uncovered(item, masks) if is_candidate(item) else item.time) for item in listed)
    return tuple(
        item if time == item.time else replace(item, time=time) for item, time in cut if time is not None
    )


def _uncovered(item: MaskItem, masks: Nearby[MaskItem]) -> TimeSpan | None:
    """The longest stretch of an item that is unmasked on at least one of its channels."""
    free = [item.time]
    for mask in masks.touching(item.time.start, item.time.end):
        if mask.time.overlaps(item.time) and set(item.channels) <= set(mask.channels):
            free = [
                TimeSpan(start, end)
                for each in free
                for start, end in (
                    (each.start, min(each.end, mask.time.start)),
                    (max(each.start, mask.time.end), each.end),
                )
                if start < end
            ]
    if free == [item.time]:
        return item.time
    longest = max(free, key=lambda each: each.duration, default=None)
    return longest if longest is not None and longest.duration >= MIN_WORD_SECONDS else None


def within_time(items: Iterable[MaskItem], seconds: float) -> tuple[MaskItem, ...]:
    """Choose what an analyst is asked within a time.

    Args:
        items: Items of a plan; what must be decided is flagged, and so are candidates.
        seconds: What an analyst may spend on the call; what must be decided may exceed it.

    Returns:
        The items in their order, without the candidates that do not fit, and with those masks flagged that
        do fit.
    """
    listed = tuple(items)
    shown = [item.time for item in listed if item.needs_review and not is_candidate(item)]
    asked = sorted(
        (item for item in listed if is_candidate(item) or _is_unsure(item)),
        key=lambda item: (-_worth(item), item.time),
    )
    fitting = _fitting(asked, shown, seconds)
    return tuple(
        replace(item, needs_review=True) if item.item_id in fitting else item
        for item in listed
        if item.item_id in fitting or not is_candidate(item)
    )


def _is_unsure(item: MaskItem) -> bool:
    """Whether it is an unflagged mask that may be wrong; a confidential term of the case never is."""
    masked = item.action is MaskAction.MASK and not item.needs_review
    return masked and item.score < CLEAR_SCORE and item.entity_type != "CONFIDENTIAL"


def _worth(item: MaskItem) -> float:
    """Value of listening to an item, per second."""
    return LEAK_WEIGHT * item.score if is_candidate(item) else 1.0 - item.score


def _fitting(wanted: Sequence[MaskItem], shown: Iterable[TimeSpan], seconds: float) -> set[str]:
    """Ids of the items that fit in the time, besides what is shown in any case."""
    fitting: set[str] = set()
    covered = _Covered()
    for time in shown:
        covered.add(time)
    for item in wanted:
        more = covered.beyond(item.time)
        if covered.seconds + more <= seconds or more == 0:
            covered.add(item.time)
            fitting.add(item.item_id)
    return fitting


class _Covered:
    """The union of time spans, and its length in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._starts: list[float] = []  # of the disjoint stretches
        self._ends: list[float] = []

    def beyond(self, time: TimeSpan) -> float:
        """Seconds of a span that are not covered yet."""
        first, last = self._met(time)
        starts, ends = self._starts[first:last], self._ends[first:last]
        free, at = 0.0, time.start
        for start, end in zip(starts, ends, strict=True):
            free += max(0.0, start - at)
            at = max(at, end)
        return free + max(0.0, time.end - at)

    def add(self, time: TimeSpan) -> None:
        """Add a span."""
        self.seconds += self.beyond(time)
        first, last = self._met(time)
        start = min([time.start, *self._starts[first:last]])
        end = max([time.end, *self._ends[first:last]])
        self._starts[first:last], self._ends[first:last] = [start], [end]

    def _met(self, time: TimeSpan) -> tuple[int, int]:
        """The range of stretches that a span meets."""
        return bisect.bisect_left(self._ends, time.start), bisect.bisect_right(self._starts, time.end)
