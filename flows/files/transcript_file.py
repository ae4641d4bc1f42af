"""Read words from a file instead of from a recogniser: ``--transcript``.

Takes the JSON of faster-whisper, WhisperX and the OpenAI ``verbose_json`` with word times:
``segments[].words[]`` (or, as OpenAI writes it, one ``words[]`` next to ``segments[]``), each word with
``word``, ``start``, ``end`` and perhaps ``probability`` or ``score``.  Unknown keys are ignored; required
keys must be present and well formed, and statements that occur twice must agree
(``flows.files.transcript_order``).  A source that guarantees its times, such as a person or a forced aligner,
states the largest error of an edge in seconds next to ``segments``: ``"times_within": 0.02``.

``pipeline.given.given_words`` checks that the words are spoken at their times.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flows.files.case_file import read_json
from flows.files.transcript_order import (
    refuse_longer_than_said,
    refuse_other_text,
    refuse_out_of_order,
    shared_out,
    utterances,
)
from pipeline.audio.recording import Recording
from pipeline.errors import CaseFileError
from pipeline.given.speaking_channel import SpeakingChannel
from pipeline.hearing.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.sound.morae import fold_letters
from pipeline.third_voice import THIRD
from pipeline.types import Transcript

CHANNEL_OF_SPEAKER = {"op": 0, "cu": 1}
"""In a two-channel file channel 0 is the operator and 1 the caller."""

UNKNOWN_PROBABILITY = 1.0
"""Probability of words whose file states none: a person corrected them, or the program is sure."""

MAX_SECONDS_AFTER_END = 0.5
"""Seconds by which a word may end after the audio, because recognisers work in padded windows."""

MAX_SECONDS_OUTSIDE_SEGMENT = 1.0
"""Seconds by which a word may lie outside its segment: segment times are rounded to whole tokens or were set
before the words were aligned."""

_Object = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Listed:
    """A segment of the file with its words; ``own`` when the words are listed inside the segment."""

    entry: _Object
    words: Sequence[object]
    where: str
    own: bool


def read_transcript(path: Path, recording: Recording, call_id: str) -> Transcript:
    """Read a call's words from a file.

    Args:
        path: The JSON file.
        recording: The call that the words belong to.
        call_id: Id of the transcript.

    Returns:
        The transcript; a word without a time takes the gap between its neighbours.

    Raises:
        CaseFileError: names the place of the fault: a key is missing or of the wrong type; a text differs
            from its words; times are negative, run backwards, contradict their segment or lie after the
            audio; segments of one speaker overlap; there are more words than the recording has time for.
        CallUnsafeError: when the file contains no word.
    """
    document = _object(read_json(path, "transcript"), "transcript")
    within = _optional(document, "times_within", "transcript", math.inf)
    if within < 0:
        msg = "transcript: times_within: 負の数です"
        raise CaseFileError(msg)
    listed = _listed(document)
    refuse_longer_than_said(
        (len(each.words) for each in listed), (_text_of(each) for each in listed), recording
    )
    said = [_timed(each, recording.duration) for each in listed]
    _refuse_contradictions(document, listed, said)
    speaking = SpeakingChannel(recording) if recording.channels == 2 else None
    heard = tuple(
        segment
        for each, words in zip(listed, said, strict=True)
        for segment in _by_speaker(each, words, recording.channels, speaking)
    )
    made = build_transcript(heard, call_id, "transcript-file", recording.sha256)
    return made if math.isinf(within) else replace(made, times_within=within)


def _listed(document: _Object) -> list[_Listed]:
    """Return the segments of the file; words without segments are one segment."""
    if "segments" not in document:
        return [_Listed(document, _list(document, "words", "transcript"), "transcript", own=True)]
    entries = [_object(e, f"segments[{i}]") for i, e in enumerate(_list(document, "segments", "transcript"))]
    loose = _loose_words(document, entries)
    out = []
    for index, entry in enumerate(entries):
        where = f"segments[{index}]"
        own = "words" in entry
        words = _list(entry, "words", where) if own else loose[index]
        if not words and fold_letters(_optional_text(entry, where)):
            msg = f"transcript: {where}.words: 単語の時刻がありません"
            raise CaseFileError(msg)
        out.append(_Listed(entry, words, where, own))
    return out


def _loose_words(document: _Object, entries: Sequence[_Object]) -> list[list[object]]:
    """Assign words listed next to the segments to the segments whose text contains them.

    Times cannot decide it: segments and words are timed separately and differ by up to a second.
    """
    given: list[list[object]] = [[] for _ in entries]
    if "words" not in document or all("words" in entry for entry in entries):
        return given
    words = _list(document, "words", "transcript")
    said = [_word_text(_object(word, f"words[{i}]"), f"words[{i}]") for i, word in enumerate(words)]
    if any("words" in entry for entry in entries):
        msg = "transcript: words: 単語がsegmentsの中と外の両方にあります"
        raise CaseFileError(msg)
    texts = [_optional_text(entry, f"segments[{i}]") for i, entry in enumerate(entries)]
    for word, index in zip(words, shared_out(said, texts), strict=True):
        given[index].append(word)
    return given


def _timed(listed: _Listed, duration: float) -> list[HeardWord]:
    """Give every word a time; WhisperX omits it for words that it cannot align, such as digits.

    A word without a time takes the whole gap between its neighbours, so that a mask over it covers it
    wherever it is spoken.
    """
    first, last = _bounds(listed, duration)
    where = listed.where
    words = [_object(word, f"{where}.words[{i}]") for i, word in enumerate(listed.words)]
    starts = [_time(word, "start", f"{where}.words[{i}]") for i, word in enumerate(words)]
    ends = [_time(word, "end", f"{where}.words[{i}]") for i, word in enumerate(words)]
    before, after = _nearest_ends(ends, first), _nearest_starts(starts)
    timed = []
    for i, word in enumerate(words):
        name = f"{where}.words[{i}]"
        start = before[i] if (given := starts[i]) is None else given
        end = max(start, last if after[i] is None else after[i] or 0.0) if (e := ends[i]) is None else e
        if not 0 <= start <= end:
            msg = f"transcript: {name}: start が負か end より後です"
            raise CaseFileError(msg)
        if end > duration + MAX_SECONDS_AFTER_END:
            msg = f"transcript: {name}: end が音声の終わりより{min(end - duration, 1e6):.1f}秒後です"
            raise CaseFileError(msg)
        if (
            listed.own
            and not first - MAX_SECONDS_OUTSIDE_SEGMENT <= start <= end <= last + MAX_SECONDS_OUTSIDE_SEGMENT
        ):
            msg = f"transcript: {name}: 時刻が {where} の start から end の外にあります"
            raise CaseFileError(msg)
        score = _optional(word, "score", name, UNKNOWN_PROBABILITY)
        probability = min(1.0, max(0.0, _optional(word, "probability", name, score)))
        timed.append(HeardWord(_word_text(word, name), min(start, duration), min(end, duration), probability))
    return timed


def _bounds(listed: _Listed, duration: float) -> tuple[float, float]:
    """Return a segment's own start and end, which must be valid."""
    first = _optional(listed.entry, "start", listed.where, 0.0)
    last = _optional(listed.entry, "end", listed.where, max(first, duration))
    if not 0 <= first <= last:
        msg = f"transcript: {listed.where}: start が負か end より後です"
        raise CaseFileError(msg)
    if listed.own and last > duration + MAX_SECONDS_AFTER_END and listed.entry.get("end") is not None:
        msg = f"transcript: {listed.where}: end が音声の終わりより{min(last - duration, 1e6):.1f}秒後です"
        raise CaseFileError(msg)
    return first, last


def _nearest_ends(ends: Sequence[float | None], first: float) -> list[float]:
    """Return for each word the end of the nearest earlier word that has a time."""
    out, reached = [], first
    for end in ends:
        out.append(reached)
        reached = reached if end is None else end
    return out


def _nearest_starts(starts: Sequence[float | None]) -> list[float | None]:
    """Return for each word the start of the nearest later word that has a time."""
    out: list[float | None] = []
    coming: float | None = None
    for start in reversed(starts):
        out.append(coming)
        coming = coming if start is None else start
    return out[::-1]


def _refuse_contradictions(
    document: _Object, listed: Sequence[_Listed], said: Sequence[Sequence[HeardWord]]
) -> None:
    """Refuse a file whose text and words, or whose order and times, contradict each other."""
    texts = ["".join(word.text for word in words) for words in said]
    for each, text in zip(listed, texts, strict=True):
        refuse_other_text(_optional_text(each.entry, each.where), text, each.where)
    whole = _optional_text(document, "transcript")
    if "segments" in document:
        refuse_other_text(whole, "".join(texts), "transcript")
    lanes: dict[tuple[object, object], list[tuple[Sequence[HeardWord], str]]] = {}
    for each, words in zip(listed, said, strict=True):
        for lane, at, run in _lanes(each, words):
            name = f"{each.where}.words[{at}]" if each.own else f"{each.where}: words[…]"
            lanes.setdefault(lane, []).append((run, name))
    for runs in lanes.values():
        refuse_out_of_order(runs)


def _lanes(
    listed: _Listed, words: Sequence[HeardWord]
) -> Iterator[tuple[tuple[object, object], int, Sequence[HeardWord]]]:
    """Group a segment's words by speaker, each group with the index of its first word."""
    who = [_who(listed.entry, word) for word in map(_as_object, listed.words)]
    at = 0
    for lane, run in itertools.groupby(who):
        count = len(list(run))
        yield lane, at, words[at : at + count]
        at += count


def _as_object(word: object) -> _Object:
    return word if isinstance(word, dict) else {}


def _who(entry: _Object, word: _Object) -> tuple[str, str]:
    """Return channel and speaker as the file has them, unchecked."""
    return repr(word.get("channel", entry.get("channel"))), repr(word.get("speaker", entry.get("speaker")))


def _by_speaker(
    listed: _Listed, words: Sequence[HeardWord], channels: int, speaking: SpeakingChannel | None
) -> Iterator[HeardSegment]:
    """Split a segment where its words change speaker or channel, and where it is longer than an utterance."""
    entry, where = listed.entry, listed.where
    silent = _optional(entry, "no_speech_prob", where, 0.0)
    placed = [_place(entry, _as_object(word), where, channels) for word in listed.words]
    if speaking is not None and any(channel is None for channel, _ in placed):
        by_sound = speaking.of([(word.start, word.end) for word in words])
        placed = [(b if c is None else c, s) for (c, s), b in zip(placed, by_sound, strict=True)]
    for (channel, speaker), run in itertools.groupby(
        zip(placed, words, strict=True), key=lambda pair: pair[0]
    ):
        on = channel or 0
        who = ("op", "cu")[on] if speaker is None and channels == 2 else speaker
        for part in utterances([word for _, word in run]):
            yield HeardSegment(tuple(part), silent, on, who)


def _place(entry: _Object, word: _Object, where: str, channels: int) -> tuple[int | None, str | None]:
    """Return channel and speaker of a word as far as the file says."""
    speaker = word.get("speaker", entry.get("speaker"))
    known = speaker if isinstance(speaker, str) and speaker in {*CHANNEL_OF_SPEAKER, THIRD} else None
    channel = word.get("channel", entry.get("channel"))
    if channel is None:
        # A third person speaks on either side, or on both when the phone is passed round.
        return (CHANNEL_OF_SPEAKER.get(known) if known and channels == 2 else None), known
    if isinstance(channel, bool) or not isinstance(channel, int) or not 0 <= channel < channels:
        msg = f"transcript: {where}: channel: この音声のチャンネル番号ではありません"
        raise CaseFileError(msg)
    return channel, known


def _text_of(listed: _Listed) -> Iterator[str]:
    return (
        _word_text(_object(word, name), name)
        for i, word in enumerate(listed.words)
        for name in (f"{listed.where}.words[{i}]",)
    )


def _word_text(word: _Object, where: str) -> str:
    text = word.get("word")
    if not isinstance(text, str) or not _is_unicode(text):
        msg = f"transcript: {where}.word: 文字列ではありません"
        raise CaseFileError(msg)
    # A newline separates utterances in the transcript, so neither it nor any character that is read
    # as a word may contain a line end.
    return text.replace("\n", " ").replace("\r", " ")


def _optional_text(entry: _Object, where: str) -> str:
    text = entry.get("text")
    if text is None:
        return ""
    if not isinstance(text, str) or not _is_unicode(text):
        msg = f"transcript: {where}.text: 文字列ではありません"
        raise CaseFileError(msg)
    return text


def _is_unicode(text: str) -> bool:
    """Return whether a text can be encoded: JSON allows half of a surrogate pair."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _object(value: object, where: str) -> _Object:
    if not isinstance(value, dict):
        msg = f"transcript: {where}: オブジェクトではありません"
        raise CaseFileError(msg)
    return value


def _list(entry: _Object, key: str, where: str) -> list[object]:
    value = entry.get(key)
    if not isinstance(value, list):
        msg = f"transcript: {where}.{key}: 配列ではありません"
        raise CaseFileError(msg)
    return value


def _time(entry: _Object, key: str, where: str) -> float | None:
    return None if entry.get(key) is None else _number(entry, key, where)


def _optional(entry: _Object, key: str, where: str, default: float) -> float:
    return default if entry.get(key) is None else _number(entry, key, where)


def _number(entry: _Object, key: str, where: str) -> float:
    value = entry.get(key)
    # Compared, not converted: an integer of a thousand digits does not fit into a float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_NUMBER:
        msg = f"transcript: {where}.{key}: 数ではありません"
        raise CaseFileError(msg)
    return float(value)


MAX_NUMBER = 1e9
"""Largest number accepted: thirty years in seconds."""
