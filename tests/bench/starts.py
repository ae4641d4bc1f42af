"""How long does each command of ``kaiji`` take, from its start to its end?  ``make bench`` prints it.

    python -m tests.bench.starts [--rounds 5] ["case list" …]

Every command does a small desk's work, or is refused as early as it can be (``tests.command_lines``), each
time on a fresh copy of the desk.  Wall seconds mean something on an idle machine only, and where Python has
its bytecode (``make setup`` compiles it).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.bench.speed import KAIJI, ROOT, machine, surroundings
from tests.command_lines import LINES, Line, SmallDesk, line, make_small_desk

GOAL = 0.5
"""Seconds within which a command is to be done, as the median on an idle machine."""

HELP: Mapping[str, Line] = {"--help": line(), "case --help": line()}

Took = tuple[float, float]
"""Wall and CPU seconds."""


def took(desk: SmallDesk, command: str, folder: Path) -> Took:
    """Run a command on a copy of the desk that lies in ``folder``.

    Raises:
        CalledProcessError: when it ends otherwise than it should.
    """
    called = HELP.get(command) or LINES[command]
    arguments = command.split() if command in HELP else desk.arguments(command, folder)
    home = {"KAIJI_HOME": str(folder / "home"), "KAIJI_WORK": str(folder / "work")}
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(KAIJI), *arguments], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=surroundings(**home, **called.environment), cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(called.given.encode())
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != called.status:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return wall, usage.ru_utime + usage.ru_stime


def measured(commands: Sequence[str], rounds: int) -> dict[str, list[Took]]:
    """Every command once a round, so that a machine that slows down for a while favours nobody."""
    found: dict[str, list[Took]] = {command: [] for command in commands}
    with tempfile.TemporaryDirectory(prefix="kaiji-starts-") as name:
        made = Path(name) / "made"
        made.mkdir()
        desk = make_small_desk(made)
        # The first round only brings everything into the machine's memory.
        for number in range(rounds + 1):
            for command in commands:
                copy = Path(name) / "copy"
                shutil.copytree(made, copy)
                one = took(desk, command, copy)
                shutil.rmtree(copy)
                if number:
                    found[command].append(one)
    return found


def report(found: Mapping[str, Sequence[Took]]) -> Iterator[str]:
    """The table, and how many are within the goal."""
    yield "| kaiji | wall s, median | least–most | CPU s, median |"
    yield "|---|--:|--:|--:|"
    middle = {command: median(wall for wall, _ in each) for command, each in found.items()}
    cpu = {command: median(cpu for _, cpu in each) for command, each in found.items()}
    for command, each in found.items():
        walls = [wall for wall, _ in each]
        spread = f"{min(walls):.2f}–{max(walls):.2f}"
        yield f"| {command} | {middle[command]:.2f} | {spread} | {cpu[command]:.2f} |"
    # Of the two, a machine that has other work changes CPU seconds less.
    for what, seconds in (("wall", middle), ("CPU", cpu)):
        slow = [command for command, one in seconds.items() if one > GOAL]
        quick = len(seconds) - len(slow)
        yield ""
        usual = median(seconds.values())
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
