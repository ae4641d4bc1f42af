"""The studio: a cast call is spoken piece by piece and spliced, every time exact.

One time line, in samples of the telephone's 8 kHz; voices come at 24 kHz, and every
piece starts and ends on a multiple of three of theirs::

    op  ──担当の│山本│でございます──                     ──はい──
    cu                               ──隣の│佐藤│さんが──
                ^span^                      ^span^
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import numpy as np

from sample_audio.casting import CastCall, CastTurn
from sample_audio.slots import Said
from sample_audio.spoken import arabic_to_spoken
from sample_audio.voices import RATE, VOICES, Voice, Voices

__all__ = ["TELEPHONE_RATE", "Performance", "SpokenPiece", "SpokenTurn", "cast_voices", "perform"]

TELEPHONE_RATE = 8_000
_STEP = RATE // TELEPHONE_RATE

_SILENCE = 0.008  # amplitude below which a voice is silent; they peak near 0.5
_EDGE = 0.006  # seconds of a voice's fade kept at each end of a piece
_LEVEL = 0.08  # root mean square each piece is brought to, -22 dBFS
_AIZUCHI = re.compile(r"(?:はい|ええ|うん|はあ|なるほど|そうですか|へえ)(?:[、。はいええ]*)")
_STRIP = "、。？！?!…・ 　「」"


@dataclass(frozen=True, slots=True)
class SpokenPiece:
    """One piece of a turn and where it sounds, in samples at ``TELEPHONE_RATE``, half-open."""

    said: Said
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """A turn and where it sounds; pieces that are punctuation only have no length."""

    speaker: str
    text: str
    pieces: tuple[SpokenPiece, ...]

    @property
    def start(self) -> int:
        """Where its first piece starts."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """Where its last piece ends."""
        return self.pieces[-1].end


@dataclass(frozen=True, slots=True)
class Performance:
    """A spoken call: the two sides at ``RATE``, float32, of equal length, and its turns."""

    tracks: dict[str, np.ndarray]
    turns: tuple[SpokenTurn, ...]

    @property
    def samples(self) -> int:
        """Length in samples at ``TELEPHONE_RATE``."""
        return len(self.tracks["op"]) // _STEP


def cast_voices(rng: random.Random) -> dict[str, Voice]:
    """Two different voices for the two sides."""
    names = rng.sample(VOICES, 2)
    return {
        side: Voice(name, round(rng.uniform(0.95, 1.3), 2), round(rng.uniform(0.94, 1.07), 3))
        for side, name in zip(("op", "cu"), names, strict=True)
    }


def perform(call: CastCall, voices: Voices, cast: dict[str, Voice], *, overlap: bool, rng: random.Random) -> Performance:
    """Speak a call.

    Args:
        call: The cast call.
        voices: What speaks.
        cast: Whose voice is whose, by side (``op``, ``cu``).
        overlap: Whether a はい may start before the other side has ended; only where the
            two sides have a channel each.
        rng: Decides gaps and pauses.

    Returns:
        The performance; the sound of every piece is exactly ``[start, end)``.
    """
    sounds: dict[str, list[tuple[int, np.ndarray]]] = {"op": [], "cu": []}
    turns: list[SpokenTurn] = []
    cursor = round(rng.uniform(0.3, 1.0) * TELEPHONE_RATE)
    floor = {"op": 0, "cu": 0}  # nobody speaks over themself
    for turn in call.turns:
        if turns and overlap and _AIZUCHI.fullmatch(turn.text) and rng.random() < 0.5:
            begin = cursor - round(rng.uniform(0.05, 0.25) * TELEPHONE_RATE)
        elif turns:
            begin = cursor + round(rng.uniform(0.15, 0.6) * TELEPHONE_RATE)
        else:
            begin = cursor
        begin = max(begin, floor[turn.speaker], 0)
        pieces = _speak_turn(turn, voices, cast[turn.speaker], begin, rng)
        spoken = SpokenTurn(turn.speaker, turn.text, tuple(piece for piece, _ in pieces))
        sounds[turn.speaker] += [(piece.start, sound) for piece, sound in pieces]
        turns.append(spoken)
        floor[turn.speaker] = spoken.end + round(0.08 * TELEPHONE_RATE)
        cursor = max(cursor, spoken.end)
    total = cursor + round(rng.uniform(0.5, 1.0) * TELEPHONE_RATE)
    return Performance({side: _laid_out(parts, total) for side, parts in sounds.items()}, tuple(turns))


def _speak_turn(
    turn: CastTurn, voices: Voices, voice: Voice, begin: int, rng: random.Random
) -> list[tuple[SpokenPiece, np.ndarray]]:
    """Every piece with its sound at ``RATE``, one after the other from ``begin``."""
    spoken: list[tuple[SpokenPiece, np.ndarray]] = []
    at = begin
    for index, said in enumerate(turn.said):
        words = said.say or arabic_to_spoken(said.text)
        if index and said.text[0] in _STRIP:
            at += _pause_after(said.text[: len(said.text) - len(said.text.lstrip(_STRIP))], rng)
        sound = _piece(words.strip(_STRIP), voices, voice)
        end = at + len(sound) // _STEP
        spoken.append((SpokenPiece(said, at, end), sound))
        at = end
        if len(sound) and index + 1 < len(turn.said):
            at += _pause_after(said.text, rng)
    return spoken


def _pause_after(text: str, rng: random.Random) -> int:
    """A breath after a sentence, less after a comma, a short join inside a phrase."""
    if text.endswith(("。", "？", "！", "?", "!")):
        seconds = rng.uniform(0.25, 0.45)
    elif text.endswith(("、", "…")):
        seconds = rng.uniform(0.12, 0.28)
    else:
        seconds = rng.uniform(0.02, 0.05)
    return round(seconds * TELEPHONE_RATE)


def _piece(words: str, voices: Voices, voice: Voice) -> np.ndarray:
    """Trimmed, levelled, soft-edged sound; its length is a multiple of ``_STEP``."""
    if not words:
        return np.zeros(0, np.float32)
    sound = voices.speak(words, voice)
    loud = np.flatnonzero(np.abs(sound) > _SILENCE)
    if not len(loud):
        raise ValueError(f"the voice {voice.name} says nothing for {len(words)} characters")
    edge = round(_EDGE * RATE)
    sound = sound[max(0, loud[0] - edge) : loud[-1] + 1 + edge]
    sound = sound[: len(sound) - len(sound) % _STEP].copy()
    sound *= _LEVEL / max(float(np.sqrt(np.mean(np.square(sound)))), 1e-6)
    fade = np.linspace(0.0, 1.0, min(edge, len(sound) // 2), dtype=np.float32)
    sound[: len(fade)] *= fade
    sound[len(sound) - len(fade) :] *= fade[::-1]
    return sound


def _laid_out(parts: list[tuple[int, np.ndarray]], total: int) -> np.ndarray:
    """One side's sounds on the time line."""
    track = np.zeros(total * _STEP, np.float32)
    for start, sound in parts:
        track[start * _STEP : start * _STEP + len(sound)] += sound
    return track
