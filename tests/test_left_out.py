from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import system_packages
from tests.conftest import ROOT

SKIPPED = """
import pytest

def test_here():
    pass

@pytest.mark.skip(reason="no browser here")
def test_elsewhere():
    pass
"""


def run(folder: Path, ci: str, tests: str = SKIPPED) -> subprocess.CompletedProcess[str]:
    """A run of pytest with our plugin on tests of its own."""
    (folder / "test_some.py").write_text(tests, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.left_out", "-c", "/dev/null", str(folder)],
        cwd=ROOT,
        env={**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_run_says_what_it_left_out_and_why(tmp_path):
    """Somebody without a browser is told, and is not told that anything failed."""
    done = run(tmp_path, "")
    assert done.returncode == 0
    assert "left out: 1 tests (no browser here)" in done.stdout.splitlines()[-2]


def test_where_all_must_run_leaving_out_is_a_failure(tmp_path):
    """``.ci/run`` does not pass because half the tests were not there."""
    assert run(tmp_path, "true").returncode == 1
    assert run(tmp_path, "true", "def test_here():\n    pass\n").returncode == 0


def test_what_is_there_is_not_installed(monkeypatch, capsys):
    """Nothing is installed, and nothing said, where the programs are there."""
    monkeypatch.setattr(system_packages, "PROGRAMS", {"chromium": lambda: Path("/usr/bin/chromium")})
    monkeypatch.setattr(system_packages, "install", lambda packages: pytest.fail(str(packages)))
    system_packages.main()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("user", "apt"), [(1000, Path("/")), (0, Path("/nowhere"))])
def test_only_root_with_apt_installs(monkeypatch, capsys, user, apt):
    """Everybody else is told what is missing."""
    monkeypatch.setattr(system_packages, "PROGRAMS", {"chromium": lambda: None})
    monkeypatch.setattr(system_packages.os, "getuid", lambda: user)
    monkeypatch.setattr(system_packages, "APT", apt)
    monkeypatch.setattr(system_packages, "install", lambda packages: pytest.fail(str(packages)))
    system_packages.main()
    assert "chromium: not installed" in capsys.readouterr().out


def test_what_is_missing_is_installed(monkeypatch, capsys):
    """All that is missing in one go; a failure is said and is no failure of ``make test``."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(system_packages, "PROGRAMS", {"chromium": lambda: None, "postgresql": lambda: None})
    monkeypatch.setattr(system_packages.os, "getuid", lambda: 0)
    monkeypatch.setattr(system_packages, "APT", Path("/"))
    monkeypatch.setattr(system_packages, "install", lambda packages: asked.append(tuple(packages)) or False)
    system_packages.main()
    assert asked == [("chromium", "postgresql")]
    assert "could not be installed" in capsys.readouterr().out
