"""What the page on kaiji from Python calls public is there, typed and documented as it says."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import re
from typing import Any

import pytest

import pipeline.errors
from pipeline.errors import PipelineError
from tests.documents import prose, whole

PAGE = "flows/handbook/library.md"

ROWS = dict(re.findall(r"^\| `([\w.]+\.\w+)` \| (.+) \|$", whole(PAGE), flags=re.M))
"""The public names, each with what the page says of it."""

ERRORS = dict(re.findall(r"^\| `(\w+Error)` \| `(\w+)` \|", whole(PAGE), flags=re.M))


def named(dotted: str) -> Any:
    """What a dotted name is."""
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)


def parts(public: Any) -> list[str]:
    """The fields of a value, or the members of an enum."""
    if isinstance(public, enum.EnumMeta):
        return list(public.__members__)
    return [each.name for each in dataclasses.fields(public)] if dataclasses.is_dataclass(public) else []


def test_the_page_has_its_table() -> None:
    """So that none of the tests below passes for want of rows."""
    assert len(ROWS) >= 15
    assert len(ERRORS) >= 5


@pytest.mark.parametrize("dotted", ROWS)
def test_a_public_name_is_typed_and_documented(dotted: str) -> None:
    """It has a docstring, is exported, and every parameter of it has a type."""
    public = named(dotted)
    module = importlib.import_module(dotted.rpartition(".")[0])
    function = public.__init__ if inspect.isclass(public) else public
    parameters = [each for name, each in inspect.signature(function).parameters.items() if name != "self"]

    assert public.__doc__
    assert public.__name__ in module.__all__
    if not isinstance(public, enum.EnumMeta):
        assert all(each.annotation is not inspect.Parameter.empty for each in parameters)


@pytest.mark.parametrize("dotted", [name for name in ROWS if parts(named(name))])
def test_the_page_names_every_field(dotted: str) -> None:
    """A field that is added, renamed or gone is seen here."""
    told = re.findall(r"`(\w+)`", ROWS[dotted])

    assert told[: len(parts(named(dotted)))] == parts(named(dotted))


def test_the_examples_use_public_names_only() -> None:
    """What a reader copies is promised."""
    imported = re.findall(r"^from ((?:flows|models|pipeline)[\w.]*) import (.+)$", whole(PAGE), flags=re.M)
    used = {f"{module}.{name.strip()}" for module, names in imported for name in names.split(",")}

    assert used
    assert used <= ROWS.keys()


def test_the_errors_are_these() -> None:
    """Each with the code that files and counters hold."""
    for name, code in ERRORS.items():
        error = getattr(pipeline.errors, name)
        assert issubclass(error, PipelineError)
        assert error.code == code


def test_developers_find_it() -> None:
    """From the map of the handbook, from the steps and from where a change begins."""
    for document in ("flows/README.md", "pipeline/README.md", "CONTRIBUTING.md"):
        assert "library.md" in prose(document)
