"""A desk whose answers go out by the command."""

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
    """A desk that the command finds by its settings, and somebody who acts at it."""
    monkeypatch.setattr(worker, "load_models", InTurn())
    monkeypatch.setenv("KAIJI_ACTOR", "小早川")
    with desk_of_flows(tmp_path, monkeypatch, at_first(request)) as opened:
        yield opened
