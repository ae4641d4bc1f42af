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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pipeline.audio.spans import Spans, length, minus, union
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.fold import Board, Standing, apply, effective, lay_out
from pipeline.third_voice import Remains
from pipeline.types import MaskAction, MaskItem, MaskPlan

__all__ = [
    "MAX_TRIM_SECONDS",
    "MAX_TRIM_SHARE",
    "GuardedMask",
    "carry_over",
    "exposed",
    "follow",
    "guarded_masks",
]

MAX_TRIM_SECONDS: Final = 0.15
"""Seconds of a mask that may be released without a reason, over all steps and both edges.  Less holds no
intelligible word (``MaskPolicy.merge_gap``), and an edge holds that much silence: 0.02 s of padding and up to
0.1 s of breath (``pipeline.masking.edges``)."""

MAX_TRIM_SHARE: Final = 0.25
"""Greatest share of a mask that may be released without a reason: each mora of a two-mora name is half of
it."""

_TEXT_KEY: Final = -1
_ROUNDING_SECONDS: Final = 1e-6  # seconds; nudges are rounded to a tenth of a millisecond

Area = Mapping[int, Spans]
"""Spans in seconds by channel, and in characters under ``_TEXT_KEY``."""


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
        return _seconds(self.lost)

    @property
    def uncovered(self) -> bool:
        """Whether more than a trim is audible without a reason, or any text is readable."""
        most = min(MAX_TRIM_SECONDS, MAX_TRIM_SHARE * _seconds(self.whole))
        return self.seconds > most + _ROUNDING_SECONDS or bool(self.lost.get(_TEXT_KEY))


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
    board = lay_out(plan)
    for decision in effective(decisions):
        found = follow(found, board, decision)
    return board, found


def follow(found: tuple[GuardedMask, ...], board: Board, decision: ReviewDecision) -> tuple[GuardedMask, ...]:
    """Apply one decision to a board and update the guarded masks.

    Args:
        found: Guarded masks before the decision.
        board: Changed in place.
        decision: Any decision but an undo.

    Returns:
        The guarded masks after it, new ones included.
    """
    before = dict(board)
    apply(board, decision)
    touched = [key for key in {*before, *board} if before.get(key) is not board.get(key)]
    changed = [_area(each.item) for key in touched for each in (before.get(key), board.get(key)) if each]
    if not changed:
        return found
    out = [
        _after(each, board, reasoned=decision.reasoned) if _near(each, changed) else each for each in found
    ]
    if decision.kind is not ReviewKind.SPLIT:
        out += [
            _new(board[key].item)
            for key in sorted(touched)
            if _guards(board.get(key)) and not _guards(before.get(key))
        ]
    return tuple(out)


def exposed(found: Iterable[GuardedMask], before: Board) -> tuple[str, ...]:
    """Return the ids of the masks that a step has uncovered by more than a trim.

    Args:
        found: Guarded masks after the step.
        before: The board before it; a mask that was no better covered then is left out.
    """
    return tuple(
        dict.fromkeys(
            each.item_id
            for each in found
            if each.uncovered and _length(_without(each.lost, _without(each.lost, _masks(before, each))))
        )
    )


def _guards(standing: Standing | None) -> bool:
    return standing is not None and standing.guarded and standing.item.action is MaskAction.MASK


def _new(item: MaskItem) -> GuardedMask:
    return GuardedMask(item.item_id, _area(item), {}, {})


def _after(found: GuardedMask, board: Board, *, reasoned: bool) -> GuardedMask:
    heard = _without(found.whole, _masks(board, found))
    # Masking a part again cancels its release.
    released = _common(found.released, heard)
    lost = _without(heard, released)
    if reasoned:
        released = _joined(released, _without(lost, found.lost))
        lost = _common(lost, found.lost)
    return replace(found, released=released, lost=lost)


# --- areas ---------------------------------------------------------------------------------


def _area(item: MaskItem) -> Area:
    sound = dict.fromkeys(item.channels, ((item.time.start, item.time.end),))
    text = (float(item.chars.start), float(item.chars.end))
    masks_text = item.remains is not Remains.TEXT and text[0] < text[1]
    return sound | ({_TEXT_KEY: (text,)} if masks_text else {})


def _masks(board: Board, found: GuardedMask) -> Area:
    """Return the area that masks cover within a guarded mask."""
    masks = [_area(each.item) for each in board.values() if each.item.action is MaskAction.MASK]
    near = [area for area in masks if _near(found, [area])]
    return {key: union(span for area in near for span in area.get(key, ())) for key in found.whole}


def _near(found: GuardedMask, areas: Iterable[Area]) -> bool:
    """Whether some area overlaps the guarded mask."""
    return any(
        first < end and start < last
        for area in areas
        for key, spans in area.items()
        if key in found.whole
        for first, last in spans
        for start, end in found.whole[key]
    )


def _without(one: Area, other: Area) -> Area:
    return {key: left for key, spans in one.items() if (left := minus(spans, other.get(key, ())))}


def _common(one: Area, other: Area) -> Area:
    return _without(one, _without(one, other))


def _joined(one: Area, other: Area) -> Area:
    return {key: union(one.get(key, ()), other.get(key, ())) for key in {*one, *other}}


def _length(area: Area) -> float:
    """Return the total length, leaving out remainders of rounding."""
    return sum(
        span[1] - span[0]
        for spans in area.values()
        for span in spans
        if span[1] - span[0] > _ROUNDING_SECONDS
    )


def _seconds(area: Area) -> float:
    return length(union(*(spans for key, spans in area.items() if key != _TEXT_KEY)))
