"""Desks made once in a process, of which each test takes a copy: making one costs more than most tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from flows.desk.integrity.desk import Desk, open_desk
from tests.desk_builders import desk_settings

T = TypeVar("T")

_MADE: dict[tuple[object, ...], tuple[tempfile.TemporaryDirectory[str], Any]] = {}
"""By what was made, the folder that it lies in, and what making it gave."""


def copy_desk(folder: Path, clock: type[Callable[[], datetime]] | None, make: Callable[[Desk], T]) -> T:
    """Lay a desk, closed, into a folder; ``desk_settings`` of the folder open it.

    Copies of one desk have one key and one id: a test that needs two desks makes the second itself.

    Args:
        folder: Where its ``home`` is to lie.
        clock: Of the time at which it is made; ``None`` for the machine's.
        make: What is done to the new desk.

    Returns:
        What ``make`` returned when the desk was made.
    """
    known = (clock, make)
    if known not in _MADE:
        place = tempfile.TemporaryDirectory(prefix="kaiji-desk-")
        settings = desk_settings(Path(place.name))
        with open_desk(settings, clock()) if clock else open_desk(settings) as desk:
            _MADE[known] = place, make(desk)
    place, made = _MADE[known]
    shutil.copytree(Path(place.name) / "home", folder / "home")
    return made


def as_made(_: Desk) -> None:
    """Nothing is done to it."""
