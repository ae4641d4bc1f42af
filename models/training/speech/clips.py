"""What people have read (Common Voice), strung together and sent down a telephone line.

A clip is a sentence, read into a microphone.  A recogniser of calls hears several in a row, with pauses, over
a line: so the clips of one person are joined in random order into recordings of about a minute.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.training.calls.voices import resampled
from models.training.split import Split, clips
from pipeline.audio.recording import Recording
from pipeline.types import TimeSpan
from sample_audio.telephone import draw_line, transmit
from sample_audio.voices import RATE

Sound = NDArray[np.float32]

CLIPS: Final = Path("common-voice-ja")
"""Folder of the clips in the folder of voices."""

ABOUT_SECONDS: Final = 60.0
"""Length of a recording."""

PAUSES: Final = (0.3, 1.5)
"""Seconds between two clips, least and most."""

SPEEDS: Final = (0.92, 1.12)
"""How much faster, and as much higher, something is said when it is used again."""

_SPEECH_DB: Final = 35.0  # quieter than a clip's loud parts by this much is before or after its speech
_LOUD: Final = 0.1  # level (root mean square) that each clip is brought to


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording of one person.

    Attributes:
        name: Of the speaker.
        recording: 8 kHz, one channel.
        lines: When each sentence is said, in seconds, and how it is written.
    """

    name: str
    recording: Recording = field(repr=False)
    lines: tuple[tuple[TimeSpan, str], ...] = field(repr=False)


def people_speaking(split: Split, part: str, voices: Path, seed: int, times: int = 1) -> Iterator[Spoken]:
    """String the clips of a part together.

    Args:
        split: Who is in which part.
        part: One of its parts.
        voices: The folder of voices.
        seed: Decides order, pauses and lines.
        times: How often each clip is used: every time in another order and on another line, from the second
            time on at another speed.

    Yields:
        Recordings, speaker by speaker.
    """
    read = clips(split, part, voices)
    for speaker, own in groupby(read, key=lambda clip: str(clip["speaker"])):
        sentences = list(own)
        for time in range(times):
            rng = random.Random(f"{seed} {speaker} {time}")
            rng.shuffle(sentences)
            yield from _strung(speaker, sentences, voices, rng, changed=time > 0)


def _strung(
    speaker: str, sentences: Sequence[Mapping[str, Any]], voices: Path, rng: random.Random, *, changed: bool
) -> Iterator[Spoken]:
    parts: list[Sound] = []
    lines: list[tuple[TimeSpan, str]] = []
    at = 0.0
    for clip in sentences:
        sound = read_clip(voices / CLIPS / str(clip["clip"]))
        if changed:
            sound = resampled(sound, Fraction(1 / rng.uniform(*SPEEDS)))
        pause = np.zeros(round(rng.uniform(*PAUSES) * RATE), np.float32)
        parts += [pause, sound]
        start = at + len(pause) / RATE
        at = start + len(sound) / RATE
        lines.append((TimeSpan(start, at), _ended(str(clip["text"]))))
        if at >= ABOUT_SECONDS:
            yield _sent(speaker, parts, lines, rng)
            parts, lines, at = [], [], 0.0
    if lines:
        yield _sent(speaker, parts, lines, rng)


def _sent(
    speaker: str, parts: Sequence[Sound], lines: Sequence[tuple[TimeSpan, str]], rng: random.Random
) -> Spoken:
    """Down a line, as the caller's side of a call."""
    said = np.concatenate([*parts, np.zeros(RATE // 2, np.float32)])
    said = np.pad(said, (0, -len(said) % 3))
    line = replace(draw_line(rng), stereo=False)
    made = transmit({"op": np.zeros_like(said), "cu": said}, line, rng.getrandbits(32))
    law = {"ULAW": "mulaw", "ALAW": "alaw"}.get(made.subtype, "pcm16")
    return Spoken(speaker, Recording(made.samples, 8000, law, ""), tuple(lines))


def _ended(text: str) -> str:
    """A sentence with a mark at its end, as a reader likes it."""
    text = text.strip()
    return text if text.endswith(("。", "？", "！", "?", "!", "」")) else f"{text}。"


def read_clip(path: Path) -> Sound:
    """A clip at 24 kHz, without the silence around it, at a level of its own."""
    import av

    with av.open(str(path)) as file:
        down = av.AudioResampler("fltp", "mono", RATE)
        parts = [f.to_ndarray()[0] for frame in file.decode(audio=0) for f in down.resample(frame)]
        parts += [f.to_ndarray()[0] for f in down.resample(None)]
    sound = trimmed(np.concatenate(parts).astype(np.float32))
    loud = float(np.sqrt(np.square(sound[np.abs(sound) > 0.1 * np.abs(sound).max()]).mean()))
    return (sound * (_LOUD / max(loud, 1e-6))).astype(np.float32)


def trimmed(sound: Sound) -> Sound:
    """Leave out what is quiet before and after the speech, but for 50 ms."""
    frame = RATE // 100
    power = np.square(sound[: len(sound) // frame * frame].reshape(-1, frame)).mean(axis=1)
    if not len(power) or power.max() <= 0:
        return sound
    level = 10 * np.log10(power + 1e-12)
    loud = np.flatnonzero(level > np.percentile(level, 95) - _SPEECH_DB)
    first, last = max(0, int(loud[0]) - 5), int(loud[-1]) + 6
    return sound[first * frame : last * frame]
