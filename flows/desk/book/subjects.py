"""What a step is done to, opened within its change: the row, its state, what steps of a kind share."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import NoReturn, Self

from flows.desk.answers.releases import Release, releases_of
from flows.desk.cases.calls import call_of, call_row
from flows.desk.cases.requests import calls_of, follow_calls, request_of, row_of, set_request_state
from flows.desk.integrity.chain import Detail, Subject
from flows.desk.integrity.desk import Change
from flows.desk.kinds.errors import ConflictError, DeskError
from flows.desk.kinds.states import State, Step, check_open, step_call, step_request
from flows.desk.kinds.values import JAPAN, Call, Request
from flows.desk.storage.tables import CallRow, RequestRow
from flows.settings import Settings


@dataclass(frozen=True, slots=True, repr=False)
class OnRequest:
    """A request at the moment of a step."""

    change: Change
    settings: Settings
    row: RequestRow

    @classmethod
    def opened(cls, change: Change, settings: Settings, subject: str) -> Self:
        """Open the request of an id or a public number."""
        return cls(change, settings, row_of(change.session, subject))

    @property
    def owner(self) -> RequestRow:
        """The request that gets the note."""
        return self.row

    @property
    def entry(self) -> Subject:
        """The subject of the entry in the audit log."""
        return Subject(self.row.id)

    @property
    def detail(self) -> Detail:
        """Detail of the entry, where the step tells no other."""
        return {"due_on": self.row.due_on.isoformat()}

    @property
    def value(self) -> Request:
        """The request as it is now."""
        return request_of(self.change.session, self.row, self.change.keyring)

    @property
    def today(self) -> date:
        """The day in Japan."""
        return self.change.now.astimezone(JAPAN).date()

    @property
    def answers(self) -> Sequence[Release]:
        """The released answers, oldest first."""
        return releases_of(self.change.session, self.change.keyring, self.row.id)

    def check(self, step: Step) -> None:
        """Refuse a step that the state does not allow."""
        step_request(State(self.row.state), step, self.row.number)

    def refuse(self, sentence: str, kind: type[DeskError] = ConflictError) -> NoReturn:
        """Refuse the step.

        Raises:
            ConflictError: always, or the error of ``kind``.
        """
        msg = f"{self.row.number}: {sentence}"
        raise kind(msg)

    def move(self, step: Step) -> None:
        """Let the state be that after a step."""
        set_request_state(self.change, self.row, step_request(State(self.row.state), step, self.row.number))

    def end(self, step: Step) -> None:
        """Let the state be that after a step, and that of every call that is not over."""
        after = step_request(State(self.row.state), step, self.row.number)
        self.move_calls(set(State) - {State.RELEASED, after, State.WITHDRAWN}, step)
        set_request_state(self.change, self.row, after)

    def move_calls(self, states: Set[State], step: Step) -> None:
        """Let the calls that are in some states go a step; the request stays."""
        for call in calls_of(self.change.session, self.row.id):
            if State(call.state) in states:
                move_call(self.change, call, step)


@dataclass(frozen=True, slots=True, repr=False)
class OnCall:
    """A call at the moment of a step."""

    change: Change
    settings: Settings
    row: CallRow
    owner: RequestRow

    @classmethod
    def opened(cls, change: Change, settings: Settings, subject: str) -> Self:
        """Open the call of an id."""
        row = call_row(change.session, subject)
        return cls(change, settings, row, change.session.get_one(RequestRow, row.request_id))

    @property
    def entry(self) -> Subject:
        """The subject of the entry in the audit log."""
        return Subject(self.row.request_id, self.row.id)

    @property
    def detail(self) -> Detail:
        """Detail of the entry, where the step tells no other."""
        return {}

    @property
    def value(self) -> Call:
        """The call as it is now."""
        return call_of(self.row)

    def check(self, step: Step) -> None:
        """Refuse a step that the state of the call or of its request does not allow."""
        check_open(State(self.owner.state), step, self.owner.number)
        step_call(State(self.row.state), step, self.row.id)

    def move(self, step: Step) -> None:
        """Let the call's state be that after a step; its request follows."""
        move_call(self.change, self.row, step)
        follow_calls(self.change, self.row.request_id)


def move_call(change: Change, call: CallRow, step: Step) -> None:
    """Let a call's state be that after a step; nobody works on it any more."""
    call.state, call.state_since = step_call(State(call.state), step, call.id), change.now
    call.claim_token, call.lease_until = None, None
