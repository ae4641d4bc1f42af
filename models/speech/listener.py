"""Transcribe many short clips of the finished call: packed into windows, decoded in batches.

A recogniser takes as long over two seconds as over thirty, and a masked call has dozens of clips of two.  So
new clips are joined, with a pause between two of them, into windows as long as the second hearing's, and
decoded in its way: greedily and brightened, unlike the first hearing, so that the errors differ.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.hearing.batches import in_batches
from pipeline.hearing.second_hearing import RATE, SECOND_WINDOW_SECONDS, BatchRecogniser, brightened
from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.hearing.windows import Window, shorter
from pipeline.types import TimeSpan

Sound = NDArray[np.float32]

PAUSE: Final = 0.4
"""Silence between two clips in seconds: longer than within a sentence."""

WINDOWS_AT_ONCE: Final = 4
"""Number of windows decoded at the same time, over all parallel batches: half of the second hearing's,
because all models that find data are loaded by now and memory is at its peak."""

KEPT_FOR: Final = 8
"""Number of requests after which a clip is forgotten: two rounds of a call, with two requests each, or four
where a call was heard once.  A limit on the number of clips would fail on a long call: all of it would be
transcribed again in every round, with other results each time."""

_ClipPlace = tuple[int, float]
"""Index of a clip, and the second of the clip at which a piece begins."""

_Window = list[tuple[_ClipPlace, Sound]]
"""Clips, or pieces of them, that are recognised in one window."""


class ClipListener:
    """Transcribes clips; a clip that a widened plan left unchanged is not transcribed again.

    Args:
        recogniser: Decodes windows in batches.
    """

    def __init__(self, recogniser: BatchRecogniser) -> None:
        self._recogniser = recogniser
        self._heard: dict[bytes, tuple[HeardSegment, ...]] = {}
        self._asked: dict[bytes, int] = {}  # when each was asked for last
        self._times = 0

    def __call__(self, clips: Sequence[Sound]) -> tuple[tuple[HeardSegment, ...], ...]:
        """Transcribe clips of 16 kHz mono audio.

        Args:
            clips: float32, shape (n,) each; full scale 1.

        Returns:
            For each clip, in order, its utterances, in seconds from its start.  A result can depend on the
            other new clips of the request; the same call and plan give the same results.
        """
        names: list[bytes] = []
        new: list[bytes] = []

        def unheard() -> Iterator[Sound]:
            for clip in clips:
                names.append(hashlib.sha256(clip.tobytes()).digest())
                if names[-1] not in self._heard and names[-1] not in numbered:
                    numbered.add(names[-1])
                    new.append(names[-1])
                    yield clip

        numbered: set[bytes] = set()
        heard = self._transcribed(unheard())
        self._heard |= dict(zip(new, heard, strict=True))
        self._times += 1
        self._asked |= dict.fromkeys(names, self._times)
        for name in [name for name, asked in self._asked.items() if self._times - asked >= KEPT_FOR]:
            del self._heard[name], self._asked[name]
        return tuple(self._heard[name] for name in names)

    def _transcribed(self, clips: Iterable[Sound]) -> list[tuple[HeardSegment, ...]]:
        """Return the utterances of each clip; only the clips of one batch are in memory at a time."""
        out: list[list[HeardSegment]] = []
        windows = _packed(clips)
        at_once = self._recogniser.at_once
        most = max(1, WINDOWS_AT_ONCE // at_once)
        while batch := list(itertools.islice(windows, most * at_once)):
            last = max(clip for window in batch for (clip, _), _ in window)
            out += [[] for _ in range(len(out), last + 1)]
            segments = in_batches(batch, self._heard_in, most=most, at_once=at_once)
            for window, segment in zip(batch, segments, strict=True):
                for (clip, offset), words in _shared_out(window, segment.words):
                    moved = [replace(w, start=w.start + offset, end=w.end + offset) for w in words]
                    out[clip].append(replace(segment, words=tuple(moved)))
        return [tuple(segments) for segments in out]

    def _heard_in(self, windows: Sequence[_Window]) -> Sequence[HeardSegment]:
        sounds = [brightened(_joined([sound for _, sound in window])) for window in windows]
        return self._recogniser.recognise_batch(sounds)


def _packed(clips: Iterable[Sound]) -> Iterator[_Window]:
    """Pack clips into windows of at most ``SECOND_WINDOW_SECONDS``; cut a longer clip where it is quiet."""
    window: _Window = []
    left = 0.0
    for number, clip in enumerate(clips):
        whole = Window((TimeSpan(0.0, len(clip) / RATE),), RATE)
        for piece in shorter(whole, clip, SECOND_WINDOW_SECONDS):
            sound = piece.samples(clip)
            seconds = len(sound) / RATE
            if window and seconds > left:
                yield window
                window = []
            if not window:
                left = SECOND_WINDOW_SECONDS
            window.append(((number, piece.pieces[0].start), sound))
            left -= seconds + PAUSE
    if window:
        yield window


def _joined(sounds: Sequence[Sound]) -> Sound:
    pause = np.zeros(round(PAUSE * RATE), np.float32)
    parts = [part for sound in sounds for part in (sound, pause)]
    return np.concatenate(parts[:-1])


def _shared_out(window: _Window, words: Sequence[HeardWord]) -> list[tuple[_ClipPlace, list[HeardWord]]]:
    """Assign each word of a window to the clip in which it ends, in seconds from the clip's start.

    A recogniser times a word from the end of the one before, so the first word of a clip seems to begin in
    the clip before; its end is reliable.
    """
    out: list[tuple[_ClipPlace, list[HeardWord]]] = []
    at, taken = 0.0, 0
    for index, (place, sound) in enumerate(window):
        seconds = len(sound) / RATE
        last = index == len(window) - 1
        inside: list[HeardWord] = []
        while taken < len(words) and (last or words[taken].end <= at + seconds + PAUSE / 2):
            word = words[taken]
            start, end = (min(seconds, max(0.0, time - at)) for time in (word.start, word.end))
            inside.append(replace(word, start=start, end=max(start, end)))
            taken += 1
        if inside:
            out.append((place, inside))
        at += seconds + PAUSE
    return out
