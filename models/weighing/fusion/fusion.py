"""Fuse reading and listening: the probability of personal data for each character of a call.

The tagger reads the text of both hearings, the ear listens to the sound, and the phonetic tagger reads the
heard morae.  Their errors differ: the ear can hear a name where the recogniser wrote other words; the tagger
can read that a sentence with the intonation of a name holds none.  A small network weighs all three, at each
character and around it (``models/weighing/fusion/README.md``).  Without a listener the tagger alone decides.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.calls.artifacts import Call
from models.calls.hearings import joined
from models.network import session, softmax
from models.registry import registered_bytes
from models.weighing.fusion.columns import NAMES, fusion_rows
from models.weighing.tagger.tagger import Tagger

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CHUNK_CHARS: Final = 4000
"""Characters per run of the network, so that memory does not grow with the length of the call."""

CONTEXT_CHARS: Final = 16
"""Characters of context on each side of a chunk: more than the reach of the convolutions
(``models.training.weighing.train_fusion.DILATIONS``)."""


def fused_probabilities(call: Call, tagger: Tagger) -> NDArray[np.float32]:
    """Compute the probabilities of each kind of data for each character, from both hearings and the sound.

    Args:
        call: The call, with its second hearing where there is one.
        tagger: Reads both hearings.

    Returns:
        Shape (characters, 4), columns as ``models.weighing.tagger.tagger.KINDS``.
    """
    first, _ = call.tagged(tagger)
    read = joined(first, call.again.kinds) if call.again else first
    rows = fusion_rows(call, tagger)
    heard = rows[:, NAMES.index("no sound")] == 0
    if not heard.any():
        return read
    fused = np.concatenate([_piece(rows, start) for start in range(0, len(rows), CHUNK_CHARS)])
    return np.where(heard[:, None], fused, read).astype(np.float32)


def _piece(rows: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """Return the probabilities of the ``CHUNK_CHARS`` characters from ``start`` on."""
    first, last = max(0, start - CONTEXT_CHARS), start + CHUNK_CHARS + CONTEXT_CHARS
    (logits,) = _network().run(None, {"rows": rows[None, first:last]})
    return softmax(logits[0])[start - first :][:CHUNK_CHARS]


@cache
def _network() -> InferenceSession:
    return session(registered_bytes("fusion", "network", Path(__file__).with_name("fusion.onnx")))
