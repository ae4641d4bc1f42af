"""Parameters and results of the desk's operations; frozen, with personal fields left out of ``repr``."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from flows.desk.kinds.file_values import DeskFile, FileKind
from flows.desk.kinds.states import State
from pipeline.call_case import USUAL_ACTIONS, CaseName, MaskAction, Party, Requester
from pipeline.listed_word import ListedWord

__all__ = [
    "JAPAN",
    "Actor",
    "Agent",
    "Answer",
    "Call",
    "CompanyList",
    "Delivery",
    "DeskFile",
    "FileKind",
    "FoundRecording",
    "IdentityCheck",
    "IdentityMethod",
    "ListVersions",
    "NewRecording",
    "NewRequest",
    "Note",
    "NoteKind",
    "Request",
    "Role",
    "Scope",
    "StaffList",
    "Wanted",
]

JAPAN = timezone(timedelta(hours=9), "Asia/Tokyo")
"""Zone of all dates.  Japan has had no summer time since 1952, so no zone data are needed."""


class Role(enum.StrEnum):
    """The role in which somebody acts."""

    INTAKE = "intake"
    ANALYST = "analyst"
    APPROVER = "approver"
    ADMIN = "admin"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The Japanese name of the role."""
        return ROLES[self]


ROLES = dict(zip(Role, ("受付", "確認", "承認", "管理", "システム"), strict=True))


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: a person by login name, or a flow by its name."""

    name: str = field(repr=False)
    role: Role


class Wanted(enum.StrEnum):
    """Product that the requester asks for: audio, transcript or both."""

    AUDIO = "audio"
    TRANSCRIPT = "transcript"
    BOTH = "both"


class Delivery(enum.StrEnum):
    """Ways of disclosure (33条1項)."""

    ELECTRONIC = "electronic"
    PAPER = "paper"
    OTHER = "other"


class IdentityMethod(enum.StrEnum):
    """Ways in which the requester proved their identity; images of papers are never kept."""

    DRIVING_LICENCE = "driving_licence"
    MY_NUMBER_CARD = "my_number_card"
    PASSPORT = "passport"
    RESIDENCE_CARD = "residence_card"
    INSURANCE_CARD = "insurance_card"
    SEAL_CERTIFICATE = "seal_certificate"
    CALL_BACK = "call_back"
    MEMBER_LOGIN = "member_login"
    IN_PERSON = "in_person"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The Japanese name of the method."""
        return METHODS[self]


METHODS = {
    IdentityMethod.DRIVING_LICENCE: "運転免許証",
    IdentityMethod.MY_NUMBER_CARD: "マイナンバーカード",
    IdentityMethod.PASSPORT: "旅券",
    IdentityMethod.RESIDENCE_CARD: "在留カード",
    IdentityMethod.INSURANCE_CARD: "資格確認書",
    IdentityMethod.SEAL_CERTIFICATE: "印鑑登録証明書",
    IdentityMethod.CALL_BACK: "折り返し電話",
    IdentityMethod.MEMBER_LOGIN: "会員ログイン",
    IdentityMethod.IN_PERSON: "対面",
    IdentityMethod.OTHER: "その他",
}


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent who makes the request for the person (施行令13条).

    Attributes:
        name: The agent's name.
        authority: ``power_of_attorney``, ``parent``, ``guardian`` or a company's own word.
        proof: Description of the papers shown; no images.
    """

    name: CaseName = field(repr=False)
    authority: str
    proof: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a request.

    Attributes:
        first: First day, Japanese date; ``None`` for no limit.
        last: Last day, inclusive.
        topic: The topic in the requester's words.
        numbers: Phone numbers that were called, or called from.
    """

    first: date | None = None
    last: date | None = None
    topic: str = field(default="", repr=False)
    numbers: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it is received.

    Attributes:
        requester: The person whose data are requested (本人).
        received_at: Time of receipt, with zone.
        channel: ``post``, ``counter``, ``web``, ``phone``, ``email`` or the company's own word.
        member_number: The customer's id.
        agent: The agent, if any.
        scope: The scope of the request.
        wanted: Audio, transcript or both.
        delivery: Electronic, paper or another way.
        fee_yen: Fee in yen; 0 for none.
        fee_paid: Whether the fee was paid.
        desk: Responsible department.
        person: Responsible person.
        reference: The company's own number, which must be unique.
    """

    requester: Requester = field(repr=False)
    received_at: datetime
    channel: str
    member_number: str = field(default="", repr=False)
    agent: Agent | None = field(default=None, repr=False)
    scope: Scope = field(default=Scope(), repr=False)
    wanted: Wanted = Wanted.BOTH
    delivery: Delivery = Delivery.ELECTRONIC
    fee_yen: int = 0
    fee_paid: bool = False
    desk: str = field(default="", repr=False)
    person: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """A request at the desk.

    Attributes:
        request_id: Random id.
        number: Public number, such as ``R-2026-0042``.
        due_on: Due date with pauses and extensions, Japanese date.
        paused_on: Day since which the clock is stopped; ``None`` while it runs.
        legal_hold: Whether nothing of it may be erased.
        calls: Ids of its calls.
        content: The request as received, with the present ``fee_paid``.
        answer: Kind of answer that was decided for a withheld request.
    """

    request_id: str
    number: str
    state: State
    due_on: date
    paused_on: date | None
    legal_hold: bool
    calls: tuple[str, ...]
    content: NewRequest = field(repr=False)
    answer: Answer | None = None

    @property
    def state_label(self) -> str:
        """The Japanese name of the state, in which 不存在 and 方法変更 differ from 不開示."""
        return self.answer.label if self.answer is not None else self.state.label


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """A check of the requester's identity.

    Attributes:
        method: The kind of proof.
        checked_at: Time of the check, with zone.
        note: A note, such as what was compared; no numbers of papers.
    """

    method: IdentityMethod
    checked_at: datetime
    note: str = field(default="", repr=False)


class Answer(enum.StrEnum):
    """Kinds of answer (33条3項)."""

    FULL = "full"
    PARTIAL = "partial"
    WITHHELD = "withheld"
    NONE_HELD = "none_held"
    OTHER_WAY = "other_way"

    @property
    def label(self) -> str:
        """The Japanese name of the kind."""
        return ANSWERS[self]


ANSWERS = {
    Answer.FULL: "開示",
    Answer.PARTIAL: "一部不開示",
    Answer.WITHHELD: "不開示",
    Answer.NONE_HELD: "不存在",
    Answer.OTHER_WAY: "方法変更",
}


class NoteKind(enum.StrEnum):
    """Kinds of notes; the first three change the clock.

    ``WAY`` and ``WAY_APPROVED`` choose a way of disclosure; the three from ``VISIT`` on record a visit
    (``ways``); ``AMEND`` keeps what the request said before (``flows.desk.cases.amendments``); ``PLACED``
    records that a package was put where another system fetches it; the last four record a breach
    (``breaches``).
    """

    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    REMARK = "remark"
    ERASE = "erase"
    AMEND = "amend"
    WITHHOLD = "withhold"
    DELIVER = "deliver"
    OBJECT = "object"
    AGAIN = "again"
    WAY = "way"
    WAY_APPROVED = "way_approved"
    VISIT = "visit"
    PLAYED = "played"
    VISIT_END = "visit_end"
    WORD = "word"
    PLACED = "placed"
    BREACH = "breach"
    BREACH_FACT = "breach_fact"
    BREACH_DUTY = "breach_duty"
    BREACH_DONE = "breach_done"


@dataclass(frozen=True, slots=True)
class Note:
    """A note to a request.

    Attributes:
        about: Id of the call or answer that it concerns; empty for the request itself.
        code: For a decision to withhold, the kind of answer, or a call's ground; for a way of disclosure,
            a visit, a listed word and a breach, their values as JSON.
    """

    kind: NoteKind
    at: datetime
    due_on: date
    by: str = field(repr=False)
    text: str = field(repr=False)
    about: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class NewRecording:
    """A recording as the company's telephone system lists it.

    Attributes:
        source_id: The system's id of the call.
        started_at: Start of the call, with zone.
        uri: Path or fsspec URL of the file.
        duration: Length in seconds; ``None`` when the list does not contain it.
        numbers: Phone numbers of both ends.
        customer_id: Id of the customer.
        operator: The operator.
        operator_channel: Channel of a two-channel file on which the operator speaks, 0 or 1.
    """

    source_id: str = field(repr=False)
    started_at: datetime
    uri: str = field(repr=False)
    duration: float | None = None
    numbers: tuple[str, ...] = field(default=(), repr=False)
    customer_id: str = field(default="", repr=False)
    operator: str = field(default="", repr=False)
    operator_channel: int = 0


@dataclass(frozen=True, slots=True)
class FoundRecording:
    """A recording in the catalogue."""

    recording_id: str
    content: NewRecording = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A recording attached to a request.

    Attributes:
        sha256: SHA-256 of the recording when it was attached.
        bytes: Length of the recording in bytes when it was attached.
        attempts: Number of attempts since it was last put into the queue.
        failure_kind: Error code of the last failure.
        failure_reason: Reason of the last failure in Japanese, without personal data.
        revision: Revision of its newest plan.
        lease_until: While a worker has it: when the claim expires unless the worker renews it.
    """

    call_id: str
    request_id: str
    recording_id: str
    state: State
    sha256: str
    bytes: int
    attached_at: datetime
    attempts: int
    failure_kind: str | None
    failure_reason: str | None
    revision: int | None
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StaffList:
    """The company's staff (担当者)."""

    names: tuple[CaseName, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CompanyList:
    """The company's own data: names, numbers, confidential terms, products, and the policy for each party.

    ``words``: always masked or kept, put there from the findings of calls (``flows.desk.cases.words``).
    """

    names: tuple[CaseName, ...] = field(default=(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    confidential_terms: tuple[CaseName, ...] = field(default=(), repr=False)
    actions: tuple[tuple[Party, MaskAction], ...] = USUAL_ACTIONS
    words: tuple[ListedWord, ...] = field(default=(), repr=False)
    products: tuple[CaseName, ...] = field(default=(), repr=False)
    kinds: tuple[tuple[str, MaskAction], ...] = ()


@dataclass(frozen=True, slots=True)
class ListVersions:
    """Versions of both lists; 0 for a list that was never imported."""

    staff: int
    company: int
