"""What bytes a learned file is, said the same way by whatever writes one."""

from __future__ import annotations

from pathlib import Path

from models.registry import file_sha256


def say_written(path: Path) -> None:
    """Print name, size and SHA-256 of a file that was written."""
    print(f"{path.name}: {path.stat().st_size} bytes, SHA-256 {file_sha256(path)}", flush=True)
