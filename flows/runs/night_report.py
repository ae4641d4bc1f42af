"""The report of a night in Prefect: ids, counts, minutes and public request numbers, nothing else."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.desk.breaches.clocks import Clock
from flows.desk.kinds.breaches import days_left_text
from flows.desk.kinds.states import State
from flows.desk.work.backlog import Due, Standing
from flows.desk.work.holding import Held, claim_text


class Fate(enum.StrEnum):
    """Outcome of a call in a run."""

    MASKED = "masked"
    SET_ASIDE = "set_aside"
    PUT_BACK = "put_back"


KINDS = {
    "unreadable_audio": "音声を読めない",
    "call_unsafe": "安全に伏せられない",
    "internal": "プログラムの誤り",
    "recording_changed": "録音が追加時と違う",
    "recording_unreadable": "録音ファイルを読めない",
    "output_folder": "作業フォルダに書けない",
    "worker_lost": "作業プロセスが何度も止まった",
    "timeout": "時間内に終わらない",
    "claim_lost": "別の作業プロセスに移った・取り下げられた",
    "impossible_step": "別の作業プロセスが処理済み",
    "storage_full": "空きがない",
    "storage_gone": "保管場所を使えない",
    "database_full": "データベースに空きがない",
    "database_gone": "データベースを使えない",
    "database_busy": "データベースが使用中",
    "model": "モデルを使えない",
    "recognizer_file": "検出器の設定ファイルの誤り",
    "wrong_key": "鍵が違う",
    "key_missing": "鍵がない",
}
"""Labels of failures; a kind that is not listed is shown by its code."""

CAUSE_REMOVED = "原因を除いてから処理待ちに戻すには: `kaiji call requeue 通話`(窓口の人)"

STATES = (State.REQUESTED, State.PROCESSING, State.IN_REVIEW, State.APPROVED, State.FAILED)

FATES = {Fate.MASKED: "確認待ちへ", Fate.SET_ASIDE: "処理できなかった", Fate.PUT_BACK: "次回に回した"}

MAX_BLOCKS = 30
"""Blocks of the longest bar in the table of a night; each is a minute of work."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One call of a run.

    Attributes:
        call_id: The call's id.
        fate: Outcome of the call.
        kind: Error code of the failure; empty when it was masked.
        took: Seconds that the run spent on it.
        began: Start, in seconds from the beginning of the run.
        counts: Counts of a masked call, as the task returned them.
    """

    call_id: str
    fate: Fate
    kind: str = ""
    took: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    began: float = 0.0


@dataclass(slots=True)
class Tally:
    """Results of a run so far.

    Attributes:
        tried: The calls that it has tried, in order; one that another worker had is not among them.
        passed: Ids of calls that another worker had.
    """

    tried: list[Tried] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)

    def add(self, call_id: str, counts: Mapping[str, int], took: float = 0.0, began: float = 0.0) -> None:
        """Add a masked call with the counts that the task returned."""
        self.tried.append(Tried(call_id, Fate.MASKED, took=took, counts=counts, began=began))

    def fail(self, failed: Tried) -> None:
        """Add a call that was not masked."""
        self.tried.append(failed)

    @property
    def masked(self) -> int:
        """Number of calls that went into review."""
        return sum(one.fate is Fate.MASKED for one in self.tried)

    @property
    def set_aside(self) -> Counter[str]:
        """Failed calls by kind of failure."""
        return Counter(one.kind for one in self.tried if one.fate is Fate.SET_ASIDE)

    @property
    def put_back(self) -> Counter[str]:
        """Calls that are in the queue again, by kind of failure."""
        return Counter(one.kind for one in self.tried if one.fate is Fate.PUT_BACK)

    def total(self, count: str) -> int:
        """Sum of a count over the masked calls."""
        return sum(one.counts.get(count, 0) for one in self.tried)

    def counts(self) -> dict[str, int]:
        """Return the counts that the run returns."""
        return {
            "masked": self.masked,
            "set_aside": sum(self.set_aside.values()),
            "put_back": sum(self.put_back.values()),
            "passed": len(self.passed),
            "seconds": self.total("seconds"),
            "to_review": self.total("to_review"),
        }


def rows_of(tally: Tally) -> list[dict[str, str | int | float]]:
    """Return the table of a night: ids and counts, a row for each call in the order of the night."""
    return [
        {
            "通話": one.call_id,
            "結果": FATES[one.fate],
            "理由": KINDS.get(one.kind, one.kind),
            "音声(分)": round(one.counts.get("seconds", 0) / 60, 1),
            "要確認": one.counts.get("to_review", 0),
            "かかった(分)": round(one.took / 60, 1),
            "": "█" * min(MAX_BLOCKS, round(one.took / 60)),
        }
        for one in tally.tried
    ]


@dataclass(frozen=True, slots=True)
class End:
    """State of the desk at the end of a run.

    Attributes:
        at: The time.
        standing: State of the desk.
        held: Calls that other workers have.
        stopped: Error code of the reason when the night ended early.
        clocks: Reports of breaches that are still to be made.
    """

    at: datetime
    standing: Standing
    held: tuple[Held, ...] = ()
    stopped: str = ""
    clocks: tuple[Clock, ...] = ()


def summary(tally: Tally, minutes: float, end: End) -> str:
    """Return the summary of a night as markdown.

    Args:
        tally: Results of this run.
        minutes: Minutes that it took.
        end: State of the desk at its end.
    """
    standing = end.standing
    set_aside = sum(tally.set_aside.values())
    waiting = standing.calls.get(State.IN_REVIEW, 0)
    rows = [
        f"| 伏せ終えた通話 | {tally.masked} 件(音声 {tally.total('seconds') / 60:.1f} 分) |",
        f"| 伏せた箇所 | {tally.total('masked')} 件 |",
        f"| 要確認の箇所 | {tally.total('to_review')} 件 |",
        f"| 処理できなかった通話 | {set_aside} 件 |",
        f"| かかった時間 | {minutes:.1f} 分 |",
        f"| 処理待ちの通話(全体) | {standing.calls.get(State.REQUESTED, 0)} 件 |",
        f"| 確認待ちの通話(全体) | {waiting} 件(要確認 {standing.to_review} 箇所) |",
    ]
    parts = ["# 夜間処理のまとめ"]
    if end.stopped:
        parts.append(f"**途中で止まりました: {KINDS.get(end.stopped, end.stopped)}**")
    parts.append(_table("| 今回 | |\n|---|---:|", rows))
    parts += _kinds("処理できなかった理由", tally.set_aside)
    parts += _calls("処理できなかった通話", failures_of(tally, Fate.SET_ASIDE), CAUSE_REMOVED)
    parts += _calls("次回に回した通話", failures_of(tally, Fate.PUT_BACK), "次の夜間処理がもう一度試します。")
    parts += _held(end.held, end.at)
    parts += _states(standing)
    parts += _due(standing.due)
    parts += _clocks(end.clocks)
    return "\n\n".join(parts) + "\n"


def _table(head: str, rows: Iterable[str]) -> str:
    return "\n".join([head, *rows])


def _kinds(title: str, kinds: Mapping[str, int]) -> list[str]:
    if not kinds:
        return []
    rows = [f"| {KINDS.get(kind, kind)} | {count} |" for kind, count in sorted(kinds.items())]
    return [f"## {title}", _table("| 理由 | 件数 |\n|---|---:|", rows)]


def failures_of(tally: Tally, fate: Fate) -> list[tuple[str, str]]:
    """Return the calls of one fate, each with the label of its failure."""
    return [(one.call_id, KINDS.get(one.kind, one.kind)) for one in tally.tried if one.fate is fate]


def _calls(title: str, calls: Iterable[tuple[str, str]], what_next: str) -> list[str]:
    rows = [f"| {call_id} | {why} |" for call_id, why in calls]
    return [f"## {title}", _table("| 通話 | 理由 |\n|---|---|", rows), what_next] if rows else []


def _held(held: tuple[Held, ...], now: datetime) -> list[str]:
    rows = [f"| {one.call_id} | {claim_text(one.until, now)} |" for one in held]
    return ["## ほかの作業プロセスが処理中の通話", _table("| 通話 | |\n|---|---|", rows)] if rows else []


def _states(standing: Standing) -> list[str]:
    rows = [f"| {state.label} | {standing.calls.get(state, 0)} |" for state in STATES]
    return ["## 通話の状態(全体)", _table("| 状態 | 件数 |\n|---|---:|", rows)]


def _due(due: tuple[Due, ...]) -> list[str]:
    if not due:
        return []
    rows = [f"| {one.number} | {one.due_on.isoformat()} | {_left(one)} | {one.state.label} |" for one in due]
    return ["## 期限の近い請求", _table("| 請求 | 期限 | 残り | 状態 |\n|---|---|---:|---|", rows)]


def _clocks(clocks: tuple[Clock, ...]) -> list[str]:
    if not clocks:
        return []
    rows = [
        f"| {one.breach} | {one.stage.label} | {one.due_on.isoformat()} | {days_left_text(one.days_left)} |"
        for one in clocks
    ]
    return ["## 漏えい等の報告の期限", _table("| 番号 | | 期限 | 残り |\n|---|---|---|---:|", rows)]


def _left(due: Due) -> str:
    if due.paused:
        return "停止中"
    return f"{due.days_left} 日" if due.days_left >= 0 else f"**{-due.days_left} 日超過**"
