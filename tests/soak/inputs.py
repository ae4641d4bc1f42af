"""Odd inputs for the real ``kaiji mask``: ``python -m tests.soak.inputs`` (part of ``make soak``)."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.odd_inputs import Attempt, check, give, quick_attempts, slow_attempts

SECONDS = 300.0
"""After which a command has hung, on a machine with other work."""

DISK = "256k"
"""Size of the small disk: room for the folder of a run, and for no masked call of twenty seconds."""


def main() -> None:
    """Give them all, one command after the other."""
    with tempfile.TemporaryDirectory(prefix="kaiji-inputs-") as name:
        root = Path(name)
        attempts = [*quick_attempts(root), *slow_attempts(root)]
        inputs = 0
        for attempt in attempts:
            answer = give(attempt, root, SECONDS)
            check(attempt, answer)
            inputs += len(attempt.calls)
            print(f"{attempt.name}: {len(attempt.calls)} refused with status {answer.status}", flush=True)
        inputs += _on_a_full_disk(root, attempts[-1])
        assert inputs >= 40
        print(f"{inputs} odd inputs, each refused with one line; nothing left")


def _on_a_full_disk(root: Path, attempt: Attempt) -> int:
    """The same call where the output lies on a disk too small for it; 0 where none can be mounted."""
    with _small_disk(root / "disk") as disk:
        if disk is None:
            print("a full disk: left out, no disk can be mounted here")
            return 0
        full = replace(attempt, name="a full disk", limit=None)
        answer = give(full, disk, SECONDS)
        check(full, answer)
        print(f"a full disk: refused with status {answer.status}")
        return 1


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["/usr/bin/umount", str(folder)], check=True, capture_output=True)


if __name__ == "__main__":
    main()
