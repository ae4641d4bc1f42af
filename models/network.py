"""Load and run the project's own small ONNX networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def session(network: bytes) -> InferenceSession:
    """Load a network for one CPU thread (a few ms).

    Args:
        network: ONNX bytes; the caller verifies them.

    Returns:
        The session that runs it.
    """
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    # A run takes a few ms, and other networks run on the other cores: more threads would only wait.
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    made = InferenceSession(network, options, providers=["CPUExecutionProvider"])
    # The session keeps the bytes for another provider in case one fails; the CPU is the only one.
    made.disable_fallback()
    made._model_bytes = None  # noqa: SLF001 - no public name frees them
    return made


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)
