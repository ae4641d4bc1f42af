"""What the report of `make bench` makes of a run."""

from __future__ import annotations

import pytest

from tests.bench.contestants import RECOGNITION
from tests.bench.speed_report import stages_of


def test_recognition_is_taken_out_of_its_stages() -> None:
    """Every second is told once: by its stage, or as recognition."""
    first, second, again = RECOGNITION
    parts = {"load": 5.0, "transcribe": 10.0, first: 6.0, second: 3.0, "verify": 2.0, "verify_finally": 1.0}
    told = stages_of({**parts, again: 2.5})
    assert (told[first], told[second], told[again]) == (6.0, 3.0, 2.5)
    assert told["transcribe"] == pytest.approx(1.0)
    assert told["verify"] == pytest.approx(0.5)
