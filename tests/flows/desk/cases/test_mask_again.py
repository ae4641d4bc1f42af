"""A word that is listed reaches the request's other calls as far as nobody's work is lost by it."""

from __future__ import annotations

import pytest

from flows.desk.book.calls import CallRequeued
from flows.desk.book.door import do
from flows.desk.cases.calls import get_call
from flows.desk.cases.mask_again import Reach, follow_list
from flows.desk.integrity import audit
from flows.desk.kinds.errors import NotAllowedError
from flows.desk.kinds.states import State
from flows.desk.work import claims
from flows.desk.work.decisions import is_complete
from flows.desk.work.reviews import load_review
from pipeline.reviewing.decisions import ReviewKind
from tests.desk_builders import ANALYST, CLERK, WORKER, approve, attached, decided, identified, in_review


def test_calls_follow_a_list_as_far_as_nothing_was_decided(desk, tmp_path):
    """What nobody has decided on is masked again, what is decided on or approved stays, and it is counted."""
    owner = identified(desk).request_id
    here, fresh, begun, done = (in_review(desk, tmp_path, name, owner) for name in ("a", "b", "c", "d"))
    other = in_review(desk, tmp_path, "e")
    decided(desk, begun, ReviewKind.COMPLETE, reason="")
    approve(desk, done)

    assert follow_list(desk, ANALYST, owner, here.call_id) == Reach(queued=1, looked=1, approved=1)
    states = {call.call_id: get_call(desk, call.call_id).state for call in (here, fresh, begun, done, other)}
    assert states == {
        here.call_id: State.IN_REVIEW,
        fresh.call_id: State.REQUESTED,
        begun.call_id: State.IN_REVIEW,
        done.call_id: State.APPROVED,
        other.call_id: State.IN_REVIEW,
    }
    assert is_complete(load_review(desk, begun.call_id).made)


def test_a_call_that_is_being_masked_with_the_old_list_is_masked_anew(desk, tmp_path):
    """Its worker has lost its claim, so that what it makes of the old list counts for nothing."""
    owner = identified(desk).request_id
    here, running = in_review(desk, tmp_path, "a", owner), attached(desk, tmp_path, "b", owner)
    claim = claims.claim_call(desk, WORKER, running.call_id)
    assert claim is not None

    assert follow_list(desk, ANALYST, owner, here.call_id).queued == 1
    with pytest.raises(claims.ClaimLostError):
        claims.extend_claim(desk, WORKER, claim)


def test_only_who_may_list_sets_calls_back(desk, tmp_path):
    """As for the list itself."""
    call = in_review(desk, tmp_path)
    with pytest.raises(NotAllowedError):
        follow_list(desk, CLERK, call.request_id, "")
    assert get_call(desk, call.call_id).state is State.IN_REVIEW


def test_a_person_and_a_list_put_a_call_back_in_one_way(desk, tmp_path):
    """Unclaimed, as if it had never been begun, and told in the audit log once."""
    owner = identified(desk).request_id
    one, two = (attached(desk, tmp_path, name, owner) for name in ("a", "b"))
    for call in (one, two):
        assert claims.claim_call(desk, WORKER, call.call_id) is not None
    before = len(audit.entries(desk))

    do(desk, CLERK, CallRequeued(one.call_id))
    follow_list(desk, ANALYST, owner, one.call_id)

    told = [(each.action, each.subject.call_id) for each in audit.entries(desk)[before:]]
    assert told == [("call.requeue", one.call_id), ("call.requeue", two.call_id)]
    for call in (one, two):
        now = get_call(desk, call.call_id)
        assert (now.state, now.attempts, now.lease_until) == (State.REQUESTED, 0, None)
