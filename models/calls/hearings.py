"""Two hearings of one call as one: what was found in the second, on the characters of the first.

    first    cu: 隣の[田辺さ]んの荷物で…          characters: the program's coordinate
    second   cu: となりの[田中さん]の荷物で…      carried over mora by mora (``pipeline.sound.pairs``)

A name that one hearing lost is often there in the other.  The learned tagger reads both; where both
have a word its two opinions are joined, where only one has, that one's stands.
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

__all__ = [
    "NOWHERE",
    "Pairing",
    "carry_over",
    "char_times",
    "joined",
    "line_numbers",
    "pair_hearings",
    "parties_of",
]

NOWHERE = -1
"""In a pairing: no character of the other hearing sounds here."""

SCRAP = 0.2
"""Share of a finding's characters from which an utterance holds part of it: of a number whose last digit was
paired with the other side's はい, that はい is no part."""

_LEAST = 1e-3  # a probability below it is no more certain: the tagger can be sure and wrong
_MARKS = "、。,. \u3000"


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which characters of two hearings sound together.

    ``of_first[i]`` holds the characters of the second, from and to, that sound where character ``i`` of
    the first does; ``of_second`` the other way round.  (NOWHERE, NOWHERE) where none does.
    """

    of_first: NDArray[np.int64] = field(repr=False)
    of_second: NDArray[np.int64] = field(repr=False)

    def carried(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values of the second hearing's characters on the first's: the highest of what sounds there.

        Args:
            values: Shape (characters of the second, columns).

        Returns:
            Shape (characters of the first, columns); NaN where the second has nothing.
        """
        return _carried(values, self.of_first)

    def on_first(self, chars: CharSpan, lines: NDArray[np.int64]) -> tuple[CharSpan, ...]:
        """The characters of the first hearing where some of the second sound, of each utterance by itself.

        Args:
            chars: Of the second hearing.
            lines: Number of the utterance of each character of the first.

        Returns:
            In order of text; without utterances that hold hardly any of it, and what lies between two.
        """
        rows = self.of_second[chars.start : chars.end]
        rows = rows[rows[:, 0] != NOWHERE]
        on = lines[rows[:, 0]]
        return tuple(
            CharSpan(int(here[:, 0].min()), int(here[:, 1].max()))
            for here in (rows[on == line] for line in np.unique(on))
            if len(here) >= SCRAP * len(rows)
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
        second: The second.

    Returns:
        Their pairing.
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
    """Two opinions on each character as one: the mean of their log odds, where there are both.

    Args:
        own: The tagger's probabilities on the first hearing, shape (characters, classes).
        again: On the second, carried over; NaN where that has nothing.

    Returns:
        Probabilities, shape (characters, classes).
    """
    both = ~np.isnan(again[:, :1])
    mean = np.sqrt(np.maximum(own, _LEAST) * np.maximum(np.where(both, again, own), _LEAST))
    return np.asarray(np.where(both, mean / mean.sum(axis=1, keepdims=True), own), dtype=np.float32)


def parties_of(call: Call, tagger: Tagger) -> NDArray[np.float32]:
    """Whose each character's data is as both hearings are read.

    Args:
        call: With its second hearing where there is one.
        tagger: Reads it.

    Returns:
        Probabilities of ``models.training.calls.examples.PARTIES``, shape (characters, parties).
    """
    _, parties = call.tagged(tagger)
    return parties if call.again is None else joined(parties, call.again.parties)


def carry_over(spans: Iterable[EntitySpan], pairing: Pairing, first: Call) -> tuple[EntitySpan, ...]:
    """Findings of the second hearing on the first's characters.

    Args:
        spans: Of the second hearing.
        pairing: From ``pair_hearings``.
        first: The first hearing.

    Returns:
        Findings that touch words of the first, in their order; a finding never crosses a line end, so
        one that two utterances of the first hold is two.
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
    """Of each character the number of its utterance; a newline counts as the next one's."""
    return np.cumsum(np.array([char == "\n" for char in text], dtype=np.int64))


def _widen(pairs: NDArray[np.int64], at: CharSpan, to: CharSpan, lines: NDArray[np.int64]) -> None:
    """Pair characters with more of the other hearing, but never with two of its utterances."""
    for row in pairs[at.start : at.end]:
        if row[0] == NOWHERE:
            row[:] = to.start, to.end
        elif lines[row[0]] == lines[to.start]:
            row[:] = min(row[0], to.start), max(row[1], to.end)


def char_times(transcript: Transcript) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When each character begins and ends, in seconds; those of a word share its time evenly.

    NaN for the newline between two utterances.
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
    """The morae of each channel in order of time, and the characters that each was written with."""
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
