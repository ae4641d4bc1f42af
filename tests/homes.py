"""Homes of earlier versions, made by the code of their version (``tests/upgrade/make_home.py``)."""

from __future__ import annotations

import zipfile
from pathlib import Path

UPGRADE = Path(__file__).parent / "upgrade"

VERSIONS = tuple(sorted(home.stem for home in UPGRADE.glob("*.zip")))
"""Those of which there is a home: the oldest, the newest, and one for each change of what the rows hold."""


def unpack_home(version: str, folder: Path) -> None:
    """Unpack a home.

    Args:
        version: One of ``VERSIONS``.
        folder: Becomes the ``KAIJI_HOME``.
    """
    with zipfile.ZipFile(UPGRADE / f"{version}.zip") as archive:
        archive.extractall(folder)
    for key in folder.rglob("key"):
        key.chmod(0o600)  # extractall sets no modes, and a key that others can read is refused
