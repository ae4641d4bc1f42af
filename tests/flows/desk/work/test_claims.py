from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from flows.desk.book.calls import CallRequeued
from flows.desk.book.door import do
from flows.desk.book.requests import Withdrawn
from flows.desk.cases import calls, files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.errors import ClaimLostError, ImpossibleStepError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Actor, FileKind, Role
from flows.desk.work import claims, plans
from tests.desk_builders import CLERK, NOW, WORKER, attached, desk_settings, identified, processed

SECOND = Actor("worker-2", Role.SYSTEM)
BROKEN = claims.Failure("unreadable_audio", "音声を読めません")


def test_a_call_is_taken_by_one_worker(desk, tmp_path):
    """The next finds nothing to do; the request is being processed."""
    call = attached(desk, tmp_path)

    claim = claims.claim_call(desk, WORKER)

    assert claim is not None
    assert (claim.call_id, claim.attempt) == (call.call_id, 1)
    assert claims.claim_call(desk, SECOND) is None
    assert requests.get(desk, call.request_id).state is State.PROCESSING
    with pytest.raises(ImpossibleStepError):
        claims.claim_call(desk, SECOND, call.call_id)


def test_what_is_due_first_is_taken_first(desk, tmp_path):
    """Whatever was attached first."""
    late = identified(desk, received_at=NOW + timedelta(days=1))
    early = identified(desk)
    attached(desk, tmp_path, "late", late.request_id)
    call = attached(desk, tmp_path, "early", early.request_id)

    claim = claims.claim_call(desk, WORKER)

    assert claim is not None
    assert claim.call_id == call.call_id


def test_many_workers_take_each_call_once(tmp_path):
    """Six at once, and nine calls: none is taken twice, none is left."""
    settings = desk_settings(tmp_path, database_wait_seconds=60.0)
    taken: list[str] = []
    with open_desk(settings) as desk:
        owner = identified(desk).request_id
        wanted = {attached(desk, tmp_path, f"{n}", owner).call_id for n in range(9)}

    def work(name: str) -> None:
        with open_desk(settings) as own:
            while (claim := claims.claim_call(own, Actor(name, Role.SYSTEM))) is not None:
                taken.append(claim.call_id)

    threads = [threading.Thread(target=work, args=[f"worker-{n}"]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == sorted(wanted)


def test_what_was_made_becomes_the_calls(desk, tmp_path):
    """Plan, files with their hashes and last days, state, record: in one step."""
    call = attached(desk, tmp_path)
    claim = claims.claim_call(desk, WORKER)
    assert claim is not None

    after = claims.finish_processing(desk, WORKER, claim, processed(desk, call.call_id))

    assert (after.state, after.revision) == (State.IN_REVIEW, 1)
    assert requests.get(desk, call.request_id).state is State.IN_REVIEW
    kept = files.list_files(desk, call_id=call.call_id)
    assert {file.kind for file in kept} == {FileKind.RAW, FileKind.REVIEW, *files.MASKED_KINDS}
    assert all(file.delete_after is not None and file.revision == 1 for file in kept)
    assert plans.get_plan(desk, call.call_id).plan.call_id == call.call_id
    actions = [entry.action for entry in audit.entries(desk, request_id=call.request_id)]
    assert actions[-7:] == ["call.claim", *["file.add"] * 5, "call.finish"]


def test_handing_in_twice_does_nothing_twice(desk, tmp_path):
    """A worker that lost the answer to its first try may try again."""
    call = attached(desk, tmp_path)
    claim = claims.claim_call(desk, WORKER)
    assert claim is not None
    made = processed(desk, call.call_id)

    first = claims.finish_processing(desk, WORKER, claim, made)
    told = len(audit.entries(desk))
    second = claims.finish_processing(desk, WORKER, claim, made)

    assert first == second
    assert len(audit.entries(desk)) == told
    assert len(files.list_files(desk, call_id=call.call_id)) == 5


def test_a_killed_workers_call_is_taken_by_the_next(desk, tmp_path, clock):
    """When its time is over; what the first still hands in is refused."""
    call = attached(desk, tmp_path)
    first = claims.claim_call(desk, WORKER)
    assert first is not None
    clock.pass_(seconds=desk.settings.lease_seconds - 1)
    assert claims.claim_call(desk, SECOND) is None
    clock.pass_(seconds=2)

    second = claims.claim_call(desk, SECOND)

    assert second is not None
    assert (second.call_id, second.attempt) == (call.call_id, 2)
    made = processed(desk, call.call_id)
    with pytest.raises(ClaimLostError):
        claims.finish_processing(desk, WORKER, first, made)
    with pytest.raises(ClaimLostError):
        claims.extend_claim(desk, WORKER, first)
    assert claims.finish_processing(desk, SECOND, second, made).state is State.IN_REVIEW
    with pytest.raises(ClaimLostError):
        claims.finish_processing(desk, WORKER, first, made)


def test_a_renewed_claim_lasts(desk, tmp_path, clock):
    """From the time it was renewed."""
    attached(desk, tmp_path)
    claim = claims.claim_call(desk, WORKER)
    assert claim is not None
    clock.pass_(seconds=desk.settings.lease_seconds - 1)
    renewed = claims.extend_claim(desk, WORKER, claim)
    clock.pass_(seconds=desk.settings.lease_seconds - 1)

    assert claims.claim_call(desk, SECOND) is None
    assert claims.finish_processing(desk, WORKER, renewed, processed(desk, claim.call_id)).revision == 1


@pytest.mark.parametrize("certain", [False, True])
def test_a_call_that_kills_its_workers_is_set_aside(desk, tmp_path, clock, certain):
    """After as many attempts as the settings say, with its reason."""
    call = attached(desk, tmp_path)
    for attempt in range(1, desk.settings.attempts + 1):
        claim = claims.claim_call(desk, WORKER, call.call_id if certain else None)
        assert claim is not None
        assert claim.attempt == attempt
        clock.pass_(seconds=desk.settings.lease_seconds + 1)

    assert claims.claim_call(desk, WORKER, call.call_id if certain else None) is None
    after = calls.get_call(desk, call.call_id)
    assert (after.state, after.failure_kind) == (State.FAILED, "worker_lost")


def test_a_failed_call_is_tried_again_and_then_set_aside(desk, tmp_path):
    """With the last reason; the request has failed with it."""
    call = attached(desk, tmp_path)
    for attempt in range(1, desk.settings.attempts + 1):
        claim = claims.claim_call(desk, WORKER)
        assert claim is not None
        after = claims.fail_call(desk, WORKER, claim, BROKEN, retry=True)
        assert after.state is (State.REQUESTED if attempt < desk.settings.attempts else State.FAILED)

    assert (after.failure_kind, after.failure_reason) == (BROKEN.code, BROKEN.reason)
    assert claims.claim_call(desk, WORKER) is None
    assert requests.get(desk, call.request_id).state is State.FAILED


def test_a_hopeless_call_is_not_tried_again(desk, tmp_path):
    """Until somebody has mended the cause and puts it back."""
    call = attached(desk, tmp_path)
    claim = claims.claim_call(desk, WORKER)
    assert claim is not None
    claims.fail_call(desk, WORKER, claim, BROKEN)

    with pytest.raises(ImpossibleStepError):
        claims.claim_call(desk, WORKER, call.call_id)
    do(desk, CLERK, CallRequeued(call.call_id))
    again = claims.claim_call(desk, WORKER, call.call_id)
    assert again is not None
    assert again.attempt == 1
    done = claims.finish_processing(desk, WORKER, again, processed(desk, call.call_id))
    assert (done.failure_kind, done.failure_reason) == (None, None)


def test_a_worker_that_stops_puts_its_call_back(desk, tmp_path):
    """No attempt is counted."""
    attached(desk, tmp_path)
    claim = claims.claim_call(desk, WORKER)
    assert claim is not None

    assert claims.release_claim(desk, WORKER, claim).attempts == 0
    assert claims.claim_call(desk, SECOND) is not None


def test_a_request_withdrawn_meanwhile_voids_what_was_made(desk, tmp_path):
    """The worker is told, and nothing of it is kept."""
    call = attached(desk, tmp_path)
    claim = claims.claim_call(desk, WORKER)
    assert claim is not None
    do(desk, CLERK, Withdrawn(call.request_id, "本人から連絡"))

    with pytest.raises(ClaimLostError):
        claims.finish_processing(desk, WORKER, claim, processed(desk, call.call_id))
    assert files.list_files(desk, call_id=call.call_id) == ()


def test_a_claims_token_does_not_show(desk, tmp_path):
    """It is the right to hand in."""
    attached(desk, tmp_path)
    claim = claims.claim_call(desk, WORKER)
    assert claim is not None

    assert claim.token not in repr(claim)
