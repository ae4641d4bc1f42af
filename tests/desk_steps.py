"""Which public functions of ``flows.desk`` change something, read off the code itself.

A table of steps that a person keeps forgets the next one; this does not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import flows.desk
from flows.desk.book.steps import STEPS as DECLARED

FOLDER = Path(flows.desk.__file__).parent

WRITES = {"change", "write"}
"""``Desk.change`` and ``Database.write``: nothing else begins a transaction that changes a row."""

STORE = {"put", "delete", "drop"}
"""Of ``Store``: what changes a file."""


def changing_steps() -> set[str]:
    """``module.function`` of every public function that is given a desk and changes a row or a file of it."""
    functions = dict(_functions())
    reached = {name for name, node in functions.items() if _writes(node)}
    while True:
        by_name = {name.rpartition(".")[2] for name in reached}
        more = {name for name, node in functions.items() if _called(node) & by_name} - reached
        if not more:
            break
        reached |= more
    declared = {f"{step.__module__.rpartition('.')[2]}.{step.__name__}" for step in DECLARED.values()}
    # Through the door go the declared steps, each of which is looked at by itself.
    return declared | {name for name in reached - {"door.do"} if _is_public_step(name, functions[name])}


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(FOLDER.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield f"{path.stem}.{node.name}", node


def _writes(node: ast.FunctionDef) -> bool:
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr in WRITES | STORE for call in calls)


def _called(node: ast.FunctionDef) -> set[str]:
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return {call.id for call in calls if isinstance(call, ast.Name)}


def _is_public_step(name: str, node: ast.FunctionDef) -> bool:
    parameters = {each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    return not name.rpartition(".")[2].startswith("_") and "desk" in parameters
