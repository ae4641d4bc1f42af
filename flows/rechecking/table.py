"""What a look at released calls found, as Japanese tables and as JSON: ids, counts and seconds only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows.rechecking.recheck import NOT_FOUND, Missed, Recheck
from flows.releasing.letter_content import KINDS, OTHER_KIND
from pipeline.types import Party

MISSED = ("請求番号", "開示ID", "回", "通話ID", "秒", "箇所", "種類", "開示した時の判断")
LEFT = ("請求番号", "開示ID", "回", "通話ID", "理由")

PARTIES = {
    Party.REQUESTER.value: "本人",
    Party.THIRD_PARTY.value: "第三者",
    Party.STAFF.value: "担当者",
    Party.COMPANY.value: "自社",
    Party.UNKNOWN.value: "不明",
    NOT_FOUND: "見つけていない",
}


def missed_cells(each: Missed) -> tuple[str, ...]:
    """Return the cells for ``MISSED`` of a call of which something would be masked now."""
    return (
        *_ids(each),
        f"{each.seconds:.2f}",
        str(each.findings),
        _told(each.types, lambda kind: KINDS.get(kind, OTHER_KIND)),
        _told(each.before, PARTIES.__getitem__),
    )


def left_cells(each: Missed) -> tuple[str, ...]:
    """Return the cells for ``LEFT`` of a call that cannot be checked any more."""
    return (*_ids(each), "" if each.left is None else each.left.label)


def _ids(each: Missed) -> tuple[str, ...]:
    return (each.number, each.release_id or "-", str(each.turn or "-"), each.call_id or "-")


def _told(counts: Mapping[str, int], name: Callable[[str], str]) -> str:
    return "、".join(f"{name(key)} {count}" for key, count in sorted(counts.items()))


def document(found: Recheck) -> dict[str, object]:
    """Return what a look found, for programs."""
    return {
        "checked": found.checked,
        "answers": found.answers,
        "newly_masked": [
            _named(each)
            | {
                "seconds": each.seconds,
                "findings": each.findings,
                "types": dict(sorted(each.types.items())),
                "before": dict(sorted(each.before.items())),
            }
            for each in found.missed
        ],
        "would_be_given": found.opened,
        "not_checkable": [
            _named(each) | {"reason": each.left.value} for each in found.left if each.left is not None
        ],
    }


def _named(each: Missed) -> dict[str, object]:
    return {"request": each.number, "release": each.release_id, "turn": each.turn, "call": each.call_id}
