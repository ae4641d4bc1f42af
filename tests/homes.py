"""Homes of earlier versions (``tests/upgrade``), unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

HOMES = sorted(
    (Path(__file__).parent / "upgrade").glob("*.zip"), key=lambda path: [*map(int, path.stem.split("."))]
)
"""The oldest, the newest, and one for each change of what the rows hold, by version."""


def unpack_home(home: Path, folder: Path) -> None:
    """Unpack a home.

    Args:
        home: One of ``HOMES``.
        folder: Becomes the ``KAIJI_HOME``.
    """
    with zipfile.ZipFile(home) as archive:
        archive.extractall(folder)
    for key in folder.rglob("key"):
        key.chmod(0o600)  # extractall sets no modes, and a key that others can read is refused
