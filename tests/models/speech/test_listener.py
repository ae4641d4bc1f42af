from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from models.speech.listener import KEPT_FOR, PAUSE, WINDOWS_AT_ONCE, ClipListener
from pipeline.hearing.second_hearing import RATE, SECOND_WINDOW_SECONDS
from pipeline.hearing.transcribe import HeardSegment, HeardWord
from tests.builders import voice


@dataclass
class Batches:
    """Hears in each window a word for every second that begins in it; remembers the windows' lengths."""

    name: str = "fake"
    at_once: int = 1
    windows: list[float] = field(default_factory=list)

    def recognise_batch(self, windows: Sequence[np.ndarray]) -> tuple[HeardSegment, ...]:
        """Words of a second each, numbered through all windows."""
        heard = []
        for window in windows:
            first = round(sum(self.windows) * 10)
            self.windows.append(len(window) / RATE)
            words = [HeardWord(f"{first + n};", n, n + 1.0, 0.9) for n in range(int(self.windows[-1]))]
            heard.append(HeardSegment(tuple(words)))
        return tuple(heard)


def clip(seconds: float, seed: int = 1) -> np.ndarray:
    """A clip of noise as loud as speech."""
    return np.repeat(voice(seconds, seed)[0], 2).astype(np.float32) / 32768


def words(heard: Sequence[HeardSegment]) -> list[HeardWord]:
    """All words of a clip."""
    return [word for segment in heard for word in segment.words]


def test_short_clips_share_windows():
    """Thirty clips of two seconds are heard in six windows, not in thirty."""
    batches = Batches()
    ClipListener(batches)([clip(2.0, seed) for seed in range(30)])
    assert len(batches.windows) == 6
    assert max(batches.windows) <= SECOND_WINDOW_SECONDS


def test_words_go_to_their_clips_in_their_own_seconds():
    """Counted from the clip's start, and never beyond it."""
    one, two, three = ClipListener(Batches())([clip(2.6, 1), clip(3.1, 2), clip(2.0, 3)])
    starts = [[round(word.start, 2) for word in words(heard)] for heard in (one, two, three)]
    assert starts[0] == [0.0, 1.0]
    assert starts[1] == [0.0, 0.0, pytest.approx(4 - 2.6 - PAUSE), pytest.approx(5 - 2.6 - PAUSE)]
    for heard, seconds in ((one, 2.6), (two, 3.1), (three, 2.0)):
        assert all(0 <= word.start <= word.end <= seconds + 1e-6 for word in words(heard))
    assert len(words(one)) + len(words(two)) + len(words(three)) == int(2.6 + 3.1 + 2.0 + 2 * PAUSE)


def test_a_long_clip_is_cut_and_its_times_go_on():
    """No window is longer than the second hearing's; the words of the last lie at the clip's end."""
    batches = Batches()
    (heard,) = ClipListener(batches)([clip(40.0)])
    assert sum(batches.windows) == pytest.approx(40.0)
    assert max(batches.windows) <= SECOND_WINDOW_SECONDS
    times = [word.start for word in words(heard)]
    assert times == sorted(times)
    assert times[-1] > 38 - 1


def test_an_unchanged_clip_is_not_listened_to_twice():
    """After a widening only what changed costs time, alone or among others; memory stays bounded."""
    batches = Batches()
    listener = ClipListener(batches)
    first = listener([clip(2.0, 1), clip(2.0, 2), clip(2.0, 1)])
    again = listener([clip(2.0, 2), clip(2.0, 1)])
    assert len(batches.windows) == 1
    assert (first[0], first[1], first[2]) == (again[1], again[0], again[1])

    for n in range(KEPT_FOR + 2):
        listener([np.full(160, n + k / 100, np.float32) for k in range(100)])
    assert len(listener._heard) == len(listener._asked) == KEPT_FOR * 100


def test_a_call_of_hours_is_not_listened_to_anew_in_every_round():
    """Some six thousand clips, and beside them the few that gave nothing and are heard with more around."""
    batches = Batches()
    listener = ClipListener(batches)
    clips = [np.full(160, n / 6000, np.float32) for n in range(6000)]
    listener(clips)
    listener([clip(2.0, 1)])
    windows = len(batches.windows)
    listener(clips)
    assert len(batches.windows) == windows


def test_nothing_to_hear_asks_nobody():
    """A plan without masks."""
    batches = Batches()
    assert ClipListener(batches)([]) == ()
    assert batches.windows == []


class _OneByOne(Sequence[np.ndarray]):
    """Clips that are made when they are looked at, and how many have been."""

    def __init__(self, count: int) -> None:
        self.count, self.looked_at = count, 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, at: int) -> np.ndarray:  # type: ignore[override]  # nobody cuts it
        if at >= self.count:
            raise IndexError(at)
        self.looked_at += 1
        return clip(2.0, at)


def test_clips_are_heard_before_the_last_is_cut_out():
    """Hours of clips are never there at once, and what is heard of them does not hang on that."""
    clips, seen = _OneByOne(90), list[int]()

    class Watched(Batches):
        def recognise_batch(self, windows: Sequence[np.ndarray]) -> tuple[HeardSegment, ...]:
            seen.append(clips.looked_at)
            return super().recognise_batch(windows)

    heard = ClipListener(Watched())(clips)
    assert seen[0] == WINDOWS_AT_ONCE * 5 + 1
    assert clips.looked_at == 90
    assert heard == ClipListener(Batches())([clip(2.0, seed) for seed in range(90)])
