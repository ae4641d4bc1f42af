"""What has been kept long enough is erased, with proof in the record; a dry run comes first."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from flows.case_task import harmless, tell_failure
from flows.desk.desk import Desk, open_desk
from flows.desk.errors import ConflictError, NotFoundError
from flows.desk.files import due_files, erase_file, sweep_orphans
from flows.desk.values import JAPAN, Actor, DeskFile, FileKind, Role
from flows.settings import Settings

__all__ = ["LABELS", "retention"]

ERASER = Actor("retention", Role.SYSTEM)

LABELS = {
    FileKind.RAW: "録音の写し",
    FileKind.TRANSCRIPT: "文字起こし",
    FileKind.REVIEW: "確認用の資料",
    FileKind.MASKED_AUDIO: "伏せた音声",
    FileKind.MASKED_TEXT: "伏せた文字",
    FileKind.MASKED_JSON: "伏せた文字(時刻付き)",
    FileKind.MANIFEST: "記録票",
    FileKind.LETTER: "回答書",
    FileKind.PACKAGE: "開示したもの",
}

Erase = Annotated[bool, Field(json_schema_extra={"title": "実際に消す"})]


@flow(
    name="retention",
    persist_result=False,
    validate_parameters=False,
    log_prints=False,
    on_failure=[tell_failure],
    on_crashed=[tell_failure],
)
@harmless
def retention(erase: Erase = False) -> dict[str, int]:
    """保存期間の管理: 期間を過ぎたファイルを消し、消したことを監査記録に残します。

    保全中(訴訟など)の請求のファイルは消しません。

    Args:
        erase: 入れなければ、消す予定のものを数えるだけです。

    Returns:
        種類ごとの件数。
    """
    with open_desk(Settings()) as desk:
        due = due_files(desk, desk.clock().astimezone(JAPAN).date())
        done = erase_all(desk, due) if erase else due
        orphans = sweep_orphans(desk) if erase else 0
    counts = Counter(file.kind for file in done)
    create_markdown_artifact(report(counts, orphans, erased=erase), key="retention-summary")
    get_run_logger().info("due %d, erased %d, orphans %d", len(due), len(done) if erase else 0, orphans)
    return {kind.value: count for kind, count in counts.items()}


def erase_all(desk: Desk, due: Iterable[DeskFile]) -> list[DeskFile]:
    """Erase files; one that was held or erased meanwhile is passed over."""
    erased = []
    for file in due:
        with contextlib.suppress(ConflictError, NotFoundError):
            erase_file(desk, ERASER, file.file_id)
            erased.append(file)
    return erased


def report(counts: Counter[FileKind], orphans: int, *, erased: bool) -> str:
    """The run as markdown."""
    title = "消したファイル" if erased else "消す予定のファイル(まだ消していません)"
    rows = [f"| {LABELS[kind]} | {counts[kind]} |" for kind in FileKind if counts[kind]]
    lines = [f"# {title}", "", "| 種類 | 件数 |", "|---|---:|", *rows, f"| 合計 | {sum(counts.values())} |"]
    if erased:
        lines += ["", f"処理の途中で残った保管ファイル: {orphans} 件を除きました。"]
    return "\n".join(lines) + "\n"
