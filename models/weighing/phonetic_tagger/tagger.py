"""Run the phonetic tagger: morae of a call to kinds with probabilities, carried onto its characters.

Where a name was written down as other words the characters tell little; what was heard is a name still:

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
from models.weighing.phonetic_tagger.features import Said, encode
from pipeline.sound.heard_morae import TimedMora, heard_morae
from pipeline.types import SOUND_KINDS, Transcript

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["PhoneticTagger", "load_phonetic_tagger"]

LONGEST, MARGIN = 4000, 140
"""Morae at once, to keep memory flat on a call of hours, and what the convolutions see to each side."""

BESIDE = 0.02
"""Seconds before a character in which a mora may begin that is its own: half a step of what is heard."""

NEAREST = 0.25
"""Seconds from a character's middle to the mora that is taken for its own where none begins in it."""


class PhoneticTagger:
    """The network.  It may be asked by several threads at once."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session

    def probabilities(self, morae: tuple[TimedMora, ...]) -> NDArray[np.float32]:
        """Probabilities of a name, an address and a number for each mora, shape (morae, 3)."""
        rows = encode([Said(m.mora, m.speaker, m.pause) for m in morae], load_gazetteer())
        out = [np.zeros((0, len(SOUND_KINDS)), dtype=np.float32)]
        for start in range(0, len(rows), LONGEST):
            first, last = max(0, start - MARGIN), min(len(rows), start + LONGEST + MARGIN)
            (logits,) = self._session.run(None, {"rows": rows[None, first:last]})
            inside = slice(start - first, min(start + LONGEST, len(rows)) - first)
            out.append(softmax(logits[0][inside])[:, 1:])
        return np.concatenate(out)

    def on_characters(self, transcript: Transcript) -> NDArray[np.float32]:
        """What was heard where each character of a call stands, by its word's time.

        Args:
            transcript: With posteriorgrams.

        Returns:
            Probabilities as ``probabilities``, the mean of the morae there, or those of the nearest one,
            shape (characters, 3); NaN where none was heard.
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
    """From which mora to which a character's are, of morae in order of time."""
    first, last = np.searchsorted(times, (start - BESIDE, end)).tolist()
    if last > first:
        return first, last
    middle = (start + end) / 2
    near = [at for at in (first - 1, first) if 0 <= at < len(times) and abs(times[at] - middle) <= NEAREST]
    nearest = min(near, key=lambda at: abs(float(times[at]) - middle), default=0)
    return (nearest, nearest + 1) if near else (0, 0)


def load_phonetic_tagger() -> PhoneticTagger:
    """Load the network that lies beside this module (a few ms).

    Raises:
        ModelError: when its bytes are not the registered ones.
    """
    path = Path(__file__).with_name("tagger.onnx")
    return PhoneticTagger(session(registered_bytes("phonetic", "tagger", path)))
