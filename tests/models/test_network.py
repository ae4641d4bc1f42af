"""A network of the project's own in ONNX Runtime."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import numpy as np
import pytest

from models.network import session, softmax
from models.registry import registered_bytes, registered_files

ROOT = Path(__file__).parents[2]


def test_a_loaded_network_does_not_keep_the_file_that_it_was_read_from() -> None:
    """ONNX Runtime would, for a second provider: 27 MB for all networks."""
    file = next(each for each in registered_files() if (each.section, each.name) == ("ear", "network"))
    content = registered_bytes("ear", "network", ROOT / file.file)
    before = sys.getrefcount(content)
    made = session(content)
    gc.collect()
    assert sys.getrefcount(content) == before
    assert made.get_inputs()


def test_softmax_is_a_probability() -> None:
    """Whatever the size of what it is of."""
    given = softmax(np.array([[1000.0, 1000.0], [0.0, -1000.0]], dtype=np.float32))
    assert given == pytest.approx(np.array([[0.5, 0.5], [1.0, 0.0]]))
