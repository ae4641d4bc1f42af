"""Kills and ends by SIGTERM at random moments: ``python -m tests.soak.kills`` (part of ``make soak``).

Most meet the worker's body, some a night by Prefect's flow.  After each the desk is opened and looked
through; at the end a run that nobody kills puts every call into review.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from flows.desk.cases import calls
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.states import State
from flows.settings import Settings
from tests import kills
from tests.flow_builders import waiting_voice


def main() -> None:
    """Kill, look, kill, …, finish."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--flows", type=int, default=10, help="so many of them of Prefect's flow")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print("seed", options.seed)
    chance = random.Random(options.seed)  # noqa: S311 (moments, not secrets)
    with tempfile.TemporaryDirectory(prefix="kaiji-kills-") as name:
        folder = Path(name)
        settings = Settings(home=folder / "home", work=folder / "work", orphan_seconds=0)
        with open_desk(settings) as desk, kills.Workers(folder) as workers:
            waiting_voice(desk, folder, 2.0)
            # Twice as long as a call takes on this machine now: kills meet every stage of it, and the next.
            within = 2 * workers.finish()
            print(f"a kill within {within:.1f} s of a call's beginning", flush=True)
            done = 0
            for number in range(options.kills):
                waiting_voice(desk, folder, 2.0)
                if number < options.flows:
                    kills.kill_flow_at_random(folder, chance, within)
                else:
                    workers.kill_at_random(chance, within)
                kills.check(desk)
                if number % 10 == 9:
                    done = len(calls.list_calls(desk, (State.IN_REVIEW,))) - 1
                    print(f"{number + 1} kills, the desk whole after each; {done} calls done", flush=True)
            for _ in range(options.kills):
                waiting_voice(desk, folder, 2.0)
                workers.tell_at_random(chance, within)
                assert kills.clear_files(desk) == []
                kills.check(desk)
            workers.finish()
            kills.check_end(desk)
            print(f"{options.kills} told to end, no clear file after any")
            print(f"{options.kills} kills, {done} of {options.kills} calls finished between them, all after")


if __name__ == "__main__":
    main()
