"""The quick voices of the training calls."""

from __future__ import annotations

import numpy as np
import pytest

from models.training.calls.speak import THROATS, MeiVoices
from sample_audio.voices import RATE, Voice

PIECES = ("隣の", "ハセガワ", "さんです。")


@pytest.mark.parametrize("name", sorted(THROATS))
def test_pieces_follow_one_another_through_the_sentence(name: str) -> None:
    """Every piece has its share of the sound, in order and without overlap."""
    spoken = MeiVoices().speak(PIECES, Voice(name, 1.1, 1.0))
    assert spoken.sound.dtype == np.float32
    assert 0.8 < len(spoken.sound) / RATE < 3.5
    assert 0.05 < np.abs(spoken.sound).max() < 1.5
    edges = [edge for piece in spoken.pieces for edge in piece]
    assert edges == sorted(edges)
    assert edges[0] == 0
    assert edges[-1] == len(spoken.sound)
    assert all(start < end for start, end in spoken.pieces)


def test_a_faster_voice_takes_less_time() -> None:
    """Speed is kept whatever the throat."""
    slow, fast = (len(MeiVoices().speak(PIECES, Voice("jm_kumo", s, 1.0)).sound) for s in (1.0, 1.3))
    assert fast < 0.9 * slow
