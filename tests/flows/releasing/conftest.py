"""A desk whose calls go out as the fakes hear them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.desk.integrity.desk import Desk
from flows.masking import mask_case_call as worker
from tests.flow_builders import InTurn, desk_of_flows
from tests.release_builders import at_first


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch) -> Iterator[Desk]:
    """A desk whose worker hears and finds what the fakes give, and whose letters have a sender."""
    monkeypatch.setattr(worker, "load_models", InTurn())
    with desk_of_flows(tmp_path, monkeypatch, at_first(request)) as opened:
        yield opened


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where packages are taken out to."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder
