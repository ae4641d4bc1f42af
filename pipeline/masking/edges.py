"""Find the edges of an entity: roughly from the recogniser's word times, exactly from the sound.

    sound      ▁▁▂▆█▇▅▇█▆▃▁▁▁▂▅▇█▆▂
    words          |移 |動 |し|た|        start -0.5 to +0.15 s off, end 0.3 s early to 0.3 s late
    ear            .:▆▇▆▇▂                probability of personal data in the sound, every 80 ms
    candidates  ·········|·········       every 10 ms around a word's edge
    probability    ..:|:.                 from silence, change of spectrum, distance and ear, see ``describe``
    edge           ^                      with ``MIN_CERTAINTY`` the true edge lies no further out

The likeliest edge would be too late half of the time, and a mask that begins late reveals the first mora of a
name.  So each candidate gets a probability, and the edge is put where the true one lies further out in about
1 of 10 cases: close to the likeliest where the sound is clear (a pause, the s of さん), further out where it
is not. The probabilities come from a small network (``pipeline.masking.edge_network``) over the features of a
candidate and of its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.stored import Track
from pipeline.hearing.traces import read_off
from pipeline.masking.edge_network import chances
from pipeline.types import Trace

Array = NDArray[np.float64]
Side = int
"""Outward direction of an edge: -1 for a start, +1 for an end."""

FRAME_SECONDS: Final = 0.01
"""Distance between frames, and between candidates."""

NO_NEIGHBOUR_SECONDS: Final = 9.0
"""Distance to a missing neighbour: further than any candidate."""

UNKNOWN_SPREAD: Final = -1.0
"""Value of an unknown spread."""

INWARD_FRAMES, OUTWARD_FRAMES = 60, 45
"""Frames from a word's edge to the innermost and the outermost candidate.  Of 563 word times 1 in 100 was
further off, always as an early start or a late end, which costs over-mask but no leak."""

CANDIDATES: Final = INWARD_FRAMES + 1 + OUTWARD_FRAMES

EAR_FEATURES: Final = 7
"""Number of features from the ear, the last ones; the very last is 1 where the ear listened, else 0."""

MORA_FEATURES: Final = 5
"""Number of features from forced alignment, before the ear's; the last is 1 where it was done, else 0."""

MIN_CERTAINTY: Final = {-1: 0.88, 1: 0.91}
"""Probability that the true edge is not further out, for starts and for ends.  Measured by
``tests.bench.edges`` on made calls that the network was not fitted on.  With 0.95 (36 calls) 1 of 1,000
starts and 7 of 1,000 ends are more than 40 ms short, and 13 % of an entity's speech is taken from its
neighbours as well.  With 0.93 for both (36 other calls) there is 0.1 % less leak in whole calls than with
these values, and 0.3 % more over-mask.  With these values (24 of those calls) 8 of 1,000 starts and 9 of
1,000 ends are more than 40 ms short."""

SOUND_MARGIN_SECONDS: Final = (max(INWARD_FRAMES, OUTWARD_FRAMES) + 26) * FRAME_SECONDS
"""Sound that the features need on each side of an edge."""

_WINDOW_SECONDS: Final = 0.025  # seconds of sound in a frame: two periods of the deepest voice
_BANDS: Final = 20
_LOWEST_HERTZ, _HIGHEST_HERTZ = 100.0, 3800.0  # hertz: what a telephone passes
QUIET_DB: Final = -18.0
"""Level of a pause below the loud parts around it: most consonants are louder."""

_SILENT_DB: Final = -30.0  # likewise; no listener notices speech this quiet beside the loud parts
_BREATH_SECONDS: Final = 0.1
"""Silence that an edge takes in where there is some.  It costs no word, and may hold a soft breath or the
smear of a loud sound by a lossy codec (up to 0.07 s for MP3 at 8 kHz)."""

_FLOOR_DB: Final = -35.0  # likewise; lower levels differ by the line's noise only
_EAR_FRAMES: Final = 25  # frames of the ear's trace on each side of a candidate: three of its steps
_STEP_SECONDS: Final = 0.04  # seconds of a step of a posteriorgram
_MAX_SPREADS_OFF: Final = 8.0  # largest offset of a candidate, in spreads of the word's edge
_MIN_DOUBT: Final = 0.01  # clips the ear's probability: what it learned from is not everything


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Spectrum of a stretch of one channel.

    Attributes:
        bands: dB relative to full scale of ``_BANDS`` mel bands, shape (frames, bands).
        level: dB of the whole spectrum, shape (frames,).
        start: Beginning of the first frame's ``FRAME_SECONDS``, in seconds of the recording.
    """

    bands: Array = field(repr=False)
    level: Array = field(repr=False)
    start: float


@dataclass(frozen=True, slots=True)
class WordEdge:
    """An edge as the recogniser timed it, and the words on both sides of it.

    Attributes:
        time: Seconds from the start of the recording.
        inner: Seconds per character of the entity's word at this edge.
        gap: Seconds to the neighbouring word; ``NO_NEIGHBOUR_SECONDS`` without one.
        outer: Seconds to that word's far edge; ``NO_NEIGHBOUR_SECONDS`` without one.
        within: Greatest error of ``time`` in seconds; ``NO_NEIGHBOUR_SECONDS`` where it is unknown.
        sure: Recogniser's probability of the entity's word at this edge.
        sure_beyond: Recogniser's probability of the neighbouring word.
        length: Seconds from the entity's first word to its last, as timed.
        expected: Expected duration of its morae at the pace of its utterance, in seconds; 0 where unknown.
        spread: Uncertainty of ``time`` in seconds by forced alignment (``pipeline.sound.forced_alignment``);
            ``UNKNOWN_SPREAD`` without one.
        traces: Traces of the ear around it; may be empty.
    """

    time: float
    inner: float
    gap: float
    outer: float
    within: float = NO_NEIGHBOUR_SECONDS
    sure: float = 1.0
    sure_beyond: float = 1.0
    length: float = 0.0
    expected: float = 0.0
    spread: float = UNKNOWN_SPREAD
    traces: tuple[Trace, ...] = field(default=(), repr=False)


def spectrum_of(samples: Track, rate: int, start: float, end: float) -> Spectrum:
    """Compute the spectrum of a stretch of a channel, frame by frame.

    Args:
        samples: int16, shape (n,).
        rate: Samples per second.
        start: In seconds; time before the recording counts as silence.
        end: In seconds; time after the recording counts as silence.

    Returns:
        One frame for each ``FRAME_SECONDS``.
    """
    hop, window = max(1, round(rate * FRAME_SECONDS)), max(2, round(rate * _WINDOW_SECONDS))
    count = max(1, round((end - start) / FRAME_SECONDS))
    first = round(start * rate) + hop // 2 - window // 2
    wanted = np.arange(count)[:, None] * hop + np.arange(window) + first
    inside = (wanted >= 0) & (wanted < len(samples))
    low = max(0, min(first, len(samples) - 1))
    piece = samples[low : max(low, min(int(wanted[-1, -1]), len(samples) - 1)) + 1]
    frames = np.where(inside, piece[np.clip(wanted - low, 0, len(piece) - 1)], 0) / 32768
    size, weights = _filters(rate, window)
    # Scaled so that a full-scale sine has power one; 3/32 is the Hann window's share of it, per bin.
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(window), size))) / (size * window * 3 / 32)
    return Spectrum(10 * np.log10(power @ weights.T + 1e-9), 10 * np.log10(power.sum(axis=1) + 1e-9), start)


@lru_cache(maxsize=8)
def _filters(rate: int, window: int) -> tuple[int, Array]:
    """Return the FFT length and triangular mel filters of shape (bands, bins)."""
    size = 1 << (window - 1).bit_length()
    mel = 1127 * np.log1p(np.fft.rfftfreq(size, 1 / rate) / 700)
    low, high = (1127 * np.log1p(hertz / 700) for hertz in (_LOWEST_HERTZ, min(_HIGHEST_HERTZ, rate / 2)))
    points = np.linspace(low, high, _BANDS + 2)
    rising = (mel - points[:-2, None]) / (points[1:-1] - points[:-2])[:, None]
    falling = (points[2:, None] - mel) / (points[2:] - points[1:-1])[:, None]
    return size, np.maximum(0, np.minimum(rising, falling))


def describe(sound: Spectrum, edge: WordEdge, side: Side, loud: float) -> Array:
    """Compute the features of each candidate.

    Args:
        sound: Spectrum that reaches at least ``SOUND_MARGIN_SECONDS`` to both sides of the edge.
        edge: The recogniser's edge.
        side: -1 for the entity's start, +1 for its end.
        loud: Level of the entity's loud parts in dB.

    Returns:
        Shape (``CANDIDATES``, features), from the innermost candidate to the outermost.
    """
    level = np.clip((sound.level - loud) / 10, _FLOOR_DB / 10, 0.5)
    bands = np.clip((sound.bands - loud) / 10, _FLOOR_DB / 10 - 1, 1.0)
    at = round((edge.time - sound.start) / FRAME_SECONDS) + side * np.arange(
        -INWARD_FRAMES, OUTWARD_FRAMES + 1
    )

    def beside(line: Array | NDArray[np.bool_], outward: Side, near: int, far: int) -> Array:
        """Return frames ``near`` to ``far`` of each candidate, counted from it inward or outward."""
        offsets = np.arange(near, far) if side * outward > 0 else -1 - np.arange(near, far)
        return np.asarray(line[np.clip(at[:, None] + offsets, 0, len(line) - 1)], dtype=np.float64)

    change = beside(bands, 1, 0, 6).mean(axis=1) - beside(bands, -1, 0, 6).mean(axis=1)
    still = level < QUIET_DB / 10
    quiet_near, quiet_far = beside(still, 1, 0, 10).mean(axis=1), beside(still, 1, 5, 25).mean(axis=1)
    quiet_inside = beside(still, -1, 0, 8).mean(axis=1)
    moved = np.arange(-INWARD_FRAMES, OUTWARD_FRAMES + 1) / 10
    # Length up to a candidate, relative to the expected duration of the morae; short entities vary less.
    excess = (
        np.log(np.maximum(edge.length + moved / 10, 0.03) / max(edge.expected, 0.1)) if edge.expected else 0
    )
    short = 3 / (1 + edge.expected / 0.8)
    return np.stack(
        [
            beside(level, 1, 0, 4).mean(axis=1),  # loud outside
            np.abs(change).mean(axis=1),  # another sound inside than outside
            quiet_near,
            quiet_far,
            quiet_near * quiet_far,  # a pause, not a stop consonant
            quiet_inside,  # an entity begins and ends with sound
            quiet_near * (1 - quiet_inside),
            np.cumsum(beside(still, -1, 0, 1)) / 10,  # a pause between here and the entity
            moved,
            np.abs(moved),
            np.maximum(0, moved - 0.8),
            np.maximum(0, 0.3 - moved - 10 * edge.inner),  # past the entity's own word
            np.maximum(0, 0.3 + moved - 10 * edge.outer),  # past the whole of its neighbour
            np.maximum(0, 10 * edge.inner - 4) * np.maximum(0, -moved),  # a word so long holds a pause
            np.abs(moved) * (1 - edge.sure),  # an uncertain word has an uncertain time
            np.abs(moved) * (1 - edge.sure_beyond),
            np.maximum(0, excess - 0.2) * short * np.ones(CANDIDATES),  # too long for its morae
            np.maximum(0, -excess - 0.3) * np.ones(CANDIDATES),  # too short
            *_alignment_features(edge, moved),
            *_ear_features(edge, side),
        ],
        axis=1,
    )


def _alignment_features(edge: WordEdge, moved: Array) -> Iterator[Array]:
    """Yield the features from forced alignment: ``MORA_FEATURES`` columns, all 0 without an alignment."""
    if edge.spread < 0:
        yield from np.zeros((MORA_FEATURES, CANDIDATES))
        return
    off = moved / (10 * (edge.spread + _STEP_SECONDS))
    yield np.minimum(_MAX_SPREADS_OFF, np.maximum(0, off))
    yield np.minimum(_MAX_SPREADS_OFF, np.maximum(0, -off))
    yield np.minimum(1.0, np.abs(moved)) * (edge.spread < 2 * _STEP_SECONDS)
    yield np.full(CANDIDATES, edge.spread)
    yield np.ones(CANDIDATES)


def _ear_features(edge: WordEdge, side: Side) -> Iterator[Array]:
    """Yield the features from the ear: ``EAR_FEATURES`` columns, all 0 without a trace."""
    first, last = -INWARD_FRAMES - _EAR_FRAMES, OUTWARD_FRAMES + 1 + _EAR_FRAMES
    chances = read_off(edge.traces, edge.time + side * (np.arange(first, last) + 0.5) * FRAME_SECONDS)
    heard = ~np.isnan(chances)
    likely = np.clip(np.where(heard, chances, 0.5), _MIN_DOUBT, 1 - _MIN_DOUBT)
    odds = np.log(likely / (1 - likely))
    sums = np.concatenate(([0.0], np.cumsum(odds)))
    at = np.arange(CANDIDATES) + _EAR_FRAMES

    def mean(near: int, far: int) -> Array:
        """Return mean log odds of the frames ``near`` to ``far`` from each candidate, outward positive."""
        return np.asarray((sums[at + far] - sums[at + near]) / (far - near))

    yield (sums[at + 1] - sums[_EAR_FRAMES + INWARD_FRAMES + 1]) / 10  # data between the word's edge and here
    yield mean(-4, 0) - mean(0, 4)  # data inside, none outside
    yield mean(-12, 0) - mean(0, 12)
    yield mean(0, _EAR_FRAMES)
    yield mean(-_EAR_FRAMES, 0)
    yield odds[at]
    yield heard[at].astype(np.float64)


def find_edge(sound: Spectrum, edge: WordEdge, side: Side, loud: float) -> float:
    """Find an edge of the entity's sound; with ``MIN_CERTAINTY`` the true edge lies no further out.

    Args:
        sound: Spectrum that reaches at least ``SOUND_MARGIN_SECONDS`` to both sides of the edge.
        edge: The recogniser's edge.
        side: -1 for the entity's start, +1 for its end.
        loud: Level of the entity's loud parts in dB.

    Returns:
        Seconds from the start of the recording; may lie before or after it.
    """
    vouched = np.abs(np.arange(-INWARD_FRAMES, OUTWARD_FRAMES + 1)) <= max(
        1, round(edge.within / FRAME_SECONDS)
    )
    given = chances(describe(sound, edge, side, loud), side) * vouched
    likely = np.cumsum(given / given.sum())
    moved = min(int(np.searchsorted(likely, MIN_CERTAINTY[side])), CANDIDATES - 1) - INWARD_FRAMES
    return _into_the_pause(sound, edge.time + side * moved * FRAME_SECONDS, side, loud)


def _into_the_pause(sound: Spectrum, found: float, side: Side, loud: float) -> float:
    """Move an edge in silence to ``_BREATH_SECONDS`` from the sound, but not into other sound."""
    still = sound.level < loud + _SILENT_DB
    at = min(max(0, round((found - sound.start) / FRAME_SECONDS)), len(still))
    before, after = still[:at][::-1], still[at:]
    inward, outward = (after, before) if side < 0 else (before, after)
    if inward.all():
        return found
    silent = int(np.argmin(inward))
    free = len(outward) if outward.all() else int(np.argmin(outward))
    return found + side * min(free, round(_BREATH_SECONDS / FRAME_SECONDS) - silent) * FRAME_SECONDS
