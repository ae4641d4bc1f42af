"""Words that a file puts where something else is said, while they themselves are said elsewhere.

    heard     ト ナ リ ノ ハ セ ガ ワ サ ン ...  ニ モ ツ ガ ト ド イ テ ...
    written   ニ モ ツ ガ ト ド イ テ ...        ト ナ リ ノ ハ セ ガ ワ サ ン ...      two utterances swapped

Whether words are said in their place is judged leniently: a recogniser errs, and its errors pair with what
is heard there as well as other words do (``pipeline.given.given_words``).  But no recogniser writes in one
place what is said in another.  So a run of written morae that has hardly a pair of neighbours in common with
what is heard in its place, and many with what is heard elsewhere, answers for nothing that is heard.
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

__all__ = ["SaidElsewhere"]

HERE: Final = 1.0
"""Seconds around its written time in which a mora is said in its place."""

REACH: Final = 120.0
"""Seconds around it in which it is looked for elsewhere: what is found by chance, and the time that it takes,
grow with the length of a call otherwise."""

RUN: Final = 30
"""Morae of a run at most: a long utterance may be right in its beginning and moved in its end."""

PAUSE: Final = 0.5
"""Seconds between two written morae from which they are two runs."""

DRIFT: Final = 2
"""Morae by which two hearings of one run may come apart and together again."""

PAIRS, SHARE = 4, 0.3
"""Pairs of neighbours, and share of those of a run, that are heard elsewhere.  Of ten pairs four are found
somewhere in a minute's talk by chance in one of two hundred; what is said there has half of them, in what
*base* writes over a telephone."""

FOR_EACH: Final = 4
"""As many are heard elsewhere for each that is heard in place: said twice, words are heard twice."""

_Pair = tuple[Mora, Mora]


class SaidElsewhere:
    """Tells of written morae whether they are said in another place than theirs.

    Args:
        heard: The morae of each channel, in order of time.
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
        """The morae of an utterance that are not said elsewhere.

        Args:
            written: Of one utterance, in order of time.
            channels: Where it is said by the file.

        Yields:
            They, in order.
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
    """The most pairs that agree about where the run begins, or nearly."""
    return max((sum(votes[at + by] for by in range(-DRIFT, DRIFT + 1)) for at in list(votes)), default=0)


def _runs(written: Sequence[TimedMora]) -> Iterator[Sequence[TimedMora]]:
    """Parts of an utterance, cut at its pauses, and evenly where that leaves too much."""
    start = 0
    for at in range(1, len(written) + 1):
        if at < len(written) and written[at].time - written[at - 1].time <= PAUSE:
            continue
        count = -(-(at - start) // RUN)
        size = -(-(at - start) // count)
        for first in range(start, at, size):
            yield written[first : min(at, first + size)]
        start = at
