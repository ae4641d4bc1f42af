"""A small network, run with numpy: it is what it says, or it is refused."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.masking import edge_network
from pipeline.masking.edge_network import DILATIONS, KERNEL, SIDE_NAMES, WEIGHTS, chances


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the network is read from instead."""
    path = tmp_path / "edges.npz"
    monkeypatch.setattr(edge_network, "WEIGHTS", path)
    edge_network._network.cache_clear()
    yield path
    edge_network._network.cache_clear()


def registered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these be the right bytes, if there are any."""
    if path.exists():
        monkeypatch.setattr(edge_network, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())


def drawn(features: int = 3, width: int = 4) -> dict[str, np.ndarray]:
    """Weights of both sides by lot."""
    rng = np.random.default_rng(2)
    widths = (features, *[width] * (len(DILATIONS) - 1), 1)
    arrays = {}
    for name in SIDE_NAMES.values():
        arrays |= {f"{name}.{key}": rng.normal(size=features) for key in ("mean", "line")}
        arrays[f"{name}.scale"] = rng.uniform(0.5, 2, features)
        for n in range(len(DILATIONS)):
            arrays[f"{name}.weights{n}"] = rng.normal(size=(widths[n + 1], widths[n], KERNEL)) / 3
            arrays[f"{name}.bias{n}"] = rng.normal(size=widths[n + 1])
    return arrays


def one_by_one(features: np.ndarray, arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    """The same network, written out."""
    x = (features - arrays[f"{name}.mean"]) / arrays[f"{name}.scale"]
    scores = x @ arrays[f"{name}.line"]
    for n, dilation in enumerate(DILATIONS):
        x = np.maximum(x, 0) if n else x
        weights = arrays[f"{name}.weights{n}"]
        y = np.tile(arrays[f"{name}.bias{n}"], (len(x), 1))
        for at in range(len(x)):
            for tap in range(KERNEL):
                other = at + (tap - KERNEL // 2) * dilation
                if 0 <= other < len(x):
                    y[at] += weights[:, :, tap] @ x[other]
        x = y
    scores = scores + x[:, 0]
    return np.exp(scores) / np.exp(scores).sum()


@pytest.mark.parametrize("side", [-1, 1])
def test_it_is_the_network_that_it_says(weights: Path, side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Convolutions filled up with zeros, over candidates, and a line beside them."""
    arrays = drawn()
    np.savez(weights, **arrays)
    registered(weights, monkeypatch)
    features = np.random.default_rng(1).normal(size=(40, 3))
    assert chances(features, side) == pytest.approx(one_by_one(features, arrays, SIDE_NAMES[side]))


@pytest.mark.parametrize("broken", ["missing", "cut", "other", "pickled"])
def test_broken_weights_are_refused(weights: Path, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without edges nothing can be masked, so no call is."""
    arrays = drawn()
    if broken == "cut":
        weights.write_bytes(WEIGHTS.read_bytes()[:5000])
    elif broken == "other":
        np.savez(weights, **{key: value for key, value in arrays.items() if not key.endswith("bias2")})
    elif broken == "pickled":
        np.savez(weights, **{key: np.array([object()]) for key in arrays})
    registered(weights, monkeypatch)
    with pytest.raises(ModelError, match=r"edges\.npz.*cannot be read"):
        chances(np.zeros((40, 3)), -1)


def test_other_weights_than_the_registered_ones_are_refused(weights: Path) -> None:
    """However well they look: nobody has measured what they mask."""
    np.savez(weights, **drawn())
    with pytest.raises(ModelError, match="not the registered"):
        chances(np.zeros((40, 3)), -1)


def test_the_registry_says_the_same() -> None:
    """Which bytes they are is written down twice."""
    registry = Path(edge_network.__file__).parents[2] / "models" / "registry.toml"
    said = tomllib.loads(registry.read_text(encoding="utf-8"))["edges"]["network"]["sha256"]
    assert said == edge_network.SHA256
