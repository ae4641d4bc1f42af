"""Scripts as a recogniser would have written them down, with a label for every character.

What was read in real transcripts is made again here: a call falls into short lines, cut at pauses
in the middle of a turn; on one channel the two sides run into one line; some phrases are heard
well and the next not at all; the first hearing writes most names of people in katakana; a misheard word is
spelt together with its neighbours, a name's edges among them; a strong echo repeats on one channel what was
said on the other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from models.language.readings import Reader
from models.training.calls.examples import Example
from models.training.tagging.atoms import Atom, Label, SaidPiece, label_of, phrases
from models.training.tagging.noise import KANA_OF, NoiseRates, Respeller, garble_digits, misheard
from pipeline.hearing.transcribe import TURN_PAUSE_SECONDS, HeardSegment, HeardWord, build_transcript
from pipeline.sound.morae import Mora
from sample_audio.spoken import morae

QUALITIES = (0.1, 0.6, 1.3, 2.6)
"""How much worse than others a phrase is heard; errors come in bursts."""

SLOWNESS = 0.14
"""Seconds a written character takes to say."""

ECHO_CALLS, ECHO_PHRASES = 0.3, 0.35
"""Share of two-channel calls with an echo that is recognised, and of phrases in them."""

LOST_PHRASE = 0.015
"""Share of phrases that nothing is written for."""

SURE = (((1.9, 0.5), (1.3, 0.85)), ((1.4, 0.55), (1.0, 0.85)))
"""Beta distributions of the word probability, by hearing, of what is heard right and what is not; so that
the first hearing has means of .79 elsewhere and .66 on names, the second .70 and .56, as counted."""

SECOND = 0.4
"""Share of calls written as the second hearing writes; the others as the first does."""

IN_KATAKANA = 0.75
"""Share of people's names that the first hearing, which has learned to, writes as they sound."""


class _Char(NamedTuple):
    text: str
    label: Label
    wrong: bool


def from_script(
    turns: Sequence[tuple[str, Sequence[SaidPiece]]],
    rates: NoiseRates | None,
    respeller: Respeller,
    reader: Reader,
    rng: random.Random,
) -> Example:
    """Garble a cast script as a recogniser would and label it.

    Args:
        turns: (speaker, pieces) of each turn.
        rates: Of the noise channel; ``None`` for the exact words.
        respeller: Spells misheard names.
        reader: Reads names.
        rng: Decides.

    Returns:
        The example; on a made-up mono call speakers are unknown and turns run together.
    """
    mono = rng.random() < 0.5
    if rates is None:
        return _exact(turns, mono, rng)
    second = rng.random() < SECOND
    writer = _Writer(rates, respeller, reader, rng, katakana=0.0 if second else IN_KATAKANA)
    layout = _Layout.draw(rng, mono=mono, second=second)
    for speaker, pieces in turns:
        for number, phrase in enumerate(phrases(pieces, reader, rng)):
            written = writer.written(phrase.atoms)
            if rng.random() >= LOST_PHRASE:
                layout.add(speaker, written, phrase.mark, first=not number)
            if layout.echoes and rng.random() < ECHO_PHRASES:
                layout.echo(speaker, writer.written(phrase.atoms, worse=2.0))
    if not any(word.text.strip() for line in layout.lines for word in line.words):
        return _exact(turns, mono, rng)  # a call of a phrase or two, all of it lost
    return layout.example()


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes one call's phrases down.

    Attributes:
        rates: Of the noise channel.
        respeller: Spells misheard words.
        reader: Reads names.
        rng: Decides.
        katakana: Share of names that are written as they sound.
        names: How a name was spelt before: that is often repeated.
    """

    rates: NoiseRates
    respeller: Respeller
    reader: Reader
    rng: random.Random
    katakana: float
    names: dict[str, tuple[_Char, ...]] = field(default_factory=dict)

    def written(self, atoms: Sequence[Atom], worse: float = 1.0) -> list[_Char]:
        """What is written for a phrase."""
        bad = self.rng.choices(QUALITIES, (30, 30, 25, 15))[0] * worse
        rates = self.rates.scaled(bad**0.5)
        out: list[_Char] = []
        run: list[Atom] = []
        for atom in atoms:
            if atom.kana and self.rng.random() < self.katakana:
                out += self._respelt(run, rates) + self._as_it_sounds(atom, rates)
                run = []
                continue
            if self._wrong(atom, bad):
                # A misheard word takes its neighbour along as often as not.
                if run and self.rng.random() < 0.5:
                    out += self._respelt(run, rates)
                    run = []
                run.append(atom)
                continue
            out += self._respelt(run, rates)
            run = []
            text = garble_digits(atom.text, rates, self.rng, self.respeller) if atom.digits else atom.text
            out += [_Char(c, atom.label, wrong=False) for c in text]
        return out + self._respelt(run, rates)

    def _as_it_sounds(self, name: Atom, rates: NoiseRates) -> list[_Char]:
        """A name in katakana, as well as it was heard."""
        said = morae(name.kana)
        out: list[_Char] = []
        for index, mora in misheard(name.sounds, rates, self.rng):
            inside = 0 <= index < len(name.sounds)
            right = inside and mora == name.sounds[index] and len(said) == len(name.sounds)
            written = said[index] if right else KANA_OF.get(mora, "")
            out += [_Char(kana, name.label if inside else (0, 0), not right) for kana in written]
        return out

    def _wrong(self, atom: Atom, bad: float) -> bool:
        if atom.digits or not atom.sounds:
            return False
        if atom.hard:
            return self.rng.random() < min(0.97, self.rates.respell * (0.85 + 0.15 * bad))
        return self.rng.random() < min(0.95, self.rates.word * bad)

    def _respelt(self, run: Sequence[Atom], rates: NoiseRates) -> list[_Char]:
        """Misheard words, spelt as if they were others."""
        if not run:
            return []
        alone = run[0] if len(run) == 1 and run[0].hard else None
        if alone and alone.text in self.names and self.rng.random() < 0.35:
            return list(self.names[alone.text])
        sounds: list[Mora] = []
        labels: list[Label] = []
        for atom in run:
            clean = not atom.hard and self.rng.random() < 0.4
            for index, mora in misheard(atom.sounds, rates.scaled(0 if clean else 1), self.rng):
                sounds.append(mora)
                labels.append(atom.label if 0 <= index < len(atom.sounds) else (0, 0))
        out: list[_Char] = []
        at = 0
        for text, count in self.respeller.pieces(sounds, self.rng, 0.2 if run[0].hard else 0.03):
            here = labels[at : at + count]
            for k in range(len(text)):
                share = here[k * count // len(text) : -(-(k + 1) * count // len(text))]
                out.append(_Char(text[k], max(share, default=(0, 0)), wrong=True))
            at += count
        if alone:
            self.names[alone.text] = tuple(out)
        return out


@dataclass(slots=True)
class _Line:
    channel: int
    words: list[HeardWord]
    labels: list[Label]


@dataclass(slots=True)
class _Layout:
    """Puts phrases into lines on a clock, as windows, pauses and channels would have it."""

    mono: bool
    rng: random.Random
    joins: float
    comma: float
    stop: float
    space: float
    echoes: bool
    sure: tuple[tuple[float, float], tuple[float, float]]
    clock: float = 0.4
    lines: list[_Line] = field(default_factory=list)

    @classmethod
    def draw(cls, rng: random.Random, *, mono: bool, second: bool) -> _Layout:
        """One call's habits of punctuation and of cutting lines, as in a first hearing or a second."""
        return cls(
            mono,
            rng,
            joins=rng.choice((0.1, 0.3) if second else (0.15, 0.4, 0.7, 0.9)),
            comma=0.0 if second else rng.choice((0.0, 0.3, 0.6, 0.9)),
            stop=0.0 if second else rng.choice((0.0, 0.1, 0.4, 0.9)),
            space=rng.choice((0.0, 0.2, 0.8)),
            echoes=not mono and rng.random() < ECHO_CALLS,
            sure=SURE[second],
        )

    def add(self, speaker: str, written: Sequence[_Char], mark: str, *, first: bool) -> None:
        """Write a phrase down after the ones before it."""
        rng = self.rng
        pause = rng.uniform(-0.1, 0.9) if first else rng.choice((0.0, 0.0, 0.1, 0.2, 0.4, 0.6))
        channel = 0 if self.mono or speaker == "op" else 1
        start = max(0.0, self.clock + pause)
        chars = list(written)
        if mark and rng.random() < (self.comma if mark in "、," else self.stop):
            chars.append(_Char(mark if mark in "、。？" else "。", (0, 0), wrong=False))
        elif chars and rng.random() < self.space * 0.5:
            chars.append(_Char(" ", (0, 0), wrong=False))
        self.clock = self._write(channel, chars, start)

    def echo(self, speaker: str, written: Sequence[_Char]) -> None:
        """What was said last, heard on the other side's channel too."""
        start = self.clock - SLOWNESS * len(written) + 0.2
        self._write(1 if speaker == "op" else 0, written, max(0.0, start))

    def _write(self, channel: int, chars: Sequence[_Char], start: float) -> float:
        line = next((ln for ln in reversed(self.lines) if ln.channel == channel), None)
        pause = start - line.words[-1].end if line else 9.0
        if line is None or pause >= TURN_PAUSE_SECONDS or self.rng.random() >= self.joins:
            line = _Line(channel, [], [])
        clock = start if not line.words or self.rng.random() < 0.5 else line.words[-1].end
        if self.rng.random() < self.space * (0.3 if line.words else 0.5):
            chars = [_Char(" ", (0, 0), wrong=False), *chars]
        for char in chars:
            sure = self.rng.betavariate(*self.sure[char.wrong])
            end = max(clock, clock + SLOWNESS)
            line.words.append(HeardWord(char.text, clock, end, max(0.01, sure)))
            line.labels.append(char.label)
            clock = end
        if line.words and not any(line is other for other in self.lines):
            self.lines.append(line)
        return max(clock, start)

    def example(self) -> Example:
        """The call with its labels."""
        return _example(self.lines, self.mono)


def _exact(turns: Sequence[tuple[str, Sequence[SaidPiece]]], mono: bool, rng: random.Random) -> Example:
    """The exact words, a turn a line, nothing known of how sure they are."""
    lines: list[_Line] = []
    clock = 0.5
    for speaker, pieces in turns:
        line = _Line(0 if mono or speaker == "op" else 1, [], [])
        for piece in pieces:
            for char in piece.text:
                line.words.append(HeardWord(char, clock, clock + 0.13, 0.0))
                line.labels.append(label_of(piece))
                clock += 0.13
        lines.append(line)
        clock += rng.uniform(0.15, 0.6)
    return _example(lines, mono)


def _example(lines: Sequence[_Line], mono: bool) -> Example:
    spoken = [line for line in lines if any(w.text.strip() for w in line.words)]
    spoken.sort(key=lambda line: (line.words[0].start, line.channel))
    names = (None,) if mono else ("op", "cu")
    heard = [HeardSegment(tuple(ln.words), 0.0, ln.channel, names[ln.channel]) for ln in spoken]
    labels = [label for line in spoken for label in (*line.labels, (0, 0))][:-1]
    transcript = build_transcript(heard, "made", "noise channel", "0" * 64)
    table = np.array(labels, dtype=np.int64).reshape(-1, 2)
    return Example(transcript, table[:, 0], table[:, 1])
