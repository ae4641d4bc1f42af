from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sample_audio.telephone import LAWS, NOISES, Line, draw_line, transmit
from sample_audio.voices import RATE

CLEAR = Line(
    stereo=True,
    law="ulaw",
    noise="none",
    snr=20.0,
    gain=(0.0, 0.0),
    band=((300.0, 3400.0), (300.0, 3400.0)),
    echo=None,
    echo_delay=0.03,
)
SECOND = RATE


def tone(hertz: float, start: float = 0.0, end: float = 2.0) -> np.ndarray:
    """A tone in two seconds of silence."""
    time = np.arange(2 * SECOND) / RATE
    sound = 0.2 * np.sin(2 * np.pi * hertz * time)
    return np.where((time >= start) & (time < end), sound, 0).astype(np.float32)


def chance(seed: int) -> random.Random:
    """What decides a line."""
    return random.Random(seed)  # noqa: S311 - no secrets


def level(samples: np.ndarray) -> float:
    """Root mean square, full scale 1."""
    return float(np.sqrt(np.mean(np.square(samples / 32768))))


@pytest.mark.parametrize("hertz", [60, 150, 1000, 3000, 3900])
def test_band(hertz: float) -> None:
    """The telephone's band passes, what lies outside is at least 12 dB down."""
    got = level(transmit({"op": tone(hertz), "cu": tone(1000)}, CLEAR, 1).samples[0])
    assert (
        got == pytest.approx(0.2 / np.sqrt(2), rel=0.12) if 300 < hertz < 3400 else got < 0.2 / np.sqrt(2) / 4
    )


@pytest.mark.parametrize("law", LAWS)
def test_nothing_moves_in_time(law: str) -> None:
    """A sound comes out where it went in, through every codec."""
    samples = transmit({"op": tone(1000, 0.5, 1.0), "cu": tone(1000)}, replace(CLEAR, law=law), 1).samples
    assert samples.shape == (2, 16000)
    loud = np.flatnonzero(np.abs(samples[0]) > 2000)
    assert abs(loud[0] - 4000) < 60
    assert abs(loud[-1] - 8000) < 60


def test_layouts() -> None:
    """Two channels keep the sides apart, one mixes them."""
    tracks = {"op": tone(1000, 0.0, 0.5), "cu": tone(1000, 1.0, 1.5)}
    apart = transmit(tracks, CLEAR, 1).samples
    mixed = transmit(tracks, replace(CLEAR, stereo=False), 1).samples
    assert level(apart[0][8000:12000]) < 0.001 < level(apart[1][8000:12000])
    assert mixed.shape == (1, 16000)
    assert np.abs(mixed[0].astype(int) - apart.sum(axis=0)).max() <= 2


@pytest.mark.parametrize("noise", [noise for noise in NOISES if noise != "none"])
def test_noise_is_as_loud_as_asked(noise: str) -> None:
    """Noise lies ``snr`` decibels under the caller's speech, on the caller's channel alone."""
    tracks = {"op": tone(1000, 0.0, 0.5), "cu": tone(1000, 1.0, 2.0)}
    samples = transmit(tracks, replace(CLEAR, noise=noise, snr=20.0), 1).samples
    decibels = 20 * np.log10(level(samples[1][9000:]) / level(samples[1][:7000]))
    assert decibels == pytest.approx(20.0, abs=2.5)
    assert level(samples[0][8000:]) < 0.001


def test_echo_is_faint_and_late() -> None:
    """The other side is heard on a channel, some decibels down and some milliseconds late."""
    tracks = {"op": tone(1000, 0.5, 1.0), "cu": np.zeros(2 * SECOND, np.float32)}
    samples = transmit(tracks, replace(CLEAR, echo=-30.0), 1).samples
    assert 20 * np.log10(level(samples[1]) / level(samples[0])) == pytest.approx(-30.0, abs=1.5)
    assert np.flatnonzero(np.abs(samples[1]) > 60)[0] == pytest.approx(4240, abs=60)


@pytest.mark.parametrize(("law", "subtype"), [("ulaw", "ULAW"), ("alaw", "ALAW"), ("gsm", "PCM_16")])
def test_files(tmp_path: Path, law: str, subtype: str) -> None:
    """A recording is a WAV at 8 kHz with the law it was sent by."""
    path = tmp_path / "call.wav"
    transmit({"op": tone(1000), "cu": tone(500)}, replace(CLEAR, law=law), 1).write(str(path))
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.subtype, info.frames) == (8000, 2, subtype, 16000)


def test_lines_vary() -> None:
    """Seeds give every layout, law and noise, and only the laws allowed."""
    lines = [draw_line(chance(seed)) for seed in range(60)]
    assert {line.stereo for line in lines} == {True, False}
    assert {line.law for line in lines} == set(LAWS)
    assert {line.noise for line in lines} == set(NOISES)
    assert {draw_line(chance(seed), ("alaw",)).law for seed in range(9)} == {"alaw"}


def test_unknown_law() -> None:
    """A codec nobody knows is refused."""
    with pytest.raises(ValueError, match="no law"):
        transmit({"op": tone(500), "cu": tone(500)}, replace(CLEAR, law="opus"), 1)
