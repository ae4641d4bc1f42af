"""A small network, run with numpy, that gives each candidate its probability of being an edge.

    features                           (candidates, features)      ``pipeline.masking.edges.describe``
      -> linear, each candidate alone  (candidates,)
      -> convolutions over candidates  kernel 5, dilated, ReLU     for the neighbouring candidates
      -> softmax of their sum          (candidates,)

The weights lie beside this module, one network for starts and one for ends.  They were fitted on made calls:
``python -m models.training.weighing.collect_edges``, then ``python -m models.training.weighing.train_edges``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError

Array = NDArray[np.float64]

WEIGHTS: Final = Path(__file__).with_name("edges.npz")

SHA256: Final = "64ae3daa5debaba11a60b644e0900f8423badbc4d023cf29fe85aad841977040"
"""SHA-256 of the weights, as in ``models/registry.toml``, which this package cannot import."""

SIDE_NAMES: Final = {-1: "start", 1: "end"}
"""Prefix of each side's arrays in the file."""

KERNEL: Final = 5
DILATIONS: Final = (1, 2, 4, 8)
"""Dilations of the convolutions; together they reach 0.3 s to each side of a candidate."""


@dataclass(frozen=True, slots=True)
class _Network:
    """Weights of one side.

    Attributes:
        mean: Mean of each feature over the training data; shape (features,).
        scale: Standard deviation of each feature, likewise.
        line: Weights of the linear part, likewise.
        layers: Weights, shape (out, in, ``KERNEL``), and biases, shape (out,), of each convolution.
    """

    mean: Array = field(repr=False)
    scale: Array = field(repr=False)
    line: Array = field(repr=False)
    layers: tuple[tuple[Array, Array], ...] = field(repr=False)


def chances(features: Array, side: int) -> Array:
    """Return the probability of each candidate to be the true edge; they sum to one.

    Args:
        features: From ``pipeline.masking.edges.describe``, shape (candidates, features).
        side: -1 for the start of an entity, +1 for its end.

    Returns:
        Shape (candidates,).

    Raises:
        ModelError: the weights are missing, malformed or not the registered ones.
    """
    network = _network(side)
    x = (features - network.mean) / network.scale
    scores = x @ network.line
    for number, ((weights, bias), dilation) in enumerate(zip(network.layers, DILATIONS, strict=True)):
        x = _convolved(np.maximum(x, 0) if number else x, weights, dilation) + bias
    scores = scores + x[:, 0]
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())


def _convolved(x: Array, weights: Array, dilation: int) -> Array:
    """Convolve over the first axis, padded with zeros; shape (candidates, out)."""
    reach = KERNEL // 2 * dilation
    filled = np.pad(x, ((reach, reach), (0, 0)))
    taps = (filled[at * dilation : at * dilation + len(x)] @ weights[:, :, at].T for at in range(KERNEL))
    return np.asarray(sum(taps, start=np.zeros((len(x), len(weights)))))


@lru_cache(maxsize=2)
def _network(side: int) -> _Network:
    name = SIDE_NAMES[side]
    try:
        content = WEIGHTS.read_bytes()
        if hashlib.sha256(content).hexdigest() != SHA256:
            msg = f"the weights of edges ({WEIGHTS.name}) are not the registered ones"
            raise ModelError(msg)
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {key: np.asarray(file[f"{name}.{key}"], dtype=np.float64) for key in _keys()}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        msg = f"the weights of edges ({WEIGHTS.name}) cannot be read ({type(error).__name__})"
        raise ModelError(msg) from error
    layers = tuple((arrays[f"weights{n}"], arrays[f"bias{n}"]) for n in range(len(DILATIONS)))
    return _Network(arrays["mean"], arrays["scale"], arrays["line"], layers)


def _keys() -> tuple[str, ...]:
    layers = (f"{part}{n}" for n in range(len(DILATIONS)) for part in ("weights", "bias"))
    return ("mean", "scale", "line", *layers)
