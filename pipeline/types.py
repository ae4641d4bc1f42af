"""Core values of kaiji: what flows between the steps.

Every value is frozen and holds tuples, never lists.  Fields that can hold a person's words are left out of
``repr``, so that no log line or traceback repeats them.  This module imports only values without imports of
their own.

``call_case`` holds the values that are known before a call is heard; most commands of the desk import only
that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipeline.call_case import CallCase, CaseName, MaskAction, Party, Requester
from pipeline.reasons import Reason, Why
from pipeline.third_voice import Remains
from pipeline.time_span import TimeSpan

__all__ = [
    "SOUND_KINDS",
    "CallCase",
    "CaseName",
    "CharSpan",
    "EntitySpan",
    "Finding",
    "Leak",
    "MaskAction",
    "MaskItem",
    "MaskPlan",
    "MaskPolicy",
    "Party",
    "Posteriorgram",
    "Requester",
    "Segment",
    "TimeSpan",
    "Trace",
    "Transcript",
    "Word",
]


@dataclass(frozen=True, slots=True, order=True)
class CharSpan:
    """Half-open run ``[start, end)`` of code points in ``Transcript.text``.

    Raises:
        ValueError: when ``start`` is negative or after ``end``.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            msg = f"not a character span: [{self.start}, {self.end})"
            raise ValueError(msg)

    def overlaps(self, other: CharSpan) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end

    def without(self, others: Iterable[CharSpan]) -> tuple[CharSpan, ...]:
        """Return the parts of this span that no other span covers, in order, without empty ones."""
        free = [self]
        for other in others:
            free = [
                CharSpan(start, end)
                for each in free
                for start, end in (
                    ((each.start, max(each.start, other.start)), (min(each.end, other.end), each.end))
                    if each.overlaps(other)
                    else ((each.start, each.end),)
                )
                if start < end
            ]
        return tuple(free)


SOUND_KINDS = ("PERSON", "ADDRESS", "PHONE_NUMBER")
"""Entity types of ``Word.sounds``, in this order."""


@dataclass(frozen=True, slots=True)
class Word:
    """One unit that the recogniser timed; ``probability`` is the recogniser's own, 0 to 1.

    ``sounds``: probability of data of each of ``SOUND_KINDS``, from the sound alone.  ``spread``: uncertainty
    of start and end in seconds.  ``heard``: for a word that a person wrote, the times of the words that it
    replaces (``pipeline.correcting``).  All are empty where unknown.
    """

    chars: CharSpan
    time: TimeSpan
    probability: float
    sounds: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    heard: tuple[TimeSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """Probability of personal data, step by step and from the sound alone (``models.speech.ear``).

    Attributes:
        start, step: Beginning of the first step, and length of a step, in seconds.
        chances: One probability for each step, 0 to 1.
    """

    start: float
    step: float
    chances: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Posteriorgram:
    """Probability of each mora, step by step and from the sound alone (``models.speech.phonetic``).

    Attributes as in ``Trace``; ``pipeline.sound.posteriorgram`` packs the probabilities of a step.
    """

    start: float
    step: float
    chances: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Segment:
    """One utterance.

    Attributes:
        chars, time: Its characters in ``Transcript.text``; from its first word's start to its last word's
            end.
        channel: Index of its audio channel; 0 for mono.
        speaker: ``"op"``, ``"cu"`` or ``"third"`` (a third person has the phone); ``None`` where unknown.
        words, no_speech_probability: In order of time, tiling ``chars``; the recogniser's own, 0 to 1.
        traces, posteriorgrams, again: The listener's output, with a second around it; a second hearing's
            words.
    """

    chars: CharSpan
    time: TimeSpan
    channel: int
    speaker: str | None
    words: tuple[Word, ...]
    no_speech_probability: float = 0.0
    traces: tuple[Trace, ...] = ()
    posteriorgrams: tuple[Posteriorgram, ...] = field(default=(), repr=False)
    again: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Transcript:
    """The only holder of raw text.

    ``text`` joins the segments' text, in order of start time, by newlines; its characters are the shared
    coordinate. ``times_within``: greatest error in seconds, if stated.  ``speakers_by_ear``: speakers were
    assigned by voice.
    """

    call_id: str
    text: str = field(repr=False)
    segments: tuple[Segment, ...] = field(repr=False)
    language: str
    model: str
    audio_sha256: str
    times_within: float | None = None
    speakers_by_ear: bool = False


@dataclass(frozen=True, slots=True)
class EntitySpan:
    """Frozen form of Presidio's ``RecognizerResult``: offsets, never text.

    Attributes:
        entity_type: PERSON, ADDRESS, PHONE_NUMBER, EMAIL_ADDRESS, CONFIDENTIAL, or a company's own type.
        chars, score: Its characters in ``Transcript.text``; 0 to 1, the judge's probability if ``judged``.
        recognizer, explanation: Names of its recognizers, joined by ``+``; their reasons.
        needs_review: Whether a recognizer asks for an analyst.
        hint: Owner by the talk (a self-introduction).
        owners: Probabilities of third party, requester, staff and company, from the words.
        morae: Length of its reading where known (a term of the case), else 0.
        candidate: Whether it is too unlikely to be masked; shown to an analyst as time allows.
        parts: First character, and share of the score, of each entity that it may consist of.
    """

    entity_type: str
    chars: CharSpan
    score: float
    recognizer: str
    explanation: tuple[Why, ...] = ()
    needs_review: bool = False
    hint: Party | None = None
    morae: int = 0
    candidate: bool = False
    judged: bool = False
    parts: tuple[tuple[int, float], ...] = ()
    owners: tuple[float, ...] = ()

    def with_chars(self, chars: CharSpan) -> EntitySpan:
        """Return the entity on other characters, where the length of its reading is unknown."""
        return self if chars == self.chars else replace(self, chars=chars, morae=0)


@dataclass(frozen=True, slots=True)
class Finding:
    """An entity with owner, reason, notes and a list's action; ``align`` adds time, channels and echo."""

    entity: EntitySpan
    party: Party
    reason: Reason
    needs_review: bool
    time: TimeSpan | None = None
    channels: tuple[int, ...] = ()
    notes: tuple[Reason, ...] = ()
    echo: tuple[tuple[int, float], ...] = ()
    listed: MaskAction | None = None


@dataclass(frozen=True, slots=True)
class MaskItem:
    """One finding, masked or kept, with its reason.

    Attributes:
        item_id, entity_type, chars: Stable within a call; the others as in ``EntitySpan``.
        time, channels: Time that is silenced when ``action`` is MASK, padding included, and the channels.
        party: Owner.
        action, reasons: MASK or KEEP, and why; ``pipeline.reason_text`` renders the reasons.
        source, score: Its recognizer, or the analyst; 0 to 1.
        needs_review: Whether an analyst has to decide.
        ground: Item of article 33(2) of a mask: 1, 2 or 3; 0 for a kept one.
        decided, confirmed: By an analyst; by a second person, that the mask rests on item 2.
        echo: Channels with an echo of it, and the delay in seconds (negative: early); masked to its end.
        remains: Part of a masked voice that is disclosed all the same.
    """

    item_id: str
    entity_type: str
    chars: CharSpan
    time: TimeSpan
    channels: tuple[int, ...]
    party: Party
    action: MaskAction
    reasons: tuple[Why, ...]
    source: str
    score: float
    needs_review: bool
    ground: int
    decided: bool = False
    confirmed: bool = False
    echo: tuple[tuple[int, float], ...] = ()
    remains: Remains = Remains.NOTHING

    def time_on(self, channel: int) -> TimeSpan:
        """Return the time to silence on a channel: ``time``, extended by the delay of an echo there."""
        late = dict(self.echo).get(channel, 0.0)
        return TimeSpan(max(0.0, self.time.start + min(late, 0.0)), self.time.end + max(late, 0.0))


@dataclass(frozen=True, slots=True)
class MaskPolicy:
    """Parameters by which findings become masks.

    Attributes:
        pad_before, pad_after: Padding that ``align`` adds to the edges, in seconds; 1 in 50 entities of made
            calls reaches beyond the edges.  0.02 is the precision of the truth of those calls.
        merge_gap: Gap in seconds below which two masks become one: a shorter rest is no intelligible word.
        min_score: Score below which findings are dropped.  Zero: doubt is masked and flagged.
        review_seconds, review_questions: Seconds of findings, and number of questions, per minute of call
            that an analyst is asked about; items that must be decided may exceed them.
        fill: ``"tone"`` (a listener notices the mask) or ``"silence"``.
    """

    pad_before: float = 0.02
    pad_after: float = 0.02
    merge_gap: float = 0.15
    min_score: float = 0.0
    review_seconds: float = 14.0
    review_questions: float = 6.0
    fill: str = "tone"


@dataclass(frozen=True, slots=True)
class MaskPlan:
    """Plan without personal text, items in order of time; the same plan and input give the same bytes."""

    call_id: str
    revision: int
    audio_sha256: str
    transcript_sha256: str
    policy: MaskPolicy
    items: tuple[MaskItem, ...]

    @property
    def masked(self) -> tuple[MaskItem, ...]:
        """Items whose action is MASK, in order of time."""
        return tuple(item for item in self.items if item.action is MaskAction.MASK)

    @property
    def heard_in_person(self) -> bool:
        """Whether a masked voice is played in person."""
        return any(item.remains is Remains.IN_PERSON for item in self.masked)


@dataclass(frozen=True, slots=True)
class Leak:
    """A result of ``verify``: a kind, the item that it belongs to, and its time; no text.

    ``kind``: AUDIO_UNCHANGED, CROSSTALK, OUTSIDE_CHANGED, TEXT, HEARD_AGAIN, PERHAPS (with the ``chance``, 0
    to 1, that it is a leak), NOT_HEARD or SHAPE.
    """

    kind: str
    item_id: str | None
    where: TimeSpan
    chance: float = 1.0
