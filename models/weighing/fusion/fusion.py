"""What reading and listening say together: for each character, how probably it is somebody's data.

The tagger reads both hearings, the ear listens to what both were guessed from, and the phonetic tagger reads
what was heard mora by mora.  They err differently: where a name was written down as other words the ear
still hears one, and where somebody speaks like one who gives a name the tagger sees that it is none.  What
they say of the characters around counts as well: a small network weighs all of it
(``models/weighing/fusion/README.md``).  Without an ear (another speech model, words from a file) the
tagger's word stands.
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

LONGEST: Final = 4000
"""Characters at once, to keep memory flat on a call of hours."""

MARGIN: Final = 16
"""Characters of context on each side of a piece: more than the convolutions see (``train.DILATIONS``)."""


def together(call: Call, tagger: Tagger) -> NDArray[np.float32]:
    """Probabilities of kinds for each character, by all that was read and heard.

    Args:
        call: The call, with its second hearing where there is one.
        tagger: Reads it.

    Returns:
        Shape (characters, 4), as ``Tagger.probabilities``.
    """
    first, _ = call.tagged(tagger)
    read = joined(first, call.again.kinds) if call.again else first
    rows = looked_at(call, tagger)
    heard = rows[:, NAMES.index("no sound")] == 0
    if not heard.any():
        return read
    fused = np.concatenate([_piece(rows, start) for start in range(0, len(rows), LONGEST)])
    return np.where(heard[:, None], fused, read).astype(np.float32)


def _piece(rows: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """Probabilities of ``LONGEST`` characters from one on."""
    first, last = max(0, start - MARGIN), start + LONGEST + MARGIN
    (logits,) = _network().run(None, {"rows": rows[None, first:last]})
    return softmax(logits[0])[start - first :][:LONGEST]


@cache
def _network() -> InferenceSession:
    return session(registered_bytes("fusion", "network", Path(__file__).with_name("fusion.onnx")))
