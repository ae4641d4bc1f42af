"""The telephone: what a line does to two voices, without moving anything in time."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soundfile

from sample_audio.studio import TELEPHONE_RATE
from sample_audio.voices import RATE

LAWS = ("ulaw", "alaw", "gsm")
NOISES = ("none", "pink", "hum", "babble")

_STEP = RATE // TELEPHONE_RATE
_SUBTYPE = {"ulaw": "ULAW", "alaw": "ALAW", "gsm": "PCM_16"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line's properties.

    Attributes:
        stereo: Two channels (0 = op, 1 = cu) or one mixture.
        law: ``ulaw`` and ``alaw`` are stored as such; ``gsm`` is GSM 6.10 there and back,
            stored as 16-bit PCM.
        noise: One of ``NOISES``, on the caller's side.
        snr: Decibels of the caller's speech over the noise.
        gain: Decibels for each side (op, cu).
        band: Lower and upper edge in Hz, for each side (op, cu).
        echo: Decibels of the other side heard on a channel; ``None`` for none.
        echo_delay: Seconds it comes late.
    """

    stereo: bool
    law: str
    noise: str
    snr: float
    gain: tuple[float, float]
    band: tuple[tuple[float, float], tuple[float, float]]
    echo: float | None
    echo_delay: float


@dataclass(frozen=True, slots=True)
class Recording:
    """What the recorder keeps: int16 samples of shape (channels, samples) and how to store them."""

    samples: np.ndarray
    subtype: str

    def write(self, path: str) -> None:
        """Write as WAV at 8 kHz."""
        soundfile.write(path, self.samples.T, TELEPHONE_RATE, subtype=self.subtype, format="WAV")


def draw_line(rng: random.Random, laws: tuple[str, ...] = LAWS) -> Line:
    """Choose a line; about half are mono, and six in ten have noise of 12 to 30 dB."""
    weights = [{"ulaw": 5, "alaw": 3, "gsm": 2}[law] for law in laws]
    stereo = rng.random() < 0.5
    return Line(
        stereo=stereo,
        law=rng.choices(laws, weights=weights)[0],
        noise=rng.choices(NOISES, weights=(8, 5, 3, 4))[0],
        snr=rng.uniform(12.0, 30.0),
        gain=(rng.uniform(-3.0, 2.0), rng.uniform(-7.0, 2.0)),
        band=((300.0, 3400.0), (rng.uniform(250.0, 400.0), rng.uniform(3000.0, 3400.0))),
        echo=rng.uniform(-40.0, -28.0) if stereo and rng.random() < 0.4 else None,
        echo_delay=rng.uniform(0.02, 0.08),
    )


def transmit(tracks: dict[str, np.ndarray], line: Line, seed: int) -> Recording:
    """Send both sides down the line.

    Args:
        tracks: ``op`` and ``cu``: float32 at 24 kHz, equal length, a multiple of three.
        line: The line.
        seed: Decides the noise.

    Returns:
        One or two channels with a third of the tracks' samples, in step with them.
    """
    sides = [_down(tracks[side], band) for side, band in zip(("op", "cu"), line.band, strict=True)]
    sides = [side * 10 ** (gain / 20) for side, gain in zip(sides, line.gain, strict=True)]
    if line.noise != "none":
        sides[1] = sides[1] + _noise(sides[1], line, np.random.default_rng(seed))
    if line.stereo and line.echo is not None:
        late = round(line.echo_delay * TELEPHONE_RATE)
        echoes = [
            np.concatenate([np.zeros(late), side])[: len(side)] * 10 ** (line.echo / 20) for side in sides
        ]
        sides = [sides[0] + echoes[1], sides[1] + echoes[0]]
    channels = sides if line.stereo else [sides[0] + sides[1]]
    samples = np.stack([_pcm(channel) for channel in channels])
    if line.law == "gsm":
        samples = np.stack([_through(channel, "GSM610") for channel in samples])
    elif line.law not in _SUBTYPE:
        raise ValueError(f"no law '{line.law}'")
    return Recording(samples, _SUBTYPE[line.law])


def _down(track: np.ndarray, band: tuple[float, float]) -> np.ndarray:
    """24 kHz to 8 kHz through a band-pass with soft edges and no delay (by FFT)."""
    padded = len(track) + (-len(track)) % _STEP
    spectrum = np.fft.rfft(track, padded)
    hertz = np.fft.rfftfreq(padded, 1 / RATE)
    low, high = band
    # Two half-octave slopes: Butterworth magnitudes of order 4 and 12.
    spectrum *= 1 / np.sqrt(1 + (low / np.maximum(hertz, 1e-3)) ** 8)
    spectrum *= 1 / np.sqrt(1 + (hertz / high) ** 24)
    count = padded // _STEP
    return np.asarray(np.fft.irfft(spectrum[: count // 2 + 1], count) / _STEP)


def _noise(speech: np.ndarray, line: Line, rng: np.random.Generator) -> np.ndarray:
    """Noise of the line's kind, ``snr`` below the speech's level where it sounds."""
    noise = {"pink": _pink, "hum": _hum, "babble": _babble}[line.noise](len(speech), rng)
    loud = speech[np.abs(speech) > 0.01]
    level = float(np.sqrt(np.mean(np.square(loud)))) if len(loud) else 0.05
    return np.asarray(noise * level * 10 ** (-line.snr / 20) / np.sqrt(np.mean(np.square(noise))))


def _pink(count: int, rng: np.random.Generator) -> np.ndarray:
    """A line's hiss, 3 dB less for each octave."""
    return _coloured(count, rng, lambda hertz: 1 / np.sqrt(np.maximum(hertz, 50.0)))


def _hum(count: int, rng: np.random.Generator) -> np.ndarray:
    """Harmonics of 50 Hz mains, and a little hiss."""
    time = np.arange(count) / TELEPHONE_RATE
    harmonics = [np.sin(2 * np.pi * 50 * k * time + k) / k for k in (2, 4, 6, 8, 12)]
    return np.asarray(np.sum(harmonics, axis=0) + rng.normal(0, 0.1, count))


def _babble(count: int, rng: np.random.Generator) -> np.ndarray:
    """A room full of people: speech's colour, swelling a few times a second."""
    noise = _coloured(count, rng, lambda hertz: 1 / (1 + (hertz / 700) ** 2))
    every = TELEPHONE_RATE // 5
    swells = rng.uniform(0.2, 1.0, count // every + 2)
    return np.asarray(noise * np.interp(np.arange(count), np.arange(len(swells)) * every, swells))


def _coloured(count: int, rng: np.random.Generator, shape: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """White noise shaped over the telephone's band."""
    hertz = np.fft.rfftfreq(count, 1 / TELEPHONE_RATE)
    inside = (hertz > 150) & (hertz < 3500)
    return np.fft.irfft(np.fft.rfft(rng.normal(size=count)) * shape(hertz) * inside, count)


def _pcm(channel: np.ndarray) -> np.ndarray:
    """Float to int16 with a soft ceiling, as a handset's amplifier has."""
    limited = np.tanh(channel / 0.9) * 0.9
    return np.clip(np.round(limited * 32767), -32768, 32767).astype(np.int16)


def _through(channel: np.ndarray, subtype: str) -> np.ndarray:
    """Encode and decode; what the codec pads is cut off again."""
    buffer = io.BytesIO()
    soundfile.write(buffer, channel, TELEPHONE_RATE, subtype=subtype, format="WAV")
    buffer.seek(0)
    decoded, _ = soundfile.read(buffer, dtype="int16")
    return np.asarray(np.pad(decoded, (0, max(0, len(channel) - len(decoded))))[: len(channel)])
