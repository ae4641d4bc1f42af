"""Input of the fusion network: log odds, times and flags for each character of a call."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.calls.artifacts import Call, SecondHearing
from models.calls.hearings import char_times, joined
from models.weighing.tagger.tagger import Tagger
from models.wording.vocabulary import HONORIFICS
from pipeline.hearing.traces import read_off
from pipeline.types import SOUND_KINDS

Array = NDArray[np.float64]

MIN_PROBABILITY: Final = 1e-4
"""Distance from 0 and 1 to which probabilities are clipped."""

TRACE_OFFSETS: Final = (-0.12, -0.04, 0.0, 0.04, 0.12)
"""Offsets from a character's middle at which the ear's trace is read, in seconds; its steps are 0.08 s."""

SPEAKERS: Final = {None: 0.0, "op": 1.0, "cu": -1.0}

_KINDS: Final = ("break", "digit", "hiragana", "katakana", "kanji", "letter", "mark")
_FIGURES: Final = "〇零一二三四五六七八九十"

NAMES: Final = (
    "first", "again", "both", "sound", "sound again", "morae", "morae again",
    "no second", "no sound", "no sound again", "no morae", "no morae again",
    *(f"{source} {kind}" for source in ("first", "again", "sound", "morae") for kind in SOUND_KINDS),
    *(f"trace {beside:+.2f}" for beside in TRACE_OFFSETS), "no trace",
    "lasts", "pause", "speaker", "word probability", "begins a word",
    "odd word", "proper noun", "person's name", "honorific",
    *_KINDS,
)  # fmt: skip
"""Names of the columns, in order."""


def fusion_rows(call: Call, tagger: Tagger) -> NDArray[np.float32]:
    """Compute the network's rows for a call.

    Args:
        call: The call, with its second hearing where there is one.
        tagger: Reads both hearings.

    Returns:
        Shape (characters, ``NAMES``).
    """
    columns = (*_chances(call, tagger), *_times(call), *_words(call), *_written(call.text))
    return np.stack(columns, axis=1).astype(np.float32)


def _chances(call: Call, tagger: Tagger) -> Iterator[Array]:
    """Yield the log odds of each source, for any kind of data and for each kind."""
    first, _ = call.tagged(tagger)
    none = np.full((len(first), len(SOUND_KINDS)), np.nan)
    again = call.again.kinds if call.again else np.full_like(first, np.nan)
    both = joined(first, again) if call.again else first
    sound_again = call.again.sounds if call.again else none
    morae, morae_again = _morae(call, none), _morae(call.again, none)
    anything = [
        1.0 - first[:, 0],
        1.0 - again[:, 0],
        1.0 - both[:, 0],
        *(each.sum(axis=1) for each in (call.sounds, sound_again, morae, morae_again)),
    ]
    yield from map(_log_odds, anything)
    yield from (np.isnan(each).astype(float) for each in (anything[1], *anything[3:]))
    for kinds in (first[:, 1:], again[:, 1:], sounds(call), morae):
        yield from _log_odds(kinds).T


def sounds(call: Call) -> NDArray[np.float32]:
    """Return the ear's probabilities at each character: the mean of both hearings, or the one with sound.

    Args:
        call: The call.

    Returns:
        Shape (characters, 3), as ``Word.sounds``; NaN where the ear did not listen.
    """
    if call.again is None:
        return call.sounds
    both = (call.sounds + call.again.sounds) / 2
    either = np.where(np.isnan(call.sounds), call.again.sounds, call.sounds)
    return np.where(np.isnan(both), either, both)


def _morae(hearing: Call | SecondHearing | None, none: Array) -> Array:
    return none if hearing is None or hearing.morae is None else hearing.morae.astype(np.float64)


def _log_odds(chance: NDArray[np.floating]) -> Array:
    """Return the log odds of probabilities; 0 for NaN."""
    bounded = np.clip(chance.astype(np.float64), MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    return np.nan_to_num(np.log(bounded / (1 - bounded)))


def _times(call: Call) -> Iterator[Array]:
    """Yield the ear's trace around each character, its duration, and the pause before it."""
    starts, ends = char_times(call.transcript)
    middles = (starts + ends) / 2
    heard = np.full((len(call.text), len(TRACE_OFFSETS)), np.nan)
    for segment in call.transcript.segments:
        here = slice(segment.chars.start, segment.chars.end)
        for column, beside in enumerate(TRACE_OFFSETS):
            heard[here, column] = read_off(segment.traces, middles[here] + beside)
    yield from _log_odds(heard).T
    yield np.isnan(heard).any(axis=1).astype(float)
    yield np.nan_to_num(np.clip(ends - starts, 0, 1))
    pause = np.zeros(len(starts))
    pause[1:] = np.nan_to_num(np.clip(starts[1:] - ends[:-1], 0, 1))
    yield pause


def _words(call: Call) -> Iterator[Array]:
    """Yield the speaker, the recogniser's word probability, word starts, and the dictionary's flags."""
    speaker, sure, begins = (np.zeros(len(call.text)) for _ in range(3))
    for segment in call.transcript.segments:
        speaker[segment.chars.start : segment.chars.end] = SPEAKERS.get(segment.speaker, 0.0)
        for word in segment.words:
            sure[word.chars.start : word.chars.end] = word.probability
            begins[word.chars.start : word.chars.start + 1] = 1.0
    yield from (speaker, sure, begins, *known_words(call))


def known_words(call: Call) -> tuple[Array, Array, Array, Array]:
    """Return the dictionary's flags for each character.

    Args:
        call: The call.

    Returns:
        Four arrays of shape (characters,), 1 where: the word is unknown; it is a proper noun; it is a
        person's name; an honorific begins.
    """
    odd, proper, name, honorific = (np.zeros(len(call.text)) for _ in range(4))
    for token in call.tokens:
        here = slice(token.chars.start, token.chars.end)
        odd[here] = not token.known
        proper[here] = "固有名詞" in token.pos
        name[here] = "人名" in token.pos
        if call.text[here] in HONORIFICS:
            honorific[token.chars.start] = 1.0
    return odd, proper, name, honorific


def _written(text: str) -> Iterator[Array]:
    """Yield the script of each character, one-hot."""
    kinds = np.array([_KINDS.index(_kind(char)) for char in text], dtype=np.int64)
    yield from np.eye(len(_KINDS))[kinds].T


def _kind(char: str) -> str:
    if char == "\n":
        return "break"
    if char.isdecimal() or char in _FIGURES:
        return "digit"
    if "ァ" <= char <= "ー":
        return "katakana"
    if "ぁ" <= char <= "ゖ":
        return "hiragana"
    if unicodedata.name(char, "").startswith("CJK UNIFIED") or char == "々":
        return "kanji"
    return "letter" if char.isalnum() else "mark"
