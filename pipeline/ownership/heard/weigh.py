"""Which fits the sound better: what was written at a finding, or something that the case knows?

    written   お名前は、のだ帯 です       log probability, given the sound:  -14.1
    known     お名前は、野田多恵 です     -16.6, nearly as good
              お名前は、矢野昭一 です     -39.0

Likeness of readings is judged by what the recogniser wrote, and of a garbled name that may be a quarter
right.  But the recogniser can also say how probable any other text is, for the same sound: a name that it
garbled is nearly as probable as what it wrote instead, and somebody else's is thousands of times less so.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.recording import for_recogniser, to_samples
from pipeline.hearing.batches import in_batches
from pipeline.hearing.clips import Audio
from pipeline.nearby import Nearby
from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.compare.spelling import LEAD, TAIL
from pipeline.ownership.heard.known_forms import FormKind, KnownForm
from pipeline.sound.reader import SoundReader
from pipeline.sound.search import SoundText
from pipeline.types import CharSpan, EntitySpan, TimeSpan, Transcript, Word

__all__ = ["Hearing", "Scorer", "Weighed", "weigh"]

WINDOW_SECONDS: Final = 8.0
"""Seconds of sound that are heard with a finding in their middle."""

MARGIN_SECONDS: Final = 0.3
"""Seconds kept before the first word and after the last: word times err as much."""

MAX_CHARS_AROUND: Final = 4
"""Characters around a finding in which a known value may begin or end: a finding may be cut askew."""

ALLOWED: Final = {
    FormKind.SURNAME: (0.34, 1, 0),
    FormKind.GIVEN: (0.34, 0, 1),
    FormKind.WHOLE: (0.34, 1, 1),
    FormKind.PLACE: (0.22, 1, 1),
    FormKind.NUMBER: (0.25, 2, 2),
}
"""Price of a form's sound in what was written, over its length, up to which it is asked about: of what is
garbled past knowing, any shorter text is as probable.  And morae of a finding that the form may leave unsaid
before and behind it: no given name behind a surname, which is a relative's then, no surname before one."""

MAX_FORMS: Final = 2
"""Forms that are asked about at a finding: those of which most was written there."""

WORTH_PER_MORA: Final = 0.35
"""What a mora of a form is worth against the price of the whole."""


_HIRAGANA, _KATAKANA = ("ぁ", "ゖ"), ("ァ", "ー")


class Scorer(Protocol):
    """What is asked of a recogniser."""

    @property
    def at_once(self) -> int:
        """Windows that it can score at the same time."""

    def score(self, samples: NDArray[np.float32], texts: Sequence[str]) -> tuple[float, ...]:
        """Natural logarithm of the probability of texts, each as all that is said in 16 kHz sound."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """A call that can be asked about: its words, its sound, the recogniser, and who reads what is written."""

    transcript: Transcript = field(repr=False)
    recording: Audio = field(repr=False)
    scorer: Scorer
    reader: KanaReader


@dataclass(frozen=True, slots=True)
class Weighed:
    """A form of something that the case knows, weighed against what was written at a finding.

    Attributes:
        form: Which.
        gain: Log probability of the form, in place of all of the finding, above that of what was written.
        price: Between the form's sound and the likest stretch, by ``pipeline.sound.morae``, in morae.
        instead_of: What was written.
        lead: Log probability of the form above that of the likeliest of its decoys; infinite without any.
    """

    form: KnownForm
    gain: float
    price: float
    instead_of: str = field(repr=False)
    lead: float = math.inf


@dataclass(frozen=True, slots=True)
class _Placed:
    """A form, which characters of a window's text it would be written for, and the morae it leaves out."""

    form: KnownForm
    chars: CharSpan
    price: float
    beside: int

    @property
    def promise(self) -> float:
        """The less, the likelier."""
        return self.price + self.beside - WORTH_PER_MORA * len(self.form.sound)

    def written(self, text: str, forms: Sequence[str]) -> list[str]:
        """The text with each way of writing in its place."""
        ways = _like(forms, text[self.chars.start : self.chars.end])
        return [text[: self.chars.start] + form + text[self.chars.end :] for form in ways]


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked about one finding: ``text`` is all that was written of ``time``."""

    channel: int
    time: TimeSpan
    text: str = field(repr=False)
    placed: tuple[_Placed, ...]


def weigh(
    entities: Iterable[EntitySpan], forms: Sequence[KnownForm], hearing: Hearing
) -> tuple[tuple[Weighed, ...], ...]:
    """Weigh what the case knows at every finding that it is somewhat like.

    Args:
        entities: Findings.
        forms: What the case knows.
        hearing: The call that they are of.

    Returns:
        For each finding, in order, the forms that were asked about, at most ``MAX_FORMS``.
    """
    words = _Words(hearing.transcript)
    questions = [_question(entity, words, forms, hearing) for entity in entities]

    def answered(batch: Sequence[_Question]) -> Sequence[tuple[Weighed, ...]]:
        return [tuple(_answers(each, hearing)) for each in batch]

    asked = [question for question in questions if question is not None]
    at_once = hearing.scorer.at_once
    answers = iter(in_batches(asked, answered, most=max(1, len(asked)), at_once=at_once))
    return tuple(() if question is None else next(answers) for question in questions)


class _Words:
    """The words of a call by their characters, and those of each channel by their time."""

    def __init__(self, transcript: Transcript) -> None:
        self._all = sorted(
            ((word, segment.channel) for segment in transcript.segments for word in segment.words),
            key=lambda each: each[0].chars,
        )
        self._starts = [word.chars.start for word, _ in self._all]
        self._channels = {
            channel: Nearby((word for word, on in self._all if on == channel), lambda word: word.time)
            for channel in {channel for _, channel in self._all}
        }

    def at(self, chars: CharSpan) -> tuple[tuple[Word, ...], int]:
        """The words that have some of these characters, and the first one's channel."""
        first = max(0, bisect.bisect_right(self._starts, chars.start) - 1)
        last = bisect.bisect_left(self._starts, chars.end)
        found = [each for each in self._all[first:last] if each[0].chars.overlaps(chars)]
        channel = found[0][1] if found else 0
        return tuple(word for word, on in found if on == channel), channel

    def during(self, time: TimeSpan, channel: int) -> tuple[Word, ...]:
        """The words of a channel that lie wholly in a time, in order of text."""
        near = self._channels[channel].touching(time.start, time.end)
        inside = (w for w in near if time.start <= w.time.start and w.time.end <= time.end)
        return tuple(sorted(inside, key=lambda word: word.chars))


def _question(
    entity: EntitySpan, words: _Words, forms: Sequence[KnownForm], hearing: Hearing
) -> _Question | None:
    """What to ask about a finding; ``None`` where nothing known is like it."""
    inside, channel = words.at(entity.chars)
    if not inside:
        return None
    middle = (min(word.time.start for word in inside) + max(word.time.end for word in inside)) / 2
    near = words.during(TimeSpan(max(0.0, middle - WINDOW_SECONDS / 2), middle + WINDOW_SECONDS / 2), channel)
    if not near:
        return None
    start = max(0.0, min(word.time.start for word in near) - MARGIN_SECONDS)
    time = TimeSpan(start, min(max(word.time.end for word in near), start + WINDOW_SECONDS) + MARGIN_SECONDS)
    where = [place for word in near for place in range(word.chars.start, word.chars.end)]
    said = "".join(hearing.transcript.text[place] for place in where)
    at = CharSpan(*(bisect.bisect_left(where, edge) for edge in (entity.chars.start, entity.chars.end)))
    if at.start == at.end:
        return None
    placed = sorted(_placed(said, _core(said, at), forms, hearing.reader), key=lambda each: each.promise)
    return _Question(channel, time, said, tuple(placed[:MAX_FORMS])) if placed else None


def _placed(said: str, at: CharSpan, forms: Sequence[KnownForm], reader: SoundReader) -> Iterator[_Placed]:
    """The forms that are somewhat like what stands in and around a finding, each where it is likest."""
    offset = max(0, at.start - MAX_CHARS_AROUND)
    line = reader.line(said[offset : at.end + MAX_CHARS_AROUND])
    spans = [_moved(line.span(n, n + 1), offset) for n in range(len(line.morae))]
    inside = [n for n, span in enumerate(spans) if span.overlaps(at)]
    if not inside:
        return
    first, last = inside[0], inside[-1] + 1
    sounds = SoundText(line.morae)
    for form in forms:
        furthest, before, behind = ALLOWED[form.kind]
        found = [
            (match.price, max(0, match.start - first) + max(0, last - match.end), match)
            for match in sounds.find(form.sound, furthest)
            if match.start < last and match.end > first
            if match.start - first <= before and last - match.end <= behind
        ]
        if found:
            price, beside, match = min(found, key=lambda each: each[:2])
            chars = _moved(line.span(match.start, match.end), offset)
            whole = CharSpan(min(chars.start, at.start), max(chars.end, at.end))
            yield _Placed(form, whole, price, beside)


def _moved(chars: CharSpan, by: int) -> CharSpan:
    return CharSpan(chars.start + by, chars.end + by)


def _core(said: str, at: CharSpan) -> CharSpan:
    """A finding without the fillers and particles at its beginning and です or さま at its end."""
    text = said[at.start : at.end]
    tail = TAIL.search(text)
    end = tail.start() if tail else len(text)
    start = 0
    while lead := LEAD.match(text[start:end]):
        start += lead.end()
    return CharSpan(at.start + start, at.start + end)


def _like(texts: Sequence[str], written: str) -> Sequence[str]:
    """The ways of writing that are asked about: kanji, and of hiragana and katakana what was written."""
    first, last = _HIRAGANA if any(_KATAKANA[0] <= char <= _KATAKANA[1] for char in written) else _KATAKANA
    return [each for each in texts if not all(first <= char <= last for char in each)] or texts


def _answers(question: _Question, hearing: Hearing) -> Iterator[Weighed]:
    recording = hearing.recording
    first, last = to_samples(question.time, recording.rate, recording.length)
    sound = for_recogniser(recording.samples[question.channel, first:last], recording.rate)
    ways = [each.written(question.text, each.form.texts) for each in question.placed]
    decoys = [each.written(question.text, each.form.decoys) for each in question.placed]
    texts = [text for several in (*ways, *decoys) for text in several]
    written, *scores = hearing.scorer.score(sound, (question.text, *texts))
    if not math.isfinite(written):
        return  # it holds what the model has no token for, and nothing can be said
    left = iter(scores)
    best = [max((next(left) for _ in several), default=-math.inf) for several in (*ways, *decoys)]
    for each, own, other in zip(question.placed, best, best[len(ways) :], strict=False):
        instead_of = question.text[each.chars.start : each.chars.end]
        yield Weighed(each.form, own - written, each.price, instead_of, own - other)
