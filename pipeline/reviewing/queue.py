"""Candidates: findings too unlikely to be masked, which stay audible until an analyst has listened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.finding.parts import MIN_WORD_SECONDS
from pipeline.nearby import Nearby
from pipeline.types import MaskAction, MaskItem, Party, TimeSpan


def is_candidate(item: MaskItem) -> bool:
    """Whether an item is a candidate: kept without a known owner, and up for review."""
    nobody = item.party in {Party.THIRD_PARTY, Party.UNKNOWN}
    return item.action is MaskAction.KEEP and item.needs_review and nobody


def outside_masks(items: Iterable[MaskItem]) -> tuple[MaskItem, ...]:
    """Shorten candidates to the time that no mask covers.

    Args:
        items: Items of a plan, margins included; a candidate's margins reach into its neighbour's mask.

    Returns:
        The items in their order.  A candidate keeps its longest unmasked stretch; it is dropped where that is
        too short for a word.
    """
    listed = tuple(items)
    masks = Nearby((item for item in listed if item.action is MaskAction.MASK), lambda item: item.time)
    cut = ((item, _uncovered(item, masks) if is_candidate(item) else item.time) for item in listed)
    return tuple(
        item if time == item.time else replace(item, time=time) for item, time in cut if time is not None
    )


def _uncovered(item: MaskItem, masks: Nearby[MaskItem]) -> TimeSpan | None:
    """Return the longest stretch of an item that is unmasked on at least one of its channels."""
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
