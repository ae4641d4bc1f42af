"""Run the phonetic tagger on the morae of a call, and map its probabilities to the characters.

Where the recogniser wrote a name as other words, the characters tell little, but the morae still hold the
name:

    written   私の払うと申します            heard   ワタシノハラトモーシマス
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.calls.hearings import char_times
from models.language.gazetteer import load_gazetteer
from models.network import session, softmax
from models.registry import registered_bytes
from models.weighing.phonetic_tagger.features import SpokenMora, encode
from pipeline.sound.heard_morae import TimedMora, heard_morae
from pipeline.types import SOUND_KINDS, Transcript

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CHUNK_MORAE, CONTEXT_MORAE = 4000, 140
"""Morae per run of the network, so that memory does not grow with the length of the call; and morae of
context on each side: the reach of the convolutions."""

MAX_LEAD_SECONDS = 0.02
"""Greatest time by which a character's first mora may begin before it: half a step of the posteriorgram."""

MAX_DISTANCE_SECONDS = 0.25
"""Greatest distance of the nearest mora from a character's middle, where none begins in the character."""


class PhoneticTagger:
    """The network; thread-safe."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session

    def probabilities(self, morae: tuple[TimedMora, ...]) -> NDArray[np.float32]:
        """Return the probabilities of a name, an address and a number for each mora, shape (morae, 3)."""
        rows = encode([SpokenMora(m.mora, m.speaker, m.pause) for m in morae], load_gazetteer())
        out = [np.zeros((0, len(SOUND_KINDS)), dtype=np.float32)]
        for start in range(0, len(rows), CHUNK_MORAE):
            first, last = max(0, start - CONTEXT_MORAE), min(len(rows), start + CHUNK_MORAE + CONTEXT_MORAE)
            (logits,) = self._session.run(None, {"rows": rows[None, first:last]})
            inside = slice(start - first, min(start + CHUNK_MORAE, len(rows)) - first)
            out.append(softmax(logits[0][inside])[:, 1:])
        return np.concatenate(out)

    def on_characters(self, transcript: Transcript) -> NDArray[np.float32]:
        """Map the probabilities to the characters of a call, by the times of its words.

        Args:
            transcript: A call with posteriorgrams.

        Returns:
            Shape (characters, 3), columns as ``probabilities``: the mean of the morae within each character,
            else those of the nearest mora; NaN where none is near.
        """
        out = np.full((len(transcript.text), len(SOUND_KINDS)), np.nan, dtype=np.float32)
        morae = heard_morae(transcript)
        if not morae:
            return out
        chances = self.probabilities(morae)
        starts, ends = char_times(transcript)
        channels = np.array([mora.channel for mora in morae])
        for channel in np.unique(channels):
            own = np.flatnonzero(channels == channel)
            own = own[np.argsort([morae[n].time for n in own], kind="stable")]
            times, here = np.array([morae[n].time for n in own]), chances[own]
            for segment in transcript.segments:
                if segment.channel != channel:
                    continue
                for char in range(segment.chars.start, segment.chars.end):
                    first, last = _of_character(times, starts[char], ends[char])
                    if last > first:
                        out[char] = here[first:last].mean(axis=0)
        return out


def _of_character(times: NDArray[np.float64], start: float, end: float) -> tuple[int, int]:
    """Return the half-open range of the morae that belong to a character; ``times`` is sorted."""
    first, last = np.searchsorted(times, (start - MAX_LEAD_SECONDS, end)).tolist()
    if last > first:
        return first, last
    middle = (start + end) / 2
    near = [
        at
        for at in (first - 1, first)
        if 0 <= at < len(times) and abs(times[at] - middle) <= MAX_DISTANCE_SECONDS
    ]
    nearest = min(near, key=lambda at: abs(float(times[at]) - middle), default=0)
    return (nearest, nearest + 1) if near else (0, 0)


def load_phonetic_tagger() -> PhoneticTagger:
    """Load the network that lies beside this module (a few ms).

    Raises:
        ModelError: the file is not the registered one.
    """
    path = Path(__file__).with_name("tagger.onnx")
    return PhoneticTagger(session(registered_bytes("phonetic", "tagger", path)))
