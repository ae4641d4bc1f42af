"""What is added to a model's matrices."""

from __future__ import annotations

import io

import numpy as np
import pytest

from models.speech.whisper.adapter import load_adapter, read_adapter
from models.speech.whisper.weights_file import Array
from pipeline.errors import ModelError

NAME = "decoder/layer_0/ffn/linear_0/weight"


def stored(**changed: np.ndarray) -> bytes:
    """A file with one matrix of shape (3, 4): twice the first row of ``down`` in the second row."""
    parts = {
        f"{NAME}:up": np.array([[0], [127], [0]], np.int8),
        f"{NAME}:up:scale": np.full(3, 2 / 127, np.float32),
        f"{NAME}:down": np.array([[127, 0, -127, 0]], np.int8),
        f"{NAME}:down:scale": np.full(1, 1 / 127, np.float32),
    }
    out = io.BytesIO()
    np.savez_compressed(out, **parts, **changed)
    return out.getvalue()


def array(name: str, values: np.ndarray) -> Array:
    """Of half precision, as ``base`` has them."""
    return Array(name, (), 4, b"").replaced(values)


def test_what_it_names_is_changed() -> None:
    """W becomes W + U D."""
    changed = read_adapter(stored()).applied(array(NAME, np.ones((3, 4))))
    np.testing.assert_allclose(changed.values(), [[1, 1, 1, 1], [3, 1, -1, 1], [1, 1, 1, 1]], atol=1e-3)
    assert (changed.name, changed.kind) == (NAME, 4)


def test_what_it_does_not_name_stays() -> None:
    """The very same array."""
    other = array("encoder/layer_0/ffn/linear_0/weight", np.ones((3, 4)))
    assert read_adapter(stored()).applied(other) is other


def test_it_does_not_fit_another_shape() -> None:
    """As a model of another width has."""
    with pytest.raises(ModelError, match="does not fit"):
        read_adapter(stored()).applied(array(NAME, np.ones((3, 5))))


@pytest.mark.parametrize("content", [b"", b"no archive", stored()[:200]])
def test_another_file_is_refused(content: bytes) -> None:
    """Damaged, or something else."""
    with pytest.raises(ModelError, match="cannot be read"):
        read_adapter(content)


def test_it_is_added_to_the_model_that_it_was_made_for_only() -> None:
    """By the SHA-256 of the published weights."""
    with pytest.raises(ModelError, match="another speech model"):
        load_adapter("telephone", "0" * 64)
    with pytest.raises(ModelError, match="not registered"):
        load_adapter("nobody", "0" * 64)
