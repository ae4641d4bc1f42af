"""The building in figures: modules per folder, floors, arrows between folders, functions, README bytes.

    python -m tests.house

A *folder* is a room: the folder's own modules, without those of the folders inside it.  An *arrow* leads
from a folder to another one that a module of it imports.  A folder's *floor* is 0 if it imports no other
folder of its package, otherwise one more than the highest floor that it imports.  An arrow *upward* is one
that lies on a circle, or that leaves its package against ``flows -> models -> pipeline``.
"""

from __future__ import annotations

import ast
import functools
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("pipeline", "models", "flows")
"""From the ground up: each may import itself and those before it."""

MAX_MODULES = 12
"""In one folder; ``tests/test_architecture.py`` holds every folder to it."""

MAX_PIPELINE_FLOORS = 8
MAX_README_BYTES = 12 * 1024


@dataclass(frozen=True, slots=True)
class House:
    """What one look at the source tells.

    Attributes:
        modules: By folder (dotted), the names of its modules.
        arrows: Folder to folder, with one import that makes it, as ``importer -> imported``.
        functions: Lines of each function, by its dotted name.
        lines: Lines of source by folder.
    """

    modules: dict[str, tuple[str, ...]]
    arrows: dict[tuple[str, str], str]
    functions: dict[str, int]
    lines: dict[str, int]

    def upward(self) -> dict[tuple[str, str], str]:
        """Arrows that lie on a circle, or that leave their package upward."""
        reached = {folder: self._reached(folder) for folder in self.modules}
        return {
            (one, other): why
            for (one, other), why in self.arrows.items()
            if one in reached[other] or _height(other) > _height(one)
        }

    def floors(self, package: str) -> dict[str, int]:
        """The floor of each folder of a package.

        Raises:
            RecursionError: Where folders import each other in a circle; ``upward`` names it.
        """
        inside = [folder for folder in self.modules if folder.split(".")[0] == package]
        found: dict[str, int] = {}

        def floor(folder: str) -> int:
            if folder not in found:
                below = [other for one, other in self.arrows if one == folder and other in inside]
                found[folder] = max((floor(other) + 1 for other in below), default=0)
            return found[folder]

        for folder in inside:
            floor(folder)
        return found

    def _reached(self, start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            here = waiting.pop()
            new = {other for one, other in self.arrows if one == here} - seen
            seen |= new
            waiting.extend(new)
        return seen


@functools.cache
def look() -> House:
    """Read every module of the three packages, once in a process."""
    trees = {_dotted(path): ast.parse(path.read_text(encoding="utf-8")) for path in _sources()}
    modules: defaultdict[str, list[str]] = defaultdict(list)
    arrows: dict[tuple[str, str], str] = {}
    functions: dict[str, int] = {}
    lines: defaultdict[str, int] = defaultdict(int)
    for path in _sources():
        name = _dotted(path)
        folder = _folder(name, trees)
        if path.stem != "__init__":
            modules[folder].append(path.stem)
        lines[folder] += len(path.read_text(encoding="utf-8").splitlines())
        for imported in imports(trees[name]):
            if target := _module(imported, trees):
                other = _folder(target, trees)
                if other != folder:
                    arrows.setdefault((folder, other), f"{name} -> {target}")
        functions |= {f"{name}.{each}": size for each, size in _functions(trees[name])}
    return House(
        {folder: tuple(sorted(names)) for folder, names in modules.items()}, arrows, functions, dict(lines)
    )


def imports(tree: ast.AST) -> Iterator[str]:
    """Names of all that a module imports, wherever in it the import stands, types only or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.name, node.end_lineno - node.lineno + 1


def _sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _module(name: str, trees: dict[str, ast.Module]) -> str | None:
    """The module that an imported name is, or is in."""
    while name and name not in trees:
        name = name.rpartition(".")[0]
    return name if "." in name else None


def _folder(module: str, trees: dict[str, ast.Module]) -> str:
    """The folder of a module; a package is its own folder."""
    return (
        module
        if (ROOT / module.replace(".", "/")).is_dir() and module in trees
        else module.rpartition(".")[0]
    )


def _height(folder: str) -> int:
    return PACKAGES.index(folder.split(".", maxsplit=1)[0])


def main() -> None:
    """Print the figures."""
    house = look()
    for package in PACKAGES:
        floors = house.floors(package) if not house.upward() else {}
        for folder in sorted(
            (folder for folder in house.modules if folder.split(".")[0] == package),
            key=lambda each: (floors.get(each, 0), each),
        ):
            below = sorted(
                other for one, other in house.arrows if one == folder and other.startswith(package)
            )
            print(
                f"floor {floors.get(folder, '?')}  {folder:<34} {len(house.modules[folder]):>2} modules "
                f"{house.lines[folder]:>6,} lines  -> {', '.join(below) or '-'}"
            )
        print(f"{package}: {len(set(floors.values()))} floors")
    upward = house.upward()
    print(f"most modules in a folder: {max(map(len, house.modules.values()))} (at most {MAX_MODULES})")
    print(f"arrows between folders: {len(house.arrows)}, upward: {len(upward)}")
    for why in upward.values():
        print(f"  upward: {why}")
    longest = max(house.functions, key=house.functions.__getitem__)
    print(
        f"functions: {len(house.functions):,}, median {statistics.median(house.functions.values()):.0f} lines"
    )
    print(f"longest function: {house.functions[longest]} lines ({longest})")
    print(f"README.md: {(ROOT / 'README.md').stat().st_size:,} bytes (at most {MAX_README_BYTES:,})")


if __name__ == "__main__":
    main()
