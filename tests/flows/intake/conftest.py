"""A desk of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.desk.integrity.desk import Desk, open_desk
from tests.desk_builders import Clock, desk_settings
from tests.ready_desks import as_made, copy_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A new desk on SQLite and a folder, on 25 November 2026."""
    copy_desk(tmp_path, Clock, as_made)
    with open_desk(desk_settings(tmp_path), Clock()) as opened:
        yield opened
