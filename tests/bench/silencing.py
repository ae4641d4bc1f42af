"""Let functions say nothing, to see what they are worth."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

Answer = Callable[..., Any]
_SEVERAL = re.compile(r"(?:tuple|list|Sequence|Iterable|Iterator)\[(\w+)")
_NOTHING: tuple[tuple[re.Pattern[str], Callable[[], Any]], ...] = (
    (re.compile(r".*\| None"), lambda: None),
    (re.compile("bool"), bool),
    (re.compile("int|float"), int),
    (re.compile(r"Itera(?:tor|ble)\[.*"), lambda: iter(())),
    (re.compile(r"(?:tuple\[.*, \.\.\.|Sequence\[.*)\]"), tuple),
    (re.compile(r"list\[.*"), list),
    (re.compile(r"frozenset\[.*"), frozenset),
    (re.compile(r"dict\[.*"), dict),
)
"""Forms of an answer, as they are written, and what makes one that says nothing."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function, and what it answers where it says nothing."""

    name: str
    itself: Answer = field(repr=False)
    nothing: Answer = field(repr=False)


def functions_of(packages: Iterable[str]) -> tuple[Function, ...]:
    """The functions of some packages or modules that can say nothing.

    Args:
        packages: Their names.

    Returns:
        Module by module; no methods, and none whose answer has no neutral value.
    """
    found = []
    for module in (each for package in packages for each in _modules(package)):
        for name, value in vars(module).items():
            if inspect.isfunction(value) and value.__module__ == module.__name__:
                nothing = nothing_of(value)
                found += [Function(f"{module.__name__}.{name}", value, nothing)] if nothing else []
    return tuple(found)


def _modules(package: str) -> Iterator[ModuleType]:
    top = importlib.import_module(package)
    yield top
    for each in pkgutil.walk_packages(getattr(top, "__path__", ()), f"{package}."):
        yield importlib.import_module(each.name)


def nothing_of(function: Answer) -> Answer | None:
    """What answers in a function's place where it has nothing to say.

    Args:
        function: Annotated, with annotations kept as text.

    Returns:
        What gives back the finding, or the findings, that the function was given; else ``None``, ``False``, 0
        or an empty collection.  ``None`` where its kind of answer has no such value.
    """
    signature = inspect.signature(function)
    answer = str(signature.return_annotation)
    given = next((str(each.annotation) for each in signature.parameters.values()), "")
    several, given_several = _SEVERAL.match(answer), _SEVERAL.match(given)
    if answer == given:
        return lambda first, *_, **__: first
    if several and given_several and several[1] == given_several[1]:
        kind = iter if answer.startswith("Iter") else tuple
        return lambda first, *_, **__: kind(first)
    for form, nothing in _NOTHING:
        if form.fullmatch(answer):
            return lambda *_, **__: nothing()
    return None


@contextmanager
def silenced(functions: Iterable[Function]) -> Iterator[None]:
    """Let functions say nothing, wherever they have been imported to."""
    with _replaced({each.itself: each.nothing for each in functions}):
        yield


@contextmanager
def watched(functions: Iterable[Function]) -> Iterator[set[str]]:
    """Collect the names of the functions that say something meanwhile."""
    spoke: set[str] = set()
    with _replaced({each.itself: _noting(each, spoke) for each in functions}):
        yield spoke


@contextmanager
def _replaced(others: Mapping[Answer, Answer]) -> Iterator[None]:
    names = ("pipeline", "models", "flows", "tests")
    modules = [module for name, module in list(sys.modules.items()) if name.split(".")[0] in names]
    bound = [
        (module, name, value)
        for module in modules
        for name, value in list(vars(module).items())
        if inspect.isfunction(value) and value in others
    ]
    for module, name, value in bound:
        setattr(module, name, others[value])
    try:
        yield
    finally:
        for module, name, value in bound:
            setattr(module, name, value)


def _noting(function: Function, spoke: set[str]) -> Answer:
    """The function, which also notes that it said something."""

    def ask(*given: Any, **named: Any) -> Any:
        answer = function.itself(*given, **named)
        lazy = inspect.isgenerator(answer)
        answer = tuple(answer) if lazy else answer
        nothing = function.nothing(*given, **named)
        if answer != (tuple(nothing) if lazy or inspect.isgenerator(nothing) else nothing):
            spoke.add(function.name)
        return iter(answer) if lazy else answer

    return ask
