"""The real things beside us: PostgreSQL from the system's package, an S3 server (moto's)."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.serving import free_port

PACKAGES = Path("/usr/lib/postgresql")
"""Where Debian puts each version's programs."""


def postgres_programs() -> Path | None:
    """Folder of PostgreSQL's programs, the newest; ``None`` where it is not installed."""
    found = sorted(PACKAGES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).parent if elsewhere else None


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server of its own with the databases ``kaiji`` and ``prefect``.

    Its data lie beside pytest's folders, not in them: each new session of pytest closes those to the
    user that the server has to run as.

    Yields:
        ``user@host:port`` of its URLs.
    """
    programs = postgres_programs()
    assert programs is not None
    # It refuses to run as root.
    prefix = [] if os.getuid() else ["runuser", "-u", "postgres", "--"]
    with tempfile.TemporaryDirectory(prefix="kaiji-postgres-", ignore_cleanup_errors=True) as folder:
        if prefix:
            shutil.chown(folder, "postgres", "postgres")
        port = free_port()

        def run(*command: str) -> None:
            subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/", timeout=120)

        data, log = f"{folder}/data", f"{folder}/log"
        run(str(programs / "initdb"), "-D", data, "-U", "kaiji", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        run(str(programs / "pg_ctl"), "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            for name in ("kaiji", "prefect"):
                run(str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "kaiji", name)
            yield f"kaiji@127.0.0.1:{port}"
        finally:
            run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop")


@contextlib.contextmanager
def s3(folder: Path) -> Iterator[str]:
    """An S3 server with the bucket ``kaiji``.

    Args:
        folder: For its log.

    Yields:
        Its address.
    """
    import s3fs

    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder / "s3.log").open("wb") as log:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        _await(address)
        s3fs.S3FileSystem(**s3_options(address)).mkdir("kaiji")
        yield address
    finally:
        server.kill()
        server.wait()


def s3_options(address: str) -> dict[str, str]:
    """Of fsspec's file system; moto takes any credentials."""
    return {"endpoint_url": address, "key": "any", "secret": "any"}


def _await(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 (our own server)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise TimeoutError
