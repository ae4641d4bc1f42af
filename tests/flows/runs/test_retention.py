from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Held, Withdrawn
from flows.desk.cases import files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.values import FileKind
from flows.masking.mask_case_call import mask_case_call
from flows.settings import Settings
from tests.desk_builders import CLERK, MANAGER, WORKER
from tests.flow_builders import waiting_voice

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def old_desk(flow_desk: Desk, tmp_path: Path, monkeypatch) -> Desk:
    """A desk with a call whose raw copy's time is over, and drafts that are kept on."""
    from flows.runs import retention

    call = waiting_voice(flow_desk, tmp_path)
    mask_case_call(flow_desk, WORKER, call.call_id)
    do(flow_desk, CLERK, Withdrawn(call.request_id, "電話で取下げ"))
    later = timedelta(days=flow_desk.settings.retain_raw_days + 1)
    clock = flow_desk.clock
    monkeypatch.setattr(retention, "open_desk", lambda settings: open_desk(settings, lambda: clock() + later))
    return flow_desk


def run(**parameters: bool) -> dict[str, int]:
    """One run of the deployment's flow."""
    from flows.runs.retention import retention

    return retention(**parameters)


def kinds(desk: Desk) -> list[FileKind]:
    """Of the files that are there."""
    return sorted(file.kind for file in files.list_files(desk))


def report() -> str:
    """The newest artifact."""
    from prefect.artifacts import Artifact

    return str(Artifact.get("retention-summary").data)


def test_a_dry_run_counts_and_erases_nothing(old_desk: Desk):
    """The default: what would go is told by kind."""
    before = kinds(old_desk)

    assert run() == {"raw": 1}
    assert kinds(old_desk) == before
    assert "消す予定" in report()
    assert "| 録音の写し | 1 |" in report()


def test_what_is_over_is_erased_with_proof(old_desk: Desk):
    """The raw copy is gone from the store, the drafts stay, and the record says which file it was."""
    (raw,) = (file for file in files.list_files(old_desk) if file.kind is FileKind.RAW)
    assert run(erase=True) == {"raw": 1}
    proof = [entry for entry in audit.entries(old_desk) if entry.action == "file.erase"]

    assert FileKind.RAW not in kinds(old_desk)
    assert FileKind.REVIEW in kinds(old_desk)
    assert not old_desk.store.exists(raw.store_key)
    assert [(entry.subject.file_digest, entry.detail["gone"]) for entry in proof] == [(raw.digest, 1)]
    assert audit.verify(old_desk) == ()
    assert run(erase=True) == {}


def test_a_legal_hold_keeps_everything(old_desk: Desk):
    """Whatever the day."""
    (raw,) = (file for file in files.list_files(old_desk) if file.kind is FileKind.RAW)
    do(old_desk, MANAGER, Held(raw.request_id))

    assert run(erase=True) == {}
    assert FileKind.RAW in kinds(old_desk)


def test_the_people_in_the_ledger_have_their_time_too(flow_desk: Desk, tmp_path: Path, monkeypatch):
    """Counted first, erased with the last of their files; the number stays, with nobody's name."""
    from flows.runs import retention

    call = waiting_voice(flow_desk, tmp_path)
    mask_case_call(flow_desk, WORKER, call.call_id)
    do(flow_desk, CLERK, Withdrawn(call.request_id, "電話で取下げ"))
    much_later = timedelta(days=flow_desk.settings.retain_ledger_days + 1)
    clock = flow_desk.clock
    monkeypatch.setattr(
        retention, "open_desk", lambda settings: open_desk(settings, lambda: clock() + much_later)
    )
    planned = run()

    assert planned["ledger"] == 1
    assert requests.get(flow_desk, call.request_id).content.requester.names
    assert run(erase=True) == planned
    assert "| 台帳の個人情報(請求) | 1 |" in report()
    assert requests.get(flow_desk, call.request_id).content.requester.names == ()
    assert audit.verify(flow_desk) == ()
    assert run(erase=True) == {}


def test_a_killed_runs_files_are_swept(old_desk: Desk, monkeypatch):
    """A stored file that no row names and that is old enough."""
    monkeypatch.setenv("KAIJI_ORPHAN_SECONDS", "0")
    orphan = old_desk.store.put(b"left behind")
    run(erase=True)

    assert not old_desk.store.exists(orphan.key)
    assert "残った保管ファイル: 1 件" in report()
    assert Settings().orphan_seconds == 0
