"""Workers that are killed with -9 at random moments, and what has to hold afterwards."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flows.desk import audit, calls, files, plans, requests
from flows.desk.desk import Desk, open_desk
from flows.desk.states import State, state_of_request
from flows.desk.values import Call
from flows.settings import Settings
from tests.serving import ROOT

BODY, FLOW = "body", "flow"
"""The worker's body alone, or the night by Prefect's flow with a server of its own."""

FILES = 7
"""Of a call in review."""


def surroundings(folder: Path) -> dict[str, str]:
    """Of a worker on a desk in a folder: its claims run out within a second."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "KAIJI_"))}
    return clean | {
        "KAIJI_HOME": str(folder / "home"),
        "KAIJI_WORK": str(folder / "work"),
        "KAIJI_LEASE_SECONDS": "1",
        "KAIJI_ORPHAN_SECONDS": "0",
        "KAIJI_ATTEMPTS": "1000",
    }


def begin(folder: Path, how: str) -> subprocess.Popen[bytes]:
    """A worker in a process of its own; it says ``ready`` when its first call begins."""
    with _log(folder).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.kills", how],
            cwd=ROOT,
            env=surroundings(folder),
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )


def _log(folder: Path) -> Path:
    """What the latest worker wrote to stderr."""
    return folder / "worker.log"


def kill_at_random(folder: Path, how: str, chance: random.Random, within: float) -> None:
    """Start a worker and kill it some time after its first call began.

    Args:
        folder: Of the desk.
        how: ``BODY`` or ``FLOW``.
        chance: Chooses the moment.
        within: Seconds.
    """
    worker = begin(folder, how)
    assert worker.stdout is not None
    with worker.stdout:
        assert worker.stdout.readline() == b"ready\n", _log(folder).read_text(encoding="utf-8")[-2000:]
    time.sleep(chance.uniform(0.0, within))
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def finish(folder: Path) -> float:
    """The next run, which nobody kills.

    Returns:
        Seconds from when its first call, if there is one, began.
    """
    time.sleep(1.1)
    worker = begin(folder, BODY)
    assert worker.stdout is not None
    with worker.stdout:
        worker.stdout.readline()
        began = time.monotonic()
        worker.stdout.read()
    assert worker.wait() == 0
    return time.monotonic() - began


def check(desk: Desk) -> None:
    """The record holds, files are whole, every state fits what is there.

    Raises:
        AssertionError: when not.
    """
    assert audit.verify(desk) == ()
    for file in files.list_files(desk):
        assert len(desk.store.read(file.store_key)) == file.bytes
    for call in calls.list_calls(desk):
        _check_call(desk, call)
    for request in requests.list_requests(desk):
        states = [call.state for call in calls.list_calls(desk, request=request.request_id)]
        assert request.state is (state_of_request(states) if states else request.state)


def _check_call(desk: Desk, call: Call) -> None:
    made = len(files.list_files(desk, call_id=call.call_id))
    if call.state is State.IN_REVIEW:
        assert (made, call.revision) == (FILES, 1)
        assert plans.get_plan(desk, call.call_id).plan.audio_sha256 == call.sha256
    else:
        assert call.state in {State.REQUESTED, State.PROCESSING}
        assert (made, call.revision) == (0, None)


def check_end(desk: Desk) -> None:
    """After a run that nobody killed: all calls in review, nothing left over anywhere."""
    check(desk)
    assert {call.state for call in calls.list_calls(desk)} == {State.IN_REVIEW}
    files.sweep_orphans(desk)
    named = {file.store_key for file in files.list_files(desk)} | {"desk-marker"}
    assert {name for name, _ in desk.store.listing()} == named
    assert [path for path in desk.settings.work.rglob("*") if path.is_file()] == []


def work(how: str) -> None:
    """What the process does: the queue, worked off with fakes for models."""
    from flows import mask_case_call
    from tests.fakes import FakeModels

    def models(_: str) -> FakeModels:
        print("ready", flush=True)
        return made

    made = FakeModels()
    _ = made.reader
    mask_case_call.load_models = models  # type: ignore[assignment]
    if how == BODY:
        _work_off()
        return
    from flows.settings import prepare_prefect

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        prepare_prefect(Path(home), Settings())
        from flows.nightly import nightly

        nightly()


def _work_off() -> None:
    from flows.desk.backlog import backlog
    from flows.mask_case_call import mask_case_call
    from tests.desk_builders import WORKER

    with open_desk(Settings()) as desk:
        while ready := backlog(desk).ready:
            mask_case_call(desk, WORKER, ready[0])


if __name__ == "__main__":
    work(sys.argv[1])
