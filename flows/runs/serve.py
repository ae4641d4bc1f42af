"""``make serve``: runs Prefect's server, workers, deployments and the review page on this machine.

Each is a process with its output in ``home/log``.  Ctrl-C stops them, the workers first, so that they can
still report to the server that their calls went back into the queue.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import shlex
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from flows.desk.integrity.desk import open_desk
from flows.desk.people.first_account import first_word
from flows.prefect_api.secret import new_secret, secret_variables, told_in_file
from flows.runs.parts import POLL_SECONDS, Parts, ServeError
from flows.settings import PREFECT_HOST as HOST
from flows.settings import Settings, given_api, server_environment
from pipeline.errors import PipelineError

POOL = "kaiji"
"""Name of the pool in ``prefect.yaml``; importing it from ``flows.runs.deployments`` would load Prefect."""


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
                _start(
                    parts, Endpoints(port, review_port, file, word), Sizes(workers, runs, recognitions), stop
                )
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
class Endpoints:
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


def _start(parts: Parts, endpoints: Endpoints, sizes: Sizes, stop: threading.Event) -> None:
    """Start everything in order; return early on a request to stop."""
    prefect = [sys.executable, "-m", "prefect"]
    review = _has_review()
    for port in (endpoints.server, endpoints.review)[: 1 + review]:
        _check_free(port)
    typer.echo("kaiji: 起動しています(1分ほどかかります)…")
    parts.start("server", [sys.executable, "-m", "flows.prefect_api", "--port", str(endpoints.server)])
    _await_server(parts, endpoints.server, stop)
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
        # A page that stops is no reason to end either: calls are masked without it.  It asks nothing of
        # Prefect.
        page = [sys.executable, "-m", "flows.review", "--port", str(endpoints.review)]
        parts.start("review", page, again=True, without=frozenset(secret_variables("")))
    _tell(endpoints, parts.logs, review=review)


def _tell(ports: Endpoints, logs: Path, *, review: bool) -> None:
    """Print the addresses and files for the person at the terminal, but not the secret."""
    api, secret = f"http://{HOST}:{ports.server}", shlex.quote(str(ports.secret))
    typer.echo("kaiji: 動いています。Ctrl-C で止まります。")
    typer.echo(f"  夜間処理とすぐに処理(Prefect)  {api}")
    typer.echo(
        f"    画面が尋ねる合言葉           cat {secret} (起動のたびに変わり、この利用者だけが読めます)"
    )
    if review:
        typer.echo(f"  確認の画面                     http://{HOST}:{ports.review}")
        if ports.word:
            typer.echo(
                f"    最初の利用者の合言葉         {ports.word} (画面で利用者を登録すると使えなくなります)"
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
