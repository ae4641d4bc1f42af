"""Analysts' decisions about a call: frozen events that are only ever appended."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.correcting.wording import Correction
from pipeline.types import CharSpan, MaskItem, Party, TimeSpan


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
"""Kinds of decision about the text, not about items: new words, the speaker of a line, a line break set or
removed, the two sides swapped, and the text read through by a person."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch that an analyst adds because no recognizer found it.

    Attributes:
        time: Time to silence.
        channels: Indices of the channels to silence.
        chars: Characters to mask in the text; empty where the recogniser wrote nothing.
        entity_type: As in ``EntitySpan``.
        party: Owner of the data.
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
    """A third person's consent to the disclosure of their voice to the requester.

    Attributes:
        by: Who consented, as the company knows them.
        on: Day of the consent.
        how: How it was asked for and given, for example by telephone or on a signed form.
    """

    by: str = field(repr=False)
    on: date
    how: str = field(repr=False)

    @property
    def whole(self) -> bool:
        """Whether both the person and the way are stated."""
        return bool(self.by.strip() and self.how.strip())


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """One decision of one analyst.

    Attributes:
        number: Position among the call's decisions, from 1; undos refer to it, and ids of new items hold it.
        kind: Kind of the decision.
        items: Ids of the items that it applies to; for SAME the first is the model.
        reviewer: Login of the analyst.
        decided_at: Time of the decision, UTC.
        reason: Reason, as typed.
        party: New party for PARTY; for MASK and KEEP where given.
        ground: New ground for GROUND; for MASK where given.
        seconds: Shift for nudges; positive is later.
        at: Time of the cut for SPLIT, in seconds from the start of the call.
        cut: Offset of the cut in ``Transcript.text``, for SPLIT.
        stretch: Added stretch, for ADD.
        undoes: Number of the undone decision, for UNDO.
        correction: Corrected text or speaker, for WORDS, SPEAKER, BREAK and JOIN.
        found: Items that exist only with this decision: for WORDS the findings in the new words, for SPEAKER
            a third person's voice, for FOUND the data that the check at completion still heard or read.
        consent: Consent of a third person, for KEEP of that person's voice.
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
        """Whether it states a reason, or a consent with person and way."""
        return bool(self.reason.strip()) or (self.consent is not None and self.consent.whole)
