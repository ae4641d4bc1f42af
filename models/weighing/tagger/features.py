"""Input of the tagger: eight small integers for every character of a call.

With spelling alone the network would memorise the names of its training data.  So each character also comes
with its sound, the part of speech of its word, the recogniser's probability, the speaker and the pause before
it.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.language.readings import SoundLine, Token
from pipeline.types import Transcript

FEATURES = ("char", "pos", "place", "first_mora", "last_mora", "speaker", "doubt", "pause")
"""Names of the columns, in order."""

DOUBT_EDGES = (0.25, 0.5, 0.75, 0.92)
"""Upper bounds of the classes of word probability; class 0 is "unknown" (words from a file)."""

PAUSE_EDGES = (0.08, 0.25, 0.6, 1.2)
"""Upper bounds of the classes of pause before a word, in seconds."""

SPEAKERS = {None: 0, "op": 1, "cu": 2}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Number of each character, part of speech and mora; 0 is padding, 1 is unknown."""

    chars: Mapping[str, int]
    pos: Mapping[str, int]
    morae: Mapping[str, int]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of values of each column."""
        return (
            len(self.chars) + 8,
            len(self.pos) + 2,
            12,
            len(self.morae) + 2,
            len(self.morae) + 2,
            len(SPEAKERS),
            len(DOUBT_EDGES) + 2,
            len(PAUSE_EDGES) + 2,
        )


def encode(
    transcript: Transcript, tokens: Sequence[Token], line: SoundLine, vocabulary: Vocabulary
) -> NDArray[np.int64]:
    """Encode a call as integers.

    Args:
        transcript: The call.
        tokens: Its morphemes, with offsets into ``transcript.text``.
        line: Its morae, made from ``tokens``.
        vocabulary: The vocabulary that the network was trained with.

    Returns:
        Shape (characters, features), columns as in ``FEATURES``.
    """
    text = transcript.text
    out = np.zeros((len(text), len(FEATURES)), dtype=np.int64)
    out[:, 0] = [vocabulary.chars.get(c, 0) or _unknown_char(c, vocabulary) for c in map(_folded, text)]
    for token in tokens:
        start, end = token.chars.start, token.chars.end
        out[start:end, 1] = vocabulary.pos.get(short_pos(token.pos), 1)
        out[start:end, 2] = _places(end - start, token.known)
    for sound, chars in zip(line.morae, line.chars, strict=True):
        number = vocabulary.morae.get("".join(sound), 1)
        for char in range(chars.start, chars.end):
            if not out[char, 3]:
                out[char, 3] = number
            out[char, 4] = number
    for segment in transcript.segments:
        out[segment.chars.start : segment.chars.end, 5] = SPEAKERS.get(segment.speaker, 0)
        last_end = None
        for word in segment.words:
            here = slice(word.chars.start, word.chars.end)
            if word.probability > 0:
                out[here, 6] = 1 + bisect.bisect_left(DOUBT_EDGES, word.probability)
            if last_end is not None:
                out[here, 7] = 1 + bisect.bisect_left(PAUSE_EDGES, max(0.0, word.time.start - last_end))
            last_end = word.time.end
    return out


def short_pos(pos: str) -> str:
    """Shorten a part of speech to its first four levels."""
    return "-".join(pos.split("-")[:4])


def _folded(char: str) -> str:
    return unicodedata.normalize("NFKC", char)[:1]


def _unknown_char(char: str, vocabulary: Vocabulary) -> int:
    """Return the number of an unknown character's script."""
    base = len(vocabulary.chars) + 2
    kinds = ("一" <= char <= "龠", "ぁ" <= char <= "ゖ", "ァ" <= char <= "ー", char.isdigit(), char.isascii())
    return base + next((i for i, is_kind in enumerate(kinds) if is_kind), len(kinds))


def _places(width: int, known: bool) -> list[int]:
    """Return positions in a word: 1 begin, 2 inside, 3 end, 4 single; 5 more if it is in no dictionary."""
    if width == 0:
        return []
    shape = [4] if width == 1 else [1, *([2] * (width - 2)), 3]
    return [p if known else p + 5 for p in shape]
