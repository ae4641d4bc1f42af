"""A step of the training graph: what it runs, what it needs, what it makes, and whether that is done.

A step is done when its *stamp* still holds: a JSON file with the SHA-256 of all that went into it (its
arguments, the source of the modules that it runs, the files that it reads, what the steps before it made) and
of all that came out of it.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.registry import file_sha256

OWN_CODE = ("models.training", "sample_audio")
"""Packages whose modules, where a step's module imports them, count as its code.  The product's own do not: a
comment there would cost a night of listening.  Where such a change matters, ``run --again STEP`` says so."""

KEY = ".key.json"
"""In the folder of a step that is running: for what it runs."""

_PLACEHOLDER = re.compile(r"\{([a-z0-9-]+)\}")


class StepError(Exception):
    """A step failed or the graph is wrong; the message names the step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Commands are modules with their arguments, in which ``{out}`` is the folder that the step fills,
    ``{voices}`` and ``{dialogues}`` are folders of data outside the project, and ``{NAME}`` is the folder of
    another step, which so becomes one that it needs.  An argument that names a file or folder is an input.

    Attributes:
        name: Of the step, and of its folder.
        commands: Run one after another.
        outputs: Patterns of files in its folder; each must match at least one.
        networks: Files of the project, and ``STEP/FILE`` that stands in for each while the step runs.
        lays: Steps whose files are linked into its folder first: it writes beside them.
        environment: ``product`` (``.venv``), ``torch`` (``.venv-train``) or ``lexicon`` (``.venv-lexicon``).
        says: File in its folder that takes what its commands print.
        seed: Which of its arguments decides what is drawn; ``None`` where nothing is.
        hours: On two cores.
        measured: Whether the hours were measured; else they are an estimate.
        resumes: Whether its commands go on from what a killed run of the same step left.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    outputs: tuple[str, ...]
    networks: tuple[tuple[str, str], ...] = ()
    lays: tuple[str, ...] = ()
    environment: str = "product"
    says: str = ""
    seed: int | None = None
    hours: float = 0.0
    measured: bool = False
    resumes: bool = False

    @property
    def after(self) -> tuple[str, ...]:
        """Names of the steps that it needs, sorted."""
        named = {name for command in self.commands for word in command for name in _PLACEHOLDER.findall(word)}
        named |= {source.partition("/")[0] for _, source in self.networks} | set(self.lays)
        return tuple(sorted(named - {"out", "voices", "dialogues", "jobs", "cache", "lexicon"}))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a graph runs.

    Attributes:
        root: The project's.
        work: Its folder of work: one folder for each step, ``stamps/`` and ``logs/``.
        words: What stands for ``{voices}``, ``{dialogues}`` and other words that are no step's name.
    """

    root: Path
    work: Path
    words: Mapping[str, str] = field(default_factory=dict)

    def filled(self, word: str, out: Path) -> str:
        """An argument with its placeholders filled in.

        Raises:
            StepError: one of them is neither a step nor a known word; what it stands for was not given.
        """

        def fill(match: re.Match[str]) -> str:
            name = match[1]
            if name == "out":
                return str(out)
            return self.words.get(name) or str(self.work / name)

        return _PLACEHOLDER.sub(fill, word)


def in_order(steps: Iterable[Step], wanted: Iterable[str] = ()) -> tuple[Step, ...]:
    """The steps that are wanted and all that they need, each after those.

    Args:
        steps: Of the graph, in the order in which those that do not need each other run.
        wanted: Names; all steps by default.

    Raises:
        StepError: a name is unknown or given twice, or steps need each other in a circle.
    """
    every = tuple(steps)
    by_name = {step.name: step for step in every}
    if len(by_name) < len(every):
        raise StepError("two steps have the same name")
    out: dict[str, Step] = {}
    open_: list[str] = []

    def add(name: str, whose: str) -> None:
        if name not in by_name:
            raise StepError(f"{whose}: no step is called {name}")
        if name in open_:
            raise StepError(f"in a circle: {' -> '.join([*open_, name])}")
        if name not in out:
            open_.append(name)
            for other in by_name[name].after:
                add(other, name)
            open_.pop()
            out[name] = by_name[name]

    for name in tuple(wanted) or by_name:
        add(name, "run")
    return tuple(out.values())


def key_of(step: Step, place: Place) -> dict[str, Any]:
    """All that a step's result hangs on; what is not there has no hash."""
    inputs = {word: _hash_of(path) for word, path in sorted(_inputs(step, place)) if path.exists()}
    return {
        "arguments": [list(command) for command in step.commands],
        "environment": step.environment,
        "networks": [list(pair) for pair in step.networks],
        "code": code_of(place.root, (command[0] for command in step.commands)),
        "inputs": inputs,
        "after": {name: _digest(stamp_of(name, place).get("outputs", {})) for name in step.after},
    }


def _inputs(step: Step, place: Place) -> Iterator[tuple[str, Path]]:
    """Arguments that name a file or folder, none of them made by a step."""
    inside = {"out", "cache", "jobs", *step.after}
    for word in {word for command in step.commands for word in command[1:]}:
        filled = place.filled(word, place.work)
        if "/" in filled and not inside & set(_PLACEHOLDER.findall(word)):
            yield word, place.root / filled


def code_of(root: Path, modules: Iterable[str]) -> dict[str, str]:
    """SHA-256 of the source of modules and of those of ``OWN_CODE`` that they import, by name."""
    found: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = root.joinpath(*name.split(".")).with_suffix(".py")
        if name in found or not path.is_file():
            continue
        source = path.read_bytes()
        found[name] = hashlib.sha256(source).hexdigest()
        waiting += [each for each in _imports(source) if each.startswith(OWN_CODE)]
    return dict(sorted(found.items()))


def _imports(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def made(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that a step made, by its path in its folder; what was laid in is a link."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): _hash_of(path) for path in paths if path.name != KEY}


def stamp_of(name: str, place: Place) -> dict[str, Any]:
    """The stamp of a step; empty where it has none."""
    path = place.work / "stamps" / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def stale(step: Step, place: Place) -> str:
    """Why a step has to run; empty when it is done and nothing that it hangs on has changed."""
    stamp = stamp_of(step.name, place)
    if not stamp:
        return "not run yet"
    key = key_of(step, place)
    for part, now in key.items():
        if stamp["key"].get(part) != now:
            return f"{part} changed"
    if made(place.work / step.name) != stamp["outputs"]:
        return "outputs changed"
    return ""


def _hash_of(path: Path) -> str:
    """SHA-256 of a file, or of the names and hashes of the files in a folder."""
    if path.is_dir():
        files = [each for each in path.rglob("*") if each.is_file()]
        return _digest({each.relative_to(path).as_posix(): _hash_of(each) for each in files})
    return file_sha256(path)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
