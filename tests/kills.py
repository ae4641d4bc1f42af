"""Workers that are killed with -9, or told to end, at random moments, and what has to hold afterwards."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

from flows.desk.cases import calls, files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.states import State, state_of_request
from flows.desk.kinds.values import Call
from flows.desk.work import plans
from flows.folders.endings import raised_signals
from flows.settings import Settings
from tests.serving import ROOT

if TYPE_CHECKING:
    from tests.fakes import FakeModels

BODY, FLOW = "body", "flow"
"""The worker's body alone, or the night by Prefect's flow with a server of its own."""

FILES = 8
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
        # On a machine with other work the flow's own server takes its time.
        "KAIJI_PREFECT_START_SECONDS": "900",
    }


class Workers:
    """Workers on the desk of a folder, one at a time.

    They are forked from a process that has imported everything and masked a call elsewhere, so that a
    kill soon after a call's beginning meets the work itself.

    Args:
        folder: Of the desk.
        more: Further variables of their surroundings.
    """

    def __init__(self, folder: Path, more: Mapping[str, str] | None = None) -> None:
        self._parent = _started(folder, BODY, more or {})
        self._log = folder / "worker.log"
        assert self._line() == "warm"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(60)

    def kill_at_random(self, chance: random.Random, within: float) -> None:
        """Let one work off the queue and kill it some time after its first call began.

        Args:
            chance: Chooses the moment.
            within: Seconds.
        """
        self._stop_at_random(signal.SIGKILL, chance, within)

    def tell_at_random(self, chance: random.Random, within: float) -> None:
        """As ``kill_at_random``, by SIGTERM, to which it answers by an exception as Prefect's runs do."""
        self._stop_at_random(signal.SIGTERM, chance, within)

    def _stop_at_random(self, how: signal.Signals, chance: random.Random, within: float) -> None:
        pid = self._begin()
        assert self._line() == "ready"
        time.sleep(chance.uniform(0.0, within))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        while not (line := self._line()).startswith("over"):
            pass
        assert line in {f"over -{how.value}", "over 0"}, self._log.read_text(encoding="utf-8")[-2000:]

    def finish(self, after: float = 1.1) -> float:
        """The next run, which nobody kills, once the killed one's claim has run out.

        Args:
            after: Seconds until then.

        Returns:
            Seconds that it took.
        """
        time.sleep(after)
        began = time.monotonic()
        self._begin()
        while (line := self._line()) == "ready":
            pass
        assert line == "over 0", self._log.read_text(encoding="utf-8")[-2000:]
        return time.monotonic() - began

    def _begin(self) -> int:
        assert self._parent.stdin is not None
        self._parent.stdin.write(b"\n")
        self._parent.stdin.flush()
        return int(self._line())

    def _line(self) -> str:
        assert self._parent.stdout is not None
        line = self._parent.stdout.readline().decode().strip()
        assert line, self._log.read_text(encoding="utf-8")[-2000:]
        return line


def kill_flow_at_random(folder: Path, chance: random.Random, within: float) -> None:
    """A night by Prefect's flow, with a server of its own, killed some time after its first call began."""
    worker = _started(folder, FLOW, {})
    assert worker.stdout is not None
    with worker.stdout:
        line = worker.stdout.readline()
    assert line == b"ready\n", (folder / "worker.log").read_text(encoding="utf-8")[-2000:]
    time.sleep(chance.uniform(0.0, within))
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _started(folder: Path, how: str, more: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (folder / "worker.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.kills", how],
            cwd=ROOT,
            env=surroundings(folder) | more,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )


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
    assert clear_files(desk) == []


def clear_files(desk: Desk) -> list[Path]:
    """What lies in the work folder: in clear, and gone when nobody works."""
    return [path for path in desk.settings.work.rglob("*") if path.is_file()]


def work(how: str) -> None:
    """What the process does: the queue, worked off with fakes for models."""
    from flows.masking import mask_case_call
    from tests.fakes import FakeModels

    def models(_: str) -> FakeModels:
        print("ready", flush=True)
        return made

    made = FakeModels()
    _warm_up(made)
    mask_case_call.load_models = models  # type: ignore[assignment]
    if how == BODY:
        _fork_on_demand()
        return
    from flows.prefect_api.temporary import prefect_for

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, prefect_for(Path(home), Settings()):
        from flows.runs.nightly import nightly

        nightly()


def _fork_on_demand() -> None:
    """A worker for each line on stdin; its process id and how it ended are told."""
    print("warm", flush=True)
    for _ in sys.stdin:
        pid = os.fork()
        if not pid:
            _work_in_a_fork()
        _, status = os.waitpid(pid, 0)
        print("over", os.waitstatus_to_exitcode(status), flush=True)


def _work_in_a_fork() -> NoReturn:
    status = 1
    try:
        with raised_signals():
            print(os.getpid(), flush=True)
            _work_off()
        status = 0
    except BaseException:  # noqa: BLE001 (told, and never let up into the parent's loop)
        traceback.print_exc()
    os._exit(status)


def _warm_up(made: FakeModels) -> None:
    """Mask a call of another desk: what is imported on the way would take most of the time until a kill."""
    from flows.masking import mask_case_call
    from tests.desk_builders import WORKER
    from tests.flow_builders import waiting_voice

    mask_case_call.load_models = lambda _: made  # type: ignore[assignment,return-value]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        elsewhere = Settings(home=folder / "home", work=folder / "work", database=None, store=None)
        with open_desk(elsewhere) as desk:
            mask_case_call.mask_case_call(desk, WORKER, waiting_voice(desk, folder, 2.0).call_id)


def _work_off() -> None:
    from flows.desk.work.backlog import backlog
    from flows.masking.mask_case_call import mask_case_call, remove_left_over
    from tests.desk_builders import WORKER

    with open_desk(Settings()) as desk:
        remove_left_over(desk)
        while ready := backlog(desk).ready:
            mask_case_call(desk, WORKER, ready[0])


if __name__ == "__main__":
    work(sys.argv[1])
