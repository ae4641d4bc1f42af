"""What does kaiji cost beside the recognition alone?  ``make bench`` prints it.

    python -m tests.bench.speed [CALLS_DIR] [--every 7] [--rounds 3] [--parts contest growth threads prefect]

The same calls, in turn, each contestant in a process of its own (``tests.bench.contestants``): plain
faster-whisper, its batched pipeline, the afternoon's glue, ``kaiji mask``, ``kaiji run nightly``, and
kaiji's recipe stage by stage.  The rounds begin with another contestant each, so that a machine that
slows down or speeds up favours nobody.  Then how cost grows with the number of calls, whether one
process with all cores or one process a core does more, and what Prefect adds to a call.

A folder holds ``<stem>.wav`` and ``<stem>.case.json``.  Wall seconds mean something on an idle machine
only; CPU seconds of a process hold those of the processes that it started and waited for.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

CONTESTANTS = ("plain", "batched", "glue", "mask", "night", "kaiji")

SIZES = (1, 10, 100)
"""Calls of which the growth of cost is shown."""

DISTINCT = 10
"""Calls that are repeated for it."""

KAIJI = Path(sys.executable).with_name("kaiji")

PARTS = ("contest", "growth", "threads", "prefect")


def surroundings(**more: str) -> dict[str, str]:
    """Of every process: nothing of what this one was told about threads, Prefect or kaiji."""
    mine = ("PREFECT_", "KAIJI_", "OMP_")
    return {name: value for name, value in os.environ.items() if not name.startswith(mine)} | more


def run(command: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Run a command to its end: wall and CPU seconds, peak memory, and what its last line says.

    Raises:
        CalledProcessError: when it fails; its errors are on the terminal.
    """
    return finish(start(command, environment))


def start(command: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Start a command, for ``finish``."""
    with tempfile.TemporaryFile() as output:
        keep = os.dup(output.fileno())
        process = subprocess.Popen(command, stdout=output, env=environment, cwd=ROOT)
    return {"process": process, "output": keep, "began": time.perf_counter()}


def finish(started: Mapping[str, Any]) -> dict[str, Any]:
    """Wait for it."""
    process: subprocess.Popen[bytes] = started["process"]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started["began"]
    with os.fdopen(started["output"], "rb") as output:
        output.seek(0)
        printed = output.read().decode("utf-8")
    # 3: a call that could not be made safe costs what it costs.
    if process.returncode not in {0, 3}:
        raise subprocess.CalledProcessError(process.returncode, process.args, printed)
    last = printed.strip().rpartition("\n")[2]
    told = json.loads(last) if last.startswith("{") else {}
    # This process is small: what a child inherits of its peak is less than its own.
    return {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024,
        "calls": told.get("calls", []),
        "parts": told.get("parts", {}),
    }


def contestant(way: str, calls: Sequence[Path], **more: str) -> tuple[list[str], dict[str, str], Path]:
    """The command of a contestant, its surroundings, and the folder that it may fill."""
    out = Path(tempfile.mkdtemp(prefix="kaiji-bench-"))
    files = [str(call) for call in calls]
    module = [sys.executable, "-m", "tests.bench.contestants"]
    environment = surroundings(**more)
    if way == "mask":
        command = [str(KAIJI), "mask", *files, "--case", str(calls[0].parent), "--out", str(out)]
    elif way == "night":
        environment |= {"KAIJI_HOME": str(out), "KAIJI_WORK": str(out / "work")}
        run([*module, "desk", *files, "--out", str(out)], environment)
        command = [str(KAIJI), "run", "nightly"]
    else:
        command = [*module, way, *files, "--out", str(out)]
    return command, environment, out


def measured(way: str, calls: Sequence[Path], **more: str) -> dict[str, Any]:
    """One run of a contestant."""
    command, environment, out = contestant(way, calls, **more)
    try:
        found = run(command, environment)
    finally:
        _remove(out)
    print(f"{way}: {found['wall']:.1f} s, {found['cpu']:.1f} CPU s", file=sys.stderr, flush=True)
    return found


def contest(calls: Sequence[Path], rounds: int) -> list[dict[str, dict[str, Any]]]:
    """Every contestant once a round."""
    out = []
    for number in range(rounds):
        first = number % len(CONTESTANTS)
        order = CONTESTANTS[first:] + CONTESTANTS[:first]
        out.append({way: measured(way, calls) for way in order})
    return out


def growth(calls: Sequence[Path], seconds: float) -> dict[str, dict[str, Any]]:
    """1, 10 and 100 short calls, a process for each number.

    They are cut short for the bench's sake: a hundred whole ones take half an hour.  A call of twelve
    seconds still costs far less than a real one, so that loading weighs more here than it ever would.
    """
    with short(calls, seconds) as files:
        return {str(size): measured("kaiji", [files[n % len(files)] for n in range(size)]) for size in SIZES}


@contextmanager
def short(calls: Sequence[Path], seconds: float) -> Iterator[list[Path]]:
    """The beginnings of some calls, with their cases."""
    cut = "import sys; from tests.bench.contestants import cut; cut(*sys.argv[1:])"
    with tempfile.TemporaryDirectory(prefix="kaiji-short-") as name:
        files = []
        for call in calls[:DISTINCT]:
            files.append(Path(name) / call.name)
            run([sys.executable, "-c", cut, str(call), str(files[-1]), str(seconds)], surroundings())
            case = call.with_suffix(".case.json")
            files[-1].with_suffix(".case.json").write_bytes(case.read_bytes())
        yield files


def threads(calls: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """The calls by one process with all cores, and by as many processes of one thread as there are cores."""
    cores = len(os.sched_getaffinity(0))
    one = measured("kaiji", calls, KAIJI_CPU_THREADS=str(cores))
    began = time.perf_counter()
    shares = [calls[n::cores] for n in range(cores) if calls[n::cores]]
    made = [contestant("kaiji", share, KAIJI_CPU_THREADS="1") for share in shares]
    started = [start(command, environment) for command, environment, _ in made]
    found = [finish(each) for each in started]
    wall = time.perf_counter() - began
    for _, _, out in made:
        _remove(out)
    cpu, peak = sum(each["cpu"] for each in found), sum(each["peak"] for each in found)
    return {"one": one, "many": {"wall": wall, "cpu": cpu, "peak": peak, "processes": len(shares)}}


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def machine() -> dict[str, Any]:
    """What it was measured on."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu,
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "sample_audio")
    parser.add_argument("--every", type=int, default=7, help="take every so-manieth call for the contest")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=12.0, help="of the calls that are counted up to 100")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--chart", type=Path, help="draw them there")
    options = parser.parse_args()
    every = sorted(options.folder.glob("*.wav"))
    calls = every[:: options.every]
    if not calls:
        print("no calls there", file=sys.stderr)
        return 2
    began = time.perf_counter()
    figures: dict[str, Any] = {"machine": machine(), "calls": len(calls)}
    if "contest" in options.parts:
        figures["contest"] = contest(calls, options.rounds)
    if "growth" in options.parts:
        figures["growth"] = growth(every, options.seconds)
    if "threads" in options.parts:
        figures["threads"] = threads(calls)
    if "prefect" in options.parts:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.orchestration", "--json"],
            stdout=subprocess.PIPE, env=surroundings(), cwd=ROOT, check=True,
        )  # fmt: skip
        figures["prefect"] = json.loads(done.stdout.splitlines()[-1])
    figures["minutes"] = (time.perf_counter() - began) / 60
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    # Only now: NumPy and matplotlib would have made the children's peaks look larger.
    from tests.bench.speed_report import draw, report

    print("\n".join(report(figures)))
    if options.chart and "contest" in figures:
        draw(figures, options.chart)
    return 0


if __name__ == "__main__":
    sys.exit(main())
