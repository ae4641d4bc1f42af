from __future__ import annotations

from pathlib import Path

import pytest

from models.speech.ears import NoEarsReason
from pipeline.errors import InternalError, UnreadableAudioError
from tests.builders import case_file, voice_file
from tests.fakes import FakeModels
from tests.guessed import without_key

pytestmark = pytest.mark.usefixtures("prefect_server")

FIVE = ["manifest.json", "masked.json", "masked.txt", "masked.wav", "review.json"]


@pytest.fixture
def by_flow(tmp_path: Path, monkeypatch):
    """Mask calls of ``tmp_path`` by the flow with the given fake models."""
    from flows.files.case_file import case_lookup
    from flows.masking import mask_call
    from flows.masking.mask_calls import Order

    monkeypatch.setenv("KAIJI_WORK", str(tmp_path / "work"))
    out = tmp_path / "out"
    out.mkdir()
    order = Order(out, case_lookup(case_file(tmp_path / "case.json")))

    def run(models: FakeModels, *calls: Path):
        monkeypatch.setattr(mask_call, "_models", lambda _: models)
        return list(mask_call.mask_calls_by_flow(calls, order))

    return run


def test_the_flow_gives_what_the_command_gives(by_flow, tmp_path: Path):
    """One recipe: the same bytes by Prefect's tasks, through files, as in one process."""
    from flows.files.case_file import case_lookup
    from flows.masking.mask_calls import Order, mask_calls

    call = voice_file(tmp_path / "a.wav", channels=2)
    (by_prefect,) = by_flow(FakeModels(), call)
    other = tmp_path / "other"
    other.mkdir()
    (in_process,) = mask_calls([call], Order(other, case_lookup(tmp_path / "case.json")), FakeModels())

    assert by_prefect.error is None
    assert by_prefect.plan == in_process.plan
    for name in FIVE[1:]:
        here, there = ((folder / f"a.{name}").read_bytes() for folder in (tmp_path / "out", other))
        assert without_key(here) == without_key(there)


@pytest.mark.parametrize("why", [None, NoEarsReason.NOT_INSTALLED])
def test_the_run_counts_whether_the_ears_listened(
    by_flow, tmp_path: Path, monkeypatch, why: NoEarsReason | None
):
    """Beside the counts of the stages, and for the command in the outcome."""
    from flows.masking import mask_call

    counted, run = [], mask_call.mask_call
    monkeypatch.setattr(mask_call, "mask_call", lambda *ids: counted.append(run(*ids)))
    (outcome,) = by_flow(FakeModels(unheard=why), voice_file(tmp_path / "a.wav"))

    assert outcome.listener is not None
    assert outcome.listener.heard is (why is None)
    assert [counts["heard"] for counts in counted] == [int(why is None)]


def test_a_failing_stage_fails_the_run_and_leaves_the_reason(by_flow, tmp_path: Path):
    """Errors of ours keep their kind through Prefect; a library's tells only where."""

    class Broken(FakeModels):
        @property
        def analyzer(self):
            raise KeyError("長谷川さん 09012345678")

    (tmp_path / "b.wav").write_bytes(b"")
    outcomes = by_flow(Broken(), voice_file(tmp_path / "a.wav"), tmp_path / "b.wav")

    assert [type(outcome.error) for outcome in outcomes] == [InternalError, UnreadableAudioError]
    assert "KeyError" in str(outcomes[0].error)
    assert "長谷川" not in str(outcomes[0].error)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.error.json", "b.error.json"]
    assert list((tmp_path / "work").iterdir()) == []


def test_the_original_error_does_not_hang_on_the_sanitised_one(by_flow, tmp_path: Path):
    """Prefect keeps exceptions with what hangs on them, so nothing does."""
    from flows.masking import mask_call
    from flows.workspace import JOB, FolderWorkspace, Job, open_run
    from pipeline.types import CallCase

    by_flow(FakeModels())
    with open_run(tmp_path / "work") as folder:
        FolderWorkspace(folder / "0001").put(
            JOB, Job("c1", tmp_path / "長谷川.wav", tmp_path, CallCase("R-1"))
        )
        with pytest.raises(UnreadableAudioError) as caught:
            mask_call.mask_call(folder.name, "0001")

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_every_stage_is_a_task_that_keeps_nothing():
    """Named after its stage, without a cache, without a stored result, printing nothing into the log."""
    from prefect.cache_policies import NO_CACHE

    from flows.masking.mask_call import TASKS, mask_call
    from flows.stages import STAGES

    assert [task.name for task in TASKS.values()] == [stage.__name__ for stage in STAGES]
    for task in TASKS.values():
        assert (task.persist_result, task.cache_policy, task.log_prints) == (False, NO_CACHE, False)
    assert (mask_call.persist_result, mask_call.log_prints) == (False, False)
    assert mask_call.name == "mask-call"
