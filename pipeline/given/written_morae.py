"""Turn the words of a transcript into timed morae, for comparison with heard ones.

written   |4|,|8|6|0|円|        ヨン ハチ ロク ゼロ エン, and wildcards: it is said ヨンセンハッピャク...
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.hearing.second_hearing import MAX_SECONDS_PER_CHAR, MIN_PAUSE_SECONDS, PUNCTUATION
from pipeline.sound.morae import Mora, mora_price
from pipeline.sound.pairs import TimedMora
from pipeline.sound.reader import SoundReader
from pipeline.types import CharSpan, Segment

Array = NDArray[np.float64]

ANY_MORA: Final[Mora] = ("*", "")
"""Wildcard for characters whose spelling does not tell their sound."""

ANY_MORAE_OF_SIGN: Final = {"@": 6, "%": 6, "_": 6, "-": 4, ".": 3}
ANY_MORAE_OF_LETTER, ANY_MORAE_OF_DIGIT = 3, 2
"""Number of wildcards for each letter, and for each digit of an amount: NTT is エヌティーティー; the 8 of
4,860円 is ハッピャク, but read as ハチ."""

_AMOUNT: Final = re.compile(r"\d{1,3}(?:[,,]\d{3})+|\d+(?=[円万千百十年月日時分秒点個人名歳件台回本枚階号])")
"""Digits that are said as one number; those of a telephone number are said one by one."""

ANY_MORA_PRICE: Final = 0.3
"""Price of a wildcard for a heard mora: between the right mora and a wrong one.  Skipping a wildcard is
free."""


def written_morae(segments: Sequence[Segment], text: str, reader: SoundReader) -> list[TimedMora]:
    """List the morae of words with their times; the morae of a word share its time evenly.

    Args:
        segments: Utterances of a transcript.
        text: Text of the transcript.
        reader: Reads the text.

    Returns:
        Morae in order of time; an unreadable character has ``ANY_MORA`` for each mora that it may have.
    """
    out: list[TimedMora] = []
    for segment in segments:
        line = reader.line(text[segment.chars.start : segment.chars.end])
        starts, ends = _char_times(segment, text)
        chars = [line.span(i, i + 1) for i in range(len(line.morae))]
        for written, run in itertools.groupby(zip(chars, line.morae, strict=True), key=lambda pair: pair[0]):
            sounds = [mora for _, mora in run]
            first, last = starts[written.start], ends[written.end - 1]
            step = (last - first) / len(sounds)
            out += [TimedMora(mora, float(first + (i + 0.5) * step)) for i, mora in enumerate(sounds)]
        for at, count in enumerate(_any_of(text[segment.chars.start : segment.chars.end])):
            step = (ends[at] - starts[at]) / max(1, count)
            out += [TimedMora(ANY_MORA, float(starts[at] + (i + 0.5) * step)) for i in range(count)]
    return sorted(out, key=lambda each: each.time)


def _any_of(text: str) -> list[int]:
    """Return the number of wildcards for each character of a text."""
    amounts = {at for match in _AMOUNT.finditer(text) for at in range(*match.span())}
    out = []
    for at, char in enumerate(text):
        wide = unicodedata.normalize("NFKC", char)
        if wide.isascii() and wide.isalpha():
            out.append(ANY_MORAE_OF_LETTER * len(wide))
        elif wide.isdecimal():
            out.append(ANY_MORAE_OF_DIGIT if at in amounts else 0)
        else:
            out.append(ANY_MORAE_OF_SIGN.get(wide, 0))
    return out


def _char_times(segment: Segment, text: str) -> tuple[Array, Array]:
    """Return start and end of each character of an utterance, in seconds.

    Recognisers time a word from the end of the one before, so a word that lasts too long began later.
    """
    count = segment.chars.end - segment.chars.start
    starts, ends = np.zeros(count), np.zeros(count)
    for word in segment.words:
        at = CharSpan(word.chars.start - segment.chars.start, word.chars.end - segment.chars.start)
        longest = MAX_SECONDS_PER_CHAR * max(
            1, len(text[word.chars.start : word.chars.end].strip(PUNCTUATION))
        )
        start, end = word.time.start, word.time.end
        if end - start - longest >= MIN_PAUSE_SECONDS:
            start = end - longest
        edges = start + (end - start) * np.arange(at.end - at.start + 1) / max(1, at.end - at.start)
        starts[at.start : at.end], ends[at.start : at.end] = edges[:-1], edges[1:]
    return starts, ends


def price(written: Mora | None, heard: Mora | None) -> float:
    """Return ``mora_price``, extended by the wildcard ``ANY_MORA``."""
    if written == ANY_MORA:
        return 0.0 if heard is None else ANY_MORA_PRICE
    return mora_price(written, heard)
