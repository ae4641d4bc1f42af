"""Every step of the desk at moments all along a release: one of the two wins whole, the other is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.masking import mask_case_call as worker
from tests.desk_steps import changing_steps
from tests.flow_builders import InTurn
from tests.release_races import again, check, judge, moments_of, race_at, race_within
from tests.release_steps import (
    HARMLESS,
    NOT_OF_A_REQUEST,
    REFUSED_TOO,
    STEPS,
    Scene,
    Step,
    approved_scene,
    refused_scene,
)

ROOT = Path(__file__).parents[3]

MOMENTS = 3
"""Of each step: as a release begins, in its middle, before it ends; ``tests.soak.races`` tries every one."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Iterator[tuple[Scene, int]]:
    """A request about to be answered in part, and the number of its release's last moment."""
    yield from _scene(approved_scene, tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def refused(tmp_path_factory) -> Iterator[tuple[Scene, int]]:
    """A request of which nothing is to be disclosed, and the same number."""
    yield from _scene(refused_scene, tmp_path_factory.mktemp("refused"))


def _scene(make: Callable[[Path], Scene], folder: Path) -> Iterator[tuple[Scene, int]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "load_models", InTurn())
        # No encoder is raced with.
        patch.setattr("pipeline.audio.mp3.write_mp3", lambda path, _: path.write_bytes(b"MP3"))
        scene = make(folder)
        yield scene, moments_of(scene, folder).final


def test_every_step_of_the_desk_is_in_the_table():
    """One that is new is found by the code, not by whoever remembers it."""
    listed = {name for step in STEPS.values() for name in step.covers}

    assert listed | NOT_OF_A_REQUEST == changing_steps()
    assert listed.isdisjoint(NOT_OF_A_REQUEST)


def test_rows_are_changed_in_the_desk_only():
    """What lies outside may put a line into the record, and nothing else."""
    outside = [path for path in (ROOT / "flows").rglob("*.py") if "desk" not in path.parent.parts]
    wrong = [
        path.name
        for path in outside
        if re.search(r"change\.session|database\.write", path.read_text("utf-8"))
    ]

    assert len(outside) > 50
    assert wrong == []


def _raced(of: tuple[Scene, int], step: Step, folder: Path, moments: int = MOMENTS) -> int:
    """A step just after the first transaction, just before the last and between; how often it was done.

    After the last a further release is made, of what then stands.
    """
    scene, last = of
    done = 0
    for moment in sorted({1 + round(n * (last - 1) / (moments - 1)) for n in range(moments)}):
        place = folder / str(moment)
        outcome, _ = race_at(scene, step, moment, place)
        judge(scene, step, outcome, place)
        done += outcome.stepped
    if not outcome.released:
        again(scene, place)
        check(scene, place)
    return done


@pytest.mark.parametrize("name", STEPS)
def test_a_step_in_the_middle_of_a_release(whole: tuple[Scene, int], tmp_path: Path, name: str):
    """It is done and nothing goes out, or it changes nothing of the answer and all of it does."""
    assert _raced(whole, STEPS[name], tmp_path) == MOMENTS


@pytest.mark.parametrize("name", REFUSED_TOO)
def test_a_step_in_the_middle_of_a_refusal(refused: tuple[Scene, int], tmp_path: Path, name: str):
    """The letter that nothing is disclosed says what was decided last, or does not go out."""
    _raced(refused, STEPS[name], tmp_path, 2)


@pytest.mark.parametrize("name", ["attach", "an approved file is erased"])
def test_a_release_in_the_middle_of_a_step(whole: tuple[Scene, int], tmp_path: Path, name: str):
    """Between any two transactions of a step that has several."""
    scene, _ = whole
    _, counted = race_within(scene, STEPS[name], None, tmp_path / "none")
    assert len(counted.seen) > 1
    for moment in range(len(counted.seen)):
        place = tmp_path / str(moment)
        race_within(scene, STEPS[name], moment, place)
        check(scene, place)


def test_the_harmless_are_named_one_by_one():
    """Each stands in the table under the name of what it does."""
    assert set(HARMLESS) <= changing_steps()
