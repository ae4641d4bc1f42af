"""What goes out: rendered once more from the final plan, verified, sealed, and the case frozen.

The whole package (letter, MP3, encrypted ZIP) comes with the sign-off; here are its bones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated

from prefect import flow, get_run_logger
from pydantic import Field

from flows import outputs
from flows.case_task import harmless, tell_failure
from flows.desk import releases, requests
from flows.desk.calls import list_calls, open_recording
from flows.desk.desk import Desk, open_desk
from flows.desk.errors import ImpossibleStepError
from flows.desk.files import NewFile, add_file
from flows.desk.plans import Approval, StoredPlan, approved_plan
from flows.desk.releases import Answer
from flows.desk.states import State
from flows.desk.values import Actor, Call, FileKind, Role
from flows.final_copy import MASKED_FILES, render
from flows.mask_case_call import load_models
from flows.settings import Settings
from flows.stages import verify
from flows.workspace import LEAKS
from pipeline.errors import CallUnsafeError

__all__ = ["release_case"]

RELEASER = Actor("release", Role.SYSTEM)

RequestId = Annotated[
    str, Field(pattern=r"^(R-\d{4}-\d{4,8}|q[0-9a-f]{16})?$", json_schema_extra={"title": "請求の番号"})
]

GOES_OUT = (outputs.MASKED_WAV, outputs.MASKED_TEXT)


@flow(
    name="release-case",
    persist_result=False,
    validate_parameters=False,
    log_prints=False,
    on_failure=[tell_failure],
    on_crashed=[tell_failure],
)
@harmless
def release_case(request: RequestId = "") -> dict[str, int]:
    """開示: 承認された請求の通話を最終の計画からもう一度作り、確かめ、封をして、請求を閉じます。

    承認されていない通話が1件でもあれば、何もしません。

    Args:
        request: 請求の番号(例 R-2026-0042)。

    Returns:
        通話とファイルの件数。
    """
    with open_desk(Settings()) as desk:
        approved = approved_calls(desk, request)
        made = [new for call, what in approved for new in render_again(desk, call, what)]
        package = seal(desk, request, made)
        partial = any(plan.plan.masked for _, (plan, _) in approved)
        releases.release(desk, RELEASER, request, (Answer.PARTIAL if partial else Answer.FULL, package))
    get_run_logger().info("released %d calls, %d files", len(approved), len(made))
    return {"calls": len(approved), "files": len(made)}


def approved_calls(desk: Desk, request: str) -> Sequence[tuple[Call, tuple[StoredPlan, Approval]]]:
    """A request's calls and their final plans.

    Raises:
        ImpossibleStepError: when the request or a call is not approved, or a plan or a file is
            not the one that was.
    """
    found = requests.get(desk, request)
    if found.state is not State.APPROVED:
        msg = f"{found.number}: 開示はできません。いまの状態は「{found.state.label}」です"
        raise ImpossibleStepError(msg)
    waiting = list_calls(desk, (State.APPROVED,), request)
    return [(call, approved_plan(desk, call.call_id)) for call in waiting]


def render_again(desk: Desk, call: Call, approved: tuple[StoredPlan, Approval]) -> tuple[NewFile, ...]:
    """Make a call's masked files anew from its final plan and put them, verified, into the store.

    Raises:
        ImpossibleStepError: when they are not, byte for byte, the files that were approved.
        CallUnsafeError: when something can still be heard or read.
    """
    stored, approval = approved
    with open_recording(desk, call.call_id) as audio, desk.store.private_folder() as folder:
        workspace = render(desk, RELEASER, (audio, folder), stored.plan)
        made = {kind.value: outputs.file_sha256(folder / name) for kind, name in MASKED_FILES.items()}
        if tuple(sorted(made.items())) != approval.files:
            msg = f"{call.call_id}: 作り直した写しが、承認された写しと一致しません。開示できません"
            raise ImpossibleStepError(msg)
        if verify(workspace, load_models(desk.settings.model)):
            msg = f"{call.call_id}: 伏せた後の確認で{len(workspace.get(LEAKS))}件の漏れが残りました"
            raise CallUnsafeError(msg)
        return tuple(NewFile(FileKind.PACKAGE, desk.store.put(folder / name)) for name in GOES_OUT)


def seal(desk: Desk, request: str, made: Sequence[NewFile]) -> str:
    """Make the files the request's, and a manifest of their hashes.

    Returns:
        SHA-256 of the manifest: it stands for all of them.
    """
    content: Mapping[str, object] = {"request": request, "files": sorted(new.stored.sha256 for new in made)}
    raw = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    for new in (*made, NewFile(FileKind.MANIFEST, desk.store.put(raw))):
        add_file(desk, RELEASER, request, new)
    return hashlib.sha256(raw).hexdigest()
