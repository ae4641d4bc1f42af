"""``python -m flows.review --port N``: what ``make serve`` and ``kaiji review serve`` start."""

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

from flows.quiet import quiet_libraries
from flows.settings import SettingError, Settings
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from flows.review.guarding.connections import Bounds

__all__ = ["main", "serve", "server_config", "unix_socket"]


def serve(host: str, port: int, settings: Settings) -> None:
    """Serve the page until told to stop.

    Args:
        host: Address to listen on, unless the settings name a Unix socket.
        port: Likewise.
        settings: Of this machine.

    Raises:
        PipelineError: when the desk cannot be opened, or the socket.
    """
    import uvicorn

    from flows.review.app import create_app

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    quiet_libraries()
    server = uvicorn.Server(server_config(create_app(settings), (host, port)))
    with contextlib.suppress(KeyboardInterrupt):
        if settings.review_socket is None:
            server.run()
        else:
            with unix_socket(settings.review_socket, int(settings.review_socket_mode, 8)) as listening:
                server.run([listening])


def server_config(app: FastAPI, listen: tuple[str, int], bounds: Bounds | None = None) -> uvicorn.Config:
    """How the page is served.

    Args:
        app: The page.
        listen: Address and port.
        bounds: Of its connections.
    """
    import uvicorn

    from flows.review.guarding.connections import Bounds, bounded

    return uvicorn.Config(
        app,
        host=listen[0],
        port=listen[1],
        http=bounded(bounds or Bounds()),  # type: ignore[arg-type]  # whatever makes one of a connection
        # Addresses of our page hold ids, but a stranger's request could hold anything.
        access_log=False,
        log_level="warning",
        log_config=None,
        server_header=False,
        # There is no use for it, and nothing that would look at it.
        ws="none",
        date_header=False,
        # Whoever connects is who connects; ``flows.review.guarding.proxy`` says who is believed for others.
        proxy_headers=False,
        h11_max_incomplete_event_size=16 * 1024,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )


@contextlib.contextmanager
def unix_socket(path: Path, mode: int) -> Iterator[socket.socket]:
    """A Unix socket that only its owner may open, or its group too.

    Args:
        path: Where it lies; what a killed server left there is replaced.
        mode: ``0o600`` or ``0o660``.

    Raises:
        SettingError: something else lies there, another server listens, or it cannot be made.
    """
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # uvicorn itself would open it to everybody (0666).
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
    """Remove a socket on which nobody listens."""
    if not path.is_socket():
        # Something else there is not ours to remove: binding fails.
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
