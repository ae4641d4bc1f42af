"""Gather the material of an answer: its calls, their plans, the decision and its reasons."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime

from flows.desk.answers.basis import AnswerBasis, check_basis, played_digest_of, read_basis
from flows.desk.answers.releases import ReleasedCall, ReleasedRange
from flows.desk.cases.calls import get_call
from flows.desk.cases.catalogue import get_recording
from flows.desk.cases.requests import get, notes
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ImpossibleStepError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Answer, Call, Note, NoteKind, Request, Wanted
from flows.desk.kinds.ways import AS_ASKED, Manner, Passage, Way
from flows.desk.work.corrections import decisions_on_text
from flows.desk.work.plans import Approval, StoredPlan, approved_plan, decisions
from flows.files.keyed_digest import NO_DIGEST, KeyedDigest
from flows.releasing.laws import laws_in
from pipeline.reviewing.wordings import read_at
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import MaskAction, MaskItem, MaskPlan, Party


@dataclass(frozen=True, slots=True)
class CallMaterial:
    """A call of an answer.

    Attributes:
        number: Number within the answer, from 1.
        seconds: Length in seconds, or ``None`` when it is unknown.
        approved: Plan and approval of a call that is disclosed; ``None`` for a withheld call.
        reason: Reason for withholding the call, which the requester reads.
        ground: Ground for withholding the call: item of 33条2項.
        manner: Way in which the answer discloses its calls.
        read_at: Time at which a person read its text through; ``None`` where there is none.
    """

    number: int
    call: Call
    started_at: datetime
    seconds: float | None
    approved: tuple[StoredPlan, Approval] | None
    reason: str = field(default="", repr=False)
    ground: int = 0
    manner: Manner = AS_ASKED
    read_at: datetime | None = None

    @property
    def plan(self) -> MaskPlan | None:
        """Its plan, or ``None`` for a withheld call."""
        return None if self.approved is None else self.approved[0].plan

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Its chosen passages, of an answer that discloses only such."""
        return self.manner.of_call(self.call.call_id)

    @property
    def stretches(self) -> tuple[tuple[float, float], ...]:
        """The stretches of it that are disclosed: its passages, or all of it."""
        if self.manner.way is Way.PASSAGES:
            return tuple((each.start, each.end) for each in self.passages)
        return ((0.0, math.inf),)

    @property
    def masked(self) -> tuple[MaskItem, ...]:
        """Masked items in the disclosed part of the call; empty for a withheld call."""
        masked = () if self.plan is None else self.plan.masked
        return tuple(item for item in masked if self.manner.masks(self.call.call_id, item))

    @property
    def consented(self) -> tuple[tuple[float, float], ...]:
        """Stretches of a third person's voice that are disclosed with consent; empty for a withheld call."""
        return tuple(
            (item.time.start, item.time.end)
            for item in (() if self.plan is None else self.plan.items)
            if item.entity_type == THIRD_VOICE
            and (item.party, item.action) == (Party.THIRD_PARTY, MaskAction.KEEP)
            and self.manner.discloses(self.call.call_id, item.time.start, item.time.end)
        )


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that an answer is made from.

    Attributes:
        basis: The basis of the answer, which is compared again when it is released.
        reason: Reason why nothing is disclosed, which the requester reads.
        laws: Laws that the masks on item 3 rest on.
        sound_only: Whether the company discloses no transcripts, whatever the request asks for.
    """

    request: Request
    basis: AnswerBasis
    calls: tuple[CallMaterial, ...]
    reason: str = field(default="", repr=False)
    laws: tuple[str, ...] = ()
    sound_only: bool = False

    @property
    def kind(self) -> Answer:
        """The kind of answer."""
        return self.basis.kind

    @property
    def manner(self) -> Manner:
        """Way in which the answer discloses its calls."""
        return self.basis.manner

    @property
    def gives_audio(self) -> bool:
        """Whether the package holds sound."""
        way = self.manner.way
        asked = self.sound_only or self.request.content.wanted is not Wanted.TRANSCRIPT
        return way in {Way.FILES, Way.PASSAGES} and asked

    @property
    def gives_text(self) -> bool:
        """Whether the package holds the words."""
        way = self.manner.way
        asked = not self.sound_only and self.request.content.wanted is not Wanted.AUDIO
        return way is Way.TEXT or (way in {Way.FILES, Way.PASSAGES} and asked)

    @property
    def turn(self) -> int:
        """1 for the first answer to the request."""
        return self.basis.turn

    @property
    def name(self) -> str:
        """Name of its package: the request's number, from the second answer on with its turn."""
        return self.request.number if self.turn == 1 else f"{self.request.number}-{self.turn}"


def gather(desk: Desk, number: str) -> Material:
    """Gather the material of the answer to a request, as of now.

    Args:
        desk: The desk.
        number: Id or public number of the request.

    Raises:
        ImpossibleStepError: when the request is neither approved nor withheld, when something
            changed after its approval, or when a mask has no ground.
    """
    basis = read_basis(desk, number)
    request = replace(get(desk, number), content=basis.content)
    told = [note for note in notes(desk, number) if note.kind is NoteKind.WITHHOLD]
    waiting = [get_call(desk, call.call_id) for call in basis.answered]
    calls = tuple(
        replace(_of_call(desk, place, call, told), manner=basis.manner)
        for place, call in enumerate(waiting, start=1)
    )
    # The parts were read one after another; they belong together only if nothing changed meanwhile.
    check_basis(desk, basis)
    left_out = [basis.manner.reason] if basis.manner.ground == 3 else []
    laws = laws_in([*_reasons_of_item_3(desk, calls), *left_out])
    sound_only = desk.settings.review_text == "none"
    return Material(request, basis, calls, _reason(basis, told, calls), laws, sound_only)


def _of_call(desk: Desk, number: int, call: Call, told: list[Note]) -> CallMaterial:
    recording = get_recording(desk, call.recording_id).content
    known = (number, call, recording.started_at, recording.duration)
    if call.state is State.WITHHELD:
        notes_of_call = [note for note in told if note.about == call.call_id]
        reason, ground = (notes_of_call[-1].text, int(notes_of_call[-1].code)) if notes_of_call else ("", 0)
        return CallMaterial(*known, None, reason, ground)
    approved = approved_plan(desk, call.call_id)
    groundless = sum(item.ground not in {1, 2, 3} for item in approved[0].plan.masked)
    if groundless:
        msg = f"{call.call_id}: 根拠(33条2項の号)が決まっていない伏せ箇所が{groundless}件あります"
        raise ImpossibleStepError(msg)
    on_text = decisions_on_text(desk, call.call_id, approved[0].plan.transcript_sha256)
    return CallMaterial(*known, approved, read_at=read_at(on_text))


def _reason(basis: AnswerBasis, told: list[Note], calls: tuple[CallMaterial, ...]) -> str:
    """Return the reason why nothing is disclosed, from the last decision on the request."""
    if basis.state is State.WITHHELD and told and not told[-1].about:
        return told[-1].text
    return _reasons(calls)


def _reasons(calls: tuple[CallMaterial, ...]) -> str:
    """Return the reasons of the withheld calls, one line for each."""
    return "\n".join(f"通話{call.number}: {call.reason}" for call in calls if call.reason)


def _reasons_of_item_3(desk: Desk, calls: tuple[CallMaterial, ...]) -> list[str]:
    found = [call.reason for call in calls if call.ground == 3]
    for call in calls:
        if any(item.ground == 3 for item in call.masked):
            # A stretch that an analyst added has its ground in the decision.
            found += [
                made.reason
                for made in decisions(desk, call.call.call_id)
                if made.ground == 3 or '"ground":3' in made.content
            ]
    return found


def masked_ranges(call: CallMaterial) -> tuple[ReleasedRange, ...]:
    """Return the masked ranges in the disclosed part of a call; a withheld call has none.

    A range across the edge of a passage is cut to the passage.
    """
    ranges = (
        ReleasedRange(
            max(item.time.start, start), min(item.time.end, end), item.entity_type, item.ground, item.remains
        )
        for item in call.masked
        for start, end in call.stretches
        if item.time.start < end and start < item.time.end
    )
    return tuple(sorted(ranges))


def released_call(desk: Desk, call: CallMaterial) -> ReleasedCall:
    """Return the stored form of a released or withheld call."""
    where = (call.number, call.call.call_id, call.call.recording_id)
    reviewers = tuple(dict.fromkeys(made.reviewer for made in decisions(desk, call.call.call_id)))
    if call.approved is None:
        return ReleasedCall(*where, withheld=True, reviewers=reviewers)
    stored, approval = call.approved
    return ReleasedCall(
        *where,
        revision=stored.revision,
        plan_digest=stored.plan_digest,
        masked=masked_ranges(call),
        reviewers=reviewers,
        approver=approval.approver,
        played_digest=_played(call, approval),
        consented=call.consented,
    )


def _played(call: CallMaterial, approval: Approval) -> KeyedDigest:
    """Return the digest of the approved masked audio, of an answer that is listened to in person."""
    return played_digest_of(approval.files) if call.manner.way is Way.IN_PERSON else NO_DIGEST
