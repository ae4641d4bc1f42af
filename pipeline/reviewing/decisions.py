"""What an analyst says about a call: frozen events, only ever added to."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.types import CharSpan, Party, TimeSpan

__all__ = ["ReviewDecision", "ReviewKind", "Stretch"]


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


@dataclass(frozen=True, slots=True)
class Stretch:
    """What no recognizer found and an analyst adds.

    Attributes:
        time: What is silenced.
        channels: Indices of the channels it is silenced on.
        chars: What is taken out of the text; empty where the recogniser wrote nothing.
        entity_type: As in ``EntitySpan``.
        party: Whose it is.
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
        number: Its place among the call's decisions, from 1: what an undo names, and what makes
            the ids of new items.
        kind: What is decided.
        items: Ids it is about, as many as it holds for; of SAME the first is the model.
        reviewer: Login of who decided.
        decided_at: When, UTC.
        reason: In words.
        party: Of PARTY; of MASK and KEEP where it is told along with them.
        ground: Of GROUND; of MASK where it is told along with it.
        seconds: Of a nudge: later is positive.
        at: Of SPLIT: seconds from the start of the call.
        cut: Of SPLIT: where the text is cut, in ``Transcript.text``.
        stretch: Of ADD.
        undoes: Of UNDO: number of the decision that is taken back.
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
