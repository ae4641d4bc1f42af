"""kill -9 at any moment: the store opens, nothing half-written is taken for whole, work goes on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.desk.cases import calls, files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.states import State, state_of_request
from flows.desk.work import claims, plans
from tests.desk_builders import WORKER, desk_settings, processed

ROOT = Path(__file__).parents[3]
KILLS = 4

STEPS = 4
"""Lines that a process writes for each call."""

WORK = """
import sys
from pathlib import Path
from flows.desk.work import claims
from flows.desk.integrity.desk import open_desk
from tests.desk_builders import WORKER, attached, desk_settings, identified, processed
folder, name = Path(sys.argv[1]), sys.argv[2]
with open_desk(desk_settings(folder, database_wait_seconds=60.0)) as desk:
    owner = identified(desk).request_id
    for number in range(1000):
        print("attach", flush=True)
        attached(desk, folder, f"{name}-{number}", owner)
        print("claim", flush=True)
        claim = claims.claim_call(desk, WORKER)
        print("store", flush=True)
        made = processed(desk, claim.call_id)
        print("finish", flush=True)
        claims.finish_processing(desk, WORKER, claim, made)
"""


def work_until_killed(folder: Path, name: str, steps: int, seconds: float) -> None:
    """A process that takes calls in and works them off, killed so many seconds after a step began."""
    command = [sys.executable, "-c", WORK, folder, name]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    assert process.stderr is not None
    for _ in range(steps):
        assert process.stdout.readline(), process.stderr.read().decode()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, process.stderr.read().decode()
    process.stdout.close()
    process.stderr.close()


def check(desk: Desk) -> None:
    """The record holds, every file is whole, every state fits what is there."""
    assert audit.verify(desk) == ()
    for file in files.list_files(desk):
        assert len(desk.store.read(file.store_key)) == file.bytes
    for call in calls.list_calls(desk):
        made = len(files.list_files(desk, call_id=call.call_id))
        if call.state is State.IN_REVIEW:
            assert made == 5
            assert plans.get_plan(desk, call.call_id).revision == call.revision == 1
        else:
            assert (call.state in {State.REQUESTED, State.PROCESSING}, made, call.revision) == (True, 0, None)
    for request in requests.list_requests(desk):
        states = [call.state for call in calls.list_calls(desk, request=request.request_id)]
        assert request.state is (state_of_request(states) if states else request.state)


def test_a_desk_outlives_kills_at_any_moment(tmp_path):
    """After each kill the desk is whole; the next run finishes what was begun, and sweeps."""
    chance = random.Random(5)  # noqa: S311 (the same moments every time, not secrecy)
    for number in range(KILLS):
        # Each step in turn, after one whole call at least, within the time that a step takes.
        steps = STEPS + 1 + number
        work_until_killed(tmp_path, f"w{number}", steps, chance.uniform(0.0, 0.03))
        with open_desk(desk_settings(tmp_path)) as desk:
            check(desk)

    # Tomorrow every killed worker's claim has run out.
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with open_desk(desk_settings(tmp_path, orphan_seconds=0), clock=lambda: tomorrow) as desk:
        assert calls.list_calls(desk, [State.IN_REVIEW])
        while (claim := claims.claim_call(desk, WORKER)) is not None:
            claims.finish_processing(desk, WORKER, claim, processed(desk, claim.call_id))
        files.sweep_orphans(desk)

        check(desk)
        assert {call.state for call in calls.list_calls(desk)} == {State.IN_REVIEW}
        named = {file.store_key for file in files.list_files(desk)} | {"desk-marker"}
        assert {name for name, _ in desk.store.listing()} == named
