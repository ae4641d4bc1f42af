"""``kaiji.service`` as systemd itself reads it; it starts the program that ``make serve`` starts."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[1] / "kaiji.service"

INSTALLED = "/opt/kaiji/bin/python"
"""Where the unit expects kaiji; the verifier wants a program that is there."""


def verified(unit: str, folder: Path) -> tuple[int, str]:
    """What systemd says of a unit: its status, and every complaint."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    file = folder / UNIT.name
    file.write_text(unit, encoding="utf-8")
    done = subprocess.run(
        [program, "verify", "--man=no", "--recursive-errors=no", str(file)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def unit() -> str:
    """The unit, with this machine's Python."""
    text = UNIT.read_text(encoding="utf-8")
    assert f"ExecStart={INSTALLED} -m flows.runs.serve\n" in text
    return text.replace(INSTALLED, sys.executable)


def test_systemd_has_nothing_to_say_of_the_unit(unit: str, tmp_path: Path):
    """No unknown key, no value that is none."""
    assert verified(unit, tmp_path) == (0, "")
    assert importlib.util.find_spec("flows.runs.serve") is not None


@pytest.mark.parametrize(("right", "wrong"), [("UMask=", "UMaskk="), ("KillMode=mixed", "KillMode=mixt")])
def test_a_mistake_would_be_told(unit: str, tmp_path: Path, right: str, wrong: str):
    """The status alone does not: what systemd ignores, it warns of."""
    _, told = verified(unit.replace(right, wrong), tmp_path)
    assert "ignoring" in told
