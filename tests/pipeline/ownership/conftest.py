"""What the tests of ownership share."""

from __future__ import annotations

import pytest

from models.language.readings import Reader, load_reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()
