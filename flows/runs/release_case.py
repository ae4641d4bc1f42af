"""The flow that releases an approved request: its answer is made, sealed and recorded."""

from __future__ import annotations

from prefect import flow, get_run_logger

from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.values import Actor, Role
from flows.exchange.outbox import place_released
from flows.masking.mask_case_call import load_models
from flows.releasing.release import release
from flows.runs.case_task import QUIET, harmless
from flows.runs.form_ids import RequestId, check_ids
from flows.settings import Settings

RELEASER = Actor("release", Role.SYSTEM)


@flow(name="release-case", **QUIET)
@harmless
def release_case(request: RequestId = "") -> dict[str, int]:
    """開示: 承認された請求の通話を最終の計画からもう一度作り、確かめ、封をして、請求を閉じます。

    承認されていない通話が1件でもあれば、何もしません。不開示とした請求では、回答書だけを作ります。
    合言葉はここには出ません: kaiji release password で見られます。

    Args:
        request: 請求の番号(例 R-2026-0042)。

    Returns:
        開示した通話と、渡すファイルの件数。
    """
    check_ids(request=request)
    with open_desk(Settings()) as desk:
        answer = release(desk, RELEASER, request, load_models)
        fault = place_released(desk, RELEASER, request)
    if fault:
        get_run_logger().warning("%s", fault)
    calls = sum(not call.withheld for call in answer.calls)
    get_run_logger().info("released %d calls, %d files", calls, len(answer.files))
    return {"calls": calls, "files": len(answer.files)}
