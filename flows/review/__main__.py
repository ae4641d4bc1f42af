"""``python -m flows.review --port N``: serves the page, for ``make serve`` and ``kaiji review serve``."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.quiet import errors_by_kind, quiet_libraries
from flows.settings import SettingError, Settings
from flows.version import VERSION
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from flows.web.connections import Bounds

LOG = logging.getLogger("kaiji.review")
"""Starts, refused passwords and errors; ``make serve`` keeps it as ``review.log`` in ``KAIJI_HOME/log``."""


def serve(host: str, port: int, settings: Settings) -> None:
    """Serve the page until a signal to stop.

    Args:
        host: Address to listen on, unless the settings name a Unix socket.
        port: Port to listen on, unless the settings name a Unix socket.
        settings: The settings of this machine.

    Raises:
        PipelineError: when the desk cannot be opened, or the socket.
    """
    import uvicorn

    from flows.review.app import create_app

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    LOG.setLevel(logging.INFO)
    quiet_libraries()
    errors_by_kind()
    server = uvicorn.Server(server_config(create_app(settings), host, port))
    LOG.info("started: kaiji %s", VERSION)
    with contextlib.suppress(KeyboardInterrupt):
        if settings.review_socket is None:
            server.run()
        else:
            with unix_socket(settings.review_socket, int(settings.review_socket_mode, 8)) as listening:
                server.run([listening])
    LOG.info("stopped")


def server_config(app: FastAPI, host: str, port: int, bounds: Bounds | None = None) -> uvicorn.Config:
    """Return uvicorn's configuration for the page.

    Args:
        app: The page.
        host: Address to listen on.
        port: Port to listen on.
        bounds: Limits of its connections.
    """
    import uvicorn

    from flows.web.connections import Bounds, bounded

    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=bounded(bounds or Bounds()),  # type: ignore[arg-type]  # whatever makes one of a connection
        # Our own URLs contain ids only, but a stranger's request may contain anything.
        access_log=False,
        log_level="warning",
        log_config=None,
        server_header=False,
        # The page has no WebSockets, and the guard does not check them.
        ws="none",
        date_header=False,
        # The peer of the connection is the client; ``guarding.proxy`` decides which proxy is believed.
        proxy_headers=False,
        h11_max_incomplete_event_size=16 * 1024,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )


@contextlib.contextmanager
def unix_socket(path: Path, mode: int) -> Iterator[socket.socket]:
    """Listen on a Unix socket that only its owner may open, or its group too.

    Args:
        path: Path of the socket; one that a killed server left is replaced.
        mode: ``0o600`` or ``0o660``.

    Raises:
        SettingError: when another file has the path, another server listens, or it cannot be made.
    """
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # uvicorn itself would make it accessible to everybody (0666).
    before = os.umask(0o777 & ~mode)
    try:
        _clear_way(path)
        listening.bind(str(path))
    except OSError as error:
        listening.close()
        msg = f"KAIJI_REVIEW_SOCKET の場所で待ち受けられません({type(error).__name__})"
        raise SettingError(msg) from None
    finally:
        os.umask(before)
    try:
        yield listening
    finally:
        listening.close()
        path.unlink(missing_ok=True)


def _clear_way(path: Path) -> None:
    """Remove a socket without a listening process."""
    if not path.is_socket():
        # Any other file is not removed, and binding fails.
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m flows.review")
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--host", default="127.0.0.1")
    given = parser.parse_args()
    try:
        serve(given.host, given.port, Settings())
    except PipelineError as error:
        sys.stderr.write(f"kaiji: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
