"""Times of recognised words by the posteriorgram of their window: where each is heard.

    written        移動したちこという
    recogniser   |移   |動  |し|た|ち |こ|と  |い|う|      half of the starts more than .2 s early
    by sound       |移|動 |し|た|ち|こ|と|い|う|           half of them within .02 s

A name's first mora is masked where it is heard, and what stands beside it is not.
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

__all__ = ["WordTimes"]

LASTS: Final = 0.2
"""Seconds that a word's last mora lasts at most: what follows is silence, or the next word's."""


class WordTimes:
    """Times words; may be asked by several threads at once, each of which gets a reader of its own."""

    def __init__(self) -> None:
        self._readers = threading.local()

    def timed(self, words: Sequence[HeardWord], heard: Iterable[Posteriorgram]) -> tuple[HeardWord, ...]:
        """Give words the times at which they are heard.

        Args:
            words: Of one window, in order, in seconds from its start.
            heard: Posteriorgrams of the same window.

        Returns:
            The words with times and ``spread``, in order of time; one that nobody reads (a mark) lasts no
            time where the one before it ends.  As they are where there is no posteriorgram.
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
    """The middles of a word's morae, each as long as the others."""
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
        end = max(start, min(own[-1].time + LASTS, after[0].time if after else np.inf))
        spread = own[0].spread, (after or own[-1:])[0].spread
        yield replace(word, start=start, end=end, spread=spread)
        first, reached = first + count, end
