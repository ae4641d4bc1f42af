"""Search many lines of morae at once; an hour of call has thousands of lines and of needles."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator

from pipeline.sound.morae import Mora
from pipeline.sound.search import MatchFilter, SoundMatch, SoundText


class SoundLines:
    """Lines of morae, separated by breaks that no match crosses.

    Args:
        lines: Lines in order; they may be empty.
    """

    def __init__(self, lines: Iterable[tuple[Mora, ...]]) -> None:
        sounds: list[Mora | None] = []
        self._offsets: list[int] = []
        for line in lines:
            self._offsets.append(len(sounds))
            sounds += [*line, None]
        self._text = SoundText(sounds)

    def find(
        self, needle: tuple[Mora, ...], bound: float, worth: MatchFilter | None = None
    ) -> Iterator[tuple[int, SoundMatch]]:
        """Find every stretch that sounds like a needle, as ``SoundText.find`` does.

        Args:
            needle: Morae of a known name.
            bound: Greatest price of a match, per mora of the needle.
            worth: Filter as for ``SoundText.find``; its positions count the breaks, too.

        Yields:
            The index of the line and the match in it, in order.
        """
        for match in self._text.find(needle, bound, worth):
            number = bisect.bisect_right(self._offsets, match.start) - 1
            offset = self._offsets[number]
            yield number, SoundMatch(match.start - offset, match.end - offset, match.price)
