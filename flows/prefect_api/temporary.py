"""A Prefect server that runs as long as one command, such as ``kaiji run nightly``.

Prefect can start a temporary server itself, but on a port that every user of this machine may use.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from flows.prefect_api.secret import new_secret, secret_variables
from flows.settings import PREFECT_HOST, Settings, given_api, prepare_prefect, surroundings
from pipeline.errors import PipelineError

POLL_SECONDS = 0.1
"""Seconds between two checks whether the server answers."""

STOP_SECONDS = 10.0


class PrefectStartError(PipelineError):
    """Prefect's server did not start."""

    code = "prefect"


@contextlib.contextmanager
def prefect_for(home: Path, settings: Settings) -> Iterator[None]:
    """Provide Prefect for the flows of this process; import it only inside the context.

    When ``PREFECT_API_URL`` is set, the runs go to that server, with the secret of the environment.

    Args:
        home: Folder for Prefect's database and profiles.
        settings: The settings of this machine.

    Raises:
        PrefectStartError: when the server does not answer within ``KAIJI_PREFECT_START_SECONDS``.
        ApiSecretError: when the secret of the environment is too weak or malformed.
    """
    prepare_prefect(home)
    address, secret = given_api()
    if address:
        yield
        return
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server((PREFECT_HOST, 0)))
        address = f"http://{PREFECT_HOST}:{listening.getsockname()[1]}"
        ours = secret_variables(new_secret(secret)) | {"PREFECT_API_URL": f"{address}/api"}
        stack.enter_context(surroundings(ours | {"PREFECT_SERVER_UI_ENABLED": "false"}))
        server = _started(listening)
        stack.callback(_stop, server)
        # The server has the socket now; if we kept it open, the port would stay open after the server ends.
        listening.close()
        _await(server, address, settings.prefect_start_seconds)
        yield


def _started(listening: socket.socket) -> subprocess.Popen[bytes]:
    """Start the server's process, which ends when we close its stdin."""
    fd = listening.fileno()
    command = [sys.executable, "-m", "flows.prefect_api", "--fd", str(fd)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=(fd,))  # noqa: S603 (our own command)


def _await(server: subprocess.Popen[bytes], address: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        with (
            contextlib.suppress(urllib.error.URLError, TimeoutError, ConnectionError),
            urllib.request.urlopen(f"{address}/api/health", timeout=seconds),  # noqa: S310 (our own server)
        ):
            return
        time.sleep(POLL_SECONDS)
    msg = f"Prefect のサーバーが{seconds:.0f}秒のうちに起動しません(KAIJI_PREFECT_START_SECONDS)"
    raise PrefectStartError(msg)


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
