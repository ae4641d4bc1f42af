from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.marks import FIXTURES, PLACES, marks_of

EXAMPLE = """
import pytest

@pytest.fixture
def browser(): ...

@pytest.fixture
def page(browser): ...

def test_asks(browser): ...

def test_asks_by_way_of_another(page): ...

@pytest.mark.usefixtures("page")
def test_uses(): ...

@pytest.mark.slow
def test_is_marked_by_hand(): ...

def test_asks_for_nothing(): ...
"""


def chosen(folder: Path, marks: str) -> set[str]:
    """The tests of ``EXAMPLE`` that ``-m`` chooses."""
    (folder / "test_some.py").write_text(EXAMPLE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    browser: x\n    slow: x\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.marks", "-q", "--collect-only", "-m", marks]
    done = subprocess.run(
        [*command, "-c", folder / "pytest.ini", folder],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return set(re.findall(r"::test_(\w+)", done.stdout))


def test_a_test_that_asks_for_a_marked_fixture_is_marked(tmp_path):
    """Directly, by way of another fixture, and by a mark that uses it; pytest itself chooses by that."""
    assert chosen(tmp_path, "browser") == {"asks", "asks_by_way_of_another", "uses"}
    assert chosen(tmp_path, "not browser and not slow") == {"asks_for_nothing"}


def test_the_tests_of_this_run_bear_their_marks(request: pytest.FixtureRequest):
    """Each that was collected, whatever it asks for."""
    for item in request.session.items:
        borne = {mark.name for mark in item.iter_markers()}
        assert marks_of(item.nodeid, item.fixturenames) <= borne, item.nodeid


@pytest.mark.parametrize(
    ("file", "fixtures", "marks"),
    [
        ("tests/test_marks.py", (), set()),
        ("tests/test_marks.py", ("tmp_path", "models"), {"models"}),
        ("tests/test_privacy.py", ("flow_run",), {"models", "servers"}),
        ("tests/browser/test_words.py", (), {"browser"}),
        ("tests/browser_test.py", (), set()),
        ("tests/flows/review/test_office.py", ("app",), {"slow"}),
    ],
)
def test_fixtures_and_places_give_marks(file: str, fixtures: tuple[str, ...], marks: set[str]):
    """All that apply."""
    assert marks_of(f"{file}::test_one", fixtures) == marks


@pytest.mark.parametrize("name", sorted(set(chain.from_iterable(FIXTURES.values()))))
def test_every_marked_fixture_is_there(name: str):
    """A fixture that was renamed would mark nothing."""
    defined = re.compile(rf"@pytest\.fixture(\([^)]*\))?\ndef {name}\(")
    assert any(defined.search(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize("place", sorted(set(chain.from_iterable(PLACES.values()))))
def test_every_marked_place_is_there(place: str):
    """A file that was moved would be marked no longer."""
    assert (ROOT / place).is_dir() if place.endswith("/") else (ROOT / place).is_file()


def test_every_mark_is_explained_and_left_out_of_the_check(pytestconfig: pytest.Config):
    """``pytest --markers`` says what each is, and ``make check`` leaves each out."""
    told = "\n".join(pytestconfig.getini("markers"))
    left_out = re.search(r"^QUICK := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert FIXTURES.keys() == PLACES.keys()
    assert left_out is not None
    assert left_out[1] == " and ".join(f"not {mark}" for mark in FIXTURES)
    for mark in FIXTURES:
        assert re.search(rf"^{mark}: \w", told, re.MULTILINE), mark
