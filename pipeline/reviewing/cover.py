"""Follow how much of each original mask stays silent through a series of decisions.

    found        |-------m0001-------|      what may not be heard without a reason
    nudged            |--m0001-------|
    split             |-m0001-|-.4---|
    nudged                    |-.4---|
    heard        |~~~~~~~~~~~~|             by all steps together; more than a trim takes a reason

Each step by itself may be small, and an item may be cut into pieces, moved, or called somebody else's: what
counts is how much of the *first* mask no mask silences any more.  Parts given back with a reason do not
count; where they are masked again, the reason no longer holds.  A later revision goes on from the first
one (``carry_over``), so that nothing is gained by completing a review and taking it up again.
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

__all__ = ["MAX_TRIM_SECONDS", "MAX_TRIM_SHARE", "Found", "carry_over", "exposed", "follow", "found_in"]

MAX_TRIM_SECONDS: Final = 0.15
"""Seconds of a mask that may be given back without a reason, all steps and both edges together.  Less holds
no intelligible word (``MaskPolicy.merge_gap``), and an edge holds that much silence: 0.02 s of pad and up to
0.1 s of breath (``pipeline.masking.edges``)."""

MAX_TRIM_SHARE: Final = 0.25
"""Largest share of a mask that may be given back so: each mora of a two-mora name is half of it."""

_TEXT_KEY: Final = -1
_ROUNDING_SECONDS: Final = 1e-6  # seconds; nudges are rounded to a tenth of a millisecond

Area = Mapping[int, Spans]
"""Spans in seconds by channel, and in characters under ``_TEXT_KEY``."""


@dataclass(frozen=True, slots=True)
class Found:
    """A third party's, doubtful or secret stretch as it was first masked.

    Attributes:
        item_id: The item's id at that time.
        whole: What it masked.
        released: The part given back with a reason.
        lost: The part of the rest that no mask covers now.
    """

    item_id: str
    whole: Area
    released: Area
    lost: Area

    @property
    def seconds(self) -> float:
        """Seconds of it that are audible without a reason, on any channel."""
        return _seconds(self.lost)

    @property
    def uncovered(self) -> bool:
        """Whether that is more than a trim; any lost text is."""
        most = min(MAX_TRIM_SECONDS, MAX_TRIM_SHARE * _seconds(self.whole))
        return self.seconds > most + _ROUNDING_SECONDS or bool(self.lost.get(_TEXT_KEY))


def found_in(plan: MaskPlan) -> tuple[Found, ...]:
    """The guarded masks of a plan that no person has changed yet."""
    return tuple(_new(standing.item) for standing in lay_out(plan).values() if _guards(standing))


def carry_over(
    found: tuple[Found, ...], plan: MaskPlan, decisions: Iterable[ReviewDecision]
) -> tuple[Board, tuple[Found, ...]]:
    """Follow decisions from a plan on.

    Args:
        found: The guarded masks, from ``found_in`` or from the revision before.
        plan: The plan that the decisions were made on.
        decisions: In any order; only those that are not undone count.

    Returns:
        The items after the decisions, and the state of each guarded mask.
    """
    board = lay_out(plan)
    for decision in effective(decisions):
        found = follow(found, board, decision)
    return board, found


def follow(found: tuple[Found, ...], board: Board, decision: ReviewDecision) -> tuple[Found, ...]:
    """Apply one decision to a board, and update the guarded masks.

    Args:
        found: The guarded masks before it.
        board: Changed in place.
        decision: Any but an undo.
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


def exposed(found: Iterable[Found], before: Board) -> tuple[str, ...]:
    """Ids of the masks uncovered by more than a trim, of which more was masked on the board before."""
    return tuple(
        dict.fromkeys(
            each.item_id
            for each in found
            if each.uncovered and _length(_without(each.lost, _without(each.lost, _masks(before, each))))
        )
    )


def _guards(standing: Standing | None) -> bool:
    return standing is not None and standing.guarded and standing.item.action is MaskAction.MASK


def _new(item: MaskItem) -> Found:
    return Found(item.item_id, _area(item), {}, {})


def _after(found: Found, board: Board, *, reasoned: bool) -> Found:
    heard = _without(found.whole, _masks(board, found))
    # What is masked again was not given back.
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


def _masks(board: Board, found: Found) -> Area:
    """The area that masks cover where a guarded mask was found."""
    masks = [_area(each.item) for each in board.values() if each.item.action is MaskAction.MASK]
    near = [area for area in masks if _near(found, [area])]
    return {key: union(span for area in near for span in area.get(key, ())) for key in found.whole}


def _near(found: Found, areas: Iterable[Area]) -> bool:
    """Whether one of these areas overlaps the mask."""
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
    """Total length, without remainders of rounding."""
    return sum(
        span[1] - span[0]
        for spans in area.values()
        for span in spans
        if span[1] - span[0] > _ROUNDING_SECONDS
    )


def _seconds(area: Area) -> float:
    return length(union(*(spans for key, spans in area.items() if key != _TEXT_KEY)))
