"""Limit verification after a plan was widened to the neighbourhood of the changes.

Everything else was verified with the earlier plan: it had no leak, or its leak was masked and is a change
now.
"""

from __future__ import annotations

from collections.abc import Hashable

from pipeline.nearby import Nearby
from pipeline.reviewing.queue import is_candidate
from pipeline.types import MaskItem, MaskPlan, TimeSpan

EXPLAINED_WITHIN_SECONDS = 1.0
"""Distance within which a kept item explains a similar sound, and a change therefore matters."""


class Changes:
    """Differences between two revisions of a plan, candidates left out.

    Args:
        before: The verified revision.
        after: The revision to verify.
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
