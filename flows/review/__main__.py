"""``python -m flows.review --port N``: what ``make serve`` and ``kaiji review serve`` start."""

from __future__ import annotations

import argparse
import logging
import sys

from flows.quiet import quiet_libraries
from flows.settings import Settings
from pipeline.errors import PipelineError

__all__ = ["main", "serve"]


def serve(host: str, port: int, settings: Settings) -> None:
    """Serve the page until told to stop.

    Args:
        host: Address to listen on.
        port: Likewise.
        settings: Of this machine.

    Raises:
        PipelineError: when the desk cannot be opened.
    """
    import uvicorn

    from flows.review.app import create_app

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    quiet_libraries()
    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        # Addresses of our page hold ids, but a stranger's request could hold anything.
        access_log=False,
        log_level="warning",
        log_config=None,
        server_header=False,
        # There is no use for it, and nothing that would look at it.
        ws="none",
        date_header=False,
        # Whoever connects is who connects; ``review_proxies`` says who is believed for others.
        proxy_headers=False,
        h11_max_incomplete_event_size=16 * 1024,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )


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
