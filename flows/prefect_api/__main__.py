"""``python -m flows.prefect_api``: Prefect's server, behind our guard.

What it is told lies in its environment: ``PREFECT_*``, the secret among them, and ``KAIJI_PREFECT_HOSTS``.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from prefect.server.api.server import create_app
from prefect.settings import get_current_settings

from flows.prefect_api.form import guard_form
from flows.prefect_api.guard import Guard, names_of
from flows.settings import PREFECT_HOST, Settings

__all__ = ["guarded", "run_server"]


def guarded(app: FastAPI, hosts: str) -> Guard:
    """Prefect's application as we serve it.

    Args:
        app: As Prefect makes it, not asked yet.
        hosts: Further names of it, separated by commas.

    Raises:
        SystemExit: when no secret is set, so that an open server is never started.
    """
    secret = get_current_settings().server.api.auth_string
    if secret is None or not secret.get_secret_value():
        sys.exit("kaiji: PREFECT_SERVER_API_AUTH_STRING is not set")
    # As Prefect names its API in its application.
    guard_form(app.api_app)  # type: ignore[attr-defined]
    return Guard(app, names_of(hosts))


def run_server(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 0,
    fd: Annotated[int | None, typer.Option(help="a socket that listens already")] = None,
) -> None:
    """Serve until told to stop; on a socket of another process, until that process is gone."""
    temporary = fd is not None
    app = guarded(create_app(ephemeral=temporary, final=True), Settings().prefect_hosts)
    prefect = get_current_settings().server
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=PREFECT_HOST,
            port=port,
            lifespan="on",
            log_level="error" if temporary else prefect.logging_level.lower(),
            timeout_keep_alive=prefect.api.keepalive_timeout,
            ws_ping_interval=prefect.api.websocket_ping_interval,
            ws_ping_timeout=prefect.api.websocket_ping_timeout,
            # Nobody stands between us and the client whose word for its address we would take.
            proxy_headers=False,
        )
    )
    if fd is None:
        server.run()
        return
    threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
    server.run(sockets=[socket.socket(fileno=fd)])


def _stop_with_parent(server: uvicorn.Server) -> None:
    """Stop when the other end of stdin is closed: at the latest when the process that had it is killed."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    server.should_exit = True


if __name__ == "__main__":
    typer.run(run_server)
