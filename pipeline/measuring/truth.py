"""Read the truth of a made-up call: its words with their times, and the owners of the data in them.

The source is ``truth.json``.  Only measuring imports this module, no step of masking.
"""

from __future__ import annotations

import functools
import itertools
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import CaseFileError
from pipeline.kinds import FURTHER_KINDS
from pipeline.third_voice import THIRD
from pipeline.types import CharSpan, TimeSpan

KINDS = ("NAME", "ADDRESS", "PHONE", "CONFIDENTIAL", "EMAIL_ADDRESS", *FURTHER_KINDS)
"""Kinds of data in a truth, in the order of tables."""
PARTIES = ("third", "requester", "operator", "company")
"""Parties of a truth."""

NAME_KINDS = ("full", "surname", "given", "katakana", "short", "spelled", "other")
"""Kinds of names, in the order of tables (``pipeline.measuring.name_kinds``)."""

TIME_TOLERANCE_SECONDS = 0.01
"""Greatest error of a truth's times: the length of a frame of ``pipeline.measuring.frames``."""

_CHANNEL_OF_SPEAKER = {"op": 0, "cu": 1, THIRD: 1}
KIND_ALIASES = {"EMAIL": "PHONE"}
"""Kinds of a script that count as another: a spoken mail address counts as a number."""


@dataclass(frozen=True, slots=True)
class TruthSpan:
    """A stretch with spoken data of a party.

    Attributes:
        time: Its stretch of the recording.
        speaker: ``"op"``, ``"cu"`` or ``"third"`` (a third person on the caller's telephone).
        kind: Kind of data (``KINDS``).
        party: Owner of the data (``PARTIES``).
        surface: Its spelling in the script, which may not hold it literally.
        reading: Its katakana; "" where the truth states none.
        name_kind: Kind of name (``NAME_KINDS``); "" where it is unknown or the span is no name.
    """

    time: TimeSpan
    speaker: str
    kind: str
    party: str
    surface: str = field(default="", repr=False)
    reading: str = field(default="", repr=False)
    name_kind: str = ""

    @property
    def must_mask(self) -> bool:
        """Whether it is a third party's data, or a company secret, said by anybody."""
        return self.party == "third" or self.kind == "CONFIDENTIAL"

    @property
    def must_keep(self) -> bool:
        """Whether it is the requester's own data; staff and company are a choice of the policy."""
        return self.party == "requester" and not self.must_mask

    def channel(self, channels: int) -> int:
        """Return the index of its channel in a file with ``channels`` channels."""
        return channel_of(self.speaker, channels)


PlacedSpan = tuple[CharSpan, TruthSpan]
"""Characters of a turn, and the span that they spell."""


@dataclass(frozen=True, slots=True)
class TruthTurn:
    """One turn of the script."""

    time: TimeSpan
    speaker: str
    text: str = field(repr=False)

    def channel(self, channels: int) -> int:
        """Return the index of its channel in a file with ``channels`` channels."""
        return channel_of(self.speaker, channels)


@dataclass(frozen=True, slots=True)
class CallTruth:
    """The truth of one call, in order of start time; ``voices`` pairs each speaker with a named voice."""

    call_id: str
    layout: str
    duration: float
    spans: tuple[TruthSpan, ...]
    script: tuple[TruthTurn, ...] = field(repr=False)
    voices: tuple[tuple[str, str], ...] = ()

    @property
    def channels(self) -> int:
        """Number of audio channels."""
        return 2 if self.layout == "stereo" else 1

    @property
    def third_turns(self) -> tuple[TruthTurn, ...]:
        """Turns of a third person on the caller's telephone."""
        return tuple(turn for turn in self.script if turn.speaker == THIRD)

    @property
    def has_third_party(self) -> bool:
        """Whether some span is a third party's."""
        return any(span.party == "third" for span in self.spans)


def read_truth(document: Mapping[str, object], call_id: str | None = None) -> CallTruth:
    """Check a ``truth.json`` and turn it into values.

    Args:
        document: The parsed JSON.
        call_id: Replaces the document's own ``call_id``; pass the file's stem.

    Returns:
        The truth, spans and turns in order of start time.

    Raises:
        CaseFileError: a key is missing or malformed; the message names the key, never the value.
    """
    spans = tuple(_read_span(entry, where) for entry, where in _entries(document, "spans"))
    script = tuple(_read_turn(entry, where) for entry, where in _entries(document, "script"))
    return CallTruth(
        call_id=call_id if call_id is not None else _text(document, "call_id", ""),
        layout=_choice(document, "layout", "", ("mono", "stereo")),
        duration=_number(document, "duration", ""),
        spans=tuple(sorted(spans, key=lambda span: span.time)),
        script=tuple(sorted(script, key=lambda turn: turn.time)),
        voices=_read_voices(document),
    )


def _read_voices(document: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return speakers with their voices, in the order op, cu, third; any of them may be missing."""
    voices = document.get("voices", {})
    if not isinstance(voices, Mapping) or not set(voices) <= set(_CHANNEL_OF_SPEAKER):
        msg = f"truth: voices: {'・'.join(_CHANNEL_OF_SPEAKER)} をキーとするオブジェクトではありません"
        raise CaseFileError(msg)
    return tuple(
        (speaker, _text(voices, speaker, "voices")) for speaker in _CHANNEL_OF_SPEAKER if speaker in voices
    )


def _read_span(entry: Mapping[str, object], where: str) -> TruthSpan:
    return TruthSpan(
        time=_time(entry, where),
        speaker=_choice(entry, "speaker", where, tuple(_CHANNEL_OF_SPEAKER)),
        kind=KIND_ALIASES.get(_text(entry, "kind", where)) or _choice(entry, "kind", where, KINDS),
        party=_choice(entry, "party", where, PARTIES),
        surface=_text(entry, "surface", where, default=""),
        reading=_text(entry, "reading", where, default=""),
        name_kind=_choice(entry, "name_kind", where, NAME_KINDS) if "name_kind" in entry else "",
    )


def _read_turn(entry: Mapping[str, object], where: str) -> TruthTurn:
    return TruthTurn(
        time=_time(entry, where),
        speaker=_choice(entry, "speaker", where, tuple(_CHANNEL_OF_SPEAKER)),
        text=_text(entry, "text", where),
    )


def channel_of(speaker: str, channels: int) -> int:
    """Return the channel of a speaker in a file with ``channels`` channels."""
    return min(_CHANNEL_OF_SPEAKER[speaker], channels - 1)


def _entries(document: Mapping[str, object], key: str) -> list[tuple[Mapping[str, object], str]]:
    """Return the objects of the list under ``key``, each with its name for error messages."""
    value = document.get(key)
    if not isinstance(value, list):
        msg = f"truth: {key}: リストではありません"
        raise CaseFileError(msg)
    named = [(entry, f"{key}[{index}]") for index, entry in enumerate(value)]
    for entry, where in named:
        if not isinstance(entry, Mapping):
            msg = f"truth: {where}: オブジェクトではありません"
            raise CaseFileError(msg)
    return named


def _name(where: str, key: str) -> str:
    """Return a key's name for error messages: ``spans[3].start``, or ``duration`` at the top."""
    return f"{where}.{key}" if where else key


def _number(entry: Mapping[str, object], key: str, where: str) -> float:
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        msg = f"truth: {_name(where, key)}: 数ではありません"
        raise CaseFileError(msg)
    return float(value)


def _text(entry: Mapping[str, object], key: str, where: str, default: str | None = None) -> str:
    value = entry.get(key, default)
    if not isinstance(value, str):
        msg = f"truth: {_name(where, key)}: 文字列ではありません"
        raise CaseFileError(msg)
    return value


def _choice(entry: Mapping[str, object], key: str, where: str, allowed: tuple[str, ...]) -> str:
    value = _text(entry, key, where)
    if value not in allowed:
        msg = f"truth: {_name(where, key)}: {'・'.join(allowed)} のどれでもありません"
        raise CaseFileError(msg)
    return value


def _time(entry: Mapping[str, object], where: str) -> TimeSpan:
    start, end = _number(entry, "start", where), _number(entry, "end", where)
    if not 0 <= start <= end:
        msg = f"truth: {where}: start が負か end より後です"
        raise CaseFileError(msg)
    return TimeSpan(start, end)


def exact_transcript(truth: CallTruth) -> dict[str, object]:
    """Return the transcript of a perfect recogniser, with one word for each character.

    The characters of a span's surface share its stretch evenly, the others the time around the spans:

        turn    |あ の |伊    藤 |さ ん が|        (equal steps within each stretch)
        span           [12.4 13.1]

    A surface that does not occur in the turn (digits spoken differently) anchors nothing; characters then
    spread over its stretch in proportion.

    Args:
        truth: The truth of the call.

    Returns:
        The JSON of ``--transcript``: ``segments[]`` with ``start``, ``end``, ``text``,
        ``speaker``, ``channel`` and ``words[]`` of ``word``, ``start``, ``end``, ``probability``,
        ``speaker``, ``channel``.  White space is dropped; times never run backwards.

    Raises:
        CaseFileError: the truth has no script.
    """
    if not any(turn.text.strip() for turn in truth.script):
        msg = "truth: script: 言葉がありません"
        raise CaseFileError(msg)
    segments = [
        _segment(turn, spans, truth.channels)
        for turn, spans in zip(truth.script, _spans_by_turn(truth), strict=True)
        if turn.text.strip()
    ]
    text = "".join(str(segment["text"]) for segment in segments)
    return {
        "language": "ja",
        "duration": truth.duration,
        "text": text,
        "segments": segments,
        "times_within": TIME_TOLERANCE_SECONDS,
    }


def placed_spans(truth: CallTruth) -> tuple[tuple[PlacedSpan, ...], ...]:
    """Find the characters of each span in its turn.

    Args:
        truth: The truth of the call.

    Returns:
        For each turn of the script its spans with their characters in ``without_space(turn.text)``, in order;
        spans whose surface does not occur are left out.
    """
    return tuple(map(_placed, truth.script, _spans_by_turn(truth)))


def _spans_by_turn(truth: CallTruth) -> list[tuple[TruthSpan, ...]]:
    """Return the spans of each turn, in order of time; spans outside their speaker's turns are left out."""
    spans_of: list[list[TruthSpan]] = [[] for _ in truth.script]
    for span in truth.spans:
        index = _turn_of(span, truth.script)
        if index is not None:
            spans_of[index].append(span)
    return [tuple(spans) for spans in spans_of]


def _turn_of(span: TruthSpan, script: Sequence[TruthTurn]) -> int | None:
    """Return the index of the speaker's turn that shares most time with the span; ``None`` without one."""
    shared = [
        (min(span.time.end, turn.time.end) - max(span.time.start, turn.time.start), -index)
        for index, turn in enumerate(script)
        if turn.speaker == span.speaker and turn.time.overlaps(span.time)
    ]
    return -max(shared)[1] if shared else None


def _segment(turn: TruthTurn, spans: tuple[TruthSpan, ...], channels: int) -> dict[str, object]:
    text, speech = without_space(turn.text), _speech(turn, spans)
    common = {"speaker": turn.speaker, "channel": turn.channel(channels)}
    words = [
        {"word": character, "start": time.start, "end": time.end, "probability": 1.0, **common}
        for character, time in zip(text, _times(text, speech, _placed(turn, spans)), strict=True)
    ]
    return {"start": speech.start, "end": speech.end, "text": text, **common, "words": words}


def _speech(turn: TruthTurn, spans: Sequence[TruthSpan]) -> TimeSpan:
    """Return the time from the first to the last sound of a turn, whose spans may reach beyond it."""
    return TimeSpan(
        min([turn.time.start, *(span.time.start for span in spans)]),
        max([turn.time.end, *(span.time.end for span in spans)]),
    )


def _placed(turn: TruthTurn, spans: tuple[TruthSpan, ...]) -> tuple[PlacedSpan, ...]:
    """Find the characters of each span whose surface occurs in the turn.

    Spans keep their order of time and never share characters.  Among all assignments the one with the most
    spans wins, then the one nearest in time: 林 the wood and 林 the neighbour differ by where in the turn
    they are said.
    """
    folded, speech = _one_width(without_space(turn.text)), _speech(turn, spans)
    surfaces = [_one_width(without_space(span.surface)) for span in spans]

    def expected(position: int) -> float:
        return speech.start + speech.duration * position / len(folded)

    @functools.cache
    def best(index: int, cursor: int) -> tuple[int, float, tuple[int | None, ...]]:
        """Return spans left unplaced, seconds off, and the position of each span from ``index`` on."""
        if index == len(spans):
            return 0, 0.0, ()
        unplaced, off, rest = best(index + 1, cursor)
        ways = [(unplaced + 1, off, (None, *rest))]
        surface = surfaces[index]
        position = folded.find(surface, cursor) if surface else -1
        while position >= 0:
            unplaced, off, rest = best(index + 1, position + len(surface))
            off += abs(expected(position) - spans[index].time.start)
            ways.append((unplaced, off, (position, *rest)))
            position = folded.find(surface, position + 1)
        return min(ways, key=lambda way: way[:2])

    return tuple(
        (CharSpan(position, position + len(surface)), span)
        for span, surface, position in zip(spans, surfaces, best(0, 0)[2], strict=True)
        if position is not None
    )


def _times(text: str, speech: TimeSpan, placed: tuple[PlacedSpan, ...]) -> list[TimeSpan]:
    """Return the time of every character: a span's characters share its time, the rest the time between."""
    times: list[TimeSpan] = []
    clock = speech.start
    for chars, span in placed:
        # Where two spans overlap in time, the later one begins at the end of the earlier.
        start = max(clock, span.time.start)
        times += _spread(chars.start - len(times), TimeSpan(clock, start))
        clock = max(start, span.time.end)
        times += _spread(chars.end - chars.start, TimeSpan(start, clock))
    times += _spread(len(text) - len(times), TimeSpan(clock, max(clock, speech.end)))
    return times


def _spread(count: int, time: TimeSpan) -> list[TimeSpan]:
    """Cut ``time`` into ``count`` equal parts that meet exactly."""
    edges = [min(time.start + time.duration * step / count, time.end) for step in range(count)] + [time.end]
    return [TimeSpan(start, end) for start, end in itertools.pairwise(edges)]


def without_space(text: str) -> str:
    """Remove white space: Japanese does not use it, and it could keep a surface from matching."""
    return "".join(text.split())


def _one_width(text: str) -> str:
    """Fold wide digits and letters; each character stays one character, so no position moves."""
    folded = (unicodedata.normalize("NFKC", character) for character in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, folded, strict=True))
