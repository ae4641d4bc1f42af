"""Load a small network of the project's own, and read what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["session", "softmax"]


def session(network: bytes) -> InferenceSession:
    """Load a network for one CPU thread (a few ms).

    Args:
        network: In ONNX; whose bytes they are is for the caller to check.

    Returns:
        What runs it.
    """
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    # What is asked takes a few ms, and others are asked on the other cores: more threads only wait.
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    made = InferenceSession(network, options, providers=["CPUExecutionProvider"])
    # It keeps its bytes in case a provider fails and another has to read them; the CPU is the only one.
    made.disable_fallback()
    made._model_bytes = None  # noqa: SLF001 - no public name frees them
    return made


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of classes, the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)
