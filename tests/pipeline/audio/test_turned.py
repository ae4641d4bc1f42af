from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.recording import read_recording
from pipeline.audio.turned import write_turned
from tests.audio_files import FORMATS, Format, babble, encode


@pytest.mark.parametrize("form", [each for each in FORMATS if each.channels == 2], ids=lambda form: form.name)
def test_the_channels_are_exchanged_and_nothing_else(tmp_path: Path, form: Format):
    """Sample for sample, in the call's own law; turned twice it is the call again."""
    source = encode(tmp_path / f"a.{form.suffix}", babble(form.rate, 1.0, 2), form)
    (tmp_path / "once").mkdir()
    (tmp_path / "twice").mkdir()
    once, twice = tmp_path / "once" / "a.wav", tmp_path / "twice" / "a.wav"

    assert write_turned(source, once)
    assert write_turned(once, twice)
    call, turned, back = (read_recording(path) for path in (source, once, twice))
    assert (turned.rate, turned.law, turned.length) == (call.rate, call.law, call.length)
    assert np.array_equal(np.asarray(turned.samples), np.asarray(call.samples)[::-1])
    assert np.array_equal(np.asarray(back.samples), np.asarray(call.samples))


def test_the_same_call_is_the_same_file(tmp_path: Path):
    """A plan names its audio by the hash."""
    source = encode(tmp_path / "a.wav", babble(8000, 1.0, 2), FORMATS[1])
    for name in ("one.wav", "two.wav"):
        write_turned(source, tmp_path / name)

    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


def test_one_channel_is_left_alone(tmp_path: Path):
    """There is nothing to exchange, and nothing is written."""
    source = encode(tmp_path / "a.wav", babble(8000, 1.0, 1), FORMATS[1])

    assert not write_turned(source, tmp_path / "b.wav")
    assert not (tmp_path / "b.wav").exists()
