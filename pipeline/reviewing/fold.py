"""Fold decisions into the next revision of a plan: a pure function of the plan and the decisions.

No decision is ever changed or removed.  An undone decision counts as never made, and so do decisions about
the items that it created.  An undo can itself be undone.

Where a kept and a masked stretch overlap, **the mask wins**, whoever decided last: keeping one person's words
must not bring back a third party's name in them.  The rest of a kept stretch stays audible, also in a gap
between two masks that would otherwise be bridged.

A third person's voice is kept only by a decision with that person's consent, or with another party as its
owner; no series of other decisions keeps it.

    masked      |----A----|        |--C--|
    kept             |------B------|
    silent      |~~~~~~~~~|        |~~~~~|         to hear more of B, move A's edge or split A
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pipeline.finding.verdict import UNOWNED
from pipeline.reasons import Reason, Why
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.third_voice import THIRD_VOICE, Remains
from pipeline.types import CharSpan, MaskAction, MaskItem, MaskPlan, Party, TimeSpan

ANALYST: Final = "analyst"
"""``MaskItem.source`` of an item that an analyst added."""

MIN_ITEM_SECONDS: Final = 0.02
"""Shortest item: the precision of edges that ``MaskPolicy`` assumes."""

_DECIMALS: Final = 4  # of seconds: 0.1 ms is less than a sample at 8 kHz


@dataclass(frozen=True, slots=True)
class Standing:
    """An item after the decisions so far.

    Attributes:
        item: The item now.
        guarded: Whether it was ever doubtful, secret or without a known owner, so that keeping it takes a
            reason.
        by: Login of the person who gave it its action and ground; empty for none.
        reasoned: Whether that person typed a reason.
    """

    item: MaskItem
    guarded: bool
    by: str = ""
    reasoned: bool = False


Board = dict[str, Standing]
"""Items by id."""


def fold(plan: MaskPlan, decisions: Iterable[ReviewDecision]) -> MaskPlan:
    """Compute the next revision of a plan.

    Args:
        plan: The revision that the decisions were made on.
        decisions: In any order; their numbers order them.  A decision about a missing item has no effect.

    Returns:
        The plan with its items in order of time.
    """
    board = lay_out(plan)
    for decision in effective(decisions):
        apply(board, decision)
    items = sorted((each.item for each in board.values()), key=lambda item: (item.time, item.item_id))
    return replace(plan, revision=plan.revision + 1, items=tuple(items))


def undecided(plan: MaskPlan, decisions: Iterable[ReviewDecision]) -> tuple[str, ...]:
    """Return the ids of the doubtful items without a person's decision, in order of time."""
    return tuple(item.item_id for item in fold(plan, decisions).items if item.needs_review)


def unconfirmed(plan: MaskPlan, decisions: Iterable[ReviewDecision]) -> tuple[str, ...]:
    """Return the ids of the masks on item 2 without a second person's confirmation, in order of time."""
    return tuple(
        item.item_id for item in fold(plan, decisions).masked if item.ground == 2 and not item.confirmed
    )


def effective(decisions: Iterable[ReviewDecision]) -> tuple[ReviewDecision, ...]:
    """Return the decisions in order, without undone ones and undos."""
    ordered = sorted(decisions, key=lambda decision: decision.number)
    gone = undone(ordered)
    return tuple(each for each in ordered if each.number not in gone and each.kind is not ReviewKind.UNDO)


def undone(decisions: Iterable[ReviewDecision]) -> frozenset[int]:
    """Return the numbers of the decisions that are undone, undos among them."""
    gone: set[int] = set()
    for decision in sorted(decisions, key=lambda decision: decision.number, reverse=True):
        # An undo cannot refer to a later decision.
        undoes = decision.undoes if decision.kind is ReviewKind.UNDO else None
        if undoes is not None and undoes < decision.number and decision.number not in gone:
            gone.add(undoes)
    return frozenset(gone)


def lay_out(plan: MaskPlan) -> Board:
    """Return a plan's items before any decision."""
    return {item.item_id: Standing(item, _guarded(item, item.party)) for item in plan.items}


def _guarded(item: MaskItem, party: Party) -> bool:
    secret = item.entity_type == "CONFIDENTIAL" or item.ground == 2
    return item.needs_review or secret or party in UNOWNED


def default_ground(entity_type: str) -> int:
    """Return the default ground of a mask: item 2 (the company's work) for confidential terms, else 1."""
    return 2 if entity_type == "CONFIDENTIAL" else 1


# --- one decision --------------------------------------------------------------------------


def apply(board: Board, decision: ReviewDecision) -> None:
    """Change the items that a decision applies to; missing ones are skipped."""
    if decision.kind is ReviewKind.ADD:
        _add(board, decision)
        return
    for item in decision.found:
        board[item.item_id] = Standing(item, _guarded(item, item.party))
    model = board.get(decision.items[0]) if decision.items else None
    for item_id in decision.items:
        before = board.get(item_id)
        if before is None:
            continue
        if decision.kind is ReviewKind.SPLIT:
            _split(board, before, decision)
        elif decision.kind is ReviewKind.SAME:
            if model is not None and before is not model:
                board[item_id] = _like(before, model, decision)
        elif decision.kind in _CHANGES:
            board[item_id] = _CHANGES[decision.kind](before, decision)


def may_touch(decision: ReviewDecision) -> tuple[str, ...]:
    """Return the ids of all items that ``apply`` may change or make by a decision."""
    if decision.kind is ReviewKind.ADD:
        return (_added_id(decision),)
    parts = (_second_id(each, decision) for each in decision.items if decision.kind is ReviewKind.SPLIT)
    return tuple(dict.fromkeys((*decision.items, *(item.item_id for item in decision.found), *parts)))


def _added_id(decision: ReviewDecision) -> str:
    return f"a{decision.number:04d}"


def _second_id(item_id: str, decision: ReviewDecision) -> str:
    return f"{item_id}.{decision.number}"


def _mask(before: Standing, decision: ReviewDecision) -> Standing:
    item, party = before.item, decision.party or before.item.party
    ground = decision.ground or item.ground or default_ground(item.entity_type)
    return _decided(before, _masked(item, party, ground), decision)


def _masked(item: MaskItem, party: Party, ground: int) -> MaskItem:
    return replace(item, action=MaskAction.MASK, party=party, ground=ground, remains=Remains.NOTHING)


def _keep(before: Standing, decision: ReviewDecision) -> Standing:
    item, party = before.item, decision.party or before.item.party
    if item.entity_type == THIRD_VOICE and not keeps_voice(item, decision):
        return before
    kept = replace(item, action=MaskAction.KEEP, party=party, ground=0, remains=Remains.NOTHING)
    return _decided(before, kept, decision)


def keeps_voice(item: MaskItem, decision: ReviewDecision) -> bool:
    """Whether a KEEP decision may keep a third person's voice: by consent, or as another party's voice."""
    consented = decision.consent is not None and decision.consent.whole
    return consented or (decision.party or item.party) not in {Party.THIRD_PARTY, Party.UNKNOWN}


def _remaining(remains: Remains) -> Callable[[Standing, ReviewDecision], Standing]:
    def masked(before: Standing, decision: ReviewDecision) -> Standing:
        item = before.item
        if item.entity_type != THIRD_VOICE:
            return before
        ground = item.ground or default_ground(item.entity_type)
        return _decided(before, replace(_masked(item, item.party, ground), remains=remains), decision)

    return masked


def _decided(before: Standing, item: MaskItem, decision: ReviewDecision) -> Standing:
    return replace(
        before,
        item=replace(item, needs_review=False, decided=True, confirmed=False),
        guarded=before.guarded or _guarded(item, item.party),
        by=decision.reviewer,
        reasoned=decision.reasoned,
    )


def _party(before: Standing, decision: ReviewDecision) -> Standing:
    item = replace(before.item, party=decision.party or before.item.party, confirmed=False)
    if _is_strangers(item) and item.action is MaskAction.KEEP:
        # As in the first plan, a third party's item is kept only by a decision about this very item.
        item = replace(item, action=MaskAction.MASK, ground=default_ground(item.entity_type))
        return replace(before, item=item, guarded=True, by=decision.reviewer, reasoned=False)
    return replace(before, item=item, guarded=before.guarded or _guarded(item, item.party))


def _is_strangers(item: MaskItem) -> bool:
    """Whether an item is a third party's, or a voice of unknown owner."""
    return item.party is Party.THIRD_PARTY or (
        item.party is Party.UNKNOWN and item.entity_type == THIRD_VOICE
    )


def _ground(before: Standing, decision: ReviewDecision) -> Standing:
    item = before.item
    if item.action is MaskAction.KEEP or not decision.ground:
        return before
    item = replace(item, ground=decision.ground, confirmed=False)
    reasoned = bool(decision.reason.strip())
    return replace(
        before,
        item=item,
        guarded=before.guarded or _guarded(item, item.party),
        by=decision.reviewer,
        reasoned=reasoned,
    )


def _nudge_start(before: Standing, decision: ReviewDecision) -> Standing:
    time = before.item.time
    start = round(time.start + (decision.seconds or 0.0), _DECIMALS)
    return _moved(before, TimeSpan(max(0.0, min(start, time.end - MIN_ITEM_SECONDS)), time.end))


def _nudge_end(before: Standing, decision: ReviewDecision) -> Standing:
    time = before.item.time
    end = round(time.end + (decision.seconds or 0.0), _DECIMALS)
    return _moved(before, TimeSpan(time.start, max(end, time.start + MIN_ITEM_SECONDS)))


def _moved(before: Standing, time: TimeSpan) -> Standing:
    return replace(before, item=replace(before.item, time=time, confirmed=False))


def _confirm(before: Standing, decision: ReviewDecision) -> Standing:
    item = before.item
    rests = item.action is MaskAction.MASK and item.ground == 2 and before.reasoned
    if not rests or decision.reviewer == before.by:
        return before
    return replace(before, item=replace(item, confirmed=True))


_CHANGES: Mapping[ReviewKind, Callable[[Standing, ReviewDecision], Standing]] = {
    ReviewKind.MASK: _mask,
    ReviewKind.KEEP: _keep,
    ReviewKind.PARTY: _party,
    ReviewKind.GROUND: _ground,
    ReviewKind.NUDGE_START: _nudge_start,
    ReviewKind.NUDGE_END: _nudge_end,
    ReviewKind.CONFIRM: _confirm,
    ReviewKind.VOICE_TEXT: _remaining(Remains.TEXT),
    ReviewKind.VOICE_IN_PERSON: _remaining(Remains.IN_PERSON),
}


def _like(before: Standing, model: Standing, decision: ReviewDecision) -> Standing:
    """Decide an item like the model, another item of the same person; voices are left as they are."""
    as_model = model.item
    if THIRD_VOICE in {before.item.entity_type, as_model.entity_type}:
        return before
    item = replace(
        before.item,
        party=as_model.party,
        action=as_model.action,
        ground=as_model.ground,
        decided=as_model.decided,
        needs_review=before.item.needs_review and not as_model.decided,
        confirmed=False,
    )
    return replace(
        before,
        item=item,
        guarded=before.guarded or _guarded(item, item.party),
        by=decision.reviewer,
        # A reason holds only for the item that it was given for.
        reasoned=decision.reasoned,
    )


def _split(board: Board, before: Standing, decision: ReviewDecision) -> None:
    """Replace an item by two; the id of the second holds the decision's number."""
    item, at = before.item, decision.at
    if at is None or not item.time.start + MIN_ITEM_SECONDS <= at <= item.time.end - MIN_ITEM_SECONDS:
        return
    wanted = item.chars.start if decision.cut is None else decision.cut
    cut = min(max(wanted, item.chars.start), item.chars.end)
    first = replace(
        item, time=TimeSpan(item.time.start, at), chars=CharSpan(item.chars.start, cut), confirmed=False
    )
    second = replace(
        item,
        item_id=_second_id(item.item_id, decision),
        time=TimeSpan(at, item.time.end),
        chars=CharSpan(cut, item.chars.end),
        confirmed=False,
    )
    for part in (first, second):
        board[part.item_id] = replace(before, item=part)


def _add(board: Board, decision: ReviewDecision) -> None:
    stretch = decision.stretch
    if stretch is None or stretch.time.duration < MIN_ITEM_SECONDS or not stretch.channels:
        return
    item = MaskItem(
        item_id=_added_id(decision),
        entity_type=stretch.entity_type,
        chars=stretch.chars,
        time=stretch.time,
        channels=stretch.channels,
        party=stretch.party,
        action=MaskAction.MASK,
        reasons=(Why(Reason.ADDED_BY_ANALYST),),
        source=ANALYST,
        score=1.0,
        needs_review=False,
        ground=stretch.ground,
        decided=True,
    )
    board[item.item_id] = Standing(
        item,
        _guarded(item, item.party),
        decision.reviewer,
        bool(decision.reason.strip()),
    )
