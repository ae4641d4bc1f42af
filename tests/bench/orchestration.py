"""What does Prefect add to a call?  The night with a stubbed recogniser, on a real ``make serve``.

    python -m tests.bench.orchestration [--calls 40] [--workers 2] [--json]

Server, workers, deployments, claims, store and record are the real ones; only the models are the
fakes of the tests.  A worker's cycle goes from the beginning of one call to the beginning of the
next.  What the desk and the recipe do for the call (``mask_case_call``) is taken out of it; what is
left is Prefect's: the slot for recognition, the task and its states, the progress shown, and the
look into the queue.  Once on the embedded SQLite, and on PostgreSQL where that is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from prefect import flow

from flows.desk.integrity.desk import open_desk
from flows.settings import Settings
from tests.flow_builders import waiting_voice
from tests.servers import postgres, postgres_programs
from tests.serving import ROOT, Serving

OUT = "KAIJI_BENCH_OUT"
"""Names the folder in which each worker leaves what it measured."""

SECONDS = 4.0
"""Of a call: short, as its sound plays no part."""


@dataclass
class Cycles:
    """One worker's calls: when each began, and how long the call itself took."""

    began: list[float] = field(default_factory=list)
    inside: list[float] = field(default_factory=list)


@flow(name="bench-night", persist_result=False, log_prints=False)
def bench_night() -> None:
    """The night, its clock held beside it."""
    from flows.masking import mask_case_call
    from flows.runs import case_task, nightly
    from tests.fakes import FakeModels

    models, cycles = FakeModels(), Cycles()
    _ = models.reader.kana("はい")
    real_call, real_next = case_task.mask_case_call, nightly.mask_next

    def timed_call(*args: object) -> object:
        began = time.perf_counter()
        done = real_call(*args)  # type: ignore[arg-type]  # as it came
        # Not of a call that the other worker had first.
        cycles.inside[-1] = time.perf_counter() - began
        return done

    def timed_next(*args: object) -> None:
        cycles.began.append(time.time())
        cycles.inside.append(0.0)
        real_next(*args)  # type: ignore[arg-type]  # as it came

    mask_case_call.load_models = lambda _: models  # type: ignore[assignment,return-value]
    case_task.mask_case_call = timed_call  # type: ignore[assignment]
    nightly.mask_next = timed_next
    nightly.nightly.fn()
    path = Path(os.environ[OUT]) / f"{os.getpid()}.json"
    path.write_text(json.dumps({"began": cycles.began, "inside": cycles.inside}), encoding="utf-8")


def measure(folder: Path, calls: int, workers: int, more: dict[str, str]) -> dict[str, float]:
    """One night of so many calls.

    Args:
        folder: Empty; the desk's home and everything else lies in it.
        calls: How many wait.
        workers: How many work them off.
        more: Surroundings of all processes, such as the databases.

    Returns:
        Seconds of Prefect's own for a call (``median``, ``mean``, ``most``), of the call itself
        (``inside``), and from asking for the run to its first call (``to_first_call``).
    """
    home = folder / "home"
    (folder / "out").mkdir()
    settings = {name.removeprefix("KAIJI_").lower(): value for name, value in more.items()}
    database = {"database": settings["database"]} if "database" in settings else {}
    with open_desk(Settings(home=home, work=home / "work", **database)) as desk:
        for _ in range(calls):
            waiting_voice(desk, folder, SECONDS)
    options = ("--workers", str(workers), "--runs", "1", "--recognitions", str(workers))
    surroundings = more | {"PYTHONPATH": str(ROOT), OUT: str(folder / "out")}
    serving = Serving(home, surroundings, options)
    try:
        serving.await_ready()
        _deploy(serving)
        asked = time.time()
        runs = [serving.begin("bench-night/stub") for _ in range(workers)]
        for run in runs:
            assert serving.await_end(run)["type"] == "COMPLETED"
    finally:
        serving.stop()
    return _summed([json.loads(path.read_bytes()) for path in (folder / "out").glob("*.json")], asked)


def _deploy(serving: Serving) -> None:
    """Beside kaiji's own deployments, one whose flow is of this module."""
    made = serving.ask("flows/", {"name": "bench-night"})
    assert isinstance(made, dict)
    serving.ask(
        "deployments/",
        {
            "name": "stub",
            "flow_id": made["id"],
            "entrypoint": "tests.bench.orchestration.bench_night",
            "pull_steps": [],
            "work_pool_name": "kaiji",
        },
    )


def _summed(found: Sequence[dict[str, list[float]]], asked: float) -> dict[str, float]:
    own: list[float] = []
    for worker in found:
        cycles = zip(worker["began"], worker["began"][1:], strict=False)
        own += [
            after - before - inside
            for (before, after), inside in zip(cycles, worker["inside"], strict=False)
            if inside > 0
        ]
    inside = [seconds for worker in found for seconds in worker["inside"] if seconds > 0]
    return {
        "calls": len(inside),
        "median": median(own),
        "mean": mean(own),
        "most": max(own),
        "inside": median(inside),
        "to_first_call": min(worker["began"][0] for worker in found if worker["began"]) - asked,
    }


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one line of JSON, for tests.bench.speed")
    options = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kaiji-prefect-")))
        (folder / "sqlite").mkdir()
        figures["SQLite, embedded"] = measure(folder / "sqlite", options.calls, options.workers, {})
        if postgres_programs() is not None:
            (folder / "postgres").mkdir()
            where = stack.enter_context(postgres())
            databases = {
                "KAIJI_DATABASE": f"postgresql+psycopg://{where}/kaiji",
                "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{where}/prefect",
            }
            figures["PostgreSQL"] = measure(folder / "postgres", options.calls, options.workers, databases)
    if options.json:
        print(json.dumps(figures))
    else:
        from tests.bench.speed_report import report

        none = {"cores": os.cpu_count(), "cpu": "", "python": "", "load": os.getloadavg()[0]}
        print("\n".join(report({"machine": none, "prefect": figures, "minutes": 0.0})))
    return 0


if __name__ == "__main__":
    sys.exit(main())
