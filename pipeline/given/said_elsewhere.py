"""Find words that a file puts in the wrong place: other words are said there, and these are said elsewhere.

    heard     ト ナ リ ノ ハ セ ガ ワ サ ン ...  ニ モ ツ ガ ト ド イ テ ...
    written   ニ モ ツ ガ ト ド イ テ ...        ト ナ リ ノ ハ セ ガ ワ サ ン ...      two utterances swapped

The check of words in their place is lenient: a recogniser errs, and its errors pair with the heard morae as
well as other words do (``pipeline.given.given_words``).  But no recogniser writes in one place what is said
in another.  So a run of written morae that shares hardly a bigram with the sound in its place, and many with
the sound elsewhere, covers no heard mora.
"""

from __future__ import annotations

import bisect
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.given.written_morae import ANY_MORA
from pipeline.sound.morae import Mora
from pipeline.sound.pairs import TimedMora

HERE: Final = 1.0
"""Seconds around its written time within which a mora is said in its place."""

REACH: Final = 120.0
"""Seconds around it within which it is searched elsewhere; without a limit, chance matches and running time
would grow with the length of a call."""

RUN: Final = 30
"""Greatest number of morae of a run: a long utterance may be right at its beginning and moved at its end."""

PAUSE: Final = 0.5
"""Seconds between two written morae that separate two runs."""

DRIFT: Final = 2
"""Morae by which the heard and the written run may drift apart."""

PAIRS, SHARE = 4, 0.3
"""Least number of bigrams of a run, and share of them, that are heard elsewhere.  Of ten bigrams four are
found by chance somewhere in a minute's talk in one of two hundred; of the words said there half are, in the
text of *base* over a telephone."""

FOR_EACH: Final = 4
"""Least ratio of bigrams heard elsewhere to bigrams heard in place: words said twice are heard twice."""

_Pair = tuple[Mora, Mora]


class SaidElsewhere:
    """Index of heard bigrams that finds written morae in the wrong place.

    Args:
        heard: Morae of each channel, in order of time.
    """

    def __init__(self, heard: Sequence[Sequence[TimedMora]]) -> None:
        self._at: dict[_Pair, list[tuple[float, int, int]]] = defaultdict(list)
        number = 0
        for channel, said in enumerate(heard):
            for one, other in itertools.pairwise(said):
                self._at[one.mora, other.mora].append((one.time, number, channel))
                number += 1
            number += RUN + DRIFT  # no run goes on from one channel into the other
        for places in self._at.values():
            places.sort()

    def kept(self, written: Sequence[TimedMora], channels: frozenset[int]) -> Iterator[TimedMora]:
        """Yield the morae of an utterance without the runs that are said elsewhere.

        Args:
            written: Morae of one utterance, in order of time.
            channels: Channels on which the file states that it is said.

        Yields:
            The remaining morae, in order.
        """
        for run in _runs(written):
            if not self._moved(run, channels):
                yield from run

    def _moved(self, run: Sequence[TimedMora], channels: frozenset[int]) -> bool:
        here: Counter[int] = Counter()
        elsewhere: Counter[int] = Counter()
        pairs = 0
        for at, (one, other) in enumerate(itertools.pairwise(run)):
            if ANY_MORA in {one.mora, other.mora}:
                continue
            pairs += 1
            places = self._at.get((one.mora, other.mora), [])
            first = bisect.bisect_left(places, (one.time - REACH,))
            last = bisect.bisect_right(places, (one.time + REACH,))
            for time, number, channel in places[first:last]:
                near = abs(time - one.time) <= HERE and channel in channels
                (here if near else elsewhere)[number - at] += 1
        found = _most(elsewhere)
        return found >= max(PAIRS, SHARE * pairs) and found >= FOR_EACH * _most(here)


def _most(votes: Counter[int]) -> int:
    """Return the greatest number of bigrams that agree, within ``DRIFT``, about where the run begins."""
    return max((sum(votes[at + by] for by in range(-DRIFT, DRIFT + 1)) for at in list(votes)), default=0)


def _runs(written: Sequence[TimedMora]) -> Iterator[Sequence[TimedMora]]:
    """Yield parts of an utterance, cut at its pauses, and evenly where a part is too long."""
    start = 0
    for at in range(1, len(written) + 1):
        if at < len(written) and written[at].time - written[at - 1].time <= PAUSE:
            continue
        count = -(-(at - start) // RUN)
        size = -(-(at - start) // count)
        for first in range(start, at, size):
            yield written[first : min(at, first + size)]
        start = at
