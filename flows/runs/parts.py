"""The processes of ``make serve``: started, watched, started again, and ended with all that they started."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import typer

MARK_VARIABLE = "KAIJI_SERVED_BY"

TERM_SECONDS = 30.0
"""Seconds in which a run can put its call back, and a worker can report its runs to the server."""

KILL_SECONDS = 2.0
"""Seconds to wait for a killed process; in a container without an init its entry may stay for ever."""

RESTART_SECONDS = 10.0
"""Seconds that a process must have run before it is started again."""

POLL_SECONDS = 0.5
"""Seconds between two checks of the processes."""


class ServeError(Exception):
    """A process could not be started, or ended unasked; the message is for the terminal."""


@dataclass(frozen=True, slots=True)
class Part:
    """A started process and its log file.

    Attributes:
        mark: Value of ``MARK_VARIABLE`` in the environment of all processes that belong to it.
        again: Whether it is started again when it ends unasked.
        without: Environment variables that it does not get.
        began: Start time, by ``time.monotonic``.
    """

    name: str
    mark: str
    command: tuple[str, ...]
    log: Path
    process: subprocess.Popen[bytes]
    again: bool
    without: frozenset[str]
    began: float


@dataclass(slots=True)
class Parts:
    """All processes of one ``make serve``.

    Attributes:
        environment: Their environment.
        logs: Folder of their output.
        token: Random id of this ``make serve``.
    """

    environment: Mapping[str, str] = field(repr=False)
    logs: Path
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    running: list[Part] = field(default_factory=list)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        again: bool = False,
        without: frozenset[str] = frozenset(),
    ) -> Part:
        """Start one.

        Args:
            name: Name of the process and its log.
            command: Program and arguments.
            again: Whether it is started again when it ends unasked.
            without: Environment variables that it does not get.
        """
        part = replace(self._started(name, command, without), again=again)
        self.running.append(part)
        return part

    def run(self, name: str, command: Sequence[str], stop: threading.Event) -> None:
        """Start a process and wait until it ends.

        Raises:
            ServeError: when it fails, or another process ends meanwhile.
        """
        part = self._started(name, command)
        while part.process.poll() is None and not stop.wait(POLL_SECONDS):
            self.check()
        if stop.is_set():
            _end(part)
        elif part.process.returncode != 0:
            msg = f"{name} が失敗しました。記録: {part.log}"
            raise ServeError(msg)

    def _started(self, name: str, command: Sequence[str], without: frozenset[str] = frozenset()) -> Part:
        """Start a process that is not started again."""
        told = {key: value for key, value in self.environment.items() if key not in without}
        log, mark = self.logs / f"{name}.log", f"{self.token}-{name}"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
            process = subprocess.Popen(  # noqa: S603 (our own commands)
                command,
                env={**told, MARK_VARIABLE: mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.logs,
                # We handle Ctrl-C on the terminal ourselves, in the right order.
                start_new_session=True,
            )
        return Part(name, mark, tuple(command), log, process, False, without, time.monotonic())

    def check(self) -> None:
        """Check that all processes run, and start those again that may be.

        Raises:
            ServeError: names a process that ended and must not be started again.
        """
        for part in tuple(self.running):
            if part.process.poll() is None:
                continue
            msg = f"{part.name} が止まりました(終了コード {part.process.returncode})"
            if not part.again:
                raise ServeError(f"{msg}。記録: {part.log}")
            if time.monotonic() - part.began >= RESTART_SECONDS:
                typer.echo(f"kaiji: {msg}。もう一度起動します", err=True)
                self.running.remove(part)
                self.start(part.name, part.command, again=True, without=part.without)

    def stop(self) -> None:
        """Stop all processes, the last one first."""
        while self.running:
            _end(self.running.pop())


def _end(part: Part) -> None:
    """End a part and all its processes: first by a request, then by force.

    A worker's runs are asked to end before the worker, which would kill runs that still put their calls back.
    """
    told: set[int] = set()
    until = time.monotonic() + TERM_SECONDS
    while (runs := _runs(part)) and time.monotonic() < until:
        _signal(runs - told, signal.SIGTERM)
        told |= runs
        time.sleep(POLL_SECONDS / 5)
    for how, patience in ((signal.SIGTERM, TERM_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
        _signal({-part.process.pid}, how)
        if how is signal.SIGKILL:
            _signal(_runs(part), how)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if part.process.poll() is not None and not _members(part):
                return
            time.sleep(POLL_SECONDS / 5)


def _signal(pids: Iterable[int], how: int) -> None:
    """Send a signal to processes; a negative number means a process group."""
    for pid in pids:
        # The process may have ended meanwhile.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, how)


def _runs(part: Part) -> set[int]:
    """Return the processes of a part outside its group: Prefect starts each run in a session of its own."""
    found = set()
    for pid in _members(part):
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(pid) != part.process.pid:
                found.add(pid)
    return found


def _members(part: Part) -> tuple[int, ...]:
    """Return the living processes that have a part's mark in their environment.

    On a system without ``/proc`` none is found; there a worker that is asked to end ends its runs itself.
    """
    return tuple(
        int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if _carries(path, part)
    )


def _carries(path: Path, part: Part) -> bool:
    try:
        # A zombie process has an empty environment.
        return f"{MARK_VARIABLE}={part.mark}".encode() in path.read_bytes().split(b"\0")
    except OSError:
        return False
