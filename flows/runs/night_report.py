"""The report of a night in Prefect: counts, minutes and public request numbers, nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flows.desk.kinds.states import State
from flows.desk.work.backlog import Due, Standing

__all__ = ["Tally", "summary"]

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

STATES = (State.REQUESTED, State.PROCESSING, State.IN_REVIEW, State.APPROVED, State.FAILED)


@dataclass(slots=True)
class Tally:
    """Counts of what one run has done so far.

    Attributes:
        masked: Calls that went into review.
        seconds: Seconds of their audio.
        items: Masked items in them.
        to_review: Doubtful findings in them.
        set_aside: Failed calls by kind of failure.
        put_back: Calls that are in the queue again, by kind of failure.
        passed: Ids of calls that another worker had.
    """

    masked: int = 0
    seconds: int = 0
    items: int = 0
    to_review: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    put_back: Counter[str] = field(default_factory=Counter)
    passed: set[str] = field(default_factory=set)

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the counts that the task returned for a masked call."""
        self.masked += 1
        self.seconds += counts["seconds"]
        self.items += counts["masked"]
        self.to_review += counts["to_review"]

    @property
    def tried(self) -> int:
        """Number of calls that were begun."""
        return self.masked + sum((self.set_aside + self.put_back).values()) + len(self.passed)

    def counts(self) -> dict[str, int]:
        """The counts that the run returns."""
        return {
            "masked": self.masked,
            "set_aside": sum(self.set_aside.values()),
            "put_back": sum(self.put_back.values()),
            "passed": len(self.passed),
            "seconds": self.seconds,
            "to_review": self.to_review,
        }


def summary(tally: Tally, minutes: float, standing: Standing, stopped: str = "") -> str:
    """Return the summary of a night as markdown.

    Args:
        tally: The counts of this run.
        minutes: Minutes that the run took.
        standing: State of the desk at its end.
        stopped: Error code of the reason when the night ended early.
    """
    set_aside = sum(tally.set_aside.values())
    waiting = standing.calls.get(State.IN_REVIEW, 0)
    rows = [
        f"| 伏せ終えた通話 | {tally.masked} 件(音声 {tally.seconds / 60:.1f} 分) |",
        f"| 伏せた箇所 | {tally.items} 件 |",
        f"| 要確認の箇所 | {tally.to_review} 件 |",
        f"| 処理できなかった通話 | {set_aside} 件 |",
        f"| かかった時間 | {minutes:.1f} 分 |",
        f"| 確認待ちの通話(全体) | {waiting} 件(要確認 {standing.to_review} 箇所) |",
    ]
    parts = ["# 夜間処理のまとめ"]
    if stopped:
        parts.append(f"**途中で止まりました: {KINDS.get(stopped, stopped)}**")
    parts.append(_table("| 今回 | |\n|---|---:|", rows))
    parts += _kinds("処理できなかった理由", tally.set_aside)
    parts += _kinds("次回に回した通話", tally.put_back)
    parts += _states(standing)
    parts += _due(standing.due)
    return "\n\n".join(parts) + "\n"


def _table(head: str, rows: Iterable[str]) -> str:
    return "\n".join([head, *rows])


def _kinds(title: str, kinds: Mapping[str, int]) -> list[str]:
    if not kinds:
        return []
    rows = [f"| {KINDS.get(kind, kind)} | {count} |" for kind, count in sorted(kinds.items())]
    return [f"## {title}", _table("| 理由 | 件数 |\n|---|---:|", rows)]


def _states(standing: Standing) -> list[str]:
    rows = [f"| {state.label} | {standing.calls.get(state, 0)} |" for state in STATES]
    return ["## 通話の状態(全体)", _table("| 状態 | 件数 |\n|---|---:|", rows)]


def _due(due: tuple[Due, ...]) -> list[str]:
    if not due:
        return []
    rows = [f"| {one.number} | {one.due_on.isoformat()} | {_left(one)} | {one.state.label} |" for one in due]
    return ["## 期限の近い請求", _table("| 請求 | 期限 | 残り | 状態 |\n|---|---|---:|---|", rows)]


def _left(due: Due) -> str:
    if due.paused:
        return "停止中"
    return f"{due.days_left} 日" if due.days_left >= 0 else f"**{-due.days_left} 日超過**"
