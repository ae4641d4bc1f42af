from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from flows.folders import held_folder as folders
from flows.folders.held_folder import held_folder, let_go, sweep
from flows.folders.open_folder import OpenFolder

HOLD = """
import sys, time
from pathlib import Path
from flows.folders.held_folder import held_folder
with held_folder(Path(sys.argv[1]), "x-") as folder:
    (folder / "clear.txt").write_text("clear")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def held(tmp_path: Path):
    """A process that holds a folder with something in it."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_it_is_closed_and_gone(tmp_path: Path):
    """Nobody else may read it, and nothing of it is left after an error."""

    def failing() -> None:
        with held_folder(tmp_path, "x-") as folder:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            (folder / "deep").mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        failing()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("held")
def test_what_another_process_holds_is_left_alone(tmp_path: Path):
    """Two runs into one folder do not tidy each other away."""
    sweep(tmp_path, "x-")

    assert [path.name for path in tmp_path.glob("x-*/clear.txt")] == ["clear.txt"]


def test_what_a_killed_process_left_is_removed(tmp_path: Path, held):
    """After kill -9 the clear text stays only until the next run."""
    held.send_signal(signal.SIGKILL)
    held.wait()
    assert list(tmp_path.glob("x-*"))

    sweep(tmp_path, "x-")
    assert list(tmp_path.iterdir()) == []


def test_folders_of_other_names_are_left_alone(tmp_path: Path):
    """Only what bears the prefix is ours."""
    (tmp_path / "mine").mkdir()
    os.utime(tmp_path / "mine", (0, 0))
    sweep(tmp_path, "x-")

    assert (tmp_path / "mine").is_dir()


@pytest.mark.parametrize(("age", "stays"), [(0.0, True), (2 * folders.NEW_FOLDER_SECONDS, False)])
def test_a_folder_without_a_lock_goes_when_it_is_old(tmp_path: Path, age, stays):
    """Between making the folder and locking it another process must not take it for a leftover."""
    folder = tmp_path / "x-1"
    folder.mkdir()
    when = folder.stat().st_mtime - age
    os.utime(folder, (when, when))
    sweep(tmp_path, "x-")

    assert folder.is_dir() is stays


def test_a_folder_is_never_seen_with_a_lock_that_nobody_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Another thread may sweep at any moment, and did just before the lock was taken."""
    take = fcntl.flock

    def take_after_a_sweep(file, how: int) -> None:
        if how == fcntl.LOCK_EX:
            sweep(tmp_path, "x-")
        take(file, how)

    monkeypatch.setattr(fcntl, "flock", take_after_a_sweep)
    with held_folder(tmp_path, "x-") as folder:
        (folder / "clear.txt").write_text("clear")
        sweep(tmp_path, "x-")
        assert [path.name for path in tmp_path.glob("x-*/clear.txt")] == ["clear.txt"]
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_ends_lets_go_of_its_own(tmp_path: Path):
    """What works in one in the background finds it gone; another place's folders stay."""
    (tmp_path / "other").mkdir()
    with held_folder(tmp_path, "x-") as folder, held_folder(tmp_path / "other", "x-") as other:
        (folder / "clear.txt").write_text("clear")
        let_go(tmp_path)

        assert not folder.exists()
        assert other.is_dir()


def test_a_removal_that_is_killed_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The lock goes last: without it the rest would be taken for a folder that is just being made."""
    remove = OpenFolder.remove

    def all_but_the_lock(folder: OpenFolder, name: str) -> None:
        if name != folders.LOCK:
            remove(folder, name)

    with monkeypatch.context() as patch:
        # As if it were killed before its last step.
        patch.setattr(OpenFolder, "remove", all_but_the_lock)
        patch.setattr(OpenFolder, "remove_empty", lambda *_: None)
        with held_folder(tmp_path, "x-") as folder:
            (folder / "clear.txt").write_text("clear")
    assert [path.name for path in folder.iterdir()] == [folders.LOCK]
    sweep(tmp_path, "x-")

    assert list(tmp_path.iterdir()) == []
