"""What bytes a learned file is, said the same way by whatever writes one."""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["say_written", "sha256_of"]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def say_written(path: Path) -> None:
    """Print name, size and SHA-256 of a file that was written."""
    print(f"{path.name}: {path.stat().st_size} bytes, SHA-256 {sha256_of(path)}", flush=True)
