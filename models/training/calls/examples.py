"""Training examples: transcripts whose every character has a kind and a party.

They come from two places: calls that were really spoken, sent through the telephone chain and
recognised (``from_heard``), and scripts garbled by the noise channel (``models.training.tagging.garble``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language.readings import Reader
from models.training.calls.align_labels import LabelledMora, carry_over
from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.sound.morae import Mora, fold_kana, morae
from pipeline.types import CharSpan, Transcript

KINDS = ("O", "NAME", "ADDRESS", "PHONE", "CONFIDENTIAL")
PARTIES = ("O", "third", "requester", "operator", "company")

NEAR = 0.3
"""Seconds by which words may be off the turn they belong to."""


@dataclass(frozen=True, slots=True)
class Example:
    """A transcript with labels: indices into ``KINDS`` and ``PARTIES``, one per character."""

    transcript: Transcript
    kinds: NDArray[np.int64]
    parties: NDArray[np.int64]


def said_then(
    truth: CallTruth, times: NDArray[np.float64], channels: NDArray[np.int64], around: tuple[float, float]
) -> Iterator[tuple[TruthSpan, NDArray[np.bool_]]]:
    """Whose data is being said at some moments.

    Args:
        truth: Of the call.
        times: The moments, in seconds.
        channels: On which each of them is heard; shape as ``times``.
        around: Seconds before a span's start and after its end that are its own; less than none at its ends.

    Yields:
        Each span, in order, and which of the moments are its.
    """
    for span in truth.spans:
        begins, ends = span.time.start - around[0], span.time.end + around[1]
        yield span, (times >= begins) & (times <= ends) & (channels == span.channel(truth.channels))


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
    for channel, said, sounds, chars, times in spoken_and_heard(transcript, truth, reader):
        labels = carry_over(said, sounds, times)
        echo = [i for i, time in enumerate(times) if not labels[i] and _only_other(time, channel, truth)]
        if echo:
            # What the other side said, heard on this channel too, is theirs as much here.
            other = _said(truth, spans, ("cu", "op")[channel], reader)
            labels[echo] = carry_over(other, [sounds[i] for i in echo], [times[i] for i in echo])
        for label, where in zip(labels, chars, strict=True):
            if label:
                kinds[where.start : where.end] = KINDS.index(spans[label - 1]["kind"])
                parties[where.start : where.end] = PARTIES.index(spans[label - 1]["party"])
    return Example(transcript, _closed(kinds, transcript), _closed(parties, transcript))


def spoken_and_heard(
    transcript: Transcript, truth: Mapping[str, Any], reader: Reader
) -> Iterator[tuple[int, list[LabelledMora], list[Mora], list[CharSpan], list[float]]]:
    """What was said and what was heard, channel by channel.

    Args:
        transcript: Recognised from the call's audio.
        truth: The call's truth.json: script and spans with times.
        reader: Reads both.

    Yields:
        The channel, the script's morae (a label is the span's number from 1), the heard ones, the characters
        each of those is written with, and their times in seconds.
    """
    line = reader.line(transcript.text)
    times, channels = _mora_times(transcript, [c.start for c in line.chars])
    for channel in sorted(set(channels)):
        speaker = {0: "op", 1: "cu"}[channel] if truth["layout"] == "stereo" else None
        here = [i for i, c in enumerate(channels) if c == channel]
        yield (
            channel,
            _said(truth, truth["spans"], speaker, reader),
            [line.morae[i] for i in here],
            [line.chars[i] for i in here],
            [times[i] for i in here],
        )


def _only_other(time: float, channel: int, truth: Mapping[str, Any]) -> bool:
    """Whether only the other side of a two-channel call speaks at a time in seconds."""
    if truth["layout"] != "stereo":
        return False
    own = ("op", "cu")[channel]
    near = {t["speaker"] for t in truth["script"] if t["start"] - NEAR <= time <= t["end"] + NEAR}
    return bool(near) and own not in near


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
