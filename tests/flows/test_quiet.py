from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.quiet import quiet_libraries

ROOT = Path(__file__).parents[2]


def test_talkative_libraries_stay_at_warning():
    """Their DEBUG lines repeat words of the call, so the root logger's level does not reach them."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    try:
        quiet_libraries()
        for name in ("faster_whisper", "presidio-analyzer", "spacy"):
            assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    finally:
        root.setLevel(before)


@pytest.mark.parametrize(
    ("code", "loads"),
    [
        ("from pydantic import TypeAdapter; TypeAdapter(int)", True),
        ("from flows.cli.main import main; main()", False),
    ],
)
def test_no_plugin_sees_what_is_checked(code: str, loads: bool, tmp_path: Path):
    """Another package in the same environment says that it is a plugin of pydantic's: it is not loaded."""
    told = tmp_path / "plugin-1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1\n", encoding="utf-8")
    (told / "entry_points.txt").write_text(
        "[pydantic]\nplugin = plugin_that_looks:PLUGIN\n", encoding="utf-8"
    )
    (tmp_path / "plugin_that_looks.py").write_text(
        "class Plugin:\n    def new_schema_validator(self, *_, **__):\n        return None, None, None\n"
        "PLUGIN = Plugin()\n",
        encoding="utf-8",
    )
    told_at_the_end = "print('plugin_that_looks' in sys.modules, file=sys.stderr)"
    home = {"KAIJI_HOME": str(tmp_path / "home"), "KAIJI_WORK": str(tmp_path / "work")}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\ntry: {code}\nfinally: {told_at_the_end}", "account", "list"],
        env=os.environ | home | {"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr.splitlines()[-1] == str(loads)
