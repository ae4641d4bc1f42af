"""Search the posteriorgrams of a whole call for names that were found once.

found    隣の[渡辺]さんの荷物       heard  トナリノワタナベサンノニモツ     the lexicon has ワタナベ
written  私のナビに渡して           heard  ワタナベニワタシテ               the name is said again here
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
from pipeline.sound.morae import MIN_TELLING, Mora, undrawn
from pipeline.sound.posteriorgram import likeliest
from pipeline.sound.spotting import spotted
from pipeline.types import CharSpan, Segment, TimeSpan

MARGIN_SECONDS: Final = 0.25
"""Margin on both sides of a finding in which its name is searched: word times err by as much."""

MIN_LOG_ODDS_PER_MORA: Final = -0.7
"""Least log odds of a mention, per mora of the name."""

WINDOW_SECONDS: Final = 30.0
"""Length of a window of a channel that is searched at once."""

OVERLAP_SECONDS: Final = 2.0
"""Overlap of two windows: longer than any name, so that none is cut in two."""


def heard_names(call: Call, found: Sequence[RecognizerResult]) -> tuple[tuple[Mora, ...], ...]:
    """Return the names of the lexicon that are heard where names were found.

    Args:
        call: The call.
        found: Findings that are names.

    Returns:
        The morae of each name once: whole names, surnames and given names of at least ``MIN_TELLING`` morae.
        Empty for a call without posteriorgrams.
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
        time = TimeSpan(
            max(0.0, float(np.nanmin(first)) - MARGIN_SECONDS), float(np.nanmax(last)) + MARGIN_SECONDS
        )
        logs, _ = heard_between([segment], time)
        heard = [mora.mora for mora in likeliest(logs)]
        names.update(dict.fromkeys(load_gazetteer().names(heard)))
    return tuple(name for name in names if len(undrawn(name)) >= MIN_TELLING)


def mentions(
    call: Call, names: Sequence[tuple[Mora, ...]], least: Sequence[float] = ()
) -> Iterator[CharSpan]:
    """Find where names are heard in a call.

    Args:
        call: The call.
        names: Morae of each name.
        least: Least log odds of a mention of each name; by default ``MIN_LOG_ODDS_PER_MORA`` per mora.

    Yields:
        The characters of the words spoken at each mention, within one utterance.  A mention in the overlap of
        two windows is yielded twice.
    """
    least = least or [MIN_LOG_ODDS_PER_MORA * len(name) for name in names]
    by_channel: dict[int, list[Segment]] = {}
    for segment in call.transcript.segments:
        by_channel.setdefault(segment.channel, []).append(segment)
    for segments in by_channel.values():
        seconds = max(segment.time.end for segment in segments) + 1.0
        for start in np.arange(0.0, seconds, WINDOW_SECONDS).tolist():
            end = start + WINDOW_SECONDS + OVERLAP_SECONDS
            near = [s for s in segments if s.time.start < end and s.time.end > start - OVERLAP_SECONDS]
            logs, times = heard_between(near, TimeSpan(start, end))
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
