"""Apply corrections to a transcript, and map characters between the recognised and the corrected text.

A piece (``pipeline.correcting.wording``) becomes one word.  It takes the time of the words that it replaces
and remembers the time of each (``Word.heard``), so that it is masked as a whole as soon as one of them is.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.correcting.wording import Piece, Wording
from pipeline.third_voice import THIRD
from pipeline.types import CharSpan, MaskPlan, Segment, TimeSpan, Transcript, Word


@dataclass(frozen=True, slots=True)
class Part:
    """A word of the corrected transcript.

    Attributes:
        raw: Recognised characters that it replaces.
        word: The word; its ``chars`` lie in the corrected text.
        written: Whether a person wrote it.
        utterance: Number of the utterance in which it was recognised.
    """

    raw: CharSpan
    word: Word
    written: bool
    utterance: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """A transcript with its corrections applied.

    Attributes:
        transcript: The corrected transcript.
        parts: Its words, in the order of both texts.
        starts: Recognised character at which each line begins.
    """

    transcript: Transcript
    parts: tuple[Part, ...]
    starts: tuple[int, ...]

    def chars(self, raw: CharSpan) -> CharSpan:
        """Map a stretch of the recognised text to the corrected one.

        A piece belongs to the stretch as a whole as soon as one of its recognised characters does.
        """
        return _carried(raw, self._raw(raw), lambda part: (part.raw, part.word.chars))

    def raw(self, chars: CharSpan) -> CharSpan:
        """Map a stretch of the corrected text to the recognised one; pieces as in ``chars``."""
        return _carried(chars, self._new(chars), lambda part: (part.word.chars, part.raw))

    def plan(self, plan: MaskPlan) -> MaskPlan:
        """Return a plan whose items point into the corrected text; times and everything else stay."""
        items = tuple(replace(item, chars=self.chars(item.chars)) for item in plan.items)
        return replace(plan, items=items, transcript_sha256=_sha256(self.transcript.text))

    def touched(self, raw: CharSpan) -> tuple[Part, ...]:
        """Return the words that replace some of these recognised characters."""
        return tuple(self._raw(raw))

    def _raw(self, chars: CharSpan) -> Sequence[Part]:
        return _touching(self.parts, chars, lambda part: part.raw)

    def _new(self, chars: CharSpan) -> Sequence[Part]:
        return _touching(self.parts, chars, lambda part: part.word.chars)


def _touching(parts: Sequence[Part], chars: CharSpan, where: Callable[[Part], CharSpan]) -> Sequence[Part]:
    """Return the parts that share a character with a stretch; for an empty one, the last to begin there."""
    if chars.start == chars.end:
        last = bisect.bisect_right(parts, chars.start, key=lambda part: where(part).start)
        return parts[max(0, last - 1) : last]
    first = bisect.bisect_right(parts, chars.start, key=lambda part: where(part).end)
    last = bisect.bisect_left(parts, chars.end, key=lambda part: where(part).start)
    return parts[first : max(first, last)]


def _carried(
    chars: CharSpan, parts: Sequence[Part], sides: Callable[[Part], tuple[CharSpan, CharSpan]]
) -> CharSpan:
    """Map a stretch from one side of the parts that it touches to the other."""
    if not parts:
        return CharSpan(0, 0)
    own, other = sides(parts[0])
    start = other.start if parts[0].written else min(other.end, other.start + max(0, chars.start - own.start))
    if chars.start == chars.end:
        return CharSpan(start, start)
    own, other = sides(parts[-1])
    end = other.end if parts[-1].written else other.end - max(0, own.end - chars.end)
    return CharSpan(start, max(start, end))


def corrected(transcript: Transcript, wording: Wording) -> Corrected:
    """Apply corrections; any series of them gives a transcript.

    A piece that does not begin and end with words of one recognised utterance has no effect, nor has a line
    break within a piece or a word.  Lines stay in the order in which they were recognised.  A third person's
    words are always in lines of their own, whatever line breaks people set.

    Args:
        transcript: The transcript as recognised.
        wording: People's corrections.

    Returns:
        The corrected transcript; without a correction it equals ``transcript``.
    """
    starts, speaking = dict(wording.lines), wording.speaking()
    lines: list[_Line] = []
    last_speaker: str | None = None
    for number, segment in enumerate(transcript.segments):
        last: int | None = None
        for part in _parts(transcript.text, (number, segment), wording.pieces):
            begins = part.raw.start != last and starts.get(part.raw.start, last is None)
            speaker = speaking(part.raw.start, segment.speaker)
            elsewhere = not lines or lines[-1].segments[-1].channel != segment.channel
            if begins or elsewhere or (speaker == THIRD) is not (last_speaker == THIRD):
                lines.append(_Line(speaker, [segment], []))
            last_speaker = speaker
            if lines[-1].segments[-1] is not segment:
                lines[-1].segments.append(segment)
            lines[-1].parts.append(part)
            last = part.raw.start
    return _laid_out(transcript, lines)


@dataclass(slots=True)
class _Raw:
    """A word before its position in the corrected text is known."""

    raw: CharSpan
    word: Word
    text: str
    written: bool
    utterance: int


@dataclass(slots=True)
class _Line:
    """A line: the speaker of its first character, and the utterances in which its words were recognised."""

    speaker: str | None
    segments: list[Segment]
    parts: list[_Raw]


def _parts(text: str, numbered: tuple[int, Segment], pieces: Sequence[Piece]) -> list[_Raw]:
    """Return the words of an utterance, those under a piece as one."""
    number, segment = numbered
    words = segment.words or (Word(segment.chars, segment.time, 0.0),)
    standing = _standing(text, words, pieces)
    out: list[_Raw] = []
    at = 0
    while at < len(words):
        word = words[at]
        piece = standing.get(word.chars.start) if word.chars.start < word.chars.end else None
        if piece is None:
            own = text[word.chars.start : word.chars.end]
            out.append(_Raw(word.chars, word, own, written=False, utterance=number))
            at += 1
            continue
        under = [word]
        for each in itertools.islice(words, at + 1, None):
            if each.chars.end > piece.chars.end:
                break
            under.append(each)
        out.append(_Raw(piece.chars, _one_word(piece, under), piece.text, written=True, utterance=number))
        at += len(under)
    return out


def _standing(text: str, words: Sequence[Word], pieces: Sequence[Piece]) -> dict[int, Piece]:
    """Return the pieces that replace words of one utterance, by their first character."""
    first = bisect.bisect_left(pieces, words[0].chars.start, key=lambda piece: piece.chars.start)
    last = bisect.bisect_left(pieces, words[-1].chars.end, key=lambda piece: piece.chars.start)
    near = pieces[first:last]
    starts = {word.chars.start for word in words} if near else set()
    ends = {word.chars.end for word in words} if near else set()
    return {
        piece.chars.start: piece
        for piece in near
        if piece.chars.start in starts
        and piece.chars.end in ends
        and piece.text != text[piece.chars.start : piece.chars.end]
    }


def _one_word(piece: Piece, words: Sequence[Word]) -> Word:
    time = TimeSpan.around(word.time for word in words)
    return Word(piece.chars, time, 1.0, heard=tuple(word.time for word in words))


def _laid_out(transcript: Transcript, lines: Sequence[_Line]) -> Corrected:
    text: list[str] = []
    at = 0
    segments: list[Segment] = []
    parts: list[Part] = []
    for line in lines:
        if segments:
            text.append("\n")
            at += 1
        begin, words = at, list[Word]()
        for part in line.parts:
            chars = CharSpan(at, at + len(part.text))
            words.append(part.word if part.word.chars == chars else _at(part.word, chars))
            parts.append(Part(part.raw, words[-1], part.written, part.utterance))
            text.append(part.text)
            at = chars.end
        segments.append(_segment(line, words, CharSpan(begin, at)))
    whole = replace(transcript, text="".join(text), segments=tuple(segments))
    return Corrected(whole, tuple(parts), tuple(line.parts[0].raw.start for line in lines))


def _at(word: Word, chars: CharSpan) -> Word:
    """Return a word with other characters; faster than ``replace``, as an hour of call has 30,000 words."""
    return Word(chars, word.time, word.probability, word.sounds, word.spread, word.heard)


def _segment(line: _Line, words: Sequence[Word], chars: CharSpan) -> Segment:
    first = line.segments[0]
    untimed = not first.words and len(line.parts) == 1 and not line.parts[0].written
    alone = len(line.segments) == 1
    spoken = TimeSpan.around(word.time for word in words)
    whole = (
        alone and line.parts[0].raw.start == first.chars.start and line.parts[-1].raw.end == first.chars.end
    )
    return replace(
        first,
        chars=chars,
        time=first.time if whole else spoken,
        speaker=line.speaker,
        words=() if untimed else tuple(words),
        traces=tuple(trace for segment in line.segments for trace in segment.traces),
        posteriorgrams=tuple(heard for segment in line.segments for heard in segment.posteriorgrams),
        again=first.again if whole else "",  # of half a line nobody knows which words are its own
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
