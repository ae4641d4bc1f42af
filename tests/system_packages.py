"""Debian's packages that some tests need: ``make test`` installs them where it may.

It may as root on a machine with apt.  Elsewhere nothing is done and nothing fails: the tests that
need them are left out, and ``tests/conftest.py`` says so in the last lines.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from tests.servers import postgres_programs

APT = Path("/usr/bin/apt-get")


def chromium() -> Path | None:
    """The browser; ``None`` where it is not installed."""
    found = shutil.which("chromium")
    return Path(found) if found else None


PROGRAMS: Mapping[str, Callable[[], object | None]] = {
    "chromium": chromium,
    "postgresql": postgres_programs,
    "libreoffice-writer-nogui": partial(shutil.which, "soffice"),
    "poppler-utils": partial(shutil.which, "pdftotext"),
    "p7zip-full": partial(shutil.which, "7z"),
    "systemd": partial(shutil.which, "systemd-analyze"),
}
"""Package, and whether what the tests need of it is there already: the page is looked at in a browser, many
machines share a database, letters and packages are opened with what their readers have, and systemd
reads our unit."""


def missing() -> tuple[str, ...]:
    """The packages that are not there."""
    return tuple(package for package, program in PROGRAMS.items() if program() is None)


def install(packages: Sequence[str]) -> bool:
    """Install packages without asking; whether that went well."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (("update", "-qq"), ("install", "-qq", "-y", "--no-install-recommends", *packages))
    try:
        for step in steps:
            subprocess.run((str(APT), *step), env=quiet, check=True, stdout=subprocess.DEVNULL, timeout=900)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def main() -> None:
    """Install what is missing where that is allowed, in one line each of what was done."""
    packages = missing()
    if not packages:
        return
    names = " ".join(packages)
    if os.getuid() or not APT.exists():
        sys.stdout.write(f"kaiji: {names}: not installed, which takes root and apt; its tests are left out\n")
        return
    sys.stdout.write(f"kaiji: installing {names} for the tests that need it\n")
    sys.stdout.flush()
    if not install(packages):
        sys.stdout.write(f"kaiji: {names} could not be installed; the tests that need it are left out\n")


if __name__ == "__main__":
    main()
