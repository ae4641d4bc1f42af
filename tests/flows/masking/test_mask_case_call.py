from __future__ import annotations

import errno
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Withdrawn
from flows.desk.cases import calls, files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ClaimLostError, DatabaseGoneError, ImpossibleStepError, StorageFullError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import FileKind
from flows.desk.work import claims, plans
from flows.desk.work.claims import claim_call
from flows.masking import mask_case_call as worker
from flows.masking.mask_case_call import MachineError, PutBackError, SetAsideError, mask_case_call
from pipeline.errors import CallUnsafeError, ModelError
from pipeline.types import MaskPolicy
from tests.desk_builders import CLERK, WORKER
from tests.flow_builders import InTurn, desk_of_flows, waiting, waiting_voice


@pytest.fixture
def desk(tmp_path: Path, monkeypatch) -> Iterator[Desk]:
    """A desk whose worker hears and finds what the fakes give."""
    monkeypatch.setattr(worker, "load_models", InTurn())
    with desk_of_flows(tmp_path, monkeypatch) as opened:
        yield opened


def left_behind(desk: Desk) -> list[Path]:
    """Clear files that a worker left."""
    work = desk.settings.work
    return [path for path in work.rglob("*") if path.is_file()] if work.exists() else []


def unnamed(desk: Desk) -> set[str]:
    """Stored files that no row names."""
    named = {file.store_key for file in files.list_files(desk)}
    return {name for name, _ in desk.store.listing()} - named - {"desk-marker"}


def test_a_call_goes_into_review_with_all_its_files(desk: Desk, tmp_path: Path):
    """Plan and eight files in one step; nothing in clear is left beside the recording itself."""
    call = waiting_voice(desk, tmp_path)
    counts = mask_case_call(desk, WORKER, call.call_id)
    after = calls.get_call(desk, call.call_id)
    kinds = {file.kind for file in files.list_files(desk, call_id=call.call_id)}

    assert counts == {
        "seconds": 4,
        "masked": 1,
        "kept": 0,
        "to_review": counts["to_review"],
        "widened": 0,
        "heard": 1,
    }
    assert (after.state, after.revision) == (State.IN_REVIEW, 1)
    assert kinds == set(FileKind) - {
        FileKind.ORIGINAL,
        FileKind.LETTER,
        FileKind.PACKAGE,
        FileKind.VISIT_AUDIO,
    }
    assert plans.get_plan(desk, call.call_id).plan.audio_sha256 == call.sha256
    assert left_behind(desk) == []
    assert requests.get(desk, call.request_id).state is State.IN_REVIEW


def test_how_much_is_asked_is_the_companys_to_say(desk: Desk, tmp_path: Path):
    """By default as much as ``kaiji mask`` asks."""
    assert desk.settings.review_questions == MaskPolicy().review_questions
    desk.settings.review_questions = 2.5
    call = waiting_voice(desk, tmp_path)
    mask_case_call(desk, WORKER, call.call_id)
    assert plans.get_plan(desk, call.call_id).plan.policy.review_questions == 2.5


def test_the_masked_copy_and_the_transcript_are_sealed(desk: Desk, tmp_path: Path):
    """Neither the name in the call nor its label stands anywhere under the desk's home."""
    mask_case_call(desk, WORKER, waiting_voice(desk, tmp_path).call_id)
    raw = b"".join(path.read_bytes() for path in desk.settings.home.rglob("*") if path.is_file())

    assert "長谷川".encode() not in raw
    assert "[氏名]".encode() not in raw
    assert b"RIFF" not in raw


def test_a_call_in_review_is_not_masked_again(desk: Desk, tmp_path: Path):
    """Twice does nothing twice: the second try is refused, plan and files stay."""
    call = waiting_voice(desk, tmp_path)
    mask_case_call(desk, WORKER, call.call_id)
    before = files.list_files(desk, call_id=call.call_id)

    with pytest.raises(ImpossibleStepError):
        mask_case_call(desk, WORKER, call.call_id)
    assert files.list_files(desk, call_id=call.call_id) == before


def test_a_call_that_another_worker_has_is_left_to_it(desk: Desk, tmp_path: Path):
    """While its claim lasts."""
    call = waiting_voice(desk, tmp_path)
    claim_call(desk, WORKER, call.call_id)

    with pytest.raises(ImpossibleStepError):
        mask_case_call(desk, WORKER, call.call_id)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (CallUnsafeError("伏せた後の確認で1件の漏れが残りました"), "call_unsafe"),
        (KeyError("長谷川隆 09012345678"), "internal"),
    ],
)
def test_a_call_that_cannot_be_masked_is_set_aside(desk, tmp_path, monkeypatch, raised, kind):
    """At once, with its reason, and without the words that a library put into it."""
    monkeypatch.setattr(worker, "load_models", InTurn(raised))
    call = waiting_voice(desk, tmp_path)
    with pytest.raises(SetAsideError) as caught:
        mask_case_call(desk, WORKER, call.call_id)
    after = calls.get_call(desk, call.call_id)

    assert (after.state, after.failure_kind, caught.value.kind) == (State.FAILED, kind, kind)
    assert "長谷川" not in f"{caught.value} {after.failure_reason}"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert left_behind(desk) == []
    assert unnamed(desk) == set()


def test_an_unreadable_recording_is_set_aside(desk: Desk, tmp_path: Path):
    """No audio: trying again would not help."""
    (tmp_path / "長谷川.wav").write_bytes(b"no audio")
    call = waiting(desk, tmp_path / "長谷川.wav")
    with pytest.raises(SetAsideError):
        mask_case_call(desk, WORKER, call.call_id)

    assert calls.get_call(desk, call.call_id).failure_kind == "unreadable_audio"


def test_a_changed_recording_is_refused(desk: Desk, tmp_path: Path):
    """What was attached is masked, or nothing is."""
    call = waiting_voice(desk, tmp_path)
    for path in tmp_path.glob("長谷川*.wav"):
        path.write_bytes(path.read_bytes() + b"\0\0")
    with pytest.raises(SetAsideError):
        mask_case_call(desk, WORKER, call.call_id)

    assert calls.get_call(desk, call.call_id).failure_kind == "recording_changed"


def test_a_missing_recording_is_tried_again_and_then_set_aside(desk: Desk, tmp_path: Path):
    """A share that is away comes back; one that does not is a person's business."""
    call = waiting_voice(desk, tmp_path)
    next(iter(tmp_path.glob("長谷川*.wav"))).unlink()
    for _ in range(desk.settings.attempts - 1):
        with pytest.raises(PutBackError):
            mask_case_call(desk, WORKER, call.call_id)
    with pytest.raises(SetAsideError):
        mask_case_call(desk, WORKER, call.call_id)

    assert calls.get_call(desk, call.call_id).failure_kind == "recording_unreadable"


@pytest.mark.parametrize(
    ("raised", "passes"),
    [
        (ModelError("モデルがありません"), False),
        (StorageFullError("保管場所に空きがありません"), False),
        (OSError(errno.ENOSPC, "No space left on device"), False),
        (DatabaseGoneError("データベースを使えません"), True),
    ],
)
def test_trouble_of_the_machine_costs_a_call_nothing(desk, tmp_path, monkeypatch, raised, passes):
    """It waits as before, with all its attempts."""
    monkeypatch.setattr(worker, "load_models", InTurn(raised))
    call = waiting_voice(desk, tmp_path)
    with pytest.raises(MachineError) as caught:
        mask_case_call(desk, WORKER, call.call_id)
    after = calls.get_call(desk, call.call_id)

    assert caught.value.passes is passes
    assert (after.state, after.attempts, after.failure_kind) == (State.REQUESTED, 0, None)


def test_a_full_work_folder_is_the_machines_trouble(desk: Desk, tmp_path: Path, monkeypatch):
    """Told by the products' own error, which names no number: every call would meet it."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("flows.outputs.move_in", full)
    with pytest.raises(MachineError) as caught:
        mask_case_call(desk, WORKER, waiting_voice(desk, tmp_path).call_id)

    assert caught.value.kind == "storage_full"


def test_a_full_store_leaves_no_file_of_the_call(desk: Desk, tmp_path: Path, monkeypatch):
    """Full after the third file: the first two are removed again, the call waits."""
    call, put = waiting_voice(desk, tmp_path), type(desk.store).put
    kept: list[str] = []

    def fills(store, source, key=None):
        if key is not None:  # the witness of a change, which lies in a place with room
            return put(store, source, key)
        if len(kept) == 2:
            raise StorageFullError("保管場所に空きがありません")
        stored = put(store, source, key)
        kept.append(stored.key)
        return stored

    monkeypatch.setattr(type(desk.store), "put", fills)
    with pytest.raises(MachineError):
        mask_case_call(desk, WORKER, call.call_id)

    assert len(kept) == 2
    assert unnamed(desk) == set()
    assert calls.get_call(desk, call.call_id).state is State.REQUESTED


def test_a_second_request_to_end_does_not_break_off_the_first(desk: Desk, tmp_path: Path, monkeypatch):
    """The worker passes SIGTERM on, and who stops it has sent it, too."""

    def told(*_: object) -> None:
        raise KeyboardInterrupt

    def told_again(*arguments: object) -> None:
        signal.raise_signal(signal.SIGTERM)
        claims.release_claim(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "release_claim", told_again)
    monkeypatch.setattr(worker, "load_models", InTurn(lambda: signal.raise_signal(signal.SIGTERM)))
    call = waiting_voice(desk, tmp_path)
    before = signal.signal(signal.SIGTERM, told)
    try:
        with pytest.raises(KeyboardInterrupt):
            mask_case_call(desk, WORKER, call.call_id)
        assert signal.getsignal(signal.SIGTERM) is told
    finally:
        signal.signal(signal.SIGTERM, before)
    after = calls.get_call(desk, call.call_id)
    assert (after.state, after.attempts) == (State.REQUESTED, 0)
    assert [path for path in desk.settings.work.rglob("*") if path.is_file()] == []


def test_a_worker_that_is_told_to_stop_puts_the_call_back(desk: Desk, tmp_path: Path, monkeypatch):
    """Cancelled from Prefect's page or by Ctrl-C: no attempt is counted."""
    monkeypatch.setattr(worker, "load_models", InTurn(KeyboardInterrupt()))
    call = waiting_voice(desk, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        mask_case_call(desk, WORKER, call.call_id)
    after = calls.get_call(desk, call.call_id)

    assert (after.state, after.attempts) == (State.REQUESTED, 0)
    assert left_behind(desk) == []


def test_a_call_withdrawn_meanwhile_is_void(desk: Desk, tmp_path: Path, monkeypatch):
    """The request is gone before the work is handed in: no plan, no file."""
    call = waiting_voice(desk, tmp_path)
    finish = claims.finish_processing

    def too_late(*args):
        do(desk, CLERK, Withdrawn(call.request_id, "取下げ"))
        return finish(*args)

    monkeypatch.setattr(worker, "finish_processing", too_late)
    with pytest.raises(ClaimLostError):
        mask_case_call(desk, WORKER, call.call_id)

    assert calls.get_call(desk, call.call_id).state is State.WITHDRAWN
    assert files.list_files(desk, call_id=call.call_id) == ()
    assert unnamed(desk) == set()


def test_a_claim_is_renewed_while_the_work_lasts(desk: Desk, tmp_path: Path, monkeypatch):
    """Work longer than the lease: nobody else can take the call."""
    renewed = threading.Event()
    extend = worker.extend_claim

    def noted(*args):
        claim = extend(*args)
        renewed.set()
        return claim

    monkeypatch.setattr(worker, "extend_claim", noted)
    monkeypatch.setattr(worker, "RENEWALS_PER_LEASE", 600)
    recipe = worker.recipe

    def slow(do):
        assert renewed.wait(20)
        recipe(do)

    monkeypatch.setattr(worker, "recipe", slow)
    mask_case_call(desk, WORKER, waiting_voice(desk, tmp_path).call_id)

    assert renewed.is_set()


def test_a_lost_claim_stops_the_work_at_the_next_stage(desk: Desk, tmp_path: Path, monkeypatch):
    """Hours of recognition are not spent on a call that is no longer wanted."""
    call = waiting_voice(desk, tmp_path)
    lost = threading.Event()

    def gone(*_):
        lost.set()
        raise ClaimLostError("weg")

    monkeypatch.setattr(worker, "extend_claim", gone)
    monkeypatch.setattr(worker, "RENEWALS_PER_LEASE", 600)
    stages = []
    recipe = worker.recipe

    def slow(do):
        def noted(stage):
            stages.append(stage.__name__)
            lost.wait(20)
            return do(stage)

        recipe(noted)

    monkeypatch.setattr(worker, "recipe", slow)
    with pytest.raises(ClaimLostError):
        mask_case_call(desk, WORKER, call.call_id)

    assert len(stages) <= 2


def test_every_step_is_in_the_record(desk: Desk, tmp_path: Path, monkeypatch):
    """Claim, failure and its kind, and the record is whole."""
    monkeypatch.setattr(worker, "load_models", InTurn(CallUnsafeError("漏れ")))
    call = waiting_voice(desk, tmp_path)
    with pytest.raises(SetAsideError):
        mask_case_call(desk, WORKER, call.call_id)

    actions = [entry.action for entry in audit.entries(desk) if entry.subject.call_id == call.call_id]

    assert audit.verify(desk) == ()
    assert actions == ["call.attach", "call.claim", "call.fail"]
