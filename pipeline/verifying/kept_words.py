"""Index the unmasked words of a channel, for a search by sound."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.masking.text import MaskedTranscript, MaskedWord
from pipeline.sound.honorifics import with_honorific
from pipeline.sound.lines import SoundLines
from pipeline.sound.reader import SoundLine, SoundReader
from pipeline.sound.search import MatchFilter
from pipeline.types import CharSpan, TimeSpan
from pipeline.verifying.changes import Changes
from pipeline.verifying.listen import Needle

_PAUSE_SECONDS: Final = 0.5  # a pause this long ends a word
_MAX_HONORIFIC_CHARS: Final = 8  # no honorific is longer


@dataclass(frozen=True, slots=True)
class Run:
    """Words between two labels or pauses.

    Attributes:
        words: Words in order; at least one.
        text: Joined text of the words.
        line: Morae of the text.
    """

    words: tuple[MaskedWord, ...] = field(repr=False)
    text: str = field(repr=False)
    line: SoundLine = field(repr=False)
    _ends: tuple[int, ...]

    @classmethod
    def of(cls, words: tuple[MaskedWord, ...], reader: SoundReader) -> Run:
        """Join words and read their morae."""
        text = "".join(word.text for word in words)
        return cls(words, text, reader.line(text), tuple(itertools.accumulate(len(w.text) for w in words)))

    def touched(self, chars: CharSpan) -> tuple[MaskedWord, ...]:
        """Return the words that share a character with a span."""
        first, last = self.numbers(chars)
        return self.words[first : last + 1]

    def numbers(self, chars: CharSpan) -> tuple[int, int]:
        """Return the indices of the first and last word that share a character with a span."""
        return bisect.bisect_right(self._ends, chars.start), bisect.bisect_left(self._ends, chars.end)


class KeptWords:
    """All runs of a channel, searched together.

    Args:
        masked: The masked transcript.
        channel: Index of the channel.
        reader: Reader of the words.
        changes: If given, only runs near a change are searched.
    """

    def __init__(
        self, masked: MaskedTranscript, channel: int, reader: SoundReader, changes: Changes | None = None
    ) -> None:
        self._runs = [
            Run.of(words, reader)
            for words in _runs(masked, channel)
            if changes is None or changes.near(TimeSpan.around(word.time for word in words))
        ]
        self._sounds = SoundLines(run.line.morae for run in self._runs)
        self._by_mora = _ByMora.of(self._runs)

    def find(
        self, sound: Needle, bound: float, worth: MatchFilter | None = None
    ) -> Iterator[tuple[Run, CharSpan, float]]:
        """Yield each match of a needle: the run, the characters in its text, the price."""
        for number, match in self._sounds.find(sound, bound, worth):
            run = self._runs[number]
            yield run, run.line.span(match.start, match.end), match.price

    def probability(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the recogniser's mean probability of the words in each stretch of morae."""
        first, last = self._by_mora.first[starts], self._by_mora.last[ends - 1] + 1
        sums = self._by_mora.sums
        return np.asarray((sums[last] - sums[first]) / np.maximum(1, last - first))

    def began(self, starts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the start of the first word of each stretch of morae, in seconds, shape (stretches,)."""
        return np.asarray(self._by_mora.began[self._by_mora.first[starts]])

    def titled(self, ends: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether an honorific may end or follow each stretch of morae."""
        return np.asarray(self._by_mora.titled[ends - 1])


@dataclass(frozen=True, slots=True)
class _ByMora:
    """Arrays over morae and breaks: first word, last word, and whether an honorific may follow (``titled``).

    ``began`` and ``sums`` are over words: their starts, and the running sum of their probabilities.
    """

    began: NDArray[np.float64]
    sums: NDArray[np.float64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    titled: NDArray[np.bool_]

    @classmethod
    def of(cls, runs: list[Run]) -> _ByMora:
        began = np.array([word.time.start for run in runs for word in run.words])
        sums: list[float] = [0.0]
        first: list[int] = []
        last: list[int] = []
        titled: list[bool] = []
        for run in runs:
            words = len(sums) - 1
            for at in range(len(run.line.morae)):
                chars = run.line.span(at, at + 1)
                one, other = run.numbers(chars)
                first.append(words + one)
                last.append(words + other)
                titled.append(
                    with_honorific(run.text, CharSpan(max(0, chars.end - _MAX_HONORIFIC_CHARS), chars.end))
                )
            for word in run.words:
                sums.append(sums[-1] + (word.probability or 0.0))
            first.append(words)
            last.append(words)
            titled.append(False)
        return cls(
            began, np.array(sums), np.array(first, np.int64), np.array(last, np.int64), np.array(titled, bool)
        )


def _runs(masked: MaskedTranscript, channel: int) -> Iterator[tuple[MaskedWord, ...]]:
    """Yield the words between labels and pauses, across utterances, as two may share a name."""
    run: list[MaskedWord] = []
    for segment in masked.segments:
        for word in segment.words if segment.channel == channel else ():
            if run and (word.entity_type is not None or word.time.start - run[-1].time.end > _PAUSE_SECONDS):
                yield tuple(run)
                run = []
            if word.entity_type is None:
                run.append(word)
    if run:
        yield tuple(run)
