"""The flow that erases data whose retention period is over, or counts it in a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from flows.desk.cases.files import sweep_orphans
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.values import Actor, Role
from flows.desk.record.periods import erase_due, find_due, label_of
from flows.intake.drop_stay import clear_stays
from flows.runs.case_task import QUIET, harmless
from flows.settings import Settings

ERASER = Actor("retention", Role.SYSTEM)

Erase = Annotated[bool, Field(json_schema_extra={"title": "実際に消す"})]


@flow(name="retention", **QUIET)
@harmless
def retention(erase: Erase = False) -> dict[str, int]:
    """保存期間の管理: 期間を過ぎたファイルと台帳の個人情報を消し、消したことを監査記録に残します。

    保全中(訴訟など)の請求のものは消しません。

    Args:
        erase: 入れなければ、消す予定のものを数えるだけです。

    Returns:
        種類ごとの件数。
    """
    with open_desk(Settings()) as desk:
        due = find_due(desk)
        done = erase_due(desk, ERASER, due) if erase else due
        orphans = sweep_orphans(desk) if erase else 0
        stays = clear_stays(desk, ERASER) if erase else 0
    create_markdown_artifact(report(done.counts(), orphans, stays, erased=erase), key="retention-summary")
    get_run_logger().info("due %d, erased %d, orphans %d", due.count, done.count if erase else 0, orphans)
    return done.counts()


def report(counts: Mapping[str, int], orphans: int, stays: int = 0, *, erased: bool) -> str:
    """Return the report of the run as markdown."""
    title = "消したもの" if erased else "消す予定のもの(まだ消していません)"
    rows = [f"| {label_of(kind)} | {count} |" for kind, count in counts.items()]
    lines = [f"# {title}", "", "| 種類 | 件数 |", "|---|---:|", *rows, f"| 合計 | {sum(counts.values())} |"]
    if erased:
        lines += ["", f"処理の途中で残った保管ファイル: {orphans} 件を除きました。"]
    if stays:
        lines += ["", f"受付フォルダで期間を過ぎたもの: {stays} 件を除きました。"]
    return "\n".join(lines) + "\n"
