"""A name found once, looked for in what is heard of the whole call, mora by mora.

found    隣の[渡辺]さんの荷物       heard  トナリノワタナベサンノニモツ     the lexicon knows ワタナベ
written  私のナビに渡して           heard  ワタナベニワタシテ               here it is said again
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call
from models.calls.hearings import char_times
from models.language.gazetteer import load_gazetteer
from pipeline.sound.heard_morae import heard_between
from pipeline.sound.morae import Mora, undrawn
from pipeline.sound.posteriorgram import likeliest
from pipeline.sound.spotting import spotted
from pipeline.types import CharSpan, Segment, TimeSpan

__all__ = ["heard_names", "mentions"]

AROUND: Final = 0.25
"""Seconds around a finding in which its name may be heard: words' times err as much."""

SHORTEST: Final = 3
"""Morae of a name at the least, long vowels and stops not counted."""

A_MORA: Final = -0.7
"""Log odds from which a name is said again, for each of its morae."""

STRETCH: Final = 30.0
"""Seconds that are searched at once."""

OVER: Final = 2.0
"""Seconds that two stretches share: a name is shorter."""


def heard_names(call: Call, found: Sequence[RecognizerResult]) -> tuple[tuple[Mora, ...], ...]:
    """Names that the lexicon knows in what is heard of findings.

    Args:
        call: The call.
        found: Names in it.

    Returns:
        Each once: whole names, surnames and given names of ``SHORTEST`` morae and more.
    """
    starts, ends = char_times(call.transcript)
    names: dict[tuple[Mora, ...], None] = {}
    for result in found:
        segment = call.segment_at(result.start)
        if segment is None or not segment.posteriorgrams:
            continue
        first, last = starts[result.start : result.end], ends[result.start : result.end]
        if np.isnan(first).all():
            continue
        time = TimeSpan(max(0.0, float(np.nanmin(first)) - AROUND), float(np.nanmax(last)) + AROUND)
        logs, _ = heard_between([segment], time)
        heard = [mora.mora for mora in likeliest(logs)]
        names.update(dict.fromkeys(load_gazetteer().names(heard)))
    return tuple(name for name in names if len(undrawn(name)) >= SHORTEST)


def mentions(
    call: Call, names: Sequence[tuple[Mora, ...]], least: Sequence[float] = ()
) -> Iterator[CharSpan]:
    """Where names are heard.

    Args:
        call: The call.
        names: Their morae.
        least: Log odds of each from which it is said; ``A_MORA`` for each mora by default.

    Yields:
        The characters written there, of one utterance each; some may be yielded twice.
    """
    least = least or [A_MORA * len(name) for name in names]
    by_channel: dict[int, list[Segment]] = {}
    for segment in call.transcript.segments:
        by_channel.setdefault(segment.channel, []).append(segment)
    for segments in by_channel.values():
        seconds = max(segment.time.end for segment in segments) + 1.0
        for start in np.arange(0.0, seconds, STRETCH).tolist():
            near = [s for s in segments if s.time.start < start + STRETCH + 2 and s.time.end > start - 2]
            logs, times = heard_between(near, TimeSpan(start, start + STRETCH + OVER))
            for hit in spotted(names, logs, least):
                said = (float(times[hit.start]), float(times[hit.end - 1]))
                yield from _written(near, said, call)


def _written(segments: Sequence[Segment], said: tuple[float, float], call: Call) -> Iterator[CharSpan]:
    for segment in segments:
        words = [
            word
            for word in segment.words
            if word.time.end > said[0]
            and word.time.start < said[1]
            and call.text[word.chars.start : word.chars.end].strip("、。 ")
        ]
        if words:
            yield CharSpan(words[0].chars.start, words[-1].chars.end)
