"""What the phonetic tagger reads of a mora: seven small integers."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.language.gazetteer import COLUMNS, VALUES, Gazetteer
from pipeline.sound.morae import Mora
from pipeline.sound.posteriorgram import CLASSES, class_of

__all__ = ["PAUSES", "SIZES", "Said", "encode"]

PAUSES = (0.0, 0.2, 0.4, 0.8, 1.6)
"""Seconds of silence before a mora; the first is none."""

SPEAKERS = {None: 0, "op": 1, "cu": 2}

SIZES = (len(CLASSES) + 1, len(SPEAKERS), len(PAUSES), *[VALUES] * len(COLUMNS))
"""Values of each column: the mora's class, who speaks, the pause before it, what it may be part of."""


class Said(NamedTuple):
    """A mora, who says it, and the seconds of silence before it."""

    mora: Mora
    speaker: str | None
    pause: float


def encode(said: Sequence[Said], gazetteer: Gazetteer) -> NDArray[np.int64]:
    """A call as the network reads it.

    Args:
        said: Its morae in their order.
        gazetteer: Knows names and places.

    Returns:
        Shape (morae, columns), columns as in ``SIZES``.
    """
    own = [
        (class_of(each.mora), SPEAKERS[each.speaker], bisect.bisect_right(PAUSES, each.pause) - 1)
        for each in said
    ]
    columns = gazetteer.columns([each.mora for each in said])
    return np.concatenate((np.array(own, dtype=np.int64).reshape(-1, 3), columns), axis=1)
