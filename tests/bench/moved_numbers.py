"""Which named numbers can be moved without a test noticing?  Moves each a little and runs the tests.

    python -m tests.bench.moved_numbers PACKAGE... --tests PATH... [--only NAME[,NAME...]] [--deselect ID]...

``PACKAGE`` is as ``pipeline.ownership``.  Each number of a named constant of its modules is moved up and
down: by a quarter, a whole number at least by one.  A constant of several numbers (a table, a range) moves as
one.  Every move is made in the source as it is imported, in a process of its own, so that whatever is worked
out from the number moves, too.  The tests named as the module run first, and stop at the first that fails.

Prints a row for each constant that some move of is not noticed, and how many moves are.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

import pytest

WAYS: Final = ("up", "down")

SHARE: Final = 0.25
"""By how much of itself a number is moved."""

_BUILT_ON = ("numpy", "onnxruntime", "presidio_analyzer", "sudachipy")
"""What takes the tests long to import, and holds none of the numbers: imported once for all moves."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A named constant with a number in it.

    Attributes:
        module: Where it stands.
        name: Its name.
        path: The module's file.
        numbers: Where its numbers stand in the file, in bytes: line, counted from 1, first and last column.
    """

    module: str
    name: str
    path: Path = field(repr=False)
    numbers: tuple[tuple[int, int, int], ...] = field(repr=False)


def constants_of(packages: Iterable[str]) -> tuple[Constant, ...]:
    """The named constants of some packages that have a number in them; nothing of them is imported.

    Args:
        packages: Names of packages or modules.
    """
    return tuple(
        Constant(module, name, path, numbers)
        for package in packages
        for module, path in _files(package)
        for name, numbers in _numbers_in(path.read_text(encoding="utf-8"))
    )


def _files(package: str) -> Iterator[tuple[str, Path]]:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        msg = f"no such module: {package}"
        raise ModuleNotFoundError(msg)
    yield package, Path(spec.origin)
    for each in pkgutil.iter_modules(spec.submodule_search_locations or ()):
        yield from _files(f"{package}.{each.name}")


def _numbers_in(source: str) -> Iterator[tuple[str, tuple[tuple[int, int, int], ...]]]:
    """Name and numbers of each constant at the top of a module; an ``A, B = 1, 2`` is two."""
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                named = list(zip(names, values, strict=True))
            case (
                ast.Assign(targets=[name], value=value)
                | ast.AnnAssign(target=name, value=ast.expr() as value)
            ):
                named = [(name, value)]
            case _:
                named = []
        for name, value in named:
            numbers = tuple(
                (each.lineno, each.col_offset, each.end_col_offset or 0)
                for each in _literals(value)
                if isinstance(each.value, int | float) and not isinstance(each.value, bool)
            )
            if isinstance(name, ast.Name) and name.id.isupper() and numbers:
                yield name.id, numbers


def _literals(value: ast.expr) -> Iterator[ast.Constant]:
    """What is written in an expression; of a table what it gives, not by what it is asked."""
    if isinstance(value, ast.Dict):
        for each in value.values:
            yield from _literals(each)
    elif isinstance(value, ast.Constant):
        yield value
    elif not isinstance(value, ast.JoinedStr):
        for child in ast.iter_child_nodes(value):
            if isinstance(child, ast.expr):
                yield from _literals(child)


def moved(constant: Constant, way: str) -> str:
    """The source of a constant's module with its numbers moved.

    Args:
        constant: Which.
        way: One of ``WAYS``.
    """
    lines = constant.path.read_bytes().splitlines(keepends=True)
    for line, first, last in sorted(constant.numbers, reverse=True):
        said = lines[line - 1]
        number = _moved(ast.literal_eval(said[first:last].decode()), way)
        lines[line - 1] = said[:first] + repr(number).encode() + said[last:]
    return b"".join(lines).decode()


def _moved(number: float, way: str) -> float:
    by = SHARE * abs(number)
    if isinstance(number, int):
        by = max(1, round(by))
    elif not number:
        by = SHARE
    return number + by if way == "up" else number - by


def is_noticed(constant: Constant, way: str, arguments: Sequence[str]) -> bool:
    """Whether a test fails where a constant is moved.

    Args:
        constant: Which.
        way: One of ``WAYS``.
        arguments: For pytest.
    """
    child = os.fork()
    if not child:
        os._exit(_run(constant, way, arguments))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != pytest.ExitCode.OK


def _run(constant: Constant, way: str, arguments: Sequence[str]) -> int:
    sys.meta_path.insert(0, _Moved(constant.module, constant.path, moved(constant, way)))
    with Path(os.devnull).open("w", encoding="utf-8") as out, redirect_stdout(out), redirect_stderr(out):
        return pytest.main(["-x", "-q", "-p", "no:cacheprovider", *arguments])


def _nearest_first(tests: Sequence[str], module: str) -> list[str]:
    """The tests, those in the file that is named as a module before the others."""
    name = f"test_{module.rpartition('.')[2]}.py"
    own = (str(path) for test in tests for path in sorted(Path(test).rglob(name)))
    return [*own, *tests]


class _Moved(MetaPathFinder):
    """Imports one module from another source."""

    def __init__(self, module: str, path: Path, source: str) -> None:
        self._module, self._path, self._source = module, path, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Of the module alone."""
        if fullname != self._module:
            return None
        loader = _Loader(fullname, str(self._path), self._source)
        return importlib.util.spec_from_file_location(fullname, self._path, loader=loader)


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, source: str) -> None:
        super().__init__(fullname, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where there is no such constant."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packages", nargs="+")
    parser.add_argument("--tests", nargs="+", required=True)
    parser.add_argument("--only", default="", help="names of constants, with commas between them")
    parser.add_argument("--deselect", action="append", default=[], help="a test that is not run")
    options = parser.parse_args(arguments)
    only = set(filter(None, options.only.split(",")))
    constants = [each for each in constants_of(options.packages) if not only or each.name in only]
    if not constants or only - {each.name for each in constants}:
        print("no such constants", file=sys.stderr)
        return 2
    for name in _BUILT_ON:
        importlib.import_module(name)
    leave = [word for each in options.deselect for word in ("--deselect", each)]
    print("| constant | not noticed |\n|---|---|", flush=True)
    noticed = 0
    for constant in constants:
        told = [*_nearest_first(options.tests, constant.module), *leave]
        unseen = [way for way in WAYS if not is_noticed(constant, way, told)]
        noticed += len(WAYS) - len(unseen)
        if unseen:
            print(f"| `{constant.module}.{constant.name}` | {', '.join(unseen)} |", flush=True)
    moves = len(WAYS) * len(constants)
    print(f"\n{len(constants)} constants; {noticed} of {moves} moves noticed, {100 * noticed / moves:.0f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
