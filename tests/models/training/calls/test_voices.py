"""The voices of the training calls."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.training.calls.voices import THROATS, ManyVoices, MeiVoices
from sample_audio.voices import RATE, KokoroVoices, Voice, native_styles

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
    assert edges[0] > 0  # the voice is silent at first, and at last
    assert edges[-1] < len(spoken.sound)
    assert all(start < end for start, end in spoken.pieces)


def test_a_faster_voice_takes_less_time() -> None:
    """Speed is kept whatever the throat."""
    slow, fast = (len(MeiVoices().speak(PIECES, Voice("jm_kumo", s, 1.0)).sound) for s in (1.0, 1.3))
    assert fast < 0.9 * slow


def mei_file() -> Path:
    """Open JTalk's own voice as a file: any other lies outside the project."""
    import pyopenjtalk

    return next(Path(pyopenjtalk.__file__).parent.rglob("*.htsvoice"))


def test_every_kind_of_voice_speaks(tmp_path: Path) -> None:
    """Native, of another style, mixed, of Open JTalk, and of a file for it: five voices, five sounds."""
    native = native_styles()
    np.savez(tmp_path / "styles.npz", am_new=native["jm_kumo"][::-1].reshape(-1, 256))
    (tmp_path / "hts").mkdir()
    (tmp_path / "hts/mei_again.htsvoice").symlink_to(mei_file())
    names = ["jf_alpha", "am_new", "am_new+jf_nezumi", "mei", "mei_again"]
    voices = ManyVoices(names, tmp_path / "cache", styles=tmp_path / "styles.npz", hts=tmp_path / "hts")
    sounds = {name: voices.speak(PIECES, Voice(name, 1.1, 1.0)).sound for name in names}
    assert all(np.sqrt(np.mean(np.square(sound))) > 0.01 for sound in sounds.values())
    assert np.array_equal(sounds["mei"], sounds["mei_again"])
    assert len({sound.tobytes() for sound in sounds.values()}) == 4
    own = KokoroVoices(tmp_path / "other").speak(PIECES, Voice("jf_alpha", 1.1, 1.0)).sound
    assert np.array_equal(sounds["jf_alpha"], own)


@pytest.mark.parametrize("name", ["am_eric", "jf_alpha+am_eric", "takumi_sad"])
def test_an_unknown_voice_is_refused(tmp_path: Path, name: str) -> None:
    """By its name, before anything is spoken."""
    with pytest.raises(KeyError, match=r"am_eric|takumi_sad"):
        ManyVoices([name], tmp_path)
