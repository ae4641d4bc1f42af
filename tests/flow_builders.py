"""A desk with calls in its queue, for tests of the flows that work it off."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flows.desk.cases import calls, catalogue
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.values import Call, NewRecording
from flows.settings import Settings
from tests.builders import voice_file
from tests.desk_builders import CLERK, NOW, identified
from tests.fakes import FakeAnalyzer, FakeModels
from tests.ready_desks import as_made, copy_desk

numbers = itertools.count(1)


def desk_of_flows(folder: Path, monkeypatch, made: Callable[[Desk], object] | None = as_made) -> Desk:
    """A desk that the flows of this process find by their settings.

    Args:
        folder: Of its own.
        monkeypatch: For the settings.
        made: What is done to it at first, done once and copied; ``None`` where a desk is there.
    """
    if made is not None:
        copy_desk(folder, None, made)
    for name, value in {
        "HOME": folder / "home",
        "WORK": folder / "work",
        "DATABASE_WAIT_SECONDS": 2,
        "LEASE_SECONDS": 60,
    }.items():
        monkeypatch.setenv(f"KAIJI_{name}", str(value))
    return open_desk(Settings())


def waiting(desk: Desk, path: Path, request: str | None = None, duration: float | None = None) -> Call:
    """A call in the queue whose recording is a given file."""
    recording = NewRecording(f"PBX-{next(numbers)}", NOW, str(path), duration)
    added = catalogue.add_recordings(desk, CLERK, [recording])
    owner = request or identified(desk).request_id
    return calls.attach_call(desk, CLERK, owner, added.new[0])


def waiting_voice(desk: Desk, folder: Path, seconds: float = 4.0) -> Call:
    """A call in the queue that the fakes can mask."""
    return waiting(desk, voice_file(folder / f"長谷川隆-{next(numbers)}.wav", seconds), duration=seconds)


class InTurn:
    """In place of ``load_models``: models that have trouble when it is their turn.

    Args:
        trouble: What the attempts raise or do, one after the other; ``None`` and all beyond go well.
    """

    def __init__(self, *trouble: BaseException | Callable[[], object] | None) -> None:
        self.trouble = list(trouble)
        self.attempts = 0

    def __call__(self, name: str) -> FakeModels:
        """The models of the next attempt."""
        self.attempts += 1
        raised = self.trouble.pop(0) if self.trouble else None
        return FakeModels() if raised is None else _Troubled(trouble=raised)


@dataclass
class _Troubled(FakeModels):
    trouble: BaseException | Callable[[], object] | None = None

    @property
    def analyzer(self) -> FakeAnalyzer:
        """Trouble."""
        if isinstance(self.trouble, BaseException):
            raise self.trouble
        assert self.trouble is not None
        self.trouble()
        return FakeAnalyzer(self.words)
