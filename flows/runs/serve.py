"""``make serve``: runs Prefect's server, workers, deployments and the review page on this machine.

Each is a process with its output in ``home/log``.  Ctrl-C stops them, the workers first, so that they can
still report to the server that their calls went back into the queue.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from flows.desk.integrity.desk import open_desk
from flows.desk.people.first_account import first_word
from flows.prefect_api.secret import new_secret, secret_variables, told_in_file
from flows.settings import PREFECT_HOST as HOST
from flows.settings import Settings, given_api, server_environment
from pipeline.errors import PipelineError

__all__ = ["Part", "Parts", "ServeError", "serve"]

POOL = "kaiji"
"""Name of the pool in ``prefect.yaml``; importing it from ``flows.runs.deployments`` would load Prefect."""

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
    """A process could not be started, or ended by itself; the message is for the terminal."""


@dataclass(frozen=True, slots=True)
class Part:
    """A started process and its log file.

    Attributes:
        mark: Value of ``MARK_VARIABLE`` in the environment of all processes that belong to it.
        again: Whether it is started again when it ends by itself.
        without: Variables that it is not told.
        began: When, by ``time.monotonic``.
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
            again: Whether it is started again when it ends by itself.
            without: Variables of the environment that it is not told.
        """
        part = self._started(name, command, again=again, without=without)
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

    def _started(
        self,
        name: str,
        command: Sequence[str],
        *,
        again: bool = False,
        without: frozenset[str] = frozenset(),
    ) -> Part:
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
        return Part(name, mark, tuple(command), log, process, again, without, time.monotonic())

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


Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Prefect の画面のポート")]
ReviewPort = Annotated[int, typer.Option("--review-port", min=1, max=65535, help="確認の画面のポート")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="ワーカーの数")]
Runs = Annotated[int, typer.Option("--runs", min=1, max=64, help="1つのワーカーが同時に行う実行の数")]
Recognitions = Annotated[
    int, typer.Option("--recognitions", min=1, max=64, help="同時に音声認識する通話の数(初回だけ)")
]


def serve(
    port: Port = 4200,
    review_port: ReviewPort = 8400,
    workers: Workers = 1,
    runs: Runs = 2,
    recognitions: Recognitions = 1,
) -> None:
    """Prefect のサーバー、ワーカー、デプロイ、確認の画面をこの機械で動かします。Ctrl-C で止まります。"""
    stop = threading.Event()
    for how in (signal.SIGINT, signal.SIGTERM):
        signal.signal(how, lambda *_: stop.set())
    try:
        settings = Settings()
        with open_desk(settings) as desk:
            # A missing or wrong key is reported before anything is started.
            word = first_word(desk) if settings.review_auth == "local" else ""
        secret = new_secret(given_api()[1])
        with _only_one(settings.home) as logs, told_in_file(settings.home, secret) as file:
            parts = Parts(server_environment(settings, port, secret_variables(secret)), logs)
            try:
                _start(parts, Places(port, review_port, file, word), Sizes(workers, runs, recognitions), stop)
                while not stop.wait(POLL_SECONDS):
                    parts.check()
                typer.echo("kaiji: 止めています…")
            finally:
                parts.stop()
    except (PipelineError, ServeError) as error:
        typer.echo(f"kaiji: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo("kaiji: 止まりました")


@dataclass(frozen=True, slots=True)
class Places:
    """The ports to use, the file with the API's secret, and the word that makes the first account."""

    server: int
    review: int
    secret: Path
    word: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of workers, of runs per worker, and of simultaneous recognitions."""

    workers: int
    runs: int
    recognitions: int


def _start(parts: Parts, places: Places, sizes: Sizes, stop: threading.Event) -> None:
    """Start everything in order; return early on a request to stop."""
    prefect = [sys.executable, "-m", "prefect"]
    review = _has_review()
    for port in (places.server, places.review)[: 1 + review]:
        _check_free(port)
    typer.echo("kaiji: 起動しています(1分ほどかかります)…")
    parts.start("server", [sys.executable, "-m", "flows.prefect_api", "--port", str(places.server)])
    _await_server(parts, places.server, stop)
    if not stop.is_set():
        deployments = [sys.executable, "-m", "flows.runs.deployments"]
        deployments += ["--recognitions", str(sizes.recognitions)]
        parts.run("deployments", deployments, stop)
    if stop.is_set():
        return
    for number in range(1, sizes.workers + 1):
        name = f"worker-{number}"
        how = ["--pool", POOL, "--type", "process", "--limit", str(sizes.runs), "--name", name]
        # A worker that the system killed for its memory must not end the night.
        parts.start(name, [*prefect, "worker", "start", *how], again=True)
    if review:
        # Nor must a page that stops: calls are masked without it.  It has nothing to ask of Prefect.
        page = [sys.executable, "-m", "flows.review", "--port", str(places.review)]
        parts.start("review", page, again=True, without=frozenset(secret_variables("")))
    _tell(places, parts.logs, review=review)


def _tell(places: Places, logs: Path, *, review: bool) -> None:
    """Print the addresses and files for the person at the terminal, but not the secret."""
    api, secret = f"http://{HOST}:{places.server}", shlex.quote(str(places.secret))
    typer.echo("kaiji: 動いています。Ctrl-C で止まります。")
    typer.echo(f"  夜間処理とすぐに処理(Prefect)  {api}")
    typer.echo(
        f"    画面が尋ねる合言葉           cat {secret} (起動のたびに変わり、この利用者だけが読めます)"
    )
    if review:
        typer.echo(f"  確認の画面                     http://{HOST}:{places.review}")
        if places.word:
            typer.echo(
                f"    最初の利用者の合言葉         {places.word} (画面で利用者を登録すると使えなくなります)"
            )
    typer.echo(f"  記録                           {logs}")
    surroundings = f'PREFECT_API_URL={api}/api PREFECT_API_AUTH_STRING="$(cat {secret})"'
    typer.echo(f"  端末から                       {surroundings}")


def _has_review() -> bool:
    """Return whether the review page is installed as a program, not only as a folder of templates."""
    with contextlib.suppress(ModuleNotFoundError):
        return importlib.util.find_spec("flows.review.__main__") is not None
    return False


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[Path]:
    """Lock the folder of the logs, so that only one ``make serve`` runs on a home.

    Raises:
        ServeError: when another one runs.
    """
    logs = home.absolute() / "log"
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (logs / ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = "この KAIJI_HOME では make serve がすでに動いています"
            raise ServeError(msg) from None
        yield logs


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            msg = f"ポート {port} は使われています。--port などで別の番号を指定してください"
            raise ServeError(msg) from None


def _await_server(parts: Parts, port: int, stop: threading.Event) -> None:
    """Wait until the server answers.

    Raises:
        ServeError: when it ends, or does not answer within ``KAIJI_PREFECT_START_SECONDS``.
    """
    until = time.monotonic() + Settings().prefect_start_seconds
    while not stop.wait(POLL_SECONDS):
        parts.check()
        with (
            contextlib.suppress(urllib.error.URLError, TimeoutError, ConnectionError),
            urllib.request.urlopen(f"http://{HOST}:{port}/api/health", timeout=5),
        ):
            return
        if time.monotonic() > until:
            msg = f"Prefect のサーバーが起動しません。記録: {parts.running[0].log}"
            raise ServeError(msg)


if __name__ == "__main__":
    typer.run(serve)
