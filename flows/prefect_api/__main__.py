"""``python -m flows.prefect_api``: runs Prefect's server behind our guard.

It is configured by environment variables: ``PREFECT_*``, the secret among them, and ``KAIJI_PREFECT_HOSTS``.
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
from starlette.types import ASGIApp

from flows.prefect_api.form import guard_form
from flows.prefect_api.guard import Guard, names_of
from flows.quiet import errors_by_kind
from flows.settings import PREFECT_HOST, Settings
from flows.web.connections import Bounds, bounded


def guarded(app: FastAPI, hosts: str) -> Guard:
    """Put our guard around Prefect's application.

    Args:
        app: Prefect's application before its first request.
        hosts: Further host names of the server, separated by commas.

    Raises:
        SystemExit: when no secret is set, so that an open server is never started.
    """
    secret = get_current_settings().server.api.auth_string
    if secret is None or not secret.get_secret_value():
        sys.exit("kaiji: PREFECT_SERVER_API_AUTH_STRING is not set")
    # The name by which Prefect mounts its API in the application.
    guard_form(app.api_app)  # type: ignore[attr-defined]
    return Guard(app, names_of(hosts))


def config_of(app: ASGIApp, port: int, *, temporary: bool, bounds: Bounds | None = None) -> uvicorn.Config:
    """Return how the server runs: as Prefect's own, and with limits for its connections.

    Args:
        app: The guarded application.
        port: The port; 0 for any.
        temporary: Whether it serves one command only.
        bounds: Limits of its connections.
    """
    prefect = get_current_settings().server
    return uvicorn.Config(
        app,
        host=PREFECT_HOST,
        port=port,
        http=bounded(bounds or Bounds()),  # type: ignore[arg-type]  # whatever makes one of a connection
        lifespan="on",
        log_level="error" if temporary else prefect.logging_level.lower(),
        timeout_keep_alive=prefect.api.keepalive_timeout,
        ws_ping_interval=prefect.api.websocket_ping_interval,
        ws_ping_timeout=prefect.api.websocket_ping_timeout,
        # There is no proxy whose headers about the client's address we would believe.
        proxy_headers=False,
    )


def run_server(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 0,
    fd: Annotated[int | None, typer.Option(help="a socket that listens already")] = None,
) -> None:
    """Serve until a signal to stop; on an inherited socket, until the parent process ends."""
    errors_by_kind()
    temporary = fd is not None
    app = guarded(create_app(ephemeral=temporary, final=True), Settings().prefect_hosts)
    server = uvicorn.Server(config_of(app, port, temporary=temporary))
    if fd is None:
        server.run()
        return
    threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
    server.run(sockets=[socket.socket(fileno=fd)])


def _stop_with_parent(server: uvicorn.Server) -> None:
    """Stop when the parent closes our stdin, which happens at the latest when the parent is killed."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    server.should_exit = True


if __name__ == "__main__":
    typer.run(run_server)
