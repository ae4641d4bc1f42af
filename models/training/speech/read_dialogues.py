"""Other people's dialogues, spoken by Mei made many and sent down a telephone line: how Japanese is spoken.

A decoder learns made calls by heart: their scripts are some hundreds.  Dialogues that people have typed hold
thousands of other sentences.  Names in them are marked by nobody.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.training.calls.voices import HtsVoice
from models.training.speech.line_windows import Line
from models.training.speech.turn_kana import read_aloud
from pipeline.audio.recording import Recording
from pipeline.types import TimeSpan
from sample_audio.telephone import draw_line, transmit
from sample_audio.voices import RATE, Voice

__all__ = ["SpokenCall", "read_dialogues"]

SpokenCall = tuple[str, Recording, tuple[Line, ...], object]
"""Name, sound, lines, and who speaks."""

ABOUT_SECONDS: Final = 60.0
"""Length of a recording."""

PAUSES: Final = (0.2, 1.2)
"""Seconds between two turns, least and most."""

THROAT, HALF_TONES = (0.8, 1.2), (-6.0, 3.0)
"""How much smaller the throat may be than Mei's, and how much higher she may speak beside that."""

SPEED: Final = (0.9, 1.3)
"""Of speech."""

MAX_CHARS: Final = 90
"""Of a turn: a longer one was written, not said."""

_PLAIN: Final = re.compile(r"[ぁ-んァ-ヶー一-龠々0-9０-９、。？！?!・]+")
"""Turns of nothing but this are read aloud as they are written."""


def read_dialogues(paths: Sequence[Path], count: int, seed: int) -> Iterator[SpokenCall]:
    """Speak dialogues.

    Args:
        paths: Files of ``../shared/data/dialogues``; each gives as many.
        count: Dialogues in all.
        seed: Decides which, the voices, the pauses and the lines.

    Yields:
        Recordings of about a minute; of no line does anybody know whose data is in it.
    """
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            dialogues = [json.loads(line) for line in file]
        rng = random.Random(f"{seed} {path.name}")
        for dialogue in rng.sample(dialogues, min(len(dialogues), -(-count // len(paths)))):
            turns = [(str(turn["speaker"]), _ended(str(turn["text"]))) for turn in dialogue["turns"]]
            yield from _spoken(str(dialogue["id"]), turns, rng)


def _spoken(name: str, turns: Sequence[tuple[str, str]], rng: random.Random) -> Iterator[SpokenCall]:
    sides = sorted({speaker for speaker, _ in turns})
    mouths = {side: (rng.uniform(*THROAT), rng.uniform(*HALF_TONES), rng.uniform(*SPEED)) for side in sides}
    mei, made, at = HtsVoice(), list[tuple[int, int, NDArray[np.float32], str]](), 0
    for speaker, text in turns:
        if len(text) > MAX_CHARS or _PLAIN.fullmatch(text) is None:
            continue
        throat, half_tone, speed = mouths[speaker]
        sound = mei.speak((text,), Voice("mei", speed, 1.0), throat=throat, half_tone=half_tone).sound
        at += round(rng.uniform(*PAUSES) * RATE)
        made.append((sides.index(speaker) % 2, at, sound, text))
        at += len(sound)
        if at >= ABOUT_SECONDS * RATE:
            break
    if made:
        yield (name, *_sent(made, at + RATE // 2, rng), "mei")


def _sent(
    made: Sequence[tuple[int, int, NDArray[np.float32], str]], length: int, rng: random.Random
) -> tuple[Recording, tuple[Line, ...]]:
    tracks = np.zeros((2, length + -length % 3), np.float32)
    for side, at, sound, _ in made:
        tracks[side, at : at + len(sound)] += sound
    line = draw_line(rng)
    sent = transmit({"op": tracks[0], "cu": tracks[1]}, line, rng.getrandbits(32))
    law = {"ULAW": "mulaw", "ALAW": "alaw"}.get(sent.subtype, "pcm16")
    lines = tuple(
        Line(
            TimeSpan(at / RATE, (at + len(sound)) / RATE),
            side if line.stereo else 0,
            text,
            read_aloud(text),
            None,
        )
        for side, at, sound, text in made
    )
    return Recording(sent.samples, 8000, law, ""), lines


def _ended(text: str) -> str:
    """A turn with a mark at its end, as a reader likes it, and marks of one width."""
    text = text.strip().replace("?", "？").replace("!", "！")
    return text if text.endswith(("。", "？", "！")) else f"{text}。"
