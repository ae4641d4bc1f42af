"""Which findings an analyst is asked about: what does most good in the time there is.

    must be decided     doubt about whose it is, a mask that is likelier wrong than right: always shown
    candidates          not masked, may be somebody's data: the likeliest first
    masks               masked, may be nobody's data: the unlikeliest first

A second of listening to a candidate of probability p saves p seconds of leak; to a mask of probability p
it gives 1 - p seconds of the requester's call back.  A leak weighs more, so candidates come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.types import MaskAction, MaskItem, Party, TimeSpan

__all__ = ["CLEAR", "is_candidate", "within_time"]

CLEAR = 0.97
"""Probability from which a mask is not shown even where there is time: one in thirty-three is wrong."""


def is_candidate(item: MaskItem) -> bool:
    """Whether an item stays only because it is too unlikely to be masked, or until somebody has listened."""
    nobody = item.party in {Party.THIRD_PARTY, Party.UNKNOWN}
    return item.action is MaskAction.KEEP and item.needs_review and nobody


def within_time(items: Iterable[MaskItem], seconds: float) -> tuple[MaskItem, ...]:
    """Ask about as much as fits the time.

    Args:
        items: Of a plan; what must be decided is flagged, and so are candidates.
        seconds: What an analyst may spend on the call; what must be decided may exceed it.

    Returns:
        The items in their order: candidates that do not fit left out, masks that do fit flagged.
    """
    listed = tuple(items)
    shown = [item.time for item in listed if item.needs_review and not is_candidate(item)]
    candidates = sorted((i for i in listed if is_candidate(i)), key=lambda i: (-i.score, i.time))
    kept = _fitting(candidates, shown, seconds)
    masks = sorted(
        (i for i in listed if i.action is MaskAction.MASK and not i.needs_review and i.score < CLEAR),
        key=lambda i: (i.score, i.time),
    )
    flagged = _fitting([i for i in masks if i.entity_type != "CONFIDENTIAL"], shown, seconds)
    return tuple(
        replace(item, needs_review=True) if item.item_id in flagged else item
        for item in listed
        if item.item_id in kept or not is_candidate(item)
    )


def _fitting(wanted: Sequence[MaskItem], shown: list[TimeSpan], seconds: float) -> set[str]:
    """The ids of those that fit in what is left of the time; their times are added to ``shown``."""
    fitting: set[str] = set()
    used = _together(shown)
    for item in wanted:
        more = _together([*shown, item.time])
        if more <= seconds or more == used:
            shown.append(item.time)
            fitting.add(item.item_id)
            used = more
    return fitting


def _together(times: Iterable[TimeSpan]) -> float:
    """Seconds in at least one of the times."""
    total = reached = 0.0
    for time in sorted(times):
        total += max(0.0, time.end - max(time.start, reached))
        reached = max(reached, time.end)
    return total
