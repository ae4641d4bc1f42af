"""Races of a release with every step of the desk: ``python -m tests.soak.races`` (part of ``make soak``).

First each step at every moment of a release, and a release at every moment of each step: all the ways in
which the two can cross.  Then the same with real threads, at random.
"""

from __future__ import annotations

import argparse
import collections
import random
import shutil
import tempfile
import threading
import time
from pathlib import Path

from flows.desk.integrity.desk import open_desk
from flows.masking import mask_case_call as worker
from tests.flow_builders import InTurn
from tests.release_races import again, check, done, judge, moments_of, race_at, race_within
from tests.release_steps import FORGES, REFUSED_TOO, STEPS, Scene, Step, approved_scene, go_out, refused_scene


def main() -> None:
    """Race, look, race, …."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=300, help="races of real threads")
    parser.add_argument("--every", type=int, default=1, help="only every n-th moment of the table")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print("seed", options.seed)
    worker.load_models = InTurn()  # type: ignore[assignment]
    with tempfile.TemporaryDirectory(prefix="kaiji-races-") as name:
        folder = Path(name)
        whole, refused = approved_scene(_made(folder, "whole")), refused_scene(_made(folder, "refused"))
        place = folder / "race"
        _table(whole, tuple(STEPS), place, options.every)
        _table(refused, REFUSED_TOO, place, options.every)
        _at_random(whole, place, options.random, random.Random(options.seed))  # noqa: S311 (moments, not secrets)


def _made(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def _table(scene: Scene, names: tuple[str, ...], place: Path, every: int) -> None:
    last = moments_of(scene, place).final
    shutil.rmtree(place)
    for name in names:
        released = refused = 0
        moments = sorted({*range(0, last + 2, every), 1, last, last + 1})
        for moment in moments:
            outcome, _ = race_at(scene, STEPS[name], moment, place)
            forged = STEPS[name].effect == FORGES
            if (0 if forged else 1) <= moment <= last:
                judge(scene, STEPS[name], outcome, place)
            elif not forged:
                check(scene, place)
            refused += not outcome.released
            # What was forged after the answer went out stays for the check of the record to find.
            if not outcome.released and not (forged and moment > last):
                again(scene, place)
                check(scene, place)
            released += outcome.released
            shutil.rmtree(place)
        within = _within(scene, STEPS[name], place, every)
        print(
            f"{name}: {len(moments)} moments, {released} released whole, {refused} refused;"
            f" a release within it at {within}",
            flush=True,
        )


def _within(scene: Scene, step: Step, place: Path, every: int) -> int:
    """A release at every n-th moment of a step; at how many."""
    if not step.covers:
        return 0
    _, counted = race_within(scene, step, None, place)
    shutil.rmtree(place)
    moments = range(0, len(counted.seen), every)
    for moment in moments:
        race_within(scene, step, moment, place)
        check(scene, place)
        shutil.rmtree(place)
    return len(moments)


def _at_random(scene: Scene, place: Path, races: int, chance: random.Random) -> None:
    began = time.monotonic()
    moments_of(scene, place)
    shutil.rmtree(place)
    whole = time.monotonic() - began
    names = [name for name, step in STEPS.items() if step.covers]
    ends: collections.Counter[str] = collections.Counter()
    for number in range(races):
        step = STEPS[chance.choice(names)]
        ends[_race(scene, step, place, chance.uniform(0.0, whole))] += 1
        check(scene, place, swept="audit.accept" in step.covers)
        shutil.rmtree(place)
        if number % 50 == 49:
            print(f"{number + 1} races of threads: {dict(ends)}", flush=True)


def _race(scene: Scene, step: Step, place: Path, wait: float) -> str:
    """A release and a step in two threads, each with a desk of its own; which of them came to its end."""
    settings, told = scene.copied(place), {}

    def run(which: str, after: float) -> None:
        with open_desk(settings) as desk:
            time.sleep(after)
            act = go_out if which == "release" else step.act
            told[which] = done(lambda: act(desk, scene))

    threads = [threading.Thread(target=run, args=each) for each in (("release", 0.0), ("step", wait))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A thread that ended with anything but a refusal has told nothing.
    return " and ".join(which for which in ("release", "step") if not told[which]) or "neither"


if __name__ == "__main__":
    main()
