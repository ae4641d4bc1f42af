"""A number that no test holds can be moved; one that a test holds cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.moved_numbers import Constant, constants_of, main, moved

ROOT = Path(__file__).parents[2]

RULES = '''"""Rules."""

import re

LEAST, MOST = 3, -1.5
"""Held by the test, and by none."""

TWICE = 2 * LEAST
BOUNDS = {2: 0.8, 3: 0.5}
_WORDS = re.compile("[0-9]{3}")
NAMES = ("one", True)
lower = 8


def is_enough(count: int) -> bool:
    """Whether it is enough."""
    return count >= TWICE
'''

TESTS = """import invented_rules


def test_enough():
    assert invented_rules.is_enough(6)
    assert not invented_rules.is_enough(5)
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module with numbers, a test beside it, and where they lie."""
    (tmp_path / "invented_rules.py").write_text(RULES, encoding="utf-8")
    (tmp_path / "test_invented.py").write_text(TESTS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def named(constants: tuple[Constant, ...]) -> dict[str, Constant]:
    """By their names."""
    return {each.name: each for each in constants}


def test_constants_are_names_in_capitals_with_a_number_of_their_own(rules: Path):
    """No regular expression, no truth value, and of a table what it gives."""
    found = named(constants_of(["invented_rules"]))

    assert list(found) == ["LEAST", "MOST", "TWICE", "BOUNDS"]
    assert [len(each.numbers) for each in found.values()] == [1, 1, 1, 2]
    assert found["LEAST"].path == rules / "invented_rules.py"


def test_constants_are_found_in_the_folders_of_a_package():
    """Of those that are there today, two that are not in its first folder."""
    found = {(each.module, each.name) for each in constants_of(["pipeline.ownership"])}

    assert ("pipeline.ownership.evidence.nearness", "FAIR_ODDS") in found
    assert ("pipeline.ownership.known.forms", "MIN_NAME_MORAE") in found


@pytest.mark.parametrize(
    ("name", "way", "line"),
    [
        ("LEAST", "up", "LEAST, MOST = 4, -1.5"),
        ("LEAST", "down", "LEAST, MOST = 2, -1.5"),
        ("MOST", "up", "LEAST, MOST = 3, -1.875"),
        ("BOUNDS", "down", "BOUNDS = {2: 0.6000000000000001, 3: 0.375}"),
    ],
)
@pytest.mark.usefixtures("rules")
def test_a_constant_is_moved_and_nothing_else(name: str, way: str, line: str):
    """By a quarter, a whole number by one at least; a table as one, and what it is asked by stays."""
    before = RULES.splitlines()
    after = moved(named(constants_of(["invented_rules"]))[name], way).splitlines()

    assert [new for old, new in zip(before, after, strict=True) if new != old] == [line]


@pytest.mark.slow
def test_what_no_test_holds_is_told(rules: Path):
    """Also what is worked out from a number moves with it; the tests that pass do so with what was moved."""
    words = ("invented_rules", "--only", "LEAST,MOST", "--tests", str(rules))
    command = [sys.executable, "-m", "tests.bench.moved_numbers", *words]
    paths = os.pathsep.join((str(ROOT), str(rules)))
    run = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )

    rows = [line for line in run.stdout.splitlines() if line.startswith("| `")]
    assert rows == ["| `invented_rules.MOST` | up, down |"]
    assert "2 constants; 2 of 4 moves noticed, 50 %" in run.stdout


@pytest.mark.usefixtures("rules")
def test_a_constant_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]):
    """Else nothing would be moved, and all of it noticed."""
    assert main(["invented_rules", "--only", "LEAST,NO_SUCH", "--tests", "."]) == 2
    assert "no such constants" in capsys.readouterr().err
