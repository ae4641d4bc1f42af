"""Forced alignment of recognised words with the posteriorgram of their window.

    written        移動したちこという
    recogniser   |移   |動  |し|た|ち |こ|と  |い|う|      half of the starts more than .2 s early
    by sound       |移|動 |し|た|ち|こ|と|い|う|           half of them within .02 s

With these times a mask covers the first mora of a name, and not the word beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

import numpy as np

from models.language.readings import Reader, load_reader
from pipeline.hearing.transcribe import HeardWord
from pipeline.sound.forced_alignment import MoraStart, mora_starts
from pipeline.sound.posteriorgram import unpacked
from pipeline.types import Posteriorgram

MAX_MORA_SECONDS: Final = 0.2
"""Greatest length of a word's last mora in seconds: silence or the next word follows."""


class WordTimes:
    """Times words; thread-safe, with a reader for each thread."""

    def __init__(self) -> None:
        self._readers = threading.local()

    def timed(self, words: Sequence[HeardWord], heard: Iterable[Posteriorgram]) -> tuple[HeardWord, ...]:
        """Give words the times at which they are heard.

        Args:
            words: Words of one window, in order, in seconds from its start.
            heard: Posteriorgrams of the same window.

        Returns:
            The words with times and ``spread``, in order of time.  A word without a reading (a mark) has zero
            length at the end of the one before.  Without posteriorgrams the words are returned unchanged.
        """
        grams = list(heard)
        if not grams:
            return tuple(words)
        logs = np.concatenate([unpacked(gram.chances) for gram in grams])
        times = np.concatenate([g.start + (np.arange(len(g.chances)) + 0.5) * g.step for g in grams])
        line = self._reader().line("".join(word.text for word in words))
        ends = np.array([*accumulate(len(word.text) for word in words)])
        word_of = np.searchsorted(ends, [chars.start for chars in line.chars], side="right")
        counts = np.bincount(word_of, minlength=len(words)).tolist()
        near = [time for word, count in zip(words, counts, strict=True) for time in _spread_over(word, count)]
        return tuple(_timed(words, counts, mora_starts(logs, times, line.morae, near)))

    def _reader(self) -> Reader:
        if not hasattr(self._readers, "reader"):
            self._readers.reader = load_reader()
        reader: Reader = self._readers.reader
        return reader


def _spread_over(word: HeardWord, count: int) -> list[float]:
    """Return the middles of ``count`` equally long morae of a word."""
    return [word.start + (at + 0.5) / count * (word.end - word.start) for at in range(count)]


def _timed(
    words: Sequence[HeardWord], counts: Sequence[int], morae: Sequence[MoraStart]
) -> Iterator[HeardWord]:
    first, reached = 0, 0.0
    for word, count in zip(words, counts, strict=True):
        if not count:
            yield replace(word, start=reached, end=reached)
            continue
        own, after = morae[first : first + count], morae[first + count : first + count + 1]
        start = max(reached, own[0].time)
        end = max(start, min(own[-1].time + MAX_MORA_SECONDS, after[0].time if after else np.inf))
        spread = own[0].spread, (after or own[-1:])[0].spread
        yield replace(word, start=start, end=end, spread=spread)
        first, reached = first + count, end
