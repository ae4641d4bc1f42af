"""Input of the phonetic tagger: seven small integers for every mora."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.language.gazetteer import COLUMNS, VALUES, Gazetteer
from pipeline.sound.morae import Mora
from pipeline.sound.posteriorgram import CLASSES, class_of

PAUSES = (0.0, 0.2, 0.4, 0.8, 1.6)
"""Lower bounds of the classes of pause before a mora, in seconds; class 0 is "no pause"."""

SPEAKERS = {None: 0, "op": 1, "cu": 2}

SIZES = (len(CLASSES) + 1, len(SPEAKERS), len(PAUSES), *[VALUES] * len(COLUMNS))
"""Number of values of each column: the mora, the speaker, the pause before it, and the gazetteer's
columns."""


class SpokenMora(NamedTuple):
    """A mora, its speaker, and the pause before it in seconds."""

    mora: Mora
    speaker: str | None
    pause: float


def encode(said: Sequence[SpokenMora], gazetteer: Gazetteer) -> NDArray[np.int64]:
    """Encode a call as integers.

    Args:
        said: Morae of the call, in order.
        gazetteer: Names and places by their morae.

    Returns:
        Shape (morae, columns), columns as in ``SIZES``.
    """
    own = [
        (class_of(each.mora), SPEAKERS.get(each.speaker, 0), bisect.bisect_right(PAUSES, each.pause) - 1)
        for each in said
    ]
    columns = gazetteer.columns([each.mora for each in said])
    return np.concatenate((np.array(own, dtype=np.int64).reshape(-1, 3), columns), axis=1)
