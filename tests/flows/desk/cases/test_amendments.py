"""A request is amended before its answer: what changes with it, what is kept, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Extended, FeePaid, Withdrawn
from flows.desk.cases import calls, requests
from flows.desk.cases.amendments import NewAmendment, amend, amendments
from flows.desk.cases.identity import identity_checks
from flows.desk.cases.requests import RequestQuery
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import (
    ClaimLostError,
    ConflictError,
    DuplicateError,
    ImpossibleStepError,
    NotIdentifiedError,
)
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Agent, NewRequest, NoteKind, Request, Wanted
from flows.desk.record.erasure import erase_request
from flows.desk.work import claims
from pipeline.types import CaseName, Requester
from tests.desk_builders import (
    CHECK,
    CLERK,
    NOW,
    PERSON,
    SECOND,
    WORKER,
    approve,
    attached,
    desk_settings,
    identified,
    identity,
    in_review,
    new_request,
    processed,
)

READ = replace(PERSON, names=(CaseName("鈴木花子", "スズキカコ"),))
NAMED = replace(PERSON, names=(CaseName("鈴木華子", "スズキハナコ"),))


def amended(desk: Desk, number: str, new: NewRequest, **more: object) -> Request:
    """An amendment by the clerk."""
    seen = len(amendments(desk, number))
    return amend(desk, CLERK, number, NewAmendment(new, **{"reason": "書き誤り", "seen": seen} | more))


def test_an_amendment_counts_and_the_old_value_is_kept(desk: Desk):
    """With who, when and why; the audit log names the fields and no value."""
    number = requests.receive(desk, CLERK, new_request(member_number="M-1", wanted=Wanted.AUDIO)).number
    before = requests.get(desk, number).content
    after = amended(desk, number, replace(before, member_number="M-2", wanted=Wanted.BOTH))

    assert (after.content.member_number, after.content.wanted) == ("M-2", Wanted.BOTH)
    assert requests.get(desk, number) == after
    (made,) = amendments(desk, number)
    assert (made.before, made.by, made.reason, made.at) == (before, CLERK.name, "書き誤り", NOW)
    (note,) = requests.notes(desk, number)
    assert (note.kind, note.text, note.code) == (NoteKind.AMEND, "書き誤り", "")
    entry = audit.entries(desk)[-1]
    assert entry.action == "request.amend"
    assert entry.detail == {
        "fields": "member_number,wanted",
        "requeued": 0,
        "due_on": after.due_on.isoformat(),
    }
    assert audit.verify(desk) == ()


def test_the_search_finds_the_new_value_and_not_the_old(desk: Desk):
    """By name, number and account."""
    request = requests.receive(desk, CLERK, new_request(member_number="M-1"))
    amended(desk, request.number, replace(request.content, requester=NAMED, member_number="M-2"))

    def found(**query: str) -> list[str]:
        return [each.number for each in requests.find(desk, RequestQuery(**query))]

    assert (
        found(name="鈴木華子")
        == found(member_number="M-2")
        == found(number="09012345678")
        == [request.number]
    )
    assert found(name="鈴木花子") == found(member_number="M-1") == []


def test_the_due_date_goes_with_the_receipt(desk: Desk):
    """Received two days earlier, due two days earlier, with whatever it was extended by."""
    request = requests.receive(desk, CLERK, new_request())
    do(desk, CLERK, Extended(request.number, request.due_on + timedelta(days=7), "多数のため"))
    earlier = replace(request.content, received_at=NOW - timedelta(days=2))

    assert amended(desk, request.number, earlier).due_on == request.due_on + timedelta(days=5)


def test_the_companys_number_stays_unique(desk: Desk):
    """A corrected one is free for another request, and nobody's can be taken."""
    first, _ = (requests.receive(desk, CLERK, new_request(reference=one)) for one in ("A-1", "A-2"))
    with pytest.raises(DuplicateError):
        amended(desk, first.number, replace(first.content, reference="A-2"))
    assert amendments(desk, first.number) == ()
    amended(desk, first.number, replace(first.content, reference="A-3"))
    requests.receive(desk, CLERK, new_request(reference="A-1"))
    with pytest.raises(DuplicateError):
        requests.receive(desk, CLERK, new_request(reference="A-3"))


def test_a_fee_stays_paid(desk: Desk):
    """Whether it was is recorded by itself."""
    request = requests.receive(desk, CLERK, new_request(fee_yen=300))
    do(desk, CLERK, FeePaid(request.number))
    after = amended(desk, request.number, replace(request.content, fee_yen=500))

    assert (after.content.fee_yen, after.content.fee_paid) == (500, True)


@pytest.mark.parametrize("new", [READ, replace(PERSON, phones=("0312345678",))])
def test_calls_are_masked_again_with_the_corrected_data(desk: Desk, tmp_path: Path, new: Requester):
    """Those in review and the one that a worker has, whose results are refused; what waits still waits."""
    first = in_review(desk, tmp_path, "one")
    waiting = attached(desk, tmp_path, "two", first.request_id)
    busy = attached(desk, tmp_path, "three", first.request_id)
    claim = claims.claim_call(desk, WORKER, busy.call_id)
    assert claim is not None
    content = requests.get(desk, first.request_id).content
    after = amended(desk, first.request_id, replace(content, requester=new))

    assert {call.state for call in calls.list_calls(desk, request=first.request_id)} == {State.REQUESTED}
    assert after.state is State.REQUESTED
    assert calls.case_of(desk, waiting.call_id).case.requester == new
    assert audit.entries(desk)[-1].detail["requeued"] == 2
    with pytest.raises(ClaimLostError):
        claims.finish_processing(desk, WORKER, claim, processed(desk, busy.call_id))


def test_what_does_not_steer_the_masking_leaves_the_calls(desk: Desk, tmp_path: Path):
    """A topic is read by people only."""
    call = approve(desk, in_review(desk, tmp_path))
    content = requests.get(desk, call.request_id).content
    amended(desk, call.request_id, replace(content, desk="別の部署"))
    assert calls.get_call(desk, call.call_id).state is State.APPROVED

    with pytest.raises(ImpossibleStepError, match="差し戻し"):
        amended(desk, call.request_id, replace(content, requester=READ))
    assert requests.get(desk, call.request_id).content.requester == PERSON


AGENT = Agent(CaseName("長谷川隆"), "power_of_attorney")
OTHERWISE = {
    "name": {"requester": NAMED},
    "address": {"requester": replace(PERSON, addresses=(CaseName("香川県高松市"),))},
    "agent": {"agent": AGENT},
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_who_is_named_otherwise_is_checked_again(desk: Desk, what: str):
    """After the identity check a new one comes with the correction; before, none is asked for."""
    request = requests.receive(desk, CLERK, new_request())
    amended(desk, request.number, replace(request.content, **OTHERWISE[what]))
    known = identified(desk)
    new = replace(known.content, **OTHERWISE[what])
    with pytest.raises(NotIdentifiedError, match="本人確認も"):
        amended(desk, known.number, new)
    assert requests.get(desk, known.number).content == known.content

    amended(desk, known.number, new, check=replace(CHECK, note="戸籍と照合"))
    assert {each.check.note for each in identity_checks(desk, known.number)} == {CHECK.note, "戸籍と照合"}
    assert requests.get(desk, known.number).state is State.IDENTIFIED
    assert "request.identify" in [entry.action for entry in audit.entries(desk)][-2:]


def test_where_two_people_check_one_is_not_enough(tmp_path: Path):
    """Then the request is begun again."""
    with open_desk(desk_settings(tmp_path, identity_two_people=True)) as desk:
        request = requests.receive(desk, CLERK, new_request())
        for who in (CLERK, SECOND):
            do(desk, who, identity(request.number))
        with pytest.raises(NotIdentifiedError, match="二人"):
            amended(desk, request.number, replace(request.content, requester=NAMED), check=CHECK)
        amended(desk, request.number, replace(request.content, requester=READ))


@pytest.mark.parametrize(
    ("more", "told"),
    [({"reason": " "}, "理由"), ({"seen": 7}, "先に訂正"), ({"new": None}, "変わった所")],
)
def test_an_amendment_that_says_nothing_is_refused(desk: Desk, more: dict[str, object], told: str):
    """Without a reason, after somebody else's, or without a difference."""
    request = requests.receive(desk, CLERK, new_request())
    new = request.content if "new" in more else replace(request.content, member_number="M-2")
    with pytest.raises(ConflictError, match=told):
        amended(desk, request.number, new, **{key: value for key, value in more.items() if key != "new"})
    assert amendments(desk, request.number) == ()


def test_a_closed_request_is_not_corrected_and_erasure_takes_the_old_values(desk: Desk):
    """What it said before goes with the rest of the person's data."""
    request = requests.receive(desk, CLERK, new_request())
    amended(desk, request.number, replace(request.content, requester=NAMED))
    do(desk, CLERK, Withdrawn(request.number, "取下げ"))
    with pytest.raises(ImpossibleStepError):
        amended(desk, request.number, request.content)
    erase_request(desk, CLERK, request.number)

    assert amendments(desk, request.number) == ()
