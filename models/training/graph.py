"""Make every learned file, step by step.

    python -m models.training.graph list             the steps, what each needs, about how long it takes
    python -m models.training.graph plan             what is done, what is to run, and why
    python -m models.training.graph run [STEP...]    those and what they need; all by default
        --until STEP    all steps in order up to this one
        --again STEP    this one even if it is done
        --work DIR      default build/train
        --scale tiny    a few calls and one epoch, to try it
        --voices DIR --dialogues DIR    data outside the project
        --dry-run       as plan

A step runs into a folder beside its own, which takes its place when all is there: a killed run leaves nothing
half, and the next one goes on where it was (``models.training.step`` says when a step is done).  One run at a
time, one step at a time.  The steps themselves stand in ``models.training.steps``.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from models.training.overlay import overlay
from models.training.step import KEY, Place, Step, StepError, in_order, key_of, made, stale, stamp_of

ROOT = Path(__file__).parents[2]

ENVIRONMENTS = {"product": ".venv", "torch": ".venv-train", "lexicon": ".venv-lexicon"}
"""Folders of Python environments in the project's root; ``make train`` makes them."""

SHOWN = 12
"""Lines of a failed step's log that are printed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0, 1 where a step failed, or 2 where the graph or its data are not as they must be."""
    options = _options(arguments)
    from models.training.split import SplitError, check_data, read_split
    from models.training.steps import SCALES, steps

    try:
        split = read_split()
        if options.voices.is_dir():
            check_data(split, options.voices)
        graph = steps(split, SCALES[options.scale])
        chosen = in_order(graph, options.steps)
        if options.until:
            names = [step.name for step in in_order(graph)]
            upto = set(names[: 1 + names.index(in_order(graph, [options.until])[-1].name)])
            chosen = tuple(step for step in in_order(graph) if step.name in upto)
    except (SplitError, StepError) as error:
        print(error, file=sys.stderr)
        return 2
    place = _place(options)
    if options.action == "list":
        print("\n".join(_listed(chosen)))
    elif options.action == "plan" or options.dry_run:
        print("\n".join(_planned(chosen, place, options.again)))
    else:
        try:
            with _alone(place.work) as lock:
                run(chosen, place, again=options.again, lock=lock)
        except StepError as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped; the same command goes on", file=sys.stderr)
            return 1
    return 0


def run(
    steps: Sequence[Step], place: Place, *, again: Sequence[str] = (), lock: TextIO | None = None
) -> None:
    """Run what is not done.

    Args:
        steps: In order.
        place: Where.
        again: Names of steps that run whether done or not.
        lock: An open file that a step's process keeps open, too.

    Raises:
        StepError: a step failed; those before it are done.
    """
    for number, step in enumerate(steps, 1):
        why = "asked for" if step.name in again else stale(step, place)
        head = f"[{number}/{len(steps)}] {step.name}"
        if not why:
            print(f"{head}: done", flush=True)
            continue
        print(f"{head}: {why}; about {_time(3600 * step.hours)}", flush=True)
        seconds = run_step(step, place, lock=lock)
        print(f"{head}: done in {_time(seconds)}", flush=True)


def run_step(step: Step, place: Place, *, lock: TextIO | None = None) -> float:
    """Run one step, whose predecessors are done, and put what it made in place.

    Args:
        step: The step.
        place: Where.
        lock: As for ``run``.

    Returns:
        Seconds that it took.

    Raises:
        StepError: a command failed, its environment is missing, or not everything was made.
    """
    key = key_of(step, place)
    running = place.work / f".running-{step.name}"
    if not (step.resumes and _read_json(running / KEY) == key):
        shutil.rmtree(running, ignore_errors=True)
        running.mkdir(parents=True)
        (running / KEY).write_text(json.dumps(key), encoding="utf-8")
    for other in step.lays:
        _lay(place.work / other, running)
    began = time.monotonic()
    with _tree(step, place) as tree:
        for command in step.commands:
            _run_command(step, command, place, running, tree, lock)
    seconds = time.monotonic() - began
    for pattern in step.outputs:
        if not any(path.stat().st_size for path in running.glob(pattern)):
            raise StepError(f"{step.name}: made no {pattern}")
    _put_in_place(step, place, key, seconds)
    return seconds


def _put_in_place(step: Step, place: Place, key: Mapping[str, Any], seconds: float) -> None:
    """Let what a step made take the place of what it made before; the stamp goes first and comes last."""
    running, final = place.work / f".running-{step.name}", place.work / step.name
    stamp = place.work / "stamps" / f"{step.name}.json"
    stamp.unlink(missing_ok=True)
    shutil.rmtree(final, ignore_errors=True)
    running.replace(final)
    (final / KEY).unlink()
    document = {
        "key": key,
        "outputs": made(final),
        "seconds": round(seconds, 1),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    stamp.parent.mkdir(exist_ok=True)
    beside = stamp.with_suffix(".tmp")
    beside.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    beside.replace(stamp)


def _run_command(  # noqa: PLR0913, PLR0917 - a step, its command, and where all of it lies
    step: Step, command: Sequence[str], place: Place, running: Path, tree: Path, lock: TextIO | None
) -> None:
    python = _python(step, place)
    words = [python, "-m", command[0], *(place.filled(word, running) for word in command[1:])]
    log = place.work / "logs" / f"{step.name}.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("a", encoding="utf-8") as out:
        out.write(f"\n$ {' '.join(command)}\n")
        out.flush()
        start = out.tell()
        child = subprocess.Popen(  # noqa: S603 - commands of the table
            words,
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            stdout=out,
            stderr=subprocess.STDOUT,
            # Who finds the lock taken knows that this process is still at work, even if we were killed.
            pass_fds=() if lock is None else (lock.fileno(),),
            # A group of its own, to be stopped with all that it started.
            start_new_session=True,
        )
        try:
            status = child.wait()
        except BaseException:
            with suppress(ProcessLookupError):  # whoever stopped us may have stopped it, too
                os.killpg(child.pid, signal.SIGTERM)
            child.wait()
            raise
    said = log.read_bytes()[start:].decode(errors="replace")
    if status:
        last = "\n".join(f"    {line}" for line in said.splitlines()[-SHOWN:])
        raise StepError(f"{step.name}: {command[0]} ended with status {status}; {log}:\n{last}")
    if step.says:
        with (running / step.says).open("a", encoding="utf-8") as out:
            out.write(said)


def _python(step: Step, place: Place) -> str:
    if step.environment == "product":
        return sys.executable
    path = place.root / ENVIRONMENTS[step.environment] / "bin/python"
    if not path.exists():
        raise StepError(f"{step.name}: no {path}; make train makes it")
    return str(path.absolute())


@contextmanager
def _tree(step: Step, place: Place) -> Iterator[Path]:
    """The project as the step sees it: with the networks that the steps before it made."""
    if not step.networks:
        yield place.root
        return
    tree = place.work / f".tree-{step.name}"
    shutil.rmtree(tree, ignore_errors=True)
    overlay(place.root, tree, {path: place.work / source for path, source in step.networks})
    try:
        yield tree
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def _lay(source: Path, running: Path) -> None:
    """Link the files of another step into a folder; both are folders of the same folder."""
    for path in sorted(source.iterdir()):
        link = running / path.name
        if not link.is_symlink():
            link.symlink_to(Path("..") / source.name / path.name)


@contextmanager
def _alone(work: Path) -> Iterator[TextIO]:
    """Nobody else runs steps here meanwhile; a polite kill stops the step, too."""
    work.mkdir(parents=True, exist_ok=True)

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with (work / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StepError(f"another run, or a step of one that was killed, is at work in {work}") from None
        before = signal.signal(signal.SIGTERM, stop)
        try:
            yield lock
        finally:
            signal.signal(signal.SIGTERM, before)


def _place(options: argparse.Namespace) -> Place:
    work = options.work or ROOT / "build" / ("train" if options.scale == "full" else f"train-{options.scale}")
    words = {
        "voices": str(options.voices.absolute()),
        "dialogues": str(options.dialogues.absolute()),
        "jobs": str(options.jobs),
        "cache": str(work.absolute() / "sentences"),
        "lexicon": str(
            next((ROOT / ENVIRONMENTS["lexicon"]).glob("lib/python*/site-packages"), Path("lexicon"))
        ),
    }
    return Place(ROOT, work.absolute(), words)


def _listed(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        seed = "" if step.seed is None else f", seed {step.seed}"
        hours = f"{step.hours:.1f} h{'' if step.measured else ' (estimate)'}"
        yield f"{step.name}  [{step.environment}, {hours}{seed}]  {', '.join(step.outputs)}"
        if step.after:
            yield f"    after {', '.join(step.after)}"


def _planned(steps: Sequence[Step], place: Place, again: Sequence[str]) -> Iterator[str]:
    left, waiting = 0.0, set[str]()
    for step in steps:
        before = waiting & set(step.after)
        why = "asked for" if step.name in again else stale(step, place)
        if not why and before:
            why = f"after {', '.join(sorted(before))}"
        if why:
            waiting.add(step.name)
            left += step.hours
            yield f"{step.name}: to run ({why}), about {_time(3600 * step.hours)}"
        else:
            yield f"{step.name}: done, took {_time(stamp_of(step.name, place)['seconds'])}"
    yield f"{len(waiting)} of {len(steps)} steps to run, about {left:.1f} h"


def _time(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.training.graph",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=("list", "plan", "run"))
    parser.add_argument("steps", nargs="*", metavar="STEP")
    parser.add_argument("--until", metavar="STEP")
    parser.add_argument("--again", nargs="+", default=(), metavar="STEP")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--scale", choices=("full", "tiny"), default="full")
    parser.add_argument("--voices", type=Path, default=ROOT.parent / "shared/data/voices")
    parser.add_argument("--dialogues", type=Path, default=ROOT.parent / "shared/data/dialogues")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes that speak")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
