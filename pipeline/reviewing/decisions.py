"""Decisions of analysts about a call: frozen events that are only ever appended."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.correcting.wording import Correction
from pipeline.types import CharSpan, MaskItem, Party, TimeSpan

__all__ = ["OF_THE_TEXT", "ReviewDecision", "ReviewKind", "Stretch"]


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
    UNDO = "undo"
    COMPLETE = "complete"
    REOPEN = "reopen"
    WORDS = "words"
    SPEAKER = "speaker"
    BREAK = "break"
    JOIN = "join"
    READ = "read"
    FOUND = "found"


OF_THE_TEXT = frozenset(
    {ReviewKind.WORDS, ReviewKind.SPEAKER, ReviewKind.BREAK, ReviewKind.JOIN, ReviewKind.READ}
)
"""Kinds about the text and not about items: new words, a line's speaker, a line that starts or goes on, and
that a person has read the text through."""


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
            FOUND what the check at completion found still audible or readable.
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
