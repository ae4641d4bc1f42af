"""Choosing how an answer discloses its calls: who may, what is needed, and a second person's word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows.desk.answers.basis import read_basis
from flows.desk.answers.ways import approve_way, choose_way, chosen_way
from flows.desk.book.calls import CallWithheld
from flows.desk.book.door import do
from flows.desk.book.requests import Withdrawn
from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotAllowedError, NotIdentifiedError
from flows.desk.kinds.values import Answer, Call
from flows.desk.kinds.ways import Manner, Passage, Way
from tests.desk_builders import (
    ANALYST,
    CLERK,
    OTHER,
    SECOND,
    approve,
    desk_settings,
    in_review,
    new_request,
)

REASON = "録音にご家族の声が重なり、声を除けないため"


@pytest.fixture
def call(desk: Desk, tmp_path: Path) -> Call:
    """An approved call, in which nothing is masked."""
    made = in_review(desk, tmp_path)
    approve(desk, made)
    return made


def passage(call: Call, start: float, end: float) -> Passage:
    """A stretch of a call."""
    return Passage(call.call_id, start, end)


def test_an_answer_waits_for_the_second_person(desk: Desk, call: Call):
    """Chosen by one, approved by another; before that, nothing can be released."""
    manner = Manner(Way.IN_PERSON, reason="", wished=True)
    chosen = choose_way(desk, ANALYST, call.request_id, manner)
    with pytest.raises(ImpossibleStepError, match="別の人がまだ承認していません"):
        read_basis(desk, call.request_id)
    approved = approve_way(desk, OTHER, call.request_id, chosen.note_id)

    assert (approved.by, approved.approved_by, approved.settled) == (ANALYST.name, OTHER.name, True)
    assert read_basis(desk, call.request_id).manner == manner
    told = [(each.action, dict(each.detail)) for each in audit.entries(desk)[-2:]]
    assert told == [
        ("way.choose", {"way": "in_person", "passages": 0, "wished": 1, "turn": 1}),
        ("way.approve", {"way": "in_person", "turn": 1}),
    ]


def test_nobody_approves_what_they_chose(desk: Desk, call: Call, tmp_path: Path):
    """Unless the company has one such person only."""
    choose_way(desk, OTHER, call.request_id, Manner(Way.TEXT))
    with pytest.raises(ImpossibleStepError, match="選んだ人は承認できません"):
        approve_way(desk, OTHER, call.request_id)
    alone = replace(desk, settings=desk_settings(tmp_path, review_one_person=True))

    assert approve_way(alone, OTHER, call.request_id).settled


def test_a_later_choice_needs_another_approval(desk: Desk, call: Call):
    """The first person's approval is not that of the second choice, nor can one approve what is gone."""
    first = choose_way(desk, ANALYST, call.request_id, Manner(Way.TEXT))
    approve_way(desk, OTHER, call.request_id)
    choose_way(desk, ANALYST, call.request_id, Manner(Way.IN_PERSON))
    with pytest.raises(ImpossibleStepError, match="まだ承認"):
        read_basis(desk, call.request_id)
    with pytest.raises(ConflictError, match="変わっています"):
        approve_way(desk, OTHER, call.request_id, first.note_id)
    choose_way(desk, ANALYST, call.request_id, Manner())
    with pytest.raises(ImpossibleStepError, match="承認を待つ"):
        approve_way(desk, OTHER, call.request_id)

    assert read_basis(desk, call.request_id).manner == Manner()


def test_passages_are_put_in_order_and_joined(desk: Desk, call: Call):
    """In whole milliseconds, whatever the order in which they were chosen."""
    given = (passage(call, 20.0, 25.00049), passage(call, 1.0, 3.0), passage(call, 2.5, 4.0))
    manner = choose_way(desk, ANALYST, call.request_id, Manner(Way.PASSAGES, passages=given)).manner

    assert manner.passages == (passage(call, 1.0, 4.0), passage(call, 20.0, 25.0))
    assert chosen_way(desk, call.request_id).manner == manner


HERE = "here"
"""Stands for the id of the call."""

WRONG = {
    "no passage": Manner(Way.PASSAGES),
    "passages of another way": Manner(Way.TEXT, passages=(Passage(HERE, 0, 2),)),
    "too short": Manner(Way.PASSAGES, passages=(Passage(HERE, 1.0, 1.2),)),
    "backwards": Manner(Way.PASSAGES, passages=(Passage(HERE, 3.0, 1.0),)),
    "another's call": Manner(Way.PASSAGES, passages=(Passage("c0", 0, 2),)),
    "no reason": Manner(Way.IN_PERSON, wished=False),
    "blank reason": Manner(Way.TEXT, wished=False, reason=" "),
    "rest without ground": Manner(Way.PASSAGES, wished=False, passages=(Passage(HERE, 0, 2),), reason=REASON),
    "ground though wished": Manner(Way.TEXT, ground=1),
    "ground of a whole": Manner(Way.IN_PERSON, wished=False, ground=1, reason=REASON),
    "no such ground": Manner(Way.TEXT, wished=False, ground=4, reason=REASON),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_letter_could_not_say_is_refused(desk: Desk, call: Call, name: str):
    """And nothing is recorded."""
    before, manner = len(audit.entries(desk)), WRONG[name]
    passages = (replace(each, call_id=each.call_id.replace(HERE, call.call_id)) for each in manner.passages)
    with pytest.raises(ConflictError):
        choose_way(desk, ANALYST, call.request_id, replace(manner, passages=tuple(passages)))

    assert chosen_way(desk, call.request_id) is None
    assert len(audit.entries(desk)) == before


def test_the_rest_is_withheld_in_part_with_its_ground(desk: Desk, call: Call):
    """開示 where the requester asked for the passages, 一部不開示 where the company chose."""
    whole = Manner(Way.PASSAGES, passages=(passage(call, 0, 2),))
    for manner, kind in (
        (whole, Answer.FULL),
        (replace(whole, wished=False, ground=1, reason=REASON), Answer.PARTIAL),
        (Manner(Way.TEXT, wished=False, ground=1, reason=REASON), Answer.PARTIAL),
        (Manner(Way.TEXT, wished=False, reason=REASON), Answer.FULL),
    ):
        choose_way(desk, ANALYST, call.request_id, manner)
        approve_way(desk, OTHER, call.request_id)
        assert read_basis(desk, call.request_id).kind is kind


def test_each_disclosed_call_has_a_passage(desk: Desk, call: Call, tmp_path: Path):
    """A call of which nothing was chosen is withheld with a reason, or chosen of."""
    other = in_review(desk, tmp_path, "two", call.request_id)
    approve(desk, other)
    choose_way(desk, ANALYST, call.request_id, Manner(Way.PASSAGES, passages=(passage(call, 0, 2),)))
    approve_way(desk, OTHER, call.request_id)
    with pytest.raises(ImpossibleStepError, match="選んでいない通話が1件"):
        read_basis(desk, call.request_id)
    do(desk, SECOND, CallWithheld(other.call_id, "社内の連絡のみのため", 2))

    assert read_basis(desk, call.request_id).kind is Answer.PARTIAL
    do(desk, SECOND, CallWithheld(call.call_id, "支障があるため", 2))
    assert read_basis(desk, call.request_id).manner == Manner()


def test_only_those_who_decide_choose_and_only_approvers_approve(desk: Desk, call: Call):
    """As for a call."""
    with pytest.raises(NotAllowedError):
        choose_way(desk, CLERK, call.request_id, Manner(Way.TEXT))
    choose_way(desk, ANALYST, call.request_id, Manner(Way.TEXT))
    with pytest.raises(NotAllowedError):
        approve_way(desk, ANALYST, call.request_id)


def test_not_before_the_identity_check_nor_after_the_end(desk: Desk, call: Call):
    """The state of the request decides."""
    unknown = requests.receive(desk, CLERK, new_request())
    with pytest.raises(NotIdentifiedError):
        choose_way(desk, ANALYST, unknown.number, Manner(Way.TEXT))
    do(desk, CLERK, Withdrawn(call.request_id, "取下げ"))
    with pytest.raises(ImpossibleStepError):
        choose_way(desk, ANALYST, call.request_id, Manner(Way.TEXT))
