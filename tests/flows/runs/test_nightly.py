from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from flows.desk.cases import calls, files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import DatabaseGoneError, StorageFullError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN
from flows.desk.work import claims
from flows.settings import Settings
from pipeline.errors import CallUnsafeError
from tests.desk_builders import WORKER
from tests.flow_builders import InTurn, waiting, waiting_voice

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def desk(flow_desk: Desk) -> Desk:
    """A desk whose nights hear what the fakes give."""
    return flow_desk


def models(monkeypatch, *trouble: BaseException | None) -> InTurn:
    """Let the coming attempts have trouble."""
    from flows.masking import mask_case_call

    turns = InTurn(*trouble)
    monkeypatch.setattr(mask_case_call, "load_models", turns)
    return turns


def outrun(desk: Desk, monkeypatch) -> None:
    """Let another worker claim each call just before the night does, and get no further."""
    from flows.runs import nightly

    mask = nightly.mask_waiting_call

    def claimed_first(call_id: str) -> dict[str, int]:
        if calls.get_call(desk, call_id).state is State.REQUESTED:
            with open_desk(Settings()) as quicker:
                claims.claim_call(quicker, WORKER, call_id)
        return mask(call_id)

    monkeypatch.setattr(nightly, "mask_waiting_call", claimed_first)


def night(**parameters: object) -> dict[str, int]:
    """One night."""
    from flows.runs.nightly import nightly

    return nightly(**parameters)


def summary() -> str:
    """The newest summary artifact."""
    from prefect.artifacts import Artifact

    return str(Artifact.get("nightly-summary").data)


def plot() -> str:
    """The newest plot of a night."""
    from prefect.artifacts import Artifact

    return str(Artifact.get("nightly-plot").data)


def table() -> list[dict[str, object]]:
    """The rows of the newest table of a night's calls."""
    from prefect.artifacts import Artifact

    return json.loads(str(Artifact.get("nightly-calls").data))


def failures(desk: Desk) -> list[dict[str, str]]:
    """The lines for the company's monitoring."""
    lines = (desk.settings.home / "log" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def states(desk: Desk) -> list[State]:
    """Of all calls, in the order in which they were attached."""
    return [call.state for call in calls.list_calls(desk)]


def test_what_killed_workers_left_in_clear_is_gone_after_a_night_without_calls(desk):
    """A worker that was killed as it ended its last call leaves a folder, and no call comes to sweep it."""
    left = [desk.settings.work / f"{prefix}-0123456789abcdef" for prefix in ("clear", "run", "mask")]
    for folder in left:
        folder.mkdir(parents=True, mode=0o700)
        (folder / ".lock").touch()
        (folder / "recording").write_bytes(b"in clear")

    night()

    assert not any(folder.exists() for folder in left)


def test_the_good_calls_go_into_review_and_the_broken_ones_are_set_aside(desk, tmp_path, monkeypatch):
    """One night over good, unreadable, changed, missing and unsafe calls: each has its own fate."""
    good = [waiting_voice(desk, tmp_path, seconds) for seconds in (4.0, 5.0)]
    unsafe = waiting_voice(desk, tmp_path, 9.0)
    models(monkeypatch, CallUnsafeError("伏せた後の確認で1件の漏れが残りました"))
    (tmp_path / "noise.wav").write_bytes(b"no audio")
    unreadable = waiting(desk, tmp_path / "noise.wav")
    (tmp_path / "gone.wav").write_bytes(b"soon gone")
    missing = waiting(desk, tmp_path / "gone.wav")
    (tmp_path / "gone.wav").unlink()
    (tmp_path / "other.wav").write_bytes(b"before")
    changed = waiting(desk, tmp_path / "other.wav")
    (tmp_path / "other.wav").write_bytes(b"after")
    counts = night()
    kinds = {call.call_id: call.failure_kind for call in calls.list_calls(desk, (State.FAILED,))}

    assert (counts["masked"], counts["set_aside"], counts["seconds"]) == (2, 4, 9)
    assert [calls.get_call(desk, call.call_id).state for call in good] == [State.IN_REVIEW] * 2
    assert kinds == {
        unsafe.call_id: "call_unsafe",
        unreadable.call_id: "unreadable_audio",
        missing.call_id: "recording_unreadable",
        changed.call_id: "recording_changed",
    }
    assert audit.verify(desk) == ()
    text = summary()
    assert "| 伏せ終えた通話 | 2 件(音声 0.1 分) |" in text
    assert "| 安全に伏せられない | 1 |" in text
    assert f"| {unsafe.call_id} | 安全に伏せられない |" in text
    assert "kaiji call requeue" in text
    assert requests.get(desk, good[0].request_id).number in text
    assert {line["call"]: line["kind"] for line in failures(desk) if line["state"] == "set_aside"} == kinds
    drawn = plot()
    assert "| 通話 | 6 件(確認待ちへ 2件、処理できなかった 4件、次回に回した 0件) |" in drawn
    assert "| 処理待ち(初め → 終わり) | 6 件 → 0 件 |" in drawn
    assert "data:image/svg+xml;base64," in drawn
    rows = {row["通話"]: row for row in table()}
    assert set(rows) == {*kinds, *(call.call_id for call in good)}
    assert (rows[good[1].call_id]["結果"], rows[good[1].call_id]["音声(分)"]) == ("確認待ちへ", 0.1)
    assert (rows[missing.call_id]["結果"], rows[missing.call_id]["理由"]) == (
        "処理できなかった",
        "録音ファイルを読めない",
    )


def test_a_second_night_does_nothing_twice(desk: Desk, tmp_path: Path):
    """No claim, no plan, no file more than after the first."""
    call = waiting_voice(desk, tmp_path)
    night()
    before = files.list_files(desk, call_id=call.call_id), audit.entries(desk)
    counts = night()

    assert counts["masked"] == 0
    assert (files.list_files(desk, call_id=call.call_id), audit.entries(desk)) == before


def test_what_may_pass_is_tried_again(desk: Desk, tmp_path: Path, monkeypatch):
    """Twice a lack of memory, then it goes well: one night, three attempts."""
    turns = models(monkeypatch, MemoryError(), MemoryError())
    call = waiting_voice(desk, tmp_path)
    counts = night()

    assert (counts["masked"], turns.attempts) == (1, 3)
    assert calls.get_call(desk, call.call_id).state is State.IN_REVIEW


def test_what_cannot_pass_is_not_tried_again(desk: Desk, tmp_path: Path, monkeypatch):
    """A call that cannot be masked safely costs one attempt, not three."""
    turns = models(monkeypatch, CallUnsafeError("漏れ"))
    waiting_voice(desk, tmp_path)
    night()

    assert turns.attempts == 1


def test_the_retries_wait_longer_each_time():
    """Ten seconds, then twenty, and a bit of chance so that two do not come back together."""
    from flows.runs.case_task import mask_waiting_call

    assert mask_waiting_call.retries == 2
    assert mask_waiting_call.retry_delay_seconds == [10, 20]
    assert mask_waiting_call.retry_jitter_factor


def test_a_killed_nights_call_is_taken_up_by_the_next(desk: Desk, tmp_path: Path, monkeypatch):
    """While the killed worker's claim lasts the next night waits; then the call is its own."""
    monkeypatch.setenv("KAIJI_LEASE_SECONDS", "1")
    call = waiting_voice(desk, tmp_path)
    with open_desk(Settings()) as killed:
        claims.claim_call(killed, WORKER, call.call_id)
    assert states(desk) == [State.PROCESSING]
    counts = night()

    assert counts["masked"] == 1
    assert calls.get_call(desk, call.call_id).state is State.IN_REVIEW


def test_a_call_lost_to_a_worker_that_is_then_killed_is_taken_up(desk: Desk, tmp_path: Path, monkeypatch):
    """Two runs see the same call; the quicker one dies with it: the slower one does it in the same night."""
    monkeypatch.setenv("KAIJI_LEASE_SECONDS", "1")
    call = waiting_voice(desk, tmp_path)
    outrun(desk, monkeypatch)
    counts = night()

    assert (counts["masked"], counts["passed"]) == (1, 0)
    assert calls.get_call(desk, call.call_id).state is State.IN_REVIEW


def test_a_call_that_another_worker_does_is_passed(desk: Desk, tmp_path: Path, monkeypatch):
    """It is not waited for longer than the other one's claim lasts, and counted once."""
    from flows.runs import nightly

    monkeypatch.setattr(nightly, "LEASE_GRACE_SECONDS", -29.0)
    monkeypatch.setenv("KAIJI_LEASE_SECONDS", "30")
    call = waiting_voice(desk, tmp_path)
    outrun(desk, monkeypatch)
    counts = night()

    assert (counts["masked"], counts["passed"]) == (0, 1)
    after = calls.get_call(desk, call.call_id)
    assert after.state is State.PROCESSING
    assert after.lease_until is not None
    until = f"{after.lease_until.astimezone(JAPAN):%m月%d日 %H:%M}"
    assert f"| {call.call_id} | 処理中。合図が途絶えれば {until} から" in summary()


def test_a_full_disk_stops_the_night_and_costs_no_call_anything(desk: Desk, tmp_path: Path, monkeypatch):
    """The first call meets it, the second is not begun; both wait, and the run is marked failed."""
    from flows.masking.mask_case_call import MachineError

    models(monkeypatch, StorageFullError("保管場所に空きがありません"))
    for _ in range(2):
        waiting_voice(desk, tmp_path)
    with pytest.raises(MachineError):
        night()

    assert states(desk) == [State.REQUESTED] * 2
    assert [call.attempts for call in calls.list_calls(desk)] == [0, 0]
    assert "途中で止まりました: 空きがない" in summary()
    assert night()["masked"] == 2


def test_a_database_that_is_away_for_a_moment_costs_nothing(desk: Desk, tmp_path: Path, monkeypatch):
    """It is there again at the next try."""
    models(monkeypatch, DatabaseGoneError("データベースを使えません"))
    call = waiting_voice(desk, tmp_path)

    assert night()["masked"] == 1
    assert calls.get_call(desk, call.call_id).attempts == 1


def test_a_call_that_hangs_is_set_aside(desk: Desk, tmp_path: Path, monkeypatch):
    """After its time the other calls go on."""
    from flows.runs import case_task

    monkeypatch.setattr(case_task.mask_waiting_call, "timeout_seconds", 3.0)
    models(monkeypatch, lambda: time.sleep(8))
    hangs, other = waiting_voice(desk, tmp_path, 8.0), waiting_voice(desk, tmp_path, 4.0)
    counts = night()

    assert calls.get_call(desk, hangs.call_id).failure_kind == "timeout"
    assert calls.get_call(desk, other.call_id).state is State.IN_REVIEW
    assert (counts["masked"], counts["set_aside"]) == (1, 1)


def test_the_longest_calls_come_first(desk: Desk, tmp_path: Path, monkeypatch):
    """So that no worker sits over a long one alone at the end."""
    from flows.runs import nightly

    short, long = waiting_voice(desk, tmp_path, 4.0), waiting_voice(desk, tmp_path, 8.0)
    order = []
    monkeypatch.setattr(nightly, "mask_waiting_call", lambda call_id: order.append(call_id) or {})
    monkeypatch.setattr(nightly.Tally, "add", lambda *_: None)
    night()

    assert order == [long.call_id, short.call_id]


def test_a_night_may_be_limited(desk: Desk, tmp_path: Path):
    """By a number of calls; the others wait for the next."""
    for _ in range(2):
        waiting_voice(desk, tmp_path)

    assert night(at_most=1)["masked"] == 1
    assert sorted(states(desk)) == [State.IN_REVIEW, State.REQUESTED]


def test_a_failed_run_leaves_a_line_for_the_companys_monitoring(desk: Desk, tmp_path: Path, monkeypatch):
    """Ids, state and kind; nothing else."""
    from flows.masking.mask_case_call import MachineError

    models(monkeypatch, StorageFullError("保管場所に空きがありません"))
    call = waiting_voice(desk, tmp_path)
    with pytest.raises(MachineError):
        night()
    of_call, of_run = failures(desk)

    assert of_call.keys() == of_run.keys() == {"at", "run", "deployment", "state", "kind", "call"}
    assert (of_call["state"], of_run["state"]) == ("put_back", "Failed")
    assert of_call["kind"] == of_run["kind"] == "storage_full"
    assert of_call["call"] == of_run["call"] == call.call_id
    assert of_call["run"] == of_run["run"] != ""
    assert f"| {call.call_id} | 空きがない |" in summary()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (StorageFullError("満杯"), "storage_full"),
        (RuntimeError("長谷川"), "RuntimeError"),
        (None, "crashed"),
        (b"not ours", "crashed"),
    ],
)
def test_a_failures_kind_is_never_empty(desk: Desk, data: object, kind: str):
    """Also of a run that crashed, whose end Prefect tells without what was raised, or with its own record."""
    from types import SimpleNamespace
    from uuid import uuid4

    from prefect.states import Crashed

    from flows.runs.case_task import tell_failure

    run = SimpleNamespace(id=uuid4(), deployment_id=None)
    for told in (data, SimpleNamespace(result=data)):
        tell_failure(
            None,
            run,
            Crashed(data=told)
            if told is data
            else SimpleNamespace(data=told, name="Crashed", type=Crashed().type),
        )
    assert [line["kind"] for line in failures(desk)] == [kind, kind]


def test_every_parameter_has_a_default_and_explains_itself():
    """Prefect's form shows a Japanese title and description for each field of each deployment."""
    from prefect.utilities.callables import parameter_schema

    from flows.runs.nightly import nightly
    from flows.runs.on_demand import mask_on_demand
    from flows.runs.release_case import release_case
    from flows.runs.retention import retention

    for flow in (nightly, mask_on_demand, release_case, retention):
        schema = parameter_schema(flow).model_dump_for_openapi()
        assert not schema.get("required")
        for name, field in schema["properties"].items():
            assert "default" in field
            assert not field["title"].isascii(), name
            assert not field["description"].isascii(), name
        assert flow.description is not None
        assert not flow.description.isascii()


def test_the_summary_tells_which_reports_of_a_breach_are_due(desk: Desk, tmp_path: Path):
    """Its number, the report and the day; not what happened."""
    from flows.desk.breaches.steps import NewMark, mark_breach
    from flows.desk.kinds.breaches import BreachKind
    from tests.release_builders import APPROVER, approved, asked, released, with_company

    request = asked(with_company(desk))
    approved(desk, tmp_path, request)
    released(desk, request)
    assert "漏えい等" not in (night(), summary())[1]
    breach = mark_breach(desk, APPROVER, request, NewMark(BreachKind.LOST, "佐伯一郎の車で紛失した"))
    night()
    text = summary()

    assert f"| {breach.number} | 速報 | " in text
    assert f"| {breach.number} | 確報 | " in text
    assert "佐伯" not in text
