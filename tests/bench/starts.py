"""How long does each command of ``kaiji`` take to start, and to work?  ``make bench`` prints it.

    python -m tests.bench.starts [--rounds 5] ["case list" …]

Every command does a small desk's work, or is refused as early as it can be (``tests.command_lines``), each
time on a fresh copy of the desk.

A command's *work* is what it takes once more in a process that has just done it, on another fresh copy
(``tests.bench.again``), and its *start* is all the rest of a whole run: Python itself, everything that is
imported, everything that is made at its first use, and the process's end.

Wall seconds mean something on an idle machine only, and where Python has
its bytecode (``make setup`` compiles it).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.speed import KAIJI, ROOT, machine, surroundings
from tests.command_lines import LINES, Line, SmallDesk, line, make_small_desk

GOAL = 0.5
"""Seconds within which a command is to start, as the median on an idle machine."""

HELP: Mapping[str, Line] = {"--help": line(), "case --help": line()}

Took = tuple[float, float]
"""Wall and CPU seconds."""


@dataclass(frozen=True, slots=True)
class Run:
    """A command's run.

    Attributes:
        whole: From the process's beginning to its end.
        work: What the same takes once more in a process that has done it.
    """

    whole: Took
    work: Took

    @property
    def start(self) -> Took:
        """What of the whole is no work."""
        return self.whole[0] - self.work[0], self.whole[1] - self.work[1]


def call_of(desk: SmallDesk, command: str, folder: Path) -> dict[str, Any]:
    """How a command is called on the copy of the desk in ``folder``, as ``tests.bench.again`` reads it."""
    called = HELP.get(command) or LINES[command]
    return {
        "arguments": command.split() if command in HELP else desk.arguments(command, folder),
        "environment": {
            "KAIJI_HOME": str(folder / "home"),
            "KAIJI_WORK": str(folder / "work"),
            **called.environment,
        },
        "given": called.given,
        "status": called.status,
    }


def took(call: Mapping[str, Any]) -> Took:
    """Run a command in a process of its own.

    Raises:
        CalledProcessError: when it ends otherwise than it should.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(KAIJI), *call["arguments"]], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=surroundings(**call["environment"]), cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(call["given"].encode())
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != call["status"]:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return wall, usage.ru_utime + usage.ru_stime


def took_again(first: Mapping[str, Any], second: Mapping[str, Any], told: Path) -> Took:
    """Run a command twice in one process; return what the second time took."""
    subprocess.run(
        [sys.executable, "-m", "tests.bench.again", told, json.dumps(first), json.dumps(second)],
        env=surroundings(), cwd=ROOT, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wall, cpu = json.loads(told.read_text(encoding="utf-8"))
    return wall, cpu


def one_run(desk: SmallDesk, command: str) -> Run:
    """Run a command on a fresh copy of the desk, and then twice on two more."""
    with tempfile.TemporaryDirectory(prefix="kaiji-starts-") as name:
        folder = Path(name)
        calls = []
        for copy in ("whole", "first", "second"):
            shutil.copytree(desk.folder, folder / copy)
            calls.append(call_of(desk, command, folder / copy))
        return Run(took(calls[0]), took_again(calls[1], calls[2], folder / "told.json"))


def measured(commands: Sequence[str], rounds: int) -> dict[str, list[Run]]:
    """Every command once a round, so that a machine that slows down for a while favours nobody."""
    found: dict[str, list[Run]] = {command: [] for command in commands}
    with tempfile.TemporaryDirectory(prefix="kaiji-starts-") as name:
        desk = make_small_desk(Path(name))
        # The first round only brings everything into the machine's memory.
        for number in range(rounds + 1):
            for command in commands:
                one = one_run(desk, command)
                if number:
                    found[command].append(one)
    return found


def report(found: Mapping[str, Sequence[Run]]) -> Iterator[str]:
    """The table, and how many are within the goal."""
    yield "| kaiji | start s | work s | whole s | least–most | CPU: start s | work s |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    wall, cpu = ({command: _medians(each, kind) for command, each in found.items()} for kind in (0, 1))
    for command, each in found.items():
        walls = [run.whole[0] for run in each]
        start, work, whole = wall[command]
        yield (
            f"| {command} | {start:.2f} | {work:.2f} | {whole:.2f} | {min(walls):.2f}–{max(walls):.2f} "
            f"| {cpu[command][0]:.2f} | {cpu[command][1]:.2f} |"
        )
    # Of the two, a machine that has other work changes CPU seconds less.
    for kind, medians in (("wall", wall), ("CPU", cpu)):
        for what, place in (("start", 0), ("whole", 2)):
            yield ""
            yield from _verdict(f"{kind}, {what}", {command: one[place] for command, one in medians.items()})


def _medians(runs: Sequence[Run], kind: int) -> tuple[float, float, float]:
    """Median start, work and whole."""
    every = [(run.start[kind], run.work[kind], run.whole[kind]) for run in runs]
    return (median(one[0] for one in every), median(one[1] for one in every), median(one[2] for one in every))


def _verdict(what: str, seconds: Mapping[str, float]) -> Iterator[str]:
    slow = [command for command, one in seconds.items() if one > GOAL]
    quick, usual = len(seconds) - len(slow), median(seconds.values())
    yield f"{what}: {quick} of {len(seconds)} within {GOAL} s; the median command {usual:.2f} s"
    if slow:
        yield f"slower: {', '.join(slow)}"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = [*HELP, *LINES]
    parser.add_argument("commands", nargs="*", default=every, metavar="COMMAND", help="by default all")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if unknown := set(options.commands) - set(every):
        parser.error(f"no such command: {', '.join(sorted(unknown))}")
    print("{cores} cores, {cpu}, Python {python}, load {load:.1f}".format(**machine()))
    print("\n".join(report(measured(options.commands, options.rounds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
