"""Decisions of analysts about a call: frozen events that are only ever appended."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.correcting.wording import Correction
from pipeline.types import CharSpan, MaskItem, Party, TimeSpan

__all__ = ["OF_THE_TEXT", "OF_VOICES", "Consent", "ReviewDecision", "ReviewKind", "Stretch"]


class ReviewKind(enum.StrEnum):
    """Kinds of decision."""

    MASK = "mask"
    KEEP = "keep"
    PARTY = "party"
    GROUND = "ground"
    NUDGE_START = "nudge_start"
    NUDGE_END = "nudge_end"
    SPLIT = "split"
    ADD = "add"
    SAME = "same"
    CONFIRM = "confirm"
    VOICE_TEXT = "voice_text"
    VOICE_IN_PERSON = "voice_in_person"
    UNDO = "undo"
    COMPLETE = "complete"
    REOPEN = "reopen"
    WORDS = "words"
    SPEAKER = "speaker"
    BREAK = "break"
    JOIN = "join"
    SIDES = "sides"
    READ = "read"
    FOUND = "found"


OF_THE_TEXT = frozenset(
    {
        ReviewKind.WORDS,
        ReviewKind.SPEAKER,
        ReviewKind.BREAK,
        ReviewKind.JOIN,
        ReviewKind.SIDES,
        ReviewKind.READ,
    }
)
"""Kinds about the text and not about items: new words, a line's speaker, a line that starts or goes on, the
two sides turned round, and that a person has read the text through."""

OF_VOICES = frozenset({ReviewKind.VOICE_TEXT, ReviewKind.VOICE_IN_PERSON})
"""Kinds about a third person's voice only: it is masked, but its words are given, or it is heard in
person."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch that an analyst adds because no recognizer found it.

    Attributes:
        time: What is silenced.
        channels: Indices of the channels it is silenced on.
        chars: What is taken out of the text; empty where the recogniser wrote nothing.
        entity_type: As in ``EntitySpan``.
        party: Its owner.
        ground: Item of article 33(2): 1, 2 or 3.
    """

    time: TimeSpan
    channels: tuple[int, ...]
    chars: CharSpan
    entity_type: str
    party: Party
    ground: int


@dataclass(frozen=True, slots=True)
class Consent:
    """A third person's consent to that their voice is given to the requester.

    Attributes:
        by: Who consented, as the company knows them.
        on: The day.
        how: How it was asked for and given, such as by telephone or by a signed form.
    """

    by: str = field(repr=False)
    on: date
    how: str = field(repr=False)

    @property
    def whole(self) -> bool:
        """Whether it says who and how."""
        return bool(self.by.strip() and self.how.strip())


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """One decision of one analyst.

    Attributes:
        number: Its place among the call's decisions, from 1; an undo refers to it, and ids of new items are
            made from it.
        kind: What is decided.
        items: Ids of the items it applies to; for SAME the first is the model.
        reviewer: Login of who decided.
        decided_at: When, UTC.
        reason: The reason, as typed.
        party: For PARTY; for MASK and KEEP where given.
        ground: For GROUND; for MASK where given.
        seconds: For nudges; positive is later.
        at: For SPLIT: seconds from the start of the call.
        cut: For SPLIT: the offset in ``Transcript.text`` at which the text is cut.
        stretch: For ADD.
        undoes: For UNDO: number of the decision that is taken back.
        correction: For WORDS, SPEAKER, BREAK and JOIN.
        found: Items that come and go with the decision: for WORDS what detection found in the new words, for
            SPEAKER a third person's voice, for FOUND what the check at completion found still audible or
            readable.
        consent: For KEEP of a third person's voice.
    """

    number: int
    kind: ReviewKind
    items: tuple[str, ...]
    reviewer: str = field(repr=False)
    decided_at: datetime
    reason: str = field(default="", repr=False)
    party: Party | None = None
    ground: int | None = None
    seconds: float | None = None
    at: float | None = None
    cut: int | None = None
    stretch: Stretch | None = None
    undoes: int | None = None
    correction: Correction | None = None
    found: tuple[MaskItem, ...] = ()
    consent: Consent | None = None

    @property
    def reasoned(self) -> bool:
        """Whether it says why: by a reason, or by a consent that says who gave it and how."""
        return bool(self.reason.strip()) or (self.consent is not None and self.consent.whole)
