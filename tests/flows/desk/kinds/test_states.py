from __future__ import annotations

import itertools

import pytest

from flows.desk.kinds.errors import ImpossibleStepError, NotIdentifiedError
from flows.desk.kinds.states import (
    CALL_STEPS,
    LABELS,
    REQUEST_STEPS,
    STEP_LABELS,
    State,
    Step,
    state_of_request,
    step_call,
    step_request,
)

R, P, V, A, X, F, H, W = (
    State.REQUESTED,
    State.PROCESSING,
    State.IN_REVIEW,
    State.APPROVED,
    State.RELEASED,
    State.FAILED,
    State.WITHHELD,
    State.WITHDRAWN,
)


def test_the_road_of_a_call():
    """Claimed, finished, approved, released."""
    state = R
    for step, after in ((Step.CLAIM, P), (Step.FINISH, V), (Step.APPROVE, A), (Step.RELEASE, X)):
        state = step_call(state, step, "c1")
        assert state is after


@pytest.mark.parametrize(
    ("state", "step"), [pair for pair in itertools.product(State, Step) if pair not in CALL_STEPS]
)
def test_any_other_step_of_a_call_is_refused_with_a_reason(state, step):
    """The message names the call, the step and the state in Japanese."""
    with pytest.raises(ImpossibleStepError) as raised:
        step_call(state, step, "c1")

    assert all(part in str(raised.value) for part in ("c1", step.label, state.label))


@pytest.mark.parametrize(
    ("state", "step"), [pair for pair in itertools.product(State, Step) if pair not in REQUEST_STEPS]
)
def test_any_other_step_of_a_request_is_refused_with_a_reason(state, step):
    """The message names the request, the step and the state in Japanese."""
    with pytest.raises(ImpossibleStepError) as raised:
        step_request(state, step, "R-2026-0001")

    assert all(part in str(raised.value) for part in ("R-2026-0001", step.label, state.label))


@pytest.mark.parametrize("step", [Step.ATTACH, Step.RELEASE, Step.CLAIM, Step.APPROVE])
def test_nothing_happens_before_the_identity_check(step):
    """The refusal says that the identity check comes first."""
    with pytest.raises(NotIdentifiedError, match="本人確認を記録"):
        step_request(State.RECEIVED, step, "R-2026-0001")


def test_released_and_withdrawn_calls_stay_so():
    """No step leads out of them but the one that opens a released case for a second disclosure."""
    assert [step for (state, step) in CALL_STEPS if state in {X, W}] == [Step.AGAIN]
    assert [step for (state, step) in REQUEST_STEPS if state in {X, W}] == [Step.AGAIN]


def test_nothing_withheld_is_released():
    """Only the letter that nothing is disclosed goes out, and none of its calls moves."""
    assert (State.WITHHELD, Step.RELEASE) not in REQUEST_STEPS
    assert {state for state, step in CALL_STEPS if step in {Step.RELEASE, Step.REFUSE}} == {State.APPROVED}
    assert [state for state, step in REQUEST_STEPS if step is Step.REFUSE] == [State.WITHHELD]


def test_every_state_of_a_call_is_reached():
    """From requested, by the table."""
    reached = {R}
    for _ in State:
        reached |= {after for (before, _), after in CALL_STEPS.items() if before in reached}

    assert reached == set(State) - {State.RECEIVED, State.IDENTIFIED}


def test_every_state_and_step_has_a_name():
    """A message never lacks its words."""
    assert set(LABELS) == set(State)
    assert set(STEP_LABELS) == set(Step)


@pytest.mark.parametrize(
    ("calls", "request_state"),
    [
        ((), State.IDENTIFIED),
        ((W,), State.IDENTIFIED),
        ((R,), R),
        ((R, H, W), R),
        ((P, R), P),
        ((P, V), P),
        ((R, V), P),
        ((R, F), P),
        ((F, V), F),
        ((V, A), V),
        ((V, H), V),
        ((A, H, W), A),
        ((X, H), X),
        ((H, W), H),
    ],
)
def test_a_request_follows_its_calls(calls, request_state):
    """In whatever order they stand."""
    assert {state_of_request(order) for order in itertools.permutations(calls)} == {request_state}
