from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.audio import mp3
from pipeline.audio.mp3 import write_mp3
from pipeline.audio.recording import Recording, read_recording
from pipeline.errors import CallUnsafeError
from tests.builders import recording, voice

TAGS = (b"APETAGEX", b"Xing", b"Info", b"VBRI", b"Lavf", b"Lavc", b"LYRICS")
"""Too long to stand in sound by chance; ID3 and TAG would stand where the walk finds no frame."""


def frames(raw: bytes) -> list[int]:
    """Where each MPEG frame begins, walked from the first byte to the last: nothing lies between."""
    rates = {0: [44100, 48000, 32000], 1: [22050, 24000, 16000], 2: [11025, 12000, 8000]}
    kbits = {0: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]}
    kbits[1] = kbits[2] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
    found, at = [], 0
    while at < len(raw):
        assert raw[at] == 0xFF, f"no frame at {at} of {len(raw)}"
        version = {3: 0, 2: 1, 0: 2}[raw[at + 1] >> 3 & 3]
        rate = rates[version][raw[at + 2] >> 2 & 3]
        kbit = kbits[version][raw[at + 2] >> 4]
        found.append(at)
        at += (144 if version == 0 else 72) * kbit * 1000 // rate + (raw[at + 2] >> 1 & 1)
    assert at == len(raw)
    return found


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (8_000, 2), (16_000, 1), (44_100, 2)])
def test_an_mp3_holds_frames_and_nothing_else(tmp_path: Path, rate: int, channels: int):
    """From the first byte to the last: no tag, no table, no name; and PyAV finds no metadata."""
    whole = Recording(voice(6.0, channels=channels), rate, "pcm16", "0" * 64)
    write_mp3(tmp_path / "a.mp3", whole)
    raw = (tmp_path / "a.mp3").read_bytes()

    assert len(frames(raw)) > 10
    assert [tag for tag in TAGS if tag in raw] == []
    with av.open(str(tmp_path / "a.mp3")) as container:
        assert dict(container.metadata) == {}
        assert dict(container.streams.audio[0].metadata) == {}


def test_the_same_samples_give_the_same_bytes(tmp_path: Path):
    """What was approved can be made again."""
    for name in ("a.mp3", "b.mp3"):
        write_mp3(tmp_path / name, recording(5.0))

    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes()


def test_an_unusual_rate_is_brought_to_one_that_mp3_knows(tmp_path: Path):
    """The length in seconds stays."""
    write_mp3(tmp_path / "a.mp3", Recording(voice(6.0), 10_000, "pcm16", "0" * 64))
    back = read_recording(tmp_path / "a.mp3")

    assert back.rate == 11_025
    assert abs(back.duration - 4.8) < 0.3


def test_what_is_silent_stays_silent(tmp_path: Path):
    """A masked second of silence has no echo of its neighbours beyond a few hundredths."""
    samples = voice(6.0)
    samples[:, 16_000:24_000] = 0
    write_mp3(tmp_path / "a.mp3", replace(recording(), samples=samples))
    back = read_recording(tmp_path / "a.mp3").samples[0]
    inside = back[16_000 + 1_500 : 24_000 - 200].astype(float)

    assert np.sqrt(np.mean(inside**2)) < 30


def test_an_mp3_that_cannot_be_read_back_does_not_go_out(tmp_path: Path, monkeypatch):
    """Half of the sound is no copy."""
    half = replace(recording(4.0), samples=voice(2.0))
    monkeypatch.setattr(mp3, "read_recording", lambda _: half)
    with pytest.raises(CallUnsafeError):
        write_mp3(tmp_path / "a.mp3", recording(4.0))
