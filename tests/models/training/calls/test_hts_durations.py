"""Where a piece of a sentence sounds is read off the phonemes, not shared out by morae."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pyopenjtalk
import pytest
from pyopenjtalk import extract_fullcontext
from pyopenjtalk.htsengine import HTSEngine

from models.training.calls.hts_durations import Durations, Phoneme, when_spoken
from models.training.calls.voices import HtsVoice
from sample_audio.voices import RATE, Voice

MEI = next(Path(pyopenjtalk.__file__).parent.rglob("*.htsvoice"))


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.3])
@pytest.mark.parametrize("text", ["もしもし、平間様のお宅でしょうか。", "はい。"])
def test_the_durations_are_those_of_the_sound(text: str, speed: float) -> None:
    """Together they are as long as what HTS_engine synthesises, a phoneme for each label."""
    labels, engine = extract_fullcontext(text), HTSEngine(str(MEI).encode())
    engine.set_speed(speed)
    phonemes = Durations(MEI).of(labels, speed)
    assert len(phonemes) == len(labels)
    assert phonemes[-1].end == pytest.approx(len(engine.synthesize(labels)) / engine.get_sampling_frequency())
    assert all(before.end == after.start for before, after in itertools.pairwise(phonemes))


def test_silence_belongs_to_no_piece() -> None:
    """A comma is silent: the piece before it ends before the pause, the next begins behind it."""
    sentence = [Phoneme("sil", 0, 1), Phoneme("a", 1, 2), Phoneme("pau", 2, 5), Phoneme("o", 5, 6)]
    assert list(when_spoken([["a"], [], ["o"]], [*sentence, Phoneme("sil", 6, 7)])) == [
        (1, 2),
        (2, 2),
        (5, 6),
    ]


def test_a_piece_that_is_read_otherwise_keeps_its_place() -> None:
    """は is ha by itself and wa behind a name; what follows does not move."""
    sentence = [Phoneme(name, at, at + 1) for at, name in enumerate(["t", "a", "w", "a", "d", "e"])]
    assert list(when_spoken([["t", "a"], ["h", "a"], ["d", "e"]], sentence)) == [(0, 2), (2, 4), (4, 6)]


def test_a_name_before_a_long_pause_is_as_long_as_it_sounds() -> None:
    """Shared out by morae, it would have reached a fifth of a second into the pause."""
    pieces = ("そちらは、", "ヤチムラ", "様で、よろしいでしょうか。")
    spoken = HtsVoice().speak(pieces, Voice("mei", 1.0, 1.0))
    start, end = (edge / RATE for edge in spoken.pieces[1])
    level = np.sqrt(np.square(spoken.sound[: len(spoken.sound) // 240 * 240].reshape(-1, 240)).mean(axis=1))
    before = level[round(start * 100) - 8 : round(start * 100) - 2]
    assert before.max() < 0.1 * level.max() < level[round(start * 100) : round(end * 100)].max()
