"""States of a request and of its calls, and the steps between them: tables and pure functions.

received → identified → requested → processing → in_review → approved → released
Further states are failed, withheld and withdrawn.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from flows.desk.kinds.errors import ImpossibleStepError, NotIdentifiedError


class State(enum.StrEnum):
    """States of a request or a call."""

    RECEIVED = "received"
    IDENTIFIED = "identified"
    REQUESTED = "requested"
    PROCESSING = "processing"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RELEASED = "released"
    FAILED = "failed"
    WITHHELD = "withheld"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The Japanese name of the state."""
        return LABELS[self]


class Step(enum.StrEnum):
    """Steps of a request or a call."""

    IDENTIFY = "identify"
    ATTACH = "attach"
    CLAIM = "claim"
    FINISH = "finish"
    FAIL = "fail"
    REQUEUE = "requeue"
    DECIDE = "decide"
    APPROVE = "approve"
    REOPEN = "reopen"
    RELEASE = "release"
    REFUSE = "refuse"
    WITHHOLD = "withhold"
    WITHDRAW = "withdraw"
    AGAIN = "again"
    CLOCK = "clock"
    WAY = "way"
    AMEND = "amend"

    @property
    def label(self) -> str:
        """The Japanese name of the step."""
        return STEP_LABELS[self]


LABELS = {
    State.RECEIVED: "受付済(本人確認前)",
    State.IDENTIFIED: "本人確認済",
    State.REQUESTED: "処理待ち",
    State.PROCESSING: "処理中",
    State.IN_REVIEW: "確認待ち",
    State.APPROVED: "承認済",
    State.RELEASED: "開示済",
    State.FAILED: "処理失敗",
    State.WITHHELD: "不開示",
    State.WITHDRAWN: "取下げ",
}

STEP_LABELS = {
    Step.IDENTIFY: "本人確認の記録",
    Step.ATTACH: "通話の追加",
    Step.CLAIM: "処理の開始",
    Step.FINISH: "処理の完了",
    Step.FAIL: "失敗の記録",
    Step.REQUEUE: "処理のやり直し",
    Step.DECIDE: "確認の記録",
    Step.APPROVE: "承認",
    Step.REOPEN: "確認への差戻し",
    Step.RELEASE: "開示",
    Step.REFUSE: "何も開示しない回答",
    Step.WITHHOLD: "不開示の決定",
    Step.WITHDRAW: "取下げ",
    Step.AGAIN: "再度の開示のための再開",
    Step.CLOCK: "期限の変更",
    Step.WAY: "開示のしかたの決定",
    Step.AMEND: "内容の訂正",
}

CALL_STEPS: dict[tuple[State, Step], State] = {
    (State.REQUESTED, Step.CLAIM): State.PROCESSING,
    (State.REQUESTED, Step.WITHHOLD): State.WITHHELD,
    (State.REQUESTED, Step.WITHDRAW): State.WITHDRAWN,
    # Another worker claims the call of a killed worker.
    (State.PROCESSING, Step.CLAIM): State.PROCESSING,
    (State.PROCESSING, Step.FINISH): State.IN_REVIEW,
    (State.PROCESSING, Step.FAIL): State.FAILED,
    (State.PROCESSING, Step.REQUEUE): State.REQUESTED,
    (State.PROCESSING, Step.WITHDRAW): State.WITHDRAWN,
    (State.IN_REVIEW, Step.DECIDE): State.IN_REVIEW,
    (State.IN_REVIEW, Step.APPROVE): State.APPROVED,
    (State.IN_REVIEW, Step.REQUEUE): State.REQUESTED,
    (State.IN_REVIEW, Step.WITHHOLD): State.WITHHELD,
    (State.IN_REVIEW, Step.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Step.RELEASE): State.RELEASED,
    (State.APPROVED, Step.REOPEN): State.IN_REVIEW,
    (State.APPROVED, Step.WITHHOLD): State.WITHHELD,
    (State.APPROVED, Step.WITHDRAW): State.WITHDRAWN,
    (State.FAILED, Step.REQUEUE): State.REQUESTED,
    (State.FAILED, Step.WITHHOLD): State.WITHHELD,
    (State.FAILED, Step.WITHDRAW): State.WITHDRAWN,
    # A decision to withhold may be revoked; the call is then masked again.
    (State.WITHHELD, Step.REQUEUE): State.REQUESTED,
    (State.WITHHELD, Step.WITHDRAW): State.WITHDRAWN,
    # Only ``Reopened`` does this, with a reason; the released answer is kept.
    (State.RELEASED, Step.AGAIN): State.IN_REVIEW,
}
"""Steps of a call, which begins as requested because only an identified request accepts calls."""

OPEN = (State.IDENTIFIED, State.REQUESTED, State.PROCESSING, State.IN_REVIEW, State.APPROVED, State.FAILED)

REQUEST_STEPS: dict[tuple[State, Step], State] = {
    (State.RECEIVED, Step.IDENTIFY): State.IDENTIFIED,
    (State.RECEIVED, Step.WITHHOLD): State.WITHHELD,
    (State.RECEIVED, Step.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Step.RELEASE): State.RELEASED,
    # An answer that discloses nothing is released too, without a call's sound or words.
    (State.WITHHELD, Step.REFUSE): State.RELEASED,
    # The kind of answer or its reason is corrected before the release.
    (State.WITHHELD, Step.WITHHOLD): State.WITHHELD,
    # The state follows from the calls; without calls it is the one after the identity check.
    (State.RELEASED, Step.AGAIN): State.IDENTIFIED,
    **{(state, Step.ATTACH): State.REQUESTED for state in OPEN},
    **{(state, Step.WAY): state for state in OPEN},
    **{(state, Step.WITHHOLD): State.WITHHELD for state in OPEN},
    **{(state, Step.WITHDRAW): State.WITHDRAWN for state in (*OPEN, State.WITHHELD)},
    **{(state, Step.CLOCK): state for state in (State.RECEIVED, *OPEN, State.WITHHELD)},
}
"""Steps of a request; between identified and approved its state follows from its calls."""

CLOSED = (State.RELEASED, State.WITHDRAWN)
"""Final states of a request.  A withheld request is not closed, because its answer is still to be sent."""

HINTS = {
    State.RECEIVED: "先に本人確認を記録してください",
    State.RELEASED: "開示は終わっています",
    State.WITHDRAWN: "請求は取り下げられています",
    State.PROCESSING: "処理が終わるまでお待ちください",
    State.FAILED: "先に処理をやり直すか、不開示としてください",
    State.IN_REVIEW: "先に確認を終えてください",
}


def step_call(state: State, step: Step, call_id: str) -> State:
    """Return a call's state after a step.

    Args:
        state: State before the step.
        step: The step.
        call_id: The call's id, for the message.

    Raises:
        ImpossibleStepError: says in Japanese why the step is impossible.
    """
    return _step(CALL_STEPS, state, step, call_id)


def step_request(state: State, step: Step, number: str) -> State:
    """Return a request's state after a step.

    Raises:
        NotIdentifiedError: when the identity check must come first.
        ImpossibleStepError: says in Japanese why the step is impossible.
    """
    return _step(REQUEST_STEPS, state, step, number)


def check_open(state: State, step: Step, number: str) -> None:
    """Refuse a step of a closed request or of its calls.

    Raises:
        ImpossibleStepError: when the request is released or withdrawn.
    """
    if state in CLOSED:
        _step({}, state, step, number)


def _step(table: dict[tuple[State, Step], State], state: State, step: Step, name: str) -> State:
    if (state, step) in table:
        return table[state, step]
    hint = HINTS.get(state, "")
    msg = f"{name}: {step.label}はできません。いまの状態は「{state.label}」です" + (
        f"。{hint}" if hint else ""
    )
    raise (NotIdentifiedError if state is State.RECEIVED else ImpossibleStepError)(msg)


def state_of_request(calls: Iterable[State]) -> State:
    """Return the state of an identified request from the states of its calls.

    Unfinished work takes precedence over finished work; withdrawn calls do not count.
    """
    states = {state for state in calls if state is not State.WITHDRAWN}
    if not states:
        return State.IDENTIFIED
    if State.REQUESTED in states and not states - {State.REQUESTED, State.WITHHELD}:
        return State.REQUESTED
    if states & {State.REQUESTED, State.PROCESSING}:
        return State.PROCESSING
    for state in (State.FAILED, State.IN_REVIEW, State.APPROVED, State.RELEASED):
        if state in states:
            return state
    return State.WITHHELD
