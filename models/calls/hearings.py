"""Map the second hearing of a call to the characters of the first.

    first    cu: 隣の[田辺さ]んの荷物で…          its characters are the program's coordinate
    second   cu: となりの[田中さん]の荷物で…      aligned mora by mora (``pipeline.sound.pairs``)

A name that one hearing lost is often in the other.  The tagger reads both: where both have a word its two
results are averaged, where only one has a word that result counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.calls.artifacts import Call
from pipeline.sound.pairs import TimedMora, paired_in_pieces
from pipeline.types import CharSpan, EntitySpan, Transcript

if TYPE_CHECKING:
    from models.weighing.tagger.tagger import Tagger

NOWHERE = -1
"""Value in a pairing for a character without a counterpart in the other hearing."""

MIN_PART_SHARE = 0.2
"""Least share of a finding's characters in an utterance that gets a part of it: the last digit of a number
may be paired with the other speaker's はい, which is no part of the number."""

_MIN_PROBABILITY = 1e-3  # lower probabilities are raised to it: the tagger can be certain and wrong
_MARKS = "、。,. \u3000"


@dataclass(frozen=True, slots=True)
class Pairing:
    """Characters of two hearings that sound at the same time.

    ``of_first[i]`` is the half-open range of characters of the second hearing that sound with character ``i``
    of the first, or (NOWHERE, NOWHERE); ``of_second`` is the reverse.
    """

    of_first: NDArray[np.int64] = field(repr=False)
    of_second: NDArray[np.int64] = field(repr=False)

    def carried(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map values of the second hearing's characters to the first's, as the maximum of each range.

        Args:
            values: Shape (characters of the second, columns).

        Returns:
            Shape (characters of the first, columns); NaN where the second has no character.
        """
        return _carried(values, self.of_first)

    def on_first(self, chars: CharSpan, lines: NDArray[np.int64]) -> tuple[CharSpan, ...]:
        """Return the characters of the first hearing at which a stretch of the second sounds.

        Args:
            chars: The stretch in the second hearing.
            lines: Number of the utterance of each character of the first (``line_numbers``).

        Returns:
            One span for each utterance that holds at least ``MIN_PART_SHARE`` of it, in order of text.
        """
        rows = self.of_second[chars.start : chars.end]
        rows = rows[rows[:, 0] != NOWHERE]
        on = lines[rows[:, 0]]
        return tuple(
            CharSpan(int(here[:, 0].min()), int(here[:, 1].max()))
            for here in (rows[on == line] for line in np.unique(on))
            if len(here) >= MIN_PART_SHARE * len(rows)
        )


def _carried(values: NDArray[np.float32], pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    out = np.full((len(pairs), values.shape[1]), np.nan, dtype=np.float32)
    for at in np.flatnonzero(pairs[:, 0] != NOWHERE):
        start, end = pairs[at]
        out[at] = values[start:end].max(axis=0)
    return out


def pair_hearings(first: Call, second: Call) -> Pairing:
    """Pair the characters of two hearings of one recording, channel by channel.

    Args:
        first: The first hearing.
        second: The second hearing.

    Returns:
        The pairing.
    """
    of_first = np.full((len(first.text), 2), NOWHERE, dtype=np.int64)
    of_second = np.full((len(second.text), 2), NOWHERE, dtype=np.int64)
    heard, lines = (_timed(first), _timed(second)), (line_numbers(first.text), line_numbers(second.text))
    for channel in heard[0].keys() & heard[1].keys():
        (ours, here), (theirs, there) = heard[0][channel], heard[1][channel]
        partners = paired_in_pieces(theirs, ours)
        for mine, yours in zip(here, partners, strict=True):
            if yours >= 0:
                _widen(of_first, mine, there[yours], lines[1])
                _widen(of_second, there[yours], mine, lines[0])
    return Pairing(of_first, of_second)


def joined(own: NDArray[np.float32], again: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average two results for each character: the normalised geometric mean of their probabilities.

    Args:
        own: The tagger's probabilities on the first hearing, shape (characters, classes).
        again: The same on the second, mapped to the first; NaN where it has no word.

    Returns:
        Probabilities, shape (characters, classes); ``own`` where ``again`` is NaN.
    """
    both = ~np.isnan(again[:, :1])
    mean = np.sqrt(
        np.maximum(own, _MIN_PROBABILITY) * np.maximum(np.where(both, again, own), _MIN_PROBABILITY)
    )
    return np.asarray(np.where(both, mean / mean.sum(axis=1, keepdims=True), own), dtype=np.float32)


def parties_of(call: Call, tagger: Tagger) -> NDArray[np.float32]:
    """Return the owner of each character's data, by the tagger on both hearings.

    Args:
        call: The call, with its second hearing where there is one.
        tagger: Reads both hearings.

    Returns:
        Probabilities of ``models.weighing.tagger.tagger.PARTIES``, shape (characters, parties).
    """
    _, parties = call.tagged(tagger)
    return parties if call.again is None else joined(parties, call.again.parties)


def carry_over(spans: Iterable[EntitySpan], pairing: Pairing, first: Call) -> tuple[EntitySpan, ...]:
    """Map findings of the second hearing to the first.

    Args:
        spans: Findings of the second hearing.
        pairing: Result of ``pair_hearings``.
        first: The first hearing.

    Returns:
        The findings on the first hearing's characters, in the same order.  Findings without a word there are
        left out, and one that spans two utterances there becomes two.
    """
    out: list[EntitySpan] = []
    lines = line_numbers(first.text)
    for span in spans:
        for here in pairing.on_first(span.chars, lines):
            said = first.text[here.start : here.end]
            if said.strip(_MARKS):
                start, end = len(said) - len(said.lstrip(_MARKS)), len(said.rstrip(_MARKS))
                out.append(replace(span, chars=CharSpan(here.start + start, here.start + end)))
    return tuple(out)


def line_numbers(text: str) -> NDArray[np.int64]:
    """Return the number of each character's utterance; a newline belongs to the utterance behind it."""
    return np.cumsum(np.array([char == "\n" for char in text], dtype=np.int64))


def _widen(pairs: NDArray[np.int64], at: CharSpan, to: CharSpan, lines: NDArray[np.int64]) -> None:
    """Widen the ranges of some characters by ``to``, within one utterance of the other hearing."""
    for row in pairs[at.start : at.end]:
        if row[0] == NOWHERE:
            row[:] = to.start, to.end
        elif lines[row[0]] == lines[to.start]:
            row[:] = min(row[0], to.start), max(row[1], to.end)


def char_times(transcript: Transcript) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return start and end of each character in seconds; the characters of a word share its time evenly.

    NaN at the newline between two utterances.
    """
    starts = np.full(len(transcript.text), np.nan)
    ends = starts.copy()
    for segment in transcript.segments:
        for word in segment.words:
            count = word.chars.end - word.chars.start
            edges = word.time.start + word.time.duration * np.arange(count + 1) / max(1, count)
            starts[word.chars.start : word.chars.end] = edges[:-1]
            ends[word.chars.start : word.chars.end] = edges[1:]
    return starts, ends


def _timed(call: Call) -> dict[int, tuple[list[TimedMora], list[CharSpan]]]:
    """Return for each channel its morae in order of time, and the characters of each mora."""
    starts, ends = char_times(call.transcript)
    channels: dict[int, list[tuple[TimedMora, CharSpan]]] = {}
    for mora, chars in zip(call.line.morae, call.line.chars, strict=True):
        segment = call.segment_at(chars.start)
        time = (starts[chars.start] + ends[chars.start]) / 2
        if segment is not None and not np.isnan(time):
            channels.setdefault(segment.channel, []).append((TimedMora(mora, float(time)), chars))
    return {channel: _sorted(timed) for channel, timed in channels.items()}


def _sorted(timed: Sequence[tuple[TimedMora, CharSpan]]) -> tuple[list[TimedMora], list[CharSpan]]:
    order = sorted(timed, key=lambda each: (each[0].time, each[1]))
    return [mora for mora, _ in order], [chars for _, chars in order]
