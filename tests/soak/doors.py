"""Races in a folder that others can write to: ``python -m tests.soak.doors`` (part of ``make soak``).

One process exchanges names, and the folder itself, for links and folders of ours, as fast as it can; we go on
working there all the while.  Nothing of ours may be changed, removed or copied by it.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import multiprocessing
import os
import random
import tempfile
import time
from pathlib import Path

from flows.folders.moving import move_in, sweep_parts
from flows.folders.open_folder import open_folder, put_file

NAMES = ("call.masked.wav", "call.manifest.json", "done", f".kaiji-{'a' * 32}.part")


def main() -> None:
    """Work, be disturbed, look."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print("seed", options.seed)
    with tempfile.TemporaryDirectory(prefix="kaiji-doors-") as name:
        place = Path(name)
        for each in ("out", "mine/deep", "private"):
            (place / each).mkdir(parents=True)
        for each in ("mine/precious", "mine/deep/precious"):
            (place / each).write_text("ours")
        (place / "private" / "made").write_text("clear")
        other = multiprocessing.Process(target=_disturb, args=(place, options.seed), daemon=True)
        other.start()
        try:
            done = collections.Counter(_work(place, NAMES[n % len(NAMES)]) for n in range(options.rounds))
        finally:
            other.kill()
            other.join()
        mine = place / "mine"
        found = {str(path.relative_to(mine)): path.read_text() for path in mine.rglob("*") if path.is_file()}
        assert found == {"precious": "ours", "deep/precious": "ours"}, sorted(found)
        print(f"{options.rounds} rounds, nothing of ours was touched: {dict(done)}")


def _work(place: Path, name: str) -> str:
    """Do once all that is done in such a folder; return how it ended."""
    try:
        put_file(place / "out" / name, b"clear")
        with open_folder(place / "out") as out:
            sweep_parts(out)
            move_in(place / "out", out, {name: place / "private" / "made"}, place / "private")
            out.remove(name)
            with contextlib.suppress(FileNotFoundError), out.own(name, make=True):
                out.remove_empty(name)
    except OSError as error:
        return type(error).__name__
    return "done"


def _disturb(place: Path, seed: int) -> None:
    """Exchange what lies under a name, without end."""
    chance = random.Random(seed)  # noqa: S311 (moments, not secrets)
    while True:
        name = place / "out" / chance.choice(NAMES)
        step = chance.randrange(100)
        with contextlib.suppress(OSError):
            if step < 10:
                name.symlink_to(place / "mine" / "precious")
            elif step < 20:
                name.symlink_to(place / "mine")
            elif step < 30:
                os.mkfifo(name)
            elif step < 98:
                name.unlink()
            else:
                # The folder itself, for a while.
                (place / "out").rename(place / "away")
                (place / "out").symlink_to(place / "away")
                (place / "out").unlink()
                (place / "away").rename(place / "out")


if __name__ == "__main__":
    main()
