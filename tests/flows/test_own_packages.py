"""A foreign ``models`` or ``pipeline`` is told in one line, whichever door is taken."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.own_packages import MARK, NAMES, foreign_package

ROOT = Path(__file__).parents[2]

DOORS = (
    ["-m", "flows.cli.main", "--help"],
    ["-m", "flows.runs.serve", "--help"],
    ["-m", "flows.review", "--help"],
    ["-m", "flows.prefect_api", "--help"],
    # As a worker's run imports its flow.
    ["-c", "import importlib; importlib.import_module('flows.runs.nightly').nightly"],
)


def entered(door: list[str], *path: Path) -> subprocess.CompletedProcess[str]:
    """One door, with folders before all others on ``sys.path``; away from the source tree."""
    surroundings = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, *door], cwd=path[0], env=surroundings, capture_output=True, text=True, check=False
    )


def package(folder: Path, name: str, source: str = '"""Somebody else\'s."""\n') -> Path:
    """A package of that name in a folder."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(source, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the three packages: what a door imports before it looks, and nothing else."""
    home = tmp_path_factory.mktemp("home")
    for name in ("flows", *NAMES):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__", "*.onnx"))
    return home


def is_refused(done: subprocess.CompletedProcess[str], name: str, where: Path) -> bool:
    """Whether it ended with one line that names the package and its place, and status 2."""
    named = f"{name} ({where / name})"
    return done.returncode == 2 and done.stderr.count("\n") == 1 and named in done.stderr and not done.stdout


def _link(one: str, other: str) -> None:
    Path(other).symlink_to(one)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door[1].split(";")[-1])
def test_a_foreign_package_earlier_on_the_path_is_refused(tmp_path: Path, door: list[str]):
    """Every door tells it, and nothing of the foreign package runs."""
    package(tmp_path, "models", "raise RuntimeError('imported')\n")

    assert is_refused(entered(door, tmp_path), "models", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_package_that_was_installed_over_ours_is_refused(light: Path, tmp_path: Path, name: str):
    """It lies where ours does, but its ``__init__.py`` is another's."""
    home = shutil.copytree(light, tmp_path / "home")
    (home / name / "__init__.py").write_text("PROJECT = 'other'\n", encoding="utf-8")

    assert is_refused(entered(DOORS[0], home), name, home)


def test_ours_alone_are_let_in(light: Path):
    """The same copy untouched opens: it is the check that refused, not the copy."""
    done = entered(DOORS[0], light)

    assert done.returncode == 0
    assert "kaiji" in done.stdout or "開示" in done.stdout


def test_a_tree_of_links_is_a_project_of_its_own(light: Path, tmp_path: Path):
    """Training lays other learned files so; what is missing from the tree is not taken from elsewhere."""
    tree = shutil.copytree(light, tmp_path / "tree", copy_function=_link)

    assert entered(DOORS[0], tree).returncode == 0
    shutil.rmtree(tree / "models")
    assert is_refused(entered(DOORS[0], tree, light), "models", light)


def test_a_folder_of_files_that_is_no_package_does_no_harm(light: Path, tmp_path: Path):
    """Many keep a folder ``models`` with files in it where they work: Python prefers ours."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weights.bin").write_bytes(b"")

    assert entered(DOORS[0], tmp_path, light).returncode == 0


def test_a_missing_package_is_foreign():
    """Half an installation is none."""
    found = foreign_package(("no_such_package_of_kaiji",))

    assert found is not None
    assert found.startswith("no_such_package_of_kaiji")


@pytest.mark.parametrize("name", ["flows", *NAMES])
def test_each_package_carries_the_mark(name: str):
    """As a line, which is read without importing, and as a value."""
    init = ROOT / name / "__init__.py"

    assert MARK in init.read_text(encoding="utf-8").splitlines()
    assert importlib.import_module(name).PROJECT == "kaiji"
    assert foreign_package() is None
