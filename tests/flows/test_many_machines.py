"""PostgreSQL, a bucket and two machines, one of them killed; ``tests.soak.machines`` has a whole night."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from flows.desk.cases import calls, files
from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.states import State
from flows.masking import mask_case_call as worker
from flows.settings import Settings
from tests import kills
from tests.desk_builders import WORKER
from tests.flow_builders import InTurn, waiting_voice
from tests.servers import postgres, postgres_programs, s3, s3_options

CALLS = 3


@pytest.mark.skipif(postgres_programs() is None, reason="PostgreSQL is not installed")
def test_what_a_killed_machine_had_is_done_by_another_and_nothing_twice(tmp_path: Path, monkeypatch):
    """Each call has one plan, one set of files in the bucket and one end in the record, which is whole."""
    monkeypatch.setattr(worker, "load_models", InTurn())
    with postgres() as where, s3(tmp_path) as address:
        shared = {
            "KAIJI_DATABASE": f"postgresql+psycopg://{where}/kaiji",
            "KAIJI_STORE": "s3://kaiji/desk",
            "KAIJI_STORE_OPTIONS": json.dumps(s3_options(address)),
            "KAIJI_LEASE_SECONDS": "3",
        }
        for name, value in (kills.surroundings(tmp_path) | shared).items():
            if name.startswith("KAIJI_"):
                monkeypatch.setenv(name, value)
        with open_desk(Settings(work=tmp_path / "here")) as desk:
            made = [waiting_voice(desk, tmp_path, 2.0) for _ in range(CALLS)]
            with kills.Workers(tmp_path, shared) as elsewhere:
                elsewhere.kill_at_random(random.Random(3), 0.0)  # noqa: S311 (at once, not secrecy)
                (had,) = calls.list_calls(desk, (State.PROCESSING,))
                worker.mask_case_call(
                    desk, WORKER, next(each.call_id for each in made if each.call_id != had.call_id)
                )
                elsewhere.finish(after=3.1)
            kills.check_end(desk)
            entries = audit.entries(desk)
            kept = files.list_files(desk)

    ends = Counter(entry.subject.call_id for entry in entries if entry.action == "call.finish")
    assert ends == Counter(call.call_id for call in made)
    assert Counter(file.call_id for file in kept) == {call.call_id: kills.FILES for call in made}
    taken = [entry.subject.call_id for entry in entries if entry.detail.get("taken_over")]
    assert taken == [had.call_id]
