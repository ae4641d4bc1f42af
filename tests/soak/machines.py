"""A night on PostgreSQL, a bucket and two machines, one killed: ``python -m tests.soak.machines``.

The real ``make serve``, the real models and Prefect's workers (part of ``make soak``); ``make test`` kills a
worker on the same database and bucket in ``tests/flows/test_many_machines.py``.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from flows.desk.cases import calls, files
from flows.desk.integrity import audit
from flows.desk.integrity.audit import AuditEntry
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call, DeskFile
from flows.settings import Settings
from tests.builders import spoken_file
from tests.flow_builders import waiting
from tests.kills import FILES
from tests.servers import postgres, s3, s3_options
from tests.serving import Serving

PATIENCE = 900.0
"""Seconds for each half of the night."""

CALLS = 4
LINES = ("お電話ありがとうございます。", "隣の長谷川隆さんの荷物が届きました。")


@dataclass(frozen=True)
class Shared:
    """What the night left."""

    calls: tuple[Call, ...]
    entries: tuple[AuditEntry, ...]
    faults: tuple[object, ...]
    files: tuple[DeskFile, ...]
    stored: set[str]


def main() -> None:
    """One night, and a look at what it left."""
    with tempfile.TemporaryDirectory(prefix="kaiji-machines-") as name:
        look(shared(Path(name)))
    print(f"{CALLS} calls done by two machines, one of them killed; none twice, the record whole")


def shared(folder: Path) -> Shared:
    """Two workers share a night, a run each; the second machine is killed with -9 while both have a call."""
    with postgres() as where, s3(folder) as address:
        surroundings = {
            "KAIJI_DATABASE": f"postgresql+psycopg://{where}/kaiji",
            "KAIJI_STORE": "s3://kaiji/desk",
            "KAIJI_STORE_OPTIONS": json.dumps(s3_options(address)),
            "KAIJI_LEASE_SECONDS": "15",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{where}/prefect",
            "OMP_NUM_THREADS": "1",
        }
        with open_desk(_settings(folder / "home", surroundings)) as desk:
            for number in range(CALLS):
                waiting(desk, spoken_file(folder / f"{number}.wav", LINES), duration=float(CALLS - number))
            serving = Serving(folder / "home", surroundings, ("--runs", "1", "--recognitions", "2"))
            try:
                return _night(desk, serving, folder)
            finally:
                serving.stop()


def _settings(home: Path, surroundings: dict[str, str]) -> Settings:
    return Settings(
        home=home,
        work=home / "work",
        database=surroundings["KAIJI_DATABASE"],
        store=surroundings["KAIJI_STORE"],
        store_options=surroundings["KAIJI_STORE_OPTIONS"],
    )


def _night(desk: Desk, serving: Serving, folder: Path) -> Shared:
    serving.await_ready()
    second = serving.worker("worker-elsewhere", folder / "elsewhere")
    try:
        serving.begin("nightly/nightly", helpers=1)
        _await_claims(desk, 2)
    finally:
        serving.kill_machine(folder / "elsewhere")
        second.wait()
    # Either of the two runs may have been the killed machine's; Prefect finds that out much later.
    _await_completed(serving)
    stored = {name for name, _ in desk.store.listing()}
    return Shared(
        calls.list_calls(desk),
        audit.entries(desk),
        audit.verify(desk),
        files.list_files(desk),
        stored,
    )


def _await_claims(desk: Desk, count: int) -> None:
    """Wait until so many calls are being worked on at the same time."""
    until = time.monotonic() + PATIENCE
    while len(calls.list_calls(desk, (State.PROCESSING,))) < count:
        assert time.monotonic() < until, [call.state for call in calls.list_calls(desk)]
        time.sleep(0.1)


def _await_completed(serving: Serving) -> None:
    """Wait until the run that is left has done its work."""
    until = time.monotonic() + PATIENCE
    while "COMPLETED" not in (states := serving.run_states()):
        assert time.monotonic() < until, states
        time.sleep(1)


def look(shared: Shared) -> None:
    """What has to hold afterwards.

    Raises:
        AssertionError: when it does not.
    """
    finished = Counter(entry.subject.call_id for entry in shared.entries if entry.action == "call.finish")
    claimed = [entry for entry in shared.entries if entry.action == "call.claim"]

    # Those of the killed worker too, in the same night.
    assert [call.state for call in shared.calls] == [State.IN_REVIEW] * CALLS
    # One plan, one set of files, one entry in the record for each; the killed claim is there as well.
    assert finished == Counter({call.call_id: 1 for call in shared.calls})
    assert sum(bool(entry.detail["taken_over"]) for entry in claimed) == 1
    assert [call.revision for call in shared.calls] == [1] * CALLS
    assert Counter(file.call_id for file in shared.files) == {call.call_id: FILES for call in shared.calls}
    # Two machines and a killed one wrote into one chain.
    assert shared.faults == ()
    # All that rows name; what a killed worker left beside them is swept when it is old.
    assert {file.store_key for file in shared.files} <= shared.stored


if __name__ == "__main__":
    main()
