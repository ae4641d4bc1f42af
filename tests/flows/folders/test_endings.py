"""Told to end at any moment, a process leaves no clear file."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from flows.folders import held_folder as folders
from flows.folders.endings import EndedBySignal, raised_signals, undisturbed
from flows.folders.held_folder import held_folder
from flows.folders.open_folder import OpenFolder

TOLD = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


def failing(number: int, _: object) -> None:
    """As Prefect's answer to a signal."""
    raise RuntimeError(number)


@pytest.fixture(params=TOLD)
def number(request: pytest.FixtureRequest):
    """A signal that raises, as it does in a process of ours or of Prefect's."""
    before = signal.signal(request.param, failing)
    yield request.param
    signal.signal(request.param, before)


def test_what_is_done_as_a_whole_is_done_first(number: int):
    """The signal's exception comes when the stretch is over, and once."""
    done = []

    def stretch() -> None:
        with undisturbed():
            signal.raise_signal(number)
            done.append("half")
            with undisturbed():
                signal.raise_signal(number)
            done.append("whole")

    with pytest.raises(RuntimeError):
        stretch()
    assert done == ["half", "whole"]
    assert signal.getsignal(number) is failing


def test_an_ignored_signal_stays_ignored():
    """As SIGHUP under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with undisturbed():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_is_nobodys_affair():
    """There no signal interrupts anything, and none may be set."""
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with raised_signals(), undisturbed():
                pass
        except BaseException as error:  # noqa: BLE001 (told below)
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert errors == []


@pytest.mark.parametrize("moment", ["made", "removed"])
def test_a_signal_while_a_folder_is_made_or_removed(tmp_path: Path, number: int, moment: str, monkeypatch):
    """Whichever moment it meets, the folder and what is in it are gone."""
    make, remove = OpenFolder.make, folders._remove

    def made(parent: OpenFolder, name: str) -> OpenFolder:
        folder = make(parent, name)
        signal.raise_signal(number)
        return folder

    def removed(folder: Path) -> None:
        signal.raise_signal(number)
        remove(folder)

    monkeypatch.setattr(OpenFolder, "make", made if moment == "made" else make)
    monkeypatch.setattr(folders, "_remove", removed if moment == "removed" else remove)

    def work() -> None:
        with held_folder(tmp_path, "x-") as folder:
            (folder / "clear.txt").write_text("clear")

    with pytest.raises(RuntimeError):
        work()
    assert list(tmp_path.iterdir()) == []


WORK = """
import sys, time
from pathlib import Path
from flows.folders.endings import raised_signals
from flows.folders.held_folder import held_folder
from flows.folders.open_folder import OpenFolder
with raised_signals():
    print("begun", flush=True)
    while True:
        with held_folder(Path(sys.argv[1]), "x-") as folder:
            for number in range(40):
                (folder / f"clear-{number}.txt").write_text("clear")
"""


BEFORE_CLEAN_UP = """
import signal, sys
from pathlib import Path
from flows.folders import endings
from flows.folders import held_folder as folders
uses = iter(range(9))
def undisturbed():
    if next(uses) == 1:
        signal.raise_signal(int(sys.argv[2]))
    return endings.undisturbed()
folders.undisturbed = undisturbed
with endings.raised_signals(), folders.held_folder(Path(sys.argv[1]), "x-") as folder:
    (folder / "clear.txt").write_text("clear")
"""


@pytest.mark.parametrize("number", TOLD, ids=lambda number: number.name)
def test_told_to_end_just_before_clean_up_starts_nothing_is_left(tmp_path: Path, number: signal.Signals):
    """The exception prevents the folder's own removal."""
    process = subprocess.run([sys.executable, "-c", BEFORE_CLEAN_UP, tmp_path, str(int(number))], check=False)
    assert process.returncode == -number
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", TOLD, ids=lambda number: number.name)
def test_told_to_end_at_any_moment_nothing_is_left(tmp_path: Path, number: signal.Signals):
    """Folders are made, filled and removed without a pause; some of the signals meet each of the three."""
    for moment in range(4):
        process = subprocess.Popen([sys.executable, "-c", WORK, tmp_path], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == "begun\n"
            time.sleep(0.01 + 0.013 * moment)
            process.send_signal(number)
            # Told twice, as who is impatient does.
            process.send_signal(number)
            assert process.wait(60) == -number
        assert list(tmp_path.iterdir()) == []


def test_the_process_ends_by_the_signal_that_it_was_told():
    """As an exception until there: everything on the way tidies up."""
    with pytest.raises(EndedBySignal) as told:
        raise EndedBySignal(signal.SIGTERM)
    assert told.value.number == signal.SIGTERM
    assert not isinstance(told.value, Exception)
