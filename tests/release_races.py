"""Steps of the desk in the middle of a release: what they are, when they come, and what must hold afterwards.

A step is one or more transactions, and so is a release; between two of either nothing of the other can be
seen.  So every way in which the two can cross is this: one of them stops before one of its own transactions
or accesses to the store (a *moment*), and the other runs.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flows.desk.answers import releases
from flows.desk.cases import calls, files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.database import Database
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import FileKind
from flows.desk.storage.store import Store
from flows.releasing.fetch import fetch_folder
from pipeline.errors import PipelineError
from tests.release_builders import APPROVER
from tests.release_steps import FORGES, LEAVES, STOPS, Scene, Step, go_out, put_right

# --- the moments -----------------------------------------------------------------------------


@dataclass
class Moments:
    """Counts the moments of whatever uses a desk, and has something done at one of them.

    Attributes:
        at: Number of the moment, from 0; ``None`` only counts.
        act: What is done at it.
        seen: What each moment was before.
    """

    at: int | None = None
    act: Callable[[], object] = bool
    seen: list[str] = field(default_factory=list)

    @property
    def final(self) -> int:
        """Number of the moment before a release's one change; the write after it only tells the witness."""
        *_, change, _ = (number for number, what in enumerate(self.seen) if what == "write")
        return change

    def __call__(self, what: str) -> None:
        """A moment before something."""
        self.seen.append(what)
        if len(self.seen) - 1 == self.at:
            self.act()


class WatchedDatabase(Database):
    """A database of which each transaction is a moment.

    Args:
        inner: The real one.
        moment: Told before each.
    """

    def __init__(self, inner: Database, moment: Callable[[str], None]) -> None:
        self.__dict__.update(inner.__dict__)
        self._moment = moment

    @contextlib.contextmanager
    def write(self) -> Iterator[Any]:
        """As the real one."""
        self._moment("write")
        with super().write() as session:
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Any]:
        """As the real one."""
        self._moment("read")
        with super().read() as session:
            yield session


class WatchedStore(Store):
    """A store of which each access is a moment.

    Args:
        inner: The real one.
        moment: Told before each.
    """

    def __init__(self, inner: Store, moment: Callable[[str], None]) -> None:
        self.__dict__.update(inner.__dict__)
        self._moment = moment

    def put(self, *args: Any) -> Any:
        """As the real one."""
        self._moment("put")
        return super().put(*args)

    @contextlib.contextmanager
    def open(self, key: str) -> Iterator[Any]:
        """As the real one."""
        self._moment("open")
        with super().open(key) as stream:
            yield stream

    @contextlib.contextmanager
    def private_folder(self) -> Iterator[Path]:
        """As the real one."""
        self._moment("folder")
        with super().private_folder() as folder:
            yield folder

    def delete(self, key: str) -> None:
        """As the real one."""
        self._moment("delete")
        super().delete(key)


def watched(desk: Desk, moment: Callable[[str], None]) -> Desk:
    """The same desk, watched."""
    return replace(
        desk, database=WatchedDatabase(desk.database, moment), store=WatchedStore(desk.store, moment)
    )


# --- a race, and what must hold afterwards ---------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """How a race ended.

    Attributes:
        released: Whether the release came to its end.
        stepped: Whether the step was done.
        told: What the one that was refused said.
    """

    released: bool
    stepped: bool
    told: str = ""


def moments_of(scene: Scene, folder: Path) -> Moments:
    """The moments of an undisturbed release."""
    place = folder / "undisturbed"
    outcome, moments = race_at(scene, Step((), lambda _, __: None), None, place)
    assert outcome.released
    check(scene, place)
    return moments


def race_at(scene: Scene, step: Step, moment: int | None, folder: Path) -> tuple[Outcome, Moments]:
    """A release in whose middle a step is done, on a fresh copy of the scene.

    Args:
        scene: To be copied.
        step: Is done at the moment.
        moment: Number of it; ``None`` is never.
        folder: To be made.
    """
    settings, stepped = scene.copied(folder), list[bool]()
    with open_desk(settings) as mine, open_desk(settings) as theirs:
        moments = Moments(moment, lambda: stepped.append(done(lambda: step.act(theirs, scene)) == ""))
        told = done(lambda: go_out(watched(mine, moments), scene))
        return Outcome(not told, stepped == [True], told), moments


def race_within(scene: Scene, step: Step, moment: int | None, folder: Path) -> tuple[Outcome, Moments]:
    """The other way about: a whole release in the middle of a step."""
    settings, released = scene.copied(folder), list[str]()
    with open_desk(settings) as mine, open_desk(settings) as theirs:
        moments = Moments(moment, lambda: released.append(done(lambda: go_out(mine, scene))))
        stepped = done(lambda: step.act(watched(theirs, moments), scene))
        return Outcome(released == [""], not stepped, "".join(released)), moments


def done(act: Callable[[], object]) -> str:
    """Empty where it was done, else what it was refused with; anything but a refusal goes up."""
    try:
        act()
    except PipelineError as refused:
        return str(refused) or type(refused).__name__
    return ""


def check(scene: Scene, folder: Path, *, swept: bool = False) -> None:
    """Every answer holds what was approved when it went out, nothing else; a failed release left nothing.

    Args:
        scene: What was raced on a copy of.
        folder: Of the copy.
        swept: Whether what was stored and never named waits for the sweep: while another witness is put in
            the old one's place, nobody can look whether a row names it.

    Raises:
        AssertionError: when not.
    """
    settings = scene.settings(folder)
    with open_desk(settings.model_copy(update={"orphan_seconds": 0}) if swept else settings) as desk:
        if swept:
            files.sweep_orphans(desk)
        answers = releases.releases(desk, scene.request)
        own = [file for file in files.list_files(desk) if file.kind is FileKind.PACKAGE]
        assert len(own) == len(answers), "packages and answers"
        named = {file.store_key for file in files.list_files(desk)} | {"desk-marker"}
        assert {name for name, _ in desk.store.listing()} <= named, "a file that nobody names"
        assert [path for path in (folder / "work").rglob("*") if path.is_file()] == [], "a clear file"
        stood = list(_stood(desk, scene))
        assert len(stood) == len(answers)
        for answer, before in zip(answers, stood, strict=True):
            open_calls = {call.number: call.call_id for call in answer.calls if not call.withheld}
            assert set(open_calls.values()) == {each for each, how in before.items() if how == "approved"}
            assert {call.call_id for call in answer.calls if call.withheld} == {
                each for each, how in before.items() if how == "withheld"
            }
            assert _sounds(desk, scene, (answer.turn, folder / f"out-{answer.turn}")) == set(open_calls)
        if answers and requests.get(desk, scene.request).state is State.RELEASED:
            states = {call.call_id: call.state for call in calls.list_calls(desk, request=scene.request)}
            gone = {call.call_id for call in answers[-1].calls if not call.withheld}
            assert gone == {each for each, state in states.items() if state is State.RELEASED}
        assert audit.verify(desk) == ()


def _stood(desk: Desk, scene: Scene) -> Iterator[dict[str, str]]:
    """How each call stood when each answer went out, as the record tells it step by step."""
    stood: dict[str, str] = {}
    for entry in audit.entries(desk, request_id=scene.request):
        call_id, step = entry.subject.call_id, entry.action
        if call_id is not None and step in CALLS_STAND:
            stood[call_id] = CALLS_STAND[step]
        elif step in {"request.withhold", "request.withdraw"}:
            over = {"withdrawn", "withheld" if step == "request.withhold" else "withdrawn"}
            new = "withheld" if step == "request.withhold" else "withdrawn"
            stood = {each: how if how in over else new for each, how in stood.items()}
        elif step == "request.again":
            stood = {each: "open" if how == "approved" else how for each, how in stood.items()}
        elif step == "request.release":
            yield {each: how for each, how in stood.items() if how != "withdrawn"}


CALLS_STAND = {
    "call.attach": "open",
    "call.requeue": "open",
    "call.finish": "open",
    "call.reopen": "open",
    "call.revise": "open",
    "call.approve": "approved",
    "call.withhold": "withheld",
    "call.withdraw": "withdrawn",
}


def _sounds(desk: Desk, scene: Scene, where: tuple[int, Path]) -> set[int]:
    """Numbers of the calls whose sound or words a package holds, as the recipient opens it."""
    turn, out = where
    out.mkdir()
    inside = fetch_folder(desk, APPROVER, scene.request, out, turn)
    found = (re.match(r"通話(\d+)_", path.name) for path in inside.iterdir())
    return {int(match[1]) for match in found if match}


def judge(scene: Scene, step: Step, outcome: Outcome, folder: Path) -> None:
    """What must hold after a race in which the step came after the first and before the last transaction."""
    if step.effect == FORGES:
        assert outcome.stepped
        assert "データベースの行" in outcome.told, outcome.told
        # Nothing can be read while the rows are forged; put right, all is as if nothing had been.
        put_right(scene, folder)
    if "audit.accept" in step.covers:
        # A desk that was open before cannot tell any more what is nobody's; the sweep can.
        eager = scene.settings(folder).model_copy(update={"orphan_seconds": 0})
        with open_desk(eager) as desk:
            files.sweep_orphans(desk)
    check(scene, folder)
    if step.effect == LEAVES:
        assert outcome.released, outcome.told
    if step.effect in {STOPS, FORGES} and outcome.stepped:
        assert not outcome.released, "the release went out over a step that was done before it"
    assert outcome.released or outcome.told


def again(scene: Scene, folder: Path) -> Outcome:
    """A further release after a race, on the same desk: whole, or refused."""
    with open_desk(scene.settings(folder)) as desk:
        for path in folder.glob("out-*"):
            shutil.rmtree(path)
        told = done(lambda: go_out(desk, scene))
    return Outcome(not told, stepped=True, told=told)
