"""Training examples: transcripts whose every character has a kind and a party.

They come from two places: calls that were really spoken, sent through the telephone chain and
recognised (``from_heard``), and scripts garbled by the noise channel (``from_script``).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.readings import Reader
from models.tagger.align_labels import LabelledMora, carry_over
from models.tagger.noise import NoiseRates, Respeller, garble_digits, garble_morae
from pipeline.sound import fold_kana, morae
from pipeline.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.types import Transcript

__all__ = ["KINDS", "PARTIES", "Example", "from_heard", "from_script"]

KINDS = ("O", "NAME", "ADDRESS", "PHONE", "CONFIDENTIAL")
PARTIES = ("O", "third", "requester", "operator", "company")


@dataclass(frozen=True, slots=True)
class Example:
    """A transcript with labels: indices into ``KINDS`` and ``PARTIES``, one per character."""

    transcript: Transcript
    kinds: NDArray[np.int64]
    parties: NDArray[np.int64]


class SaidPiece(Protocol):
    """What ``from_script`` needs of a piece of a turn (``sample_audio.slots.Said``)."""

    @property
    def text(self) -> str:
        """As written."""

    @property
    def reading(self) -> str:
        """Katakana."""

    @property
    def slot(self) -> Any:
        """Whose data of which kind it is, or ``None``."""


def from_heard(transcript: Transcript, truth: Mapping[str, Any], reader: Reader) -> Example:
    """Label what a recogniser wrote by aligning it with what was said.

    Args:
        transcript: Recognised from the call's audio.
        truth: The call's truth.json: script and spans with times.
        reader: Reads both.

    Returns:
        The example.
    """
    kinds = np.zeros(len(transcript.text), dtype=np.int64)
    parties = kinds.copy()
    spans = truth["spans"]
    line = reader.line(transcript.text)
    times, channels = _mora_times(transcript, [c.start for c in line.chars])
    for channel in sorted(set(channels)):
        speaker = {0: "op", 1: "cu"}[channel] if truth["layout"] == "stereo" else None
        said = _said(truth, spans, speaker, reader)
        here = [i for i, c in enumerate(channels) if c == channel]
        labels = carry_over(said, [line.morae[i] for i in here], [times[i] for i in here])
        for index, label in zip(here, labels, strict=True):
            if label:
                chars = line.chars[index]
                kinds[chars.start : chars.end] = KINDS.index(spans[label - 1]["kind"])
                parties[chars.start : chars.end] = PARTIES.index(spans[label - 1]["party"])
    return Example(transcript, _closed(kinds, transcript), _closed(parties, transcript))


def _mora_times(transcript: Transcript, starts: Sequence[int]) -> tuple[list[float], list[int]]:
    time_of = np.zeros(len(transcript.text))
    channel_of = np.zeros(len(transcript.text), dtype=int)
    for segment in transcript.segments:
        channel_of[segment.chars.start : segment.chars.end] = segment.channel
        for word in segment.words:
            width = max(1, word.chars.end - word.chars.start)
            for k in range(width):
                time_of[word.chars.start + k] = word.time.start + word.time.duration * (k + 0.5) / width
    return [float(time_of[s]) for s in starts], [int(channel_of[s]) for s in starts]


def _said(
    truth: Mapping[str, Any], spans: Sequence[Mapping[str, Any]], speaker: str | None, reader: Reader
) -> list[LabelledMora]:
    """The script as labelled morae; a label is the span's number from 1."""
    out: list[LabelledMora] = []
    for turn in truth["script"]:
        if speaker is not None and turn["speaker"] != speaker:
            continue
        inside = [
            (number, span)
            for number, span in enumerate(spans, 1)
            if span["speaker"] == turn["speaker"] and turn["start"] - 0.01 <= span["start"] < turn["end"]
        ]
        out.extend(_turn_morae(turn, inside, reader))
    return sorted(out, key=lambda m: m.time)


def _turn_morae(
    turn: Mapping[str, Any], inside: Sequence[tuple[int, Mapping[str, Any]]], reader: Reader
) -> list[LabelledMora]:
    out: list[LabelledMora] = []
    at, clock = 0, float(turn["start"])
    for number, span in inside:
        found = turn["text"].find(span["surface"], at)
        literal = turn["text"][at : found if found >= 0 else at]
        out.extend(_spread(reader.kana(literal), clock, span["start"], 0))
        out.extend(
            _spread(
                fold_kana(span["reading"]) or reader.kana(span["surface"]), span["start"], span["end"], number
            )
        )
        at = found + len(span["surface"]) if found >= 0 else at
        clock = span["end"]
    out.extend(_spread(reader.kana(turn["text"][at:]), clock, turn["end"], 0))
    return out


def _spread(kana: str, start: float, end: float, label: int) -> list[LabelledMora]:
    units = morae(kana)
    step = max(0.0, end - start) / max(1, len(units))
    return [LabelledMora(m, start + (k + 0.5) * step, label) for k, m in enumerate(units)]


def _closed(labels: NDArray[np.int64], transcript: Transcript) -> NDArray[np.int64]:
    """Give characters without a sound (commas, hyphens) the label both neighbours share."""
    out = labels.copy()
    for at, char in enumerate(transcript.text):
        if (
            char in "、。,. -−ー・"
            and 0 < at < len(out) - 1
            and not out[at]
            and out[at - 1] == labels[at + 1]
        ):
            out[at] = out[at - 1]
    return out


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
    comma = rng.choice((0.0, 0.3, 1.0)) if rates else 1.0
    writer = _Writer(rates, respeller, reader, rng, comma) if rates else None
    utterances: list[tuple[str | None, list[_Written]]] = []
    for speaker, pieces in turns:
        said = [_Written(writer.text(p) if writer else p.text, *_labels(p)) for p in pieces]
        joins = mono and utterances and rng.random() < 0.45
        if joins:
            utterances[-1][1].extend(said)
        else:
            utterances.append((None if mono else speaker, said))
    return _assembled(utterances, mono, known=rates is not None, rng=rng)


class _Written(NamedTuple):
    """A piece as the recogniser would write it, with its labels."""

    text: str
    kind: int
    party: int


def _labels(piece: SaidPiece) -> tuple[int, int]:
    if piece.slot is None:
        return 0, 0
    return KINDS.index(piece.slot.kind), PARTIES.index(piece.slot.party)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes one call's pieces down as a recogniser would.

    ``comma`` is the share of punctuation it writes; ``names`` how a name was spelt before, since
    a recogniser often repeats its own spelling.
    """

    rates: NoiseRates
    respeller: Respeller
    reader: Reader
    rng: random.Random
    comma: float
    names: dict[str, str] = field(default_factory=dict)

    def text(self, piece: SaidPiece) -> str:
        """What is written for a piece."""
        if piece.slot is None:
            return self._plain(piece.text)
        if piece.slot.what.startswith(("phone", "addr.zip", "addr.block")) or (
            piece.slot.kind == "ADDRESS" and self.rng.random() < 0.3
        ):
            return garble_digits(piece.text, self.rates, self.rng) or piece.text
        key = piece.reading
        if key in self.names and self.rng.random() < 0.35:
            return self.names[key]
        sounds = morae(key)
        heard = garble_morae(sounds, self.rates, self.rng)
        respelt = heard != sounds or self.rng.random() < self.rates.respell
        self.names[key] = (self.respeller.spell(heard, self.rng) if respelt else "") or piece.text
        return self.names[key]

    def _plain(self, text: str) -> str:
        out: list[str] = []
        for token in self.reader.tokens(text):
            surface = text[token.chars.start : token.chars.end]
            if surface in "、。？！「」・" and surface:
                written = self.rng.random() < self.comma and surface in "、。？"
                out.append(surface if written else "")
            elif token.kana and self.rng.random() < self.rates.word:
                sounds = morae(token.kana)
                if self.rng.random() < 0.6:
                    sounds = garble_morae(sounds, self.rates, self.rng)
                out.append(self.respeller.spell(sounds, self.rng))
            else:
                out.append(surface)
        return "".join(out)


def _assembled(
    utterances: Sequence[tuple[str | None, Sequence[_Written]]],
    mono: bool,
    *,
    known: bool,
    rng: random.Random,
) -> Example:
    heard: list[HeardSegment] = []
    kinds: list[int] = []
    parties: list[int] = []
    clock = 0.5
    for speaker, said in utterances:
        words: list[HeardWord] = []
        for text, kind, party in said:
            for char in text:
                # As counted on real runs: names are only a little less sure than the rest (model card).
                sure = rng.betavariate(1.6, 0.75) if kind else rng.betavariate(1.9, 0.65)
                words.append(HeardWord(char, clock, clock + 0.13, max(0.01, sure) if known else 0.0))
                clock += 0.13
                kinds.append(kind)
                parties.append(party)
            clock += rng.choice((0.0, 0.0, 0.1, 0.3))
        if any(w.text.strip() for w in words):
            heard.append(HeardSegment(tuple(words), 0.0, 0 if mono or speaker == "op" else 1, speaker))
            kinds.append(0)
            parties.append(0)
        elif words:
            del kinds[-len(words) :], parties[-len(words) :]
        clock += rng.uniform(0.15, 0.6)
    transcript = build_transcript(heard, "made", "noise channel", "0" * 64)
    return Example(transcript, np.array(kinds[:-1], dtype=np.int64), np.array(parties[:-1], dtype=np.int64))
