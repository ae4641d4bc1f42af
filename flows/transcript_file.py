"""Words from a file instead of from a recogniser: ``--transcript``.

Takes the JSON of faster-whisper, WhisperX and the OpenAI ``verbose_json`` with word times:
``segments[].words[]`` (or, as OpenAI writes it, one ``words[]`` beside ``segments[]``), each
word with ``word``, ``start``, ``end`` and perhaps ``probability`` or ``score``.  Keys that a
program adds for itself are passed over; what is needed must be there and well formed.  A source
that vouches for its times, as a person or a forced aligner may, says so beside ``segments``:
``"times_within": 0.02``, the seconds that an edge may be off.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from flows.case_file import read_json
from pipeline.audio import Recording
from pipeline.errors import CaseFileError
from pipeline.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.types import Transcript

__all__ = ["read_transcript"]

CHANNEL_OF_SPEAKER = {"op": 0, "cu": 1}
"""In a two-channel file channel 0 is the operator and 1 the caller (contract section 2)."""

UNKNOWN_PROBABILITY = 1.0
"""Of words whose file gives none: such files are corrected by people, or the program is sure."""

AFTER_THE_END = 0.5
"""Seconds by which a word may end after the audio: recognisers work in padded windows."""


def read_transcript(path: Path, recording: Recording, call_id: str) -> Transcript:
    """Read a call's words from a file.

    Args:
        path: The JSON file.
        recording: The call that the words belong to.
        call_id: Goes into the transcript.

    Returns:
        The transcript; words without a time of their own take what their neighbours leave.

    Raises:
        CaseFileError: names the malformed key; or the words end after the audio does.
        CallUnsafeError: when the file holds no word at all.
    """
    document = _object(read_json(path, "transcript"), "transcript")
    within = _optional(document, "times_within", "transcript", math.inf)
    if within < 0:
        msg = "transcript: times_within: 負の数です"
        raise CaseFileError(msg)
    heard = tuple(_segments(document, recording))
    made = build_transcript(heard, call_id, "transcript-file", recording.sha256)
    return made if math.isinf(within) else replace(made, times_within=within)


def _segments(document: Mapping[str, object], recording: Recording) -> Iterator[HeardSegment]:
    entries = _list(document, "segments", "transcript") if "segments" in document else [document]
    loose = _loose_words(document, entries)
    for index, value in enumerate(entries):
        where = f"segments[{index}]"
        entry = _object(value, where)
        raw = _list(entry, "words", where) if "words" in entry else loose[index]
        if not raw and isinstance(text := entry.get("text"), str) and text.strip():
            msg = f"transcript: {where}.words: 単語の時刻がありません"
            raise CaseFileError(msg)
        words = [_object(word, f"{where}.words[{i}]") for i, word in enumerate(raw)]
        yield from _by_speaker(entry, words, where, recording)


def _loose_words(document: Mapping[str, object], entries: Sequence[object]) -> list[list[object]]:
    """The words that stand beside the segments, each given to the segment that it begins in.

    A word between two segments goes to the earlier one: none may be lost.
    """
    given: list[list[object]] = [[] for _ in entries]
    if "words" not in document or "segments" not in document or not entries:
        return given
    starts = [_number(_object(e, f"segments[{i}]"), "start", f"segments[{i}]") for i, e in enumerate(entries)]
    for index, value in enumerate(_list(document, "words", "transcript")):
        word = _object(value, f"words[{index}]")
        middle = (_number(word, "start", f"words[{index}]") + _number(word, "end", f"words[{index}]")) / 2
        given[max(0, bisect.bisect_right(starts, middle) - 1)].append(value)
    return given


def _by_speaker(
    entry: Mapping[str, object], words: Sequence[Mapping[str, object]], where: str, recording: Recording
) -> Iterator[HeardSegment]:
    """Split a segment where its words change speaker or channel."""
    timed = _timed(entry, words, where, recording.duration)
    placed = [_place(entry, word, where, recording.channels) for word in words]
    for (channel, speaker), run in itertools.groupby(
        zip(placed, timed, strict=True), key=lambda pair: pair[0]
    ):
        yield HeardSegment(
            tuple(word for _, word in run),
            _optional(entry, "no_speech_prob", where, 0.0),
            channel,
            speaker,
        )


def _timed(
    entry: Mapping[str, object], words: Sequence[Mapping[str, object]], where: str, duration: float
) -> list[HeardWord]:
    """Words with times; WhisperX leaves them out for words that it cannot align, such as digits.

    A word without time takes the whole gap between its neighbours, so that a mask over it
    covers wherever it sounds.
    """
    first = _optional(entry, "start", where, 0.0)
    last = _optional(entry, "end", where, duration)
    starts = [_time(word, "start", f"{where}.words[{i}]") for i, word in enumerate(words)]
    ends = [_time(word, "end", f"{where}.words[{i}]") for i, word in enumerate(words)]
    timed = []
    for i, word in enumerate(words):
        name = f"{where}.words[{i}]"
        start, end = starts[i], ends[i]
        if start is None:
            start = next((e for e in reversed(ends[:i]) if e is not None), first)
        if end is None:
            end = next((s for s in starts[i + 1 :] if s is not None), max(last, start))
        if not 0 <= start <= end:
            msg = f"transcript: {name}: start が負か end より後です"
            raise CaseFileError(msg)
        if end > duration + AFTER_THE_END:
            msg = f"transcript: {name}: end が音声の終わりより{end - duration:.1f}秒後です"
            raise CaseFileError(msg)
        text = word.get("word")
        if not isinstance(text, str):
            msg = f"transcript: {name}.word: 文字列ではありません"
            raise CaseFileError(msg)
        score = _optional(word, "score", name, UNKNOWN_PROBABILITY)
        probability = min(1.0, max(0.0, _optional(word, "probability", name, score)))
        # A newline separates utterances in the transcript and may not stand inside one, nor what is
        # read as one from a file.
        text = text.replace("\n", " ").replace("\r", " ")
        timed.append(HeardWord(text, min(start, duration), min(end, duration), probability))
    return timed


def _place(
    entry: Mapping[str, object], word: Mapping[str, object], where: str, channels: int
) -> tuple[int, str | None]:
    speaker = word.get("speaker", entry.get("speaker"))
    known = speaker if isinstance(speaker, str) and speaker in CHANNEL_OF_SPEAKER else None
    channel = word.get("channel", entry.get("channel"))
    if channel is None:
        channel = CHANNEL_OF_SPEAKER[known] if known and channels == 2 else 0
    if isinstance(channel, bool) or not isinstance(channel, int) or not 0 <= channel < channels:
        msg = f"transcript: {where}: channel: この音声のチャンネル番号ではありません"
        raise CaseFileError(msg)
    if known is None and channels == 2:
        known = ("op", "cu")[channel]
    return channel, known


def _object(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        msg = f"transcript: {where}: オブジェクトではありません"
        raise CaseFileError(msg)
    return value


def _list(entry: Mapping[str, object], key: str, where: str) -> list[object]:
    value = entry.get(key)
    if not isinstance(value, list):
        msg = f"transcript: {where}.{key}: 配列ではありません"
        raise CaseFileError(msg)
    return value


def _time(entry: Mapping[str, object], key: str, where: str) -> float | None:
    return None if entry.get(key) is None else _number(entry, key, where)


def _optional(entry: Mapping[str, object], key: str, where: str, default: float) -> float:
    return default if entry.get(key) is None else _number(entry, key, where)


def _number(entry: Mapping[str, object], key: str, where: str) -> float:
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        msg = f"transcript: {where}.{key}: 数ではありません"
        raise CaseFileError(msg)
    return float(value)
