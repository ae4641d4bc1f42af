"""kill -9 while a worker has a call: the next run finds everything whole and finishes it."""

from __future__ import annotations

import random
from pathlib import Path

from tests import kills
from tests.flow_builders import desk_of_flows, waiting_voice

KILLS = 6
TOLD = 12


def test_the_next_run_finishes_what_killed_workers_left(tmp_path: Path, monkeypatch):
    """After each kill the desk is whole; after the run that nobody kills all calls are in review."""
    chance = random.Random(7)  # noqa: S311 (the same moments every time, not secrecy)
    for name, value in kills.surroundings(tmp_path).items():
        if name.startswith("KAIJI_"):
            monkeypatch.setenv(name, value)
    with desk_of_flows(tmp_path, monkeypatch) as desk, kills.Workers(tmp_path) as workers:
        waiting_voice(desk, tmp_path, 2.0)
        # As the soak does it: twice a call's time on this machine, and always a call that may be begun.
        within = 2 * workers.finish()
        for _ in range(KILLS):
            waiting_voice(desk, tmp_path, 2.0)
            workers.kill_at_random(chance, within)
            kills.check(desk)
        workers.finish()

        kills.check_end(desk)


def test_workers_that_are_told_to_end_leave_no_clear_file(tmp_path: Path, monkeypatch):
    """Whichever moment SIGTERM meets: making, filling or removing the folder, handing in the files."""
    chance = random.Random(11)  # noqa: S311 (the same moments every time, not secrecy)
    for name, value in kills.surroundings(tmp_path).items():
        if name.startswith("KAIJI_"):
            monkeypatch.setenv(name, value)
    with desk_of_flows(tmp_path, monkeypatch) as desk, kills.Workers(tmp_path) as workers:
        waiting_voice(desk, tmp_path, 2.0)
        within = 1.2 * workers.finish()
        for _ in range(TOLD):
            waiting_voice(desk, tmp_path, 2.0)
            workers.tell_at_random(chance, within)
            assert kills.clear_files(desk) == []
            kills.check(desk)
