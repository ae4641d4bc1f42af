"""Fuse reading and listening: for each character of a call, how probably it is personal data.

The tagger reads the text of both hearings, the ear listens to the sound, and the phonetic tagger reads the
morae that were heard.  Their errors differ: where the recogniser wrote a name as other words, the ear still
hears a name; where somebody merely speaks as one gives a name, the tagger reads that it is none.  A small
network weighs all three, at each character and around it (``models/weighing/fusion/README.md``).  Where
nobody listened, the tagger alone decides.
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
from models.weighing.fusion.columns import NAMES, looked_at
from models.weighing.tagger.tagger import Tagger

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["together"]

CHUNK_CHARS: Final = 4000
"""Characters per run of the network, so that memory does not grow with the length of the call."""

CONTEXT_CHARS: Final = 16
"""Characters of context on each side of a chunk: more than the reach of the convolutions
(``models.training.weighing.train_fusion.DILATIONS``)."""


def together(call: Call, tagger: Tagger) -> NDArray[np.float32]:
    """Probabilities of each kind of data for each character, by all that was read and heard.

    Args:
        call: The call, with its second hearing where there is one.
        tagger: Reads both hearings.

    Returns:
        Shape (characters, 4), columns as ``models.weighing.tagger.tagger.KINDS``.
    """
    first, _ = call.tagged(tagger)
    read = joined(first, call.again.kinds) if call.again else first
    rows = looked_at(call, tagger)
    heard = rows[:, NAMES.index("no sound")] == 0
    if not heard.any():
        return read
    fused = np.concatenate([_piece(rows, start) for start in range(0, len(rows), CHUNK_CHARS)])
    return np.where(heard[:, None], fused, read).astype(np.float32)


def _piece(rows: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """Probabilities of the ``CHUNK_CHARS`` characters from ``start`` on."""
    first, last = max(0, start - CONTEXT_CHARS), start + CHUNK_CHARS + CONTEXT_CHARS
    (logits,) = _network().run(None, {"rows": rows[None, first:last]})
    return softmax(logits[0])[start - first :][:CHUNK_CHARS]


@cache
def _network() -> InferenceSession:
    return session(registered_bytes("fusion", "network", Path(__file__).with_name("fusion.onnx")))
