"""Each declared step, by each role, in each state: done, or refused with nothing written."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.book.answers import Objected
from flows.desk.book.calls import CallWithheld
from flows.desk.book.door import do
from flows.desk.book.event import CALL
from flows.desk.book.requests import Extended, Held, Identified, Paused, Remarked, Resumed, Withheld
from flows.desk.book.steps import STEPS, Step
from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import (
    ConflictError,
    ImpossibleStepError,
    NotAllowedError,
    NotFoundError,
    NotIdentifiedError,
    OutOfBoundsError,
)
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Actor, Answer, IdentityMethod, Role
from flows.desk.storage.tables import CallRow, RequestRow
from tests.desk_builders import CLERK, MANAGER, attached, identified, new_request

GIVEN: dict[Any, Any] = {str: "言葉", date: date(2099, 1, 1), IdentityMethod: IdentityMethod.PASSPORT}

CELLS = list(itertools.product(STEPS, Role))

OWN_RULE = {"request.resume", "request.object", "release.deliver", "release.place"}
"""Steps that refuse here for a reason of their own: the clock runs, and nothing is answered."""


def event(step: Step, subject: str) -> Any:
    """A step of which only what is required is filled in."""
    return step(subject, **{each.name: GIVEN[each.type] for each in step.declared.fields if each.required})  # type: ignore[call-arg]


@pytest.fixture
def subject(desk: Desk, tmp_path: Any) -> Callable[[Step, State], str]:
    """Put a fresh request, or its call, into a state."""

    def put(step: Step, state: State) -> str:
        call = attached(desk, tmp_path, "one") if step.declared.kind is CALL else None
        request = identified(desk).request_id if call is None else call.request_id
        with desk.change(CLERK) as change:
            row = _row(change.session, request, call.call_id if call else "")
            row.state = state
            return row.id

    return put


def _row(session: Session, request: str, call: str) -> RequestRow | CallRow:
    return session.get_one(CallRow, call) if call else session.get_one(RequestRow, request)


@pytest.mark.parametrize(("word", "role"), CELLS)
def test_a_role_that_is_not_named_is_refused_before_anything_is_read(desk: Desk, word: str, role: Role):
    """The door asks for the role first, so that nobody learns what there is."""
    step, before = STEPS[word], audit.entries(desk)

    with pytest.raises(NotFoundError if role in step.declared.by else NotAllowedError):
        do(desk, Actor("somebody", role), event(step, "R-2026-0009"))

    assert audit.entries(desk) == before


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("word", STEPS)
def test_a_step_is_taken_in_its_states_and_in_no_other(
    desk: Desk, subject: Callable[[Step, State], str], word: str, state: State
):
    """Refused, it leaves neither row nor note nor entry; taken, one entry with its word."""
    step = STEPS[word]
    declared, on = step.declared, subject(step, state)
    before = (audit.entries(desk), requests.list_requests(desk))
    actor = Actor("somebody", declared.by[0])

    if state not in declared.states or word in OWN_RULE:
        with pytest.raises((ImpossibleStepError, NotIdentifiedError, ConflictError, NotFoundError)):
            do(desk, actor, event(step, on))
        assert (audit.entries(desk), requests.list_requests(desk)) == before
        return
    do(desk, actor, event(step, on))
    (made,) = audit.entries(desk)[len(before[0]) :]
    assert (made.action, made.actor) == (word, actor)


def test_some_cells_of_the_table_by_hand():
    """What the declarations must say, whatever else changes."""
    assert STEPS["request.pause"].declared.by == (Role.INTAKE,)
    assert STEPS["request.hold"].declared.by == (Role.ADMIN,)
    assert {State.RELEASED, State.WITHDRAWN} == set(State) - STEPS["request.extend"].declared.states
    assert STEPS["request.identify"].declared.states == {State.RECEIVED}
    assert State.PROCESSING not in STEPS["call.withhold"].declared.states
    assert STEPS["request.hold"].declared.states == set(State)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda number: Paused(number, " "), OutOfBoundsError),
        (lambda number: Remarked(number, "長" * 4001), OutOfBoundsError),
        (lambda number: Extended(number, date(9999, 1, 1), "理由"), OutOfBoundsError),
        (lambda number: Withheld(number, "理由", Answer.FULL), ConflictError),
        (lambda number: CallWithheld(number, "理由", 4), OutOfBoundsError),
    ],
)
def test_a_field_out_of_bounds_changes_nothing(
    desk: Desk, wrong: Callable[[str], Any], error: type[Exception]
):
    """Whichever command, form or flow sends it."""
    request = requests.receive(desk, CLERK, new_request())
    before = audit.entries(desk)

    with pytest.raises(error):
        do(desk, CLERK, wrong(request.number))

    assert (audit.entries(desk), requests.get(desk, request.number)) == (before, request)


def test_a_check_that_has_not_been_made_yet_is_refused(desk: Desk):
    """A time in the future, which the desk's clock tells."""
    request = requests.receive(desk, CLERK, new_request())
    tomorrow: datetime = desk.clock() + timedelta(days=1)

    with pytest.raises(OutOfBoundsError):
        do(desk, CLERK, Identified(request.number, IdentityMethod.PASSPORT, tomorrow))
    assert requests.get(desk, request.number).state is State.RECEIVED


def test_the_words_of_a_step_show_nowhere():
    """A log line of an event tells neither the words nor the request."""
    told = repr((Paused("R-2026-0001", "鈴木花子の委任状"), Objected("R-2026-0001", "電話で")))

    assert "鈴木" not in told
    assert "R-2026" not in told


def test_a_hold_is_told_by_which_of_the_two_it_is(desk: Desk):
    """Set and ended, in the record and to the person."""
    number = identified(desk).number
    held, ended = do(desk, MANAGER, Held(number)), do(desk, MANAGER, Held(number, off=True))

    assert [entry.action for entry in audit.entries(desk)[-2:]] == ["request.hold", "request.unhold"]
    assert Held(number).said(held).endswith("始めました")
    assert Held(number).said(ended).endswith("解きました")


def test_a_clock_is_stopped_and_started_in_one_change_each(desk: Desk):
    """The row, the sealed note and the entry agree."""
    number = identified(desk).number
    assert do(desk, CLERK, Paused(number, "  委任状を待つ ")).paused_on is not None
    do(desk, CLERK, Resumed(number))

    assert [note.text for note in requests.notes(desk, number)] == ["委任状を待つ", ""]
    with desk.read() as session:
        assert session.scalars(select(RequestRow.paused_on)).one() is None
