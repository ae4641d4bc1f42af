"""The flow that masks at once: one call, all waiting calls of a request, or one file of the inbox."""

from __future__ import annotations

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

from flows.desk.cases.calls import get_call
from flows.desk.integrity.desk import open_desk
from flows.desk.work.backlog import backlog
from flows.masking.mask_case_call import GaveUpError, SetAsideError
from flows.runs.case_task import (
    INTAKE,
    QUIET,
    harmless,
    mask_waiting_call,
    note_failure,
    recognition,
)
from flows.runs.form_ids import CallId, InboxId, RequestId, check_ids
from flows.runs.inbox import take_from_inbox
from flows.runs.night_report import Fate, Tally, Tried, failures_of
from flows.settings import Settings
from pipeline.errors import PipelineError


class NothingNamedError(PipelineError):
    """The form names nothing to mask."""

    code = "nothing_named"


@flow(name="mask-call", **QUIET)
@harmless
def mask_on_demand(call_id: CallId = "", request: RequestId = "", inbox_file: InboxId = "") -> dict[str, int]:
    """すぐに処理: 通話を1件、または請求1件の処理待ちの通話すべてを、夜を待たずに伏せます。

    名前や電話番号は入力しないでください。IDだけで指定します。

    Args:
        call_id: 伏せる通話のID(例 c0123456789abcdef)。`kaiji case show` で分かります。
        request: 請求の番号(例 R-2026-0042)。これだけを入れると、その請求の処理待ちの通話をすべて処理します。
        inbox_file: 受信箱に置いた録音ファイルのID(例 i0123456789abcdef)。請求の番号も入れてください。
            録音をその請求に追加してから処理します。

    Returns:
        処理した通話の件数など。
    """
    check_ids(call_id=call_id, request=request, inbox_file=inbox_file)
    tally = Tally()
    errors = []
    for one in named_calls(call_id, request, inbox_file):
        try:
            with recognition():
                tally.add(one, mask_waiting_call(one))
        except GaveUpError as error:
            fate = Fate.SET_ASIDE if isinstance(error, SetAsideError) else Fate.PUT_BACK
            tally.fail(Tried(one, fate, error.kind))
            note_failure(one, fate.value, error.kind)
            error.call_id = one
            errors.append(error)
    tell(tally)
    if errors:
        raise errors[0]
    return tally.counts()


def named_calls(call_id: str, request: str, inbox_file: str) -> tuple[str, ...]:
    """Return the calls that the form names.

    Raises:
        NothingNamedError: when it names none, or an inbox file without a request.
        DeskError: when there is no such call, request or file, or the step is impossible.
    """
    with open_desk(Settings()) as desk:
        if inbox_file:
            if not request:
                msg = "受信箱のファイルには、請求の番号も入れてください"
                raise NothingNamedError(msg)
            return (take_from_inbox(desk, INTAKE, inbox_file, request),)
        if call_id:
            return (get_call(desk, call_id).call_id,)
        if request:
            return backlog(desk, request).ready
    msg = "通話のID、請求の番号、受信箱のファイルのIDのどれかを入れてください"
    raise NothingNamedError(msg)


def tell(tally: Tally) -> None:
    """Write the result as an artifact and to the run's log."""
    counts = tally.counts()
    rows = [f"| {call_id} | {why} |" for fate in Fate for call_id, why in failures_of(tally, fate) if why]
    lines = [
        "| すぐに処理 | |\n|---|---:|",
        f"| 確認待ちになった通話 | {tally.masked} 件 |",
        f"| 伏せた箇所 | {tally.total('masked')} 件 |",
        f"| 要確認の箇所 | {tally.total('to_review')} 件 |",
        *rows,
    ]
    create_markdown_artifact("\n".join(lines) + "\n", key="on-demand-summary")
    get_run_logger().info("masked %(masked)d, set aside %(set_aside)d", counts)
