"""Track how much of each original mask stays silent through a series of decisions.

    original     |-------m0001-------|      takes a reason to become audible
    nudged            |--m0001-------|
    split             |-m0001-|-.4---|
    nudged                    |-.4---|
    audible      |~~~~~~~~~~~~|             after all steps together; more than a trim takes a reason

A single step may be small, and an item may be split, moved or given to another party.  What counts is the
part of the *original* mask that no mask covers now.  Parts released with a reason do not count; masking them
again cancels the reason.  A later revision continues from the first (``carry_over``), so completing and
reopening a review gains nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from pipeline.audio.spans import union
from pipeline.reviewing.areas import (
    ROUNDING_SECONDS,
    TEXT_KEY,
    Area,
    Places,
    area_of,
    common,
    extent,
    joined,
    seconds,
    without,
)
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.fold import Board, Standing, apply, effective, lay_out, may_touch
from pipeline.types import MaskAction, MaskItem, MaskPlan

MAX_TRIM_SECONDS: Final = 0.15
"""Seconds of a mask that may be released without a reason, over all steps and both edges.  Less holds no
intelligible word (``MaskPolicy.merge_gap``), and an edge holds that much silence: 0.02 s of padding and up to
0.1 s of breath (``pipeline.masking.edges``)."""

MAX_TRIM_SHARE: Final = 0.25
"""Greatest share of a mask that may be released without a reason: each mora of a two-mora name is half of
it."""


@dataclass(frozen=True, slots=True)
class GuardedMask:
    """A guarded mask (a third party's, doubtful or secret) as it was first laid.

    Attributes:
        item_id: Id of the item at that time.
        whole: Area that it masked.
        released: Part released with a reason.
        lost: Part of the rest that no mask covers now.
    """

    item_id: str
    whole: Area
    released: Area
    lost: Area

    @property
    def seconds(self) -> float:
        """Seconds that are audible without a reason, on any channel."""
        return seconds(self.lost)

    @property
    def uncovered(self) -> bool:
        """Whether more than a trim is audible without a reason, or any text is readable."""
        most = min(MAX_TRIM_SECONDS, MAX_TRIM_SHARE * seconds(self.whole))
        return self.seconds > most + ROUNDING_SECONDS or bool(self.lost.get(TEXT_KEY))


def guarded_masks(plan: MaskPlan) -> tuple[GuardedMask, ...]:
    """Return the guarded masks of a plan before any decision."""
    return tuple(_new(standing.item) for standing in lay_out(plan).values() if _guards(standing))


def carry_over(
    found: tuple[GuardedMask, ...], plan: MaskPlan, decisions: Iterable[ReviewDecision]
) -> tuple[Board, tuple[GuardedMask, ...]]:
    """Track the guarded masks through the decisions on a plan.

    Args:
        found: Guarded masks from ``guarded_masks``, or from the revision before.
        plan: The plan that the decisions were made on.
        decisions: In any order; undone ones do not count.

    Returns:
        The items after the decisions, and the state of each guarded mask.
    """
    cover = Cover(found, plan, decisions)
    return cover.board, cover.found


class Cover:
    """The items and the guarded masks of a call, followed through decisions one by one.

    A step costs what it touches, not what the call has: both are found by their place.

    Args:
        found: As for ``carry_over``.
        plan: As for ``carry_over``.
        decisions: As for ``carry_over``.
    """

    def __init__(
        self, found: Iterable[GuardedMask], plan: MaskPlan, decisions: Iterable[ReviewDecision] = ()
    ) -> None:
        self.board: Board = lay_out(plan)
        self._found: list[GuardedMask] = []
        self._wholes: Places[int] = Places()
        self._masks: Places[str] = Places()
        for each in found:
            self._guard(each)
        for item_id, standing in self.board.items():
            self._lay(item_id, standing)
        for decision in effective(decisions):
            self.follow(decision)

    @property
    def found(self) -> tuple[GuardedMask, ...]:
        """The guarded masks now, new ones last."""
        return tuple(self._found)

    def follow(self, decision: ReviewDecision) -> tuple[str, ...]:
        """Apply one decision.

        Args:
            decision: Any decision but an undo.

        Returns:
            The ids of the guarded masks that it uncovered, with all before it, by more than a trim.
        """
        before = {item_id: self.board.get(item_id) for item_id in may_touch(decision)}
        apply(self.board, decision)
        touched = {key: was for key, was in before.items() if was is not self.board.get(key)}
        stood = [each for key, was in touched.items() for each in (was, self.board.get(key)) if each]
        near = sorted({number for each in stood for number in self._wholes.near(area_of(each.item))})
        covered = [self._masked(self._found[number]) for number in near]
        for key in touched:
            self._lay(key, self.board.get(key))
        exposed = {}
        for number, masked in zip(near, covered, strict=True):
            each = self._found[number]
            self._found[number] = after = _after(each, self._masked(each), reasoned=decision.reasoned)
            if after.uncovered and extent(common(after.lost, masked)):
                exposed[each.item_id] = True
        if decision.kind is not ReviewKind.SPLIT:
            for key in sorted(touched):
                standing = self.board.get(key)
                if standing is not None and _guards(standing) and not _guards(touched[key]):
                    self._guard(_new(standing.item))
        return tuple(exposed)

    def exposed_since(self, before: Cover) -> tuple[str, ...]:
        """Return the ids of the masks that are uncovered by more than a trim, and were less so before."""
        return tuple(
            dict.fromkeys(
                each.item_id
                for each in self._found
                if each.uncovered and extent(common(each.lost, before._masked(each)))
            )
        )

    def _guard(self, found: GuardedMask) -> None:
        self._wholes.put(len(self._found), found.whole)
        self._found.append(found)

    def _lay(self, item_id: str, standing: Standing | None) -> None:
        if standing is not None and standing.item.action is MaskAction.MASK:
            self._masks.put(item_id, area_of(standing.item))
        else:
            self._masks.drop(item_id)

    def _masked(self, found: GuardedMask) -> Area:
        """Return the area that masks cover within a guarded mask."""
        near = [self._masks.areas[item_id] for item_id in self._masks.near(found.whole)]
        return {key: union(span for area in near for span in area.get(key, ())) for key in found.whole}


def _guards(standing: Standing | None) -> bool:
    return standing is not None and standing.guarded and standing.item.action is MaskAction.MASK


def _new(item: MaskItem) -> GuardedMask:
    return GuardedMask(item.item_id, area_of(item), {}, {})


def _after(found: GuardedMask, masked: Area, *, reasoned: bool) -> GuardedMask:
    heard = without(found.whole, masked)
    # Masking a part again cancels its release.
    released = common(found.released, heard)
    lost = without(heard, released)
    if reasoned:
        released = joined(released, without(lost, found.lost))
        lost = common(lost, found.lost)
    return replace(found, released=released, lost=lost)
