"""Ways of disclosure (33条): files, listening in person, text only, chosen passages; frozen values."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pipeline.third_voice import Remains

if TYPE_CHECKING:
    from pipeline.types import MaskItem


class Way(enum.StrEnum):
    """Ways in which an answer discloses its calls."""

    FILES = "files"
    IN_PERSON = "in_person"
    TEXT = "text"
    PASSAGES = "passages"

    @property
    def label(self) -> str:
        """The Japanese name of the way."""
        return WAYS[self]


WAYS = {
    Way.FILES: "請求のとおりのファイル",
    Way.IN_PERSON: "対面で聞かせる",
    Way.TEXT: "文字起こしだけ",
    Way.PASSAGES: "選んだ箇所だけ",
}


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """A stretch of a call's masked copy, in seconds from the start of the recording."""

    call_id: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Manner:
    """Way in which an answer discloses its calls; by default in files, according to the request.

    Attributes:
        wished: Whether the requester asked for this way.
        ground: Item of 33条2項 on which the company withholds the rest (time outside the passages, or the
            sound where only text is given); 0 where it withholds nothing by this way.
        passages: The chosen stretches, in order and disjoint.
        reason: Reason why another way than the wished one was chosen, which the requester reads.
    """

    way: Way = Way.FILES
    wished: bool = True
    ground: int = 0
    passages: tuple[Passage, ...] = ()
    reason: str = field(default="", repr=False)

    @property
    def leaves_out(self) -> bool:
        """Whether the company withholds a part by this way."""
        return self.ground > 0

    def of_call(self, call_id: str) -> tuple[Passage, ...]:
        """Return a call's passages."""
        return tuple(each for each in self.passages if each.call_id == call_id)

    def gives(self, remains: Remains) -> bool:
        """Return whether a masked voice is disclosed in part: in text only, or in person only."""
        return (self.way, remains) in {(Way.TEXT, Remains.TEXT), (Way.IN_PERSON, Remains.IN_PERSON)}

    def masks(self, call_id: str, item: MaskItem) -> bool:
        """Return whether the disclosed part of a call lacks a masked item."""
        return not self.gives(item.remains) and self.discloses(call_id, item.time.start, item.time.end)

    def discloses(self, call_id: str, start: float, end: float) -> bool:
        """Return whether any part of a stretch of a call is disclosed."""
        if self.way is not Way.PASSAGES:
            return True
        return any(each.start < end and start < each.end for each in self.of_call(call_id))


AS_ASKED: Final = Manner()
"""The way according to the request."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A way that somebody chose for the next answer.

    Attributes:
        note_id: Id of the note that records it.
        by: Login of who chose it.
        approved_by: Login of the second person; empty before the approval.
    """

    note_id: str
    manner: Manner
    by: str = field(repr=False)
    at: datetime
    approved_by: str = field(default="", repr=False)

    @property
    def settled(self) -> bool:
        """Whether an answer may go out in this way: as requested, or approved by a second person."""
        return self.manner.way is Way.FILES or bool(self.approved_by)


@dataclass(frozen=True, slots=True)
class VisitSession:
    """The session that may play a visit.

    Attributes:
        request: Id or number of the request.
        session_id: Id of the session.
    """

    request: str
    session_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlayedFrom:
    """A call, and the position from which it is played, in seconds."""

    call_id: str
    start: float


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of the requester, in which the masked copy was played.

    Attributes:
        visit_id: Random id.
        release_id: Id of the answer with the played calls.
        session_id: Id of the session that plays them.
        present: The people present, in words.
        until: Time at which the visit ends by itself.
        ended_at: Time at which somebody ended it.
        played: The stretches that were played, in order, with the time at which each was reported.
    """

    visit_id: str
    release_id: str
    session_id: str = field(repr=False)
    by: str = field(repr=False)
    present: str = field(repr=False)
    began_at: datetime
    until: datetime
    ended_at: datetime | None = None
    played: tuple[tuple[datetime, Passage], ...] = ()

    def lasts(self, now: datetime) -> bool:
        """Return whether it has neither been ended nor run out."""
        return self.ended_at is None and now < self.until
