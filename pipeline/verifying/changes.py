"""What of a call is to be verified again when a plan was widened: what lies near what changed.

All else was verified with the plan before and gave nothing, or what it gave was masked, and then it changed.
"""

from __future__ import annotations

from collections.abc import Hashable

from pipeline.finding.queue import is_candidate
from pipeline.nearby import Nearby
from pipeline.types import MaskItem, MaskPlan, TimeSpan

__all__ = ["EXPLAINED_WITHIN_SECONDS", "Changes"]

EXPLAINED_WITHIN_SECONDS = 1.0
"""Seconds around an item in which it explains a likeness, if it stays: where it changed, it may no longer."""


class Changes:
    """Where two revisions of a plan differ in what is masked or rightly stays.

    Args:
        before: The one that was verified.
        after: The one that is to be.
    """

    def __init__(self, before: MaskPlan, after: MaskPlan) -> None:
        old, new = (
            {_counting(item): item.time for item in plan.items if not is_candidate(item)}
            for plan in (before, after)
        )
        gone, added = old.keys() - new.keys(), new.keys() - old.keys()
        self._times = Nearby([(old | new)[key] for key in gone | added], lambda time: time)

    def near(self, time: TimeSpan) -> bool:
        """Whether anything changed within ``EXPLAINED_WITHIN_SECONDS`` of a time."""
        return bool(
            self._times.touching(time.start - EXPLAINED_WITHIN_SECONDS, time.end + EXPLAINED_WITHIN_SECONDS)
        )


def _counting(item: MaskItem) -> Hashable:
    return item.item_id, item.chars, item.time, item.channels, item.action
