"""The studio: a cast call is spoken sentence by sentence on one time line.

The time line counts samples of the telephone's 8 kHz; voices come at 24 kHz, and every
sentence starts on a multiple of three of theirs.  The voices tell where each slot's
sounds lie::

    op  ──担当の│山本│でございます──                     ──はい──
    cu                               ──隣の│佐藤│さんが──
                ^span^                      ^span^
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sample_audio.casting import CastCall, CastTurn
from sample_audio.script import THIRD
from sample_audio.slots import Said
from sample_audio.spoken import arabic_to_spoken
from sample_audio.voices import RATE, VOICES, Sentence, Voice, Voices

TELEPHONE_RATE = 8_000
_STEP = RATE // TELEPHONE_RATE

_SILENCE = 0.008  # amplitude below which a voice is silent; they peak near 0.5
_EDGE = 0.006  # seconds of a voice's fade kept at each end of a sentence
_LEVEL = 0.08  # root mean square each sentence is brought to, -22 dBFS
_LISTENING = 0.2  # share of long turns in which the other side says はい
_BREATH = 60  # characters after which a comma ends a breath; the voices take about 200
_AIZUCHI = re.compile(r"(?:はい|ええ|うん|はあ|なるほど|そうですか|へえ)(?:[、。はいええ]*)")
_CLAUSE = re.compile(r"[^、。？！?!]*[、。？！?!]*")
_STRIP = "、。？！?!…・ 　「」"


@dataclass(frozen=True, slots=True)
class SpokenPiece:
    """One piece of a turn and where it sounds, in samples at ``TELEPHONE_RATE``, half-open."""

    said: Said
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """A turn and where it sounds, likewise; a piece that is punctuation only has no length."""

    speaker: str
    text: str
    pieces: tuple[SpokenPiece, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Performance:
    """A spoken call: the two sides at ``RATE``, float32, of equal length, and its turns."""

    tracks: dict[str, np.ndarray]
    turns: tuple[SpokenTurn, ...]

    @property
    def samples(self) -> int:
        """Length in samples at ``TELEPHONE_RATE``."""
        return len(self.tracks["op"]) // _STEP


def cast_voices(rng: random.Random, among: Sequence[str] = VOICES) -> dict[str, Voice]:
    """Two different voices for the two sides."""
    names = rng.sample(among, 2)
    return {side: _voice(name, rng) for side, name in zip(("op", "cu"), names, strict=True)}


def third_voice(rng: random.Random, among: Sequence[str], cast: Mapping[str, Voice]) -> Voice:
    """A voice for a third person.

    Args:
        rng: Decides.
        among: Names to choose from.
        cast: The others' voices.

    Raises:
        ValueError: no voice is left.
    """
    left = [name for name in among if all(name != voice.name for voice in cast.values())]
    if not left:
        raise ValueError(f"{len(among)} voices for three people")
    return _voice(rng.choice(left), rng)


def _voice(name: str, rng: random.Random) -> Voice:
    return Voice(name, round(rng.uniform(1.0, 1.35), 2), round(rng.uniform(0.94, 1.07), 3))


def perform(
    call: CastCall, voices: Voices, cast: dict[str, Voice], *, overlap: bool, rng: random.Random
) -> Performance:
    """Speak a call.

    Args:
        call: The cast call.
        voices: What speaks.
        cast: Whose voice is whose, by speaker (``op``, ``cu``, and ``third`` where one speaks).
        overlap: Whether a はい may start before the other side has ended; only where the
            two sides have a channel each.
        rng: Decides gaps and pauses.

    Returns:
        The performance.  A piece's ``[start, end)`` is what the voice itself laid its
        sounds out by, rounded outward by less than a sample.
    """
    tape = _Tape(voices, cast, rng)
    for turn in call.turns:
        _, second = tape.speak(turn, tape.begin_of(turn, overlap=overlap))
        if overlap and second and rng.random() < _LISTENING:
            other = tape.holder if turn.speaker == "op" else "op"
            at = second - _samples(rng.uniform(0.1, 0.3))
            if at > tape.free[_side(other)]:
                tape.speak(CastTurn(other, (Said("はい。"),)), at)
    total = tape.end + _samples(rng.uniform(0.5, 1.0))
    tracks = {side: _laid_out(sounds, total) for side, sounds in tape.sounds.items()}
    return Performance(tracks, tuple(sorted(tape.turns, key=lambda turn: turn.start)))


class _Tape:
    """A call while it is being spoken; counts samples of the telephone.

    Attributes:
        sounds: By side, each sentence's sound at ``RATE`` and where it starts.
        turns: In the order they were spoken.
        free: By side, when it has ended and may speak again.
        end: When the last turn so far ends; before the first, when that may begin.
        holder: Who holds the caller's telephone: ``cu`` or ``third``.
    """

    def __init__(self, voices: Voices, cast: dict[str, Voice], rng: random.Random) -> None:
        self.sounds: dict[str, list[tuple[int, np.ndarray]]] = {"op": [], "cu": []}
        self.turns: list[SpokenTurn] = []
        self.free = {"op": 0, "cu": 0}
        self.end = _samples(rng.uniform(0.3, 1.0))
        self.holder = "cu"
        self._voices, self._cast, self._rng = voices, cast, rng

    def begin_of(self, turn: CastTurn, *, overlap: bool) -> int:
        """When a turn begins: after a gap, or a little early where it only says はい."""
        if not self.turns:
            return self.end
        if overlap and _AIZUCHI.fullmatch(turn.text) and self._rng.random() < 0.5:
            begin = self.end - _samples(self._rng.uniform(0.05, 0.25))
        else:
            begin = self.end + _samples(self._rng.uniform(0.15, 0.6))
        return max(begin, self.free[_side(turn.speaker)])

    def speak(self, turn: CastTurn, begin: int) -> tuple[SpokenTurn, int | None]:
        """Speak a turn; returns it and where its second sentence starts, if it has one."""
        spoken, sounds = _speak_turn(turn, self._voices, self._cast[turn.speaker], begin, self._rng)
        side = _side(turn.speaker)
        self.sounds[side] += sounds
        self.turns.append(spoken)
        self.free[side] = spoken.end + _samples(0.08)
        self.holder = self.holder if side == "op" else turn.speaker
        self.end = max(self.end, spoken.end)
        return spoken, sounds[1][0] if len(sounds) > 1 else None


def _side(speaker: str) -> str:
    """On whose end of the line somebody speaks: a third person has taken the caller's telephone."""
    return "cu" if speaker == THIRD else speaker


def _speak_turn(
    turn: CastTurn, voices: Voices, voice: Voice, begin: int, rng: random.Random
) -> tuple[SpokenTurn, list[tuple[int, np.ndarray]]]:
    """The turn, and its sentences' sounds at ``RATE`` with the sample each starts at."""
    sounds: list[tuple[int, np.ndarray]] = []
    heard: dict[int, list[tuple[int, int]]] = {}
    at = begin
    for sentence in _sentences(turn.said):
        spoken = _trimmed(voices.speak(tuple(words for _, words in sentence), voice))
        sounds.append((at, spoken.sound))
        for (index, _), (start, end) in zip(sentence, spoken.pieces, strict=True):
            # Outward to whole samples of the telephone: a span never cuts its own sound.
            heard.setdefault(index, []).append((at + start // _STEP, at + -(-end // _STEP)))
        at += len(spoken.sound) // _STEP + _pause_after(sentence[-1][1], rng)
    pieces = []
    last = begin
    for index, said in enumerate(turn.said):
        runs = heard.get(index, [(last, last)])
        last = runs[-1][1]
        pieces.append(SpokenPiece(said, runs[0][0], last))
    end = sounds[-1][0] + len(sounds[-1][1]) // _STEP if sounds else begin
    return SpokenTurn(turn.speaker, turn.text, tuple(pieces), begin, end), sounds


def _sentences(said: tuple[Said, ...]) -> list[list[tuple[int, str]]]:
    """What is spoken in one breath: words with the index of the piece they belong to.

    Cut after 。？！, and after a comma once a breath has grown long; never inside a slot.
    """
    sentences: list[list[tuple[int, str]]] = []
    current: list[tuple[int, str]] = []
    for index, piece in enumerate(said):
        literal = piece.slot is None
        clauses = _CLAUSE.findall(arabic_to_spoken(piece.text)) if literal else [piece.say]
        for words in clauses:
            if not words:
                continue
            if current and current[-1][0] == index:
                current[-1] = (index, current[-1][1] + words)
            else:
                current.append((index, words))
            length = sum(len(part) for _, part in current)
            if literal and (words[-1] in "。？！?!" or (words[-1] == "、" and length > _BREATH)):
                sentences.append(current)
                current = []
    if current:
        sentences.append(current)
    return [sentence for sentence in sentences if any(words.strip(_STRIP) for _, words in sentence)]


def _pause_after(text: str, rng: random.Random) -> int:
    """Samples of rest: after a sentence more than after a comma."""
    seconds = (
        rng.uniform(0.2, 0.45) if text.endswith(("。", "？", "！", "?", "!")) else rng.uniform(0.1, 0.25)
    )
    return _samples(seconds)


def _samples(seconds: float) -> int:
    return round(seconds * TELEPHONE_RATE)


def _trimmed(sentence: Sentence) -> Sentence:
    """Without silence at its ends, levelled, a multiple of ``_STEP`` long."""
    loud = np.flatnonzero(np.abs(sentence.sound) > _SILENCE)
    if not len(loud):
        raise ValueError(f"a voice says nothing for {len(sentence.pieces)} pieces")
    edge = round(_EDGE * RATE)
    first, last = max(0, int(loud[0]) - edge), min(len(sentence.sound), int(loud[-1]) + 1 + edge)
    last -= (last - first) % _STEP
    sound = sentence.sound[first:last].copy()
    sound *= _LEVEL / float(np.sqrt(np.mean(np.square(sound))))
    fade = np.linspace(0.0, 1.0, min(edge, len(sound) // 2), dtype=np.float32)
    sound[: len(fade)] *= fade
    sound[len(sound) - len(fade) :] *= fade[::-1]
    inside = [(min(max(start, first), last), min(max(end, first), last)) for start, end in sentence.pieces]
    return Sentence(sound, tuple((start - first, end - first) for start, end in inside))


def _laid_out(parts: list[tuple[int, np.ndarray]], total: int) -> np.ndarray:
    """One side's sounds on the time line."""
    track = np.zeros(total * _STEP, np.float32)
    for start, sound in parts:
        track[start * _STEP : start * _STEP + len(sound)] += sound
    return track
