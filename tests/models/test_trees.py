"""Boosted trees: named values in, log odds out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.trees import Trees, load_trees
from pipeline.errors import ModelError

WEIGHING = Path(__file__).parents[2] / "models" / "weighing"
REGISTERED = {
    "owner/content.onnx": ("owner", "content"),
    "owner/context.onnx": ("owner", "context"),
}


BIAS = "bias"
"""The weight that counts whatever is looked at."""


class _Sum:
    """As onnxruntime's session."""

    def __init__(self, bias: float, weights: NDArray[np.float32]) -> None:
        self._bias, self._weights = bias, weights

    def run(self, _: None, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Log odds, shape (rows, 1)."""
        return [(inputs["rows"] @ self._weights + self._bias)[:, None]]


def weighted(weights: Mapping[str, float]) -> Trees:
    """Trees whose log odds are a weighted sum of values.

    Args:
        weights: What each value is worth, by name; ``BIAS`` is added to all.
    """
    columns = tuple(name for name in weights if name != BIAS)
    values = np.array([weights[name] for name in columns], np.float32)
    return Trees(_Sum(weights.get(BIAS, 0.0), values), columns)  # type: ignore[arg-type]


@pytest.fixture(params=REGISTERED)
def registered(request: pytest.FixtureRequest) -> Trees:
    """Each of the registered ensembles."""
    return load_trees(*REGISTERED[request.param], WEIGHING / request.param)


def test_values_are_looked_at_by_name() -> None:
    """In the order of the columns, whatever the order of the values; what is not there is nothing."""
    trees = weighted({"bias": 0.5, "first": 1.0, "second": 10.0})
    rows = [{"second": 2.0, "first": 3.0}, {"first": 1.0, "another": 9.0}, {}]
    assert trees.odds(rows).tolist() == [23.5, 1.5, 0.5]
    assert trees.odds_of(np.array([[3.0, 2.0]], np.float32)).tolist() == [23.5]


def test_of_nothing_there_are_no_odds() -> None:
    """Not even a failure."""
    assert weighted({"first": 1.0}).odds([]).shape == (0,)


def test_registered_trees_look_at_each_value_once(registered: Trees) -> None:
    """And say something finite of a row without any."""
    assert len(set(registered.columns)) == len(registered.columns) > 10
    assert np.isfinite(registered.odds([{}])).all()


def test_registered_trees_say_of_each_row_what_they_say_of_it_alone(registered: Trees) -> None:
    """Whatever stands in the other rows; and not the same of all."""
    rows = np.random.default_rng(1).uniform(-1, 3, (20, len(registered.columns))).astype(np.float32)
    together = registered.odds_of(rows)
    assert together.tolist() == [float(registered.odds_of(row[None])[0]) for row in rows]
    assert len(set(together.tolist())) > 1


def test_a_file_that_is_not_the_registered_one_is_not_run(tmp_path: Path) -> None:
    """It may have been changed on the way."""
    other = tmp_path / "content.onnx"
    other.write_bytes(b"something else")
    with pytest.raises(ModelError):
        load_trees("owner", "content", other)
