from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.sharing import FIRST, TOGETHER

ROOT = Path(__file__).parents[1]


def test_every_file_of_the_lists_is_there():
    """A file that is renamed or moved would be begun last and alone."""
    named = [file for files in TOGETHER.values() for file in files]
    named += [name for name in FIRST if name not in TOGETHER]

    assert [file for file in named if not (ROOT / file).is_file()] == []
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("fixture", ["served_night", "prefect_server", "flow_run", "sample_run"])
def test_what_is_dear_to_make_is_made_by_one_worker(fixture: str):
    """All files that use such a fixture are together, or it has but one."""
    used = re.compile(rf"""[(,]\s*{fixture}\b|usefixtures\([^)]*"{fixture}\"""")
    users = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if used.search(path.read_text(encoding="utf-8"))
    }

    assert users
    assert len(users) == 1 or any(users <= set(files) for files in TOGETHER.values())
