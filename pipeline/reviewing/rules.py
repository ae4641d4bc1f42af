"""Rules for adding decisions, and the changes that each decision made.

``pipeline.reviewing.fold`` accepts any series of decisions.  This module says which decision may be added to
a series, and where the law or the program's doubt requires a reason.  Without a reason no more than a trim of
an original mask may become audible (``pipeline.reviewing.cover``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.errors import ReviewRuleError
from pipeline.reviewing.cover import (
    MAX_TRIM_SECONDS,
    MAX_TRIM_SHARE,
    Cover,
    GuardedMask,
    carry_over,
    guarded_masks,
)
from pipeline.reviewing.decisions import OF_THE_TEXT, ReviewDecision, ReviewKind
from pipeline.reviewing.fold import (
    MIN_ITEM_SECONDS,
    Board,
    Standing,
    apply,
    default_ground,
    effective,
    lay_out,
    may_touch,
    unconfirmed,
    undecided,
    undone,
)
from pipeline.reviewing.voice_rules import (
    check_added_voice,
    check_kept_voices,
    check_no_voice,
    check_remaining,
)
from pipeline.types import MaskAction, MaskItem, MaskPlan, Party

GROUNDS: Final = (1, 2, 3)

LAW: Final = re.compile(r"法|条例|規則|政令|省令|条約")
"""Name of a law in a reason.  Item 3 requires one: it withholds what *another law* forbids to disclose."""

_LOST_MORE_THAN_TRIM: Final = (
    "要確認・第三者・機密の箇所が、はじめに伏せた範囲から、"
    f"合わせて{MAX_TRIM_SECONDS:g}秒(短い箇所はその{MAX_TRIM_SHARE:.0%})を超えて聞こえる"
)

_MAX_NUDGE_SECONDS: Final = 60.0  # a larger nudge is a slip


@dataclass(frozen=True, slots=True)
class Change:
    """An item before and after one decision; ``None`` where it does not exist."""

    before: MaskItem | None
    after: MaskItem | None


def steps(plan: MaskPlan, decisions: Iterable[ReviewDecision]) -> Iterator[tuple[Change, ...]]:
    """List the changes of each decision at the time it was made, undone decisions included.

    Args:
        plan: The revision that they were made on.
        decisions: In any order.

    Yields:
        The changes of each decision, in the order of their numbers.
    """
    ordered = sorted(decisions, key=lambda decision: decision.number)
    board = lay_out(plan)
    for place, decision in enumerate(ordered):
        if decision.kind is ReviewKind.UNDO:
            before, board = board, _laid_out(plan, ordered[: place + 1])
            touched: Iterable[str] = dict.fromkeys((*before, *board))
        else:
            touched = may_touch(decision)
            before = {item_id: board[item_id] for item_id in touched if item_id in board}
            apply(board, decision)
        yield tuple(
            Change(_item(before, item_id), _item(board, item_id))
            for item_id in touched
            # Untouched items are the same object; comparing identity is faster than equality.
            if before.get(item_id) is not board.get(item_id)
            and _item(before, item_id) != _item(board, item_id)
        )


def _item(board: Board, item_id: str) -> MaskItem | None:
    return board[item_id].item if item_id in board else None


def _laid_out(plan: MaskPlan, decisions: Iterable[ReviewDecision]) -> Board:
    board = lay_out(plan)
    for decision in effective(decisions):
        apply(board, decision)
    return board


def check_complete(
    plan: MaskPlan, decisions: Sequence[ReviewDecision], found: tuple[GuardedMask, ...] | None = None
) -> None:
    """Check that every item is decided, and that nothing guarded is audible without a reason.

    Args:
        plan: The revision that the decisions were made on.
        decisions: All of them.
        found: As for ``check``.

    Raises:
        ReviewRuleError: names the items that are undecided, wait for a second person, or have lost more than
            a trim of their masks.
    """
    left = undecided(plan, decisions)
    if left:
        raise ReviewRuleError(f"まだ決めていない要確認の箇所が{len(left)}件あります", left)
    alone = unconfirmed(plan, decisions)
    if alone:
        msg = f"2号による不開示が{len(alone)}件、もう一人の確認を待っています"
        raise ReviewRuleError(msg, alone, "second_person")
    _, now = carry_over(_start(plan, found), plan, decisions)
    open_ = tuple(dict.fromkeys(each.item_id for each in now if each.uncovered))
    if open_:
        remedy = "動かした端を戻すか、理由を添えて決め直してください"
        msg = f"{len(open_)}件で、{_LOST_MORE_THAN_TRIM}ままです。{remedy}"
        raise ReviewRuleError(msg, open_)


def check(
    plan: MaskPlan,
    earlier: Sequence[ReviewDecision],
    new: Sequence[ReviewDecision],
    found: tuple[GuardedMask, ...] | None = None,
) -> None:
    """Check whether decisions may be added.

    Args:
        plan: The revision that they are made on.
        earlier: Decisions made so far.
        new: Decisions to add, with consecutive numbers; each is checked after the ones before it.
        found: Guarded masks at the beginning of this revision; ``None`` for the first revision.

    Raises:
        ReviewRuleError: names the violated rule.
    """
    made, start = list(earlier), _start(plan, found)
    cover = Cover(start, plan, made)
    for decision in new:
        if decision.kind is ReviewKind.UNDO:
            _check_undo(made, decision)
            made.append(decision)
            before, cover = cover, Cover(start, plan, made)
            exposed = cover.exposed_since(before)
        else:
            _check_items(cover.board, decision)
            RULES.get(decision.kind, _anything)(cover.board, decision)
            made.append(decision)
            exposed = cover.follow(decision)
        _check_cover(exposed, decision)


def _start(plan: MaskPlan, found: tuple[GuardedMask, ...] | None) -> tuple[GuardedMask, ...]:
    return guarded_masks(plan) if found is None else found


def _check_cover(items: tuple[str, ...], decision: ReviewDecision) -> None:
    """Check that a decision uncovers no mask, or has a reason.

    Args:
        items: Masks that it uncovers, with all before it, by more than a trim.
        decision: The decision.
    """
    if not items or (decision.kind is not ReviewKind.UNDO and decision.reasoned):
        return
    if decision.kind is ReviewKind.UNDO:
        # The reason of an undo is no reason for the earlier decision that uncovers the mask.
        remedy = "後から動かした端を先に取り消すか、理由を添えて決め直してください"
        msg = f"取り消すと、{_LOST_MORE_THAN_TRIM}ようになります。{remedy}"
        raise ReviewRuleError(msg, items)
    msg = f"{_LOST_MORE_THAN_TRIM}ようにするには理由が必要です"
    raise ReviewRuleError(msg, items, "reason")


def _anything(_: Board, __: ReviewDecision) -> None:
    pass


ONE_ITEM: Final = {ReviewKind.NUDGE_START, ReviewKind.NUDGE_END, ReviewKind.SPLIT}
FINAL: Final = {ReviewKind.COMPLETE, ReviewKind.REOPEN}
"""States of the whole review; later decisions change them, and they cannot be undone."""

NO_ITEM: Final = {ReviewKind.ADD, ReviewKind.COMPLETE, ReviewKind.REOPEN, ReviewKind.FOUND, *OF_THE_TEXT}


def _check_items(board: Board, decision: ReviewDecision) -> None:
    missing = tuple(item_id for item_id in decision.items if item_id not in board)
    if missing:
        raise ReviewRuleError("その箇所はありません(取り消されたか、分けられています)", missing)
    count = len(decision.items)
    least, most = (
        (0, 0)
        if decision.kind in NO_ITEM
        else (1, 1)
        if decision.kind in ONE_ITEM
        else (2 if decision.kind is ReviewKind.SAME else 1, count)
    )
    if not least <= count <= most or len(set(decision.items)) < count:
        raise ReviewRuleError("箇所の数が正しくありません", decision.items)


def _check_undo(made: Sequence[ReviewDecision], decision: ReviewDecision) -> None:
    target = next((each for each in made if each.number == decision.undoes), None)
    if target is None or target.number in undone(made) or target.kind in FINAL:
        raise ReviewRuleError("取り消せる決定がありません(すでに取り消されています)")
    if target.reviewer != decision.reviewer and not decision.reason.strip():
        raise ReviewRuleError("ほかの人の決定を取り消すには理由が必要です", target.items, "reason")


def _check_mask(board: Board, decision: ReviewDecision) -> None:
    for standing in _of(board, decision):
        item = standing.item
        _check_ground(decision, decision.ground or item.ground or default_ground(item.entity_type))


def _check_keep(board: Board, decision: ReviewDecision) -> None:
    check_kept_voices([each.item for each in _of(board, decision)], decision)
    if decision.ground:
        raise ReviewRuleError("開示する箇所に不開示の根拠は付けられません", decision.items)
    guarded = tuple(each.item.item_id for each in _of(board, decision) if each.guarded)
    if decision.party is Party.THIRD_PARTY:
        guarded = decision.items
    if guarded and not decision.reasoned:
        raise ReviewRuleError("要確認・第三者・機密の箇所を開示するには理由が必要です", guarded, "reason")


def _check_party(_: Board, decision: ReviewDecision) -> None:
    if decision.party is None:
        raise ReviewRuleError("誰の情報かを選んでください", decision.items)


def _check_new_ground(board: Board, decision: ReviewDecision) -> None:
    kept = tuple(e.item.item_id for e in _of(board, decision) if e.item.action is MaskAction.KEEP)
    if kept:
        raise ReviewRuleError("開示する箇所に不開示の根拠は付けられません", kept)
    _check_ground(decision, decision.ground)


def _check_ground(decision: ReviewDecision, ground: int | None) -> None:
    reason = decision.reason.strip()
    if ground not in GROUNDS:
        raise ReviewRuleError("根拠は1号・2号・3号のどれかです", decision.items)
    if ground == 2 and not reason:
        msg = "2号(業務の適正な実施への著しい支障)には理由の記入が必要です"
        raise ReviewRuleError(msg, decision.items, "reason")
    if ground == 3 and not LAW.search(reason):
        raise ReviewRuleError("3号(他の法令違反)には法令の名前が必要です", decision.items, "law")


def _check_nudge(board: Board, decision: ReviewDecision) -> None:
    (standing,) = _of(board, decision)
    seconds = decision.seconds
    if seconds is None or not math.isfinite(seconds) or not 0 < abs(seconds) <= _MAX_NUDGE_SECONDS:
        raise ReviewRuleError("動かす秒数が正しくありません", decision.items)
    inward = seconds if decision.kind is ReviewKind.NUDGE_START else -seconds
    left = standing.item.time.duration - inward
    if left < MIN_ITEM_SECONDS:
        raise ReviewRuleError("これ以上は短くできません", decision.items)


def _check_split(board: Board, decision: ReviewDecision) -> None:
    (standing,) = _of(board, decision)
    time, at = standing.item.time, decision.at
    if at is None or not time.start + MIN_ITEM_SECONDS <= at <= time.end - MIN_ITEM_SECONDS:
        raise ReviewRuleError("分ける位置が箇所の中にありません", decision.items)


def _check_add(_: Board, decision: ReviewDecision) -> None:
    stretch = decision.stretch
    if stretch is None or stretch.time.duration < MIN_ITEM_SECONDS or not stretch.channels:
        raise ReviewRuleError("加える区間が短すぎるか、チャンネルがありません")
    check_added_voice(stretch)
    _check_ground(decision, stretch.ground)


def _check_same(board: Board, decision: ReviewDecision) -> None:
    model, *others = _of(board, decision)
    check_no_voice([each.item for each in (model, *others)])
    if model.item.action is MaskAction.MASK:
        _check_ground(decision, model.item.ground)
        return
    # A reason to keep a company's name is no reason to keep a person's.
    unlike = tuple(e.item.item_id for e in others if e.item.entity_type != model.item.entity_type)
    if unlike:
        raise ReviewRuleError("種類の違う箇所は、まとめて残せません。一つずつ決めてください", unlike)
    guarded = tuple(each.item.item_id for each in others if each.guarded or model.guarded)
    if guarded and not decision.reasoned:
        raise ReviewRuleError("要確認・第三者・機密の箇所を開示するには理由が必要です", guarded, "reason")


def _check_confirm(board: Board, decision: ReviewDecision) -> None:
    for standing in _of(board, decision):
        item = standing.item
        if item.action is MaskAction.KEEP or item.ground != 2:
            raise ReviewRuleError("2号による不開示ではありません", (item.item_id,))
        if not standing.reasoned:
            msg = "先に、2号とする理由を記入してください"
            raise ReviewRuleError(msg, (item.item_id,), "reason")
        if standing.by == decision.reviewer:
            msg = "2号の確認は、理由を書いた人とは別の人が行います"
            raise ReviewRuleError(msg, (item.item_id,), "second_person")


def _check_voice(board: Board, decision: ReviewDecision) -> None:
    check_remaining([each.item for each in _of(board, decision)], decision)


def _of(board: Board, decision: ReviewDecision) -> list[Standing]:
    return [board[item_id] for item_id in decision.items]


RULES: Final[Mapping[ReviewKind, Callable[[Board, ReviewDecision], None]]] = {
    ReviewKind.MASK: _check_mask,
    ReviewKind.KEEP: _check_keep,
    ReviewKind.PARTY: _check_party,
    ReviewKind.GROUND: _check_new_ground,
    ReviewKind.NUDGE_START: _check_nudge,
    ReviewKind.NUDGE_END: _check_nudge,
    ReviewKind.SPLIT: _check_split,
    ReviewKind.ADD: _check_add,
    ReviewKind.SAME: _check_same,
    ReviewKind.CONFIRM: _check_confirm,
    ReviewKind.VOICE_TEXT: _check_voice,
    ReviewKind.VOICE_IN_PERSON: _check_voice,
}
