"""What reading and listening say together: for each character, how probably it is somebody's data.

The tagger reads both hearings, the ear listens to what both were guessed from.  They err differently: where
a name was written down as other words the ear still hears one, and where somebody speaks like one who gives a
name the tagger sees that it is none.  Without an ear (another speech model, words from a file) the
tagger's word stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.artifacts import Call, HeardAgain
from models.hearings import joined
from models.registry import registered_bytes
from models.tagger.tagger import Tagger

__all__ = ["NAMES", "looked_at", "sounds", "together"]

NAMES = (
    "bias", "first", "again", "nothing again", "both", "sound", "sound again", "no sound", "no sound again",
    "morae", "morae again", "no morae", "no morae again",
)  # fmt: skip
"""What is weighed, in the order of the columns: log odds, and 1 where there are none."""

LEAST = 1e-4
"""A probability closer to 0 or 1 is no surer."""

SCARCELY = 1e-9
"""Added to what is divided by its sum."""

READ = 0.7
"""Weight of what was read, against what was heard, where it is settled which kind of data it is."""


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
    sound = sounds(call)
    heard = np.asarray(np.isfinite(sound).all(axis=1))
    if not heard.any():
        return read
    odds = looked_at(call, tagger) @ _weights()
    some = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
    kinds = READ * _shares(read[:, 1:]) + (1.0 - READ) * _shares(np.nan_to_num(sound))
    fused = np.concatenate(((1.0 - some)[:, None], some[:, None] * kinds), axis=1)
    return np.where(heard[:, None], fused, read).astype(np.float32)


def looked_at(call: Call, tagger: Tagger) -> NDArray[np.float64]:
    """What is weighed, for each character.

    Args:
        call: The call.
        tagger: Reads it.

    Returns:
        Shape (characters, ``NAMES``).
    """
    first, _ = call.tagged(tagger)
    nothing = np.full(len(first), np.nan)
    again = 1.0 - call.again.kinds[:, 0] if call.again else nothing
    both = joined(first, call.again.kinds)[:, 0] if call.again else first[:, 0]
    sound, sound_again = (
        each.sum(axis=1) for each in (call.sounds, call.again.sounds if call.again else call.sounds * np.nan)
    )
    morae, morae_again = (
        each.sum(axis=1)
        for each in (_morae(call), _morae(call.again) if call.again else _morae(call) * np.nan)
    )
    columns = (
        np.ones(len(first)),
        _log_odds(1.0 - first[:, 0]),
        _log_odds(again),
        np.isnan(again),
        _log_odds(1.0 - both),
        _log_odds(sound),
        _log_odds(sound_again),
        np.isnan(sound),
        np.isnan(sound_again),
        _log_odds(morae),
        _log_odds(morae_again),
        np.isnan(morae),
        np.isnan(morae_again),
    )
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)


def sounds(call: Call) -> NDArray[np.float32]:
    """What the ear heard of each character: the mean of both hearings, or the only one that was listened to.

    Args:
        call: The call.

    Returns:
        Shape (characters, 3), as ``Word.sounds``; NaN where nobody listened.
    """
    if call.again is None:
        return call.sounds
    both = (call.sounds + call.again.sounds) / 2
    either = np.where(np.isnan(call.sounds), call.again.sounds, call.sounds)
    return np.where(np.isnan(both), either, both)


def _morae(call: Call | HeardAgain) -> NDArray[np.float32]:
    return np.full_like(call.sounds, np.nan) if call.morae is None else call.morae


def _shares(chances: NDArray[np.float32]) -> NDArray[np.float32]:
    some = chances + SCARCELY  # where there is no chance of any, it is any of them
    return np.asarray(some / some.sum(axis=1, keepdims=True), dtype=np.float32)


def _log_odds(chance: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float64]:
    """0 where nothing is known."""
    bounded = np.clip(chance.astype(np.float64), LEAST, 1 - LEAST)
    return np.nan_to_num(np.log(bounded / (1 - bounded)))


@cache
def _weights() -> NDArray[np.float64]:
    raw: Mapping[str, float] = json.loads(
        registered_bytes("ear", "weights", Path(__file__).with_name("fusion.json"))
    )
    return np.array([raw[name] for name in NAMES])
