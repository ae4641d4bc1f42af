"""What an approval asks for, held by the desk itself: whoever calls it, from a page, a command or a flow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.desk.answers.basis import read_basis
from flows.desk.answers.releases import Release, ReleasedFile, release, releases
from flows.desk.book.calls import CallWithheld
from flows.desk.book.door import do
from flows.desk.cases import calls
from flows.desk.cases.files import MASKED_KINDS, NewFile, list_files
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotAllowedError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Actor, Answer, Call, FileKind, Role
from flows.desk.work import plans
from flows.desk.work.decisions import CONTENT
from flows.desk.work.reviews import load_review
from pipeline.errors import ReviewRuleError
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.types import MaskAction
from tests.builders import item
from tests.desk_builders import (
    ANALYST,
    NOW,
    OTHER,
    SECOND,
    answered,
    approve,
    completed,
    decided,
    desk_settings,
    empty_plan,
    identified,
    in_review,
)


def with_items(desk: Desk, call: Call, *items: object) -> None:
    """A further revision with some items, and its masked files."""
    made = tuple(NewFile(kind, desk.store.put(f"{kind} 2".encode())) for kind in MASKED_KINDS)
    plans.revise(desk, ANALYST, call.call_id, replace(empty_plan(call.call_id), items=items), made)


def refused(desk: Desk, call: Call, error: type[Exception], match: str, by: Actor = OTHER) -> None:
    """An approval that is refused and leaves no trace."""
    before = (calls.get_call(desk, call.call_id), len(audit.entries(desk)))
    with pytest.raises(error, match=match):
        plans.approve(desk, by, call.call_id, calls.get_call(desk, call.call_id).revision or 0)
    assert (calls.get_call(desk, call.call_id), len(audit.entries(desk))) == before
    assert plans.approvals(desk, call.call_id) == ()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.APPROVER])
def test_only_an_approver_approves(desk, tmp_path, role: Role):
    """Neither an administrator nor the program itself."""
    call = in_review(desk, tmp_path)
    completed(desk, call)

    refused(desk, call, NotAllowedError, "承認者", Actor("佐伯", role))
    assert plans.approve(desk, OTHER, call.call_id, 1).state is State.APPROVED


def test_nothing_is_approved_before_it_is_complete(desk, tmp_path):
    """Nor after it was taken back, or decided on again."""
    call = in_review(desk, tmp_path)
    refused(desk, call, ImpossibleStepError, "終わっていません")
    completed(desk, call)
    with_items(desk, call, item(3.0, 4.0))
    refused(desk, call, ImpossibleStepError, "終わっていません")
    completed(desk, call)
    decided(desk, call, ReviewKind.REOPEN)
    refused(desk, call, ConflictError, "反映されていない")


def test_an_undecided_item_is_not_approved_whoever_says_it_is_complete(desk, tmp_path):
    """The plan itself is looked at."""
    call = in_review(desk, tmp_path)
    with_items(desk, call, item(1.0, 2.0, needs_review=True))
    completed(desk, call)

    refused(desk, call, ReviewRuleError, "まだ決めていない")


def test_a_mask_for_the_companys_work_needs_a_second_person_first(desk, tmp_path):
    """Item 2 of 33条2項."""
    call = in_review(desk, tmp_path)
    with_items(desk, call, item(1.0, 2.0, ground=2))
    completed(desk, call)

    refused(desk, call, ReviewRuleError, "もう一人の確認")


def test_who_has_decided_does_not_approve(desk, tmp_path):
    """An approver who has completed it is no second pair of eyes."""
    call = in_review(desk, tmp_path)
    completed(desk, call, OTHER)

    refused(desk, call, ImpossibleStepError, "決定をした人は承認できません")
    alone = replace(desk, settings=desk_settings(tmp_path, review_one_person=True))
    assert plans.approve(alone, OTHER, call.call_id, 1).state is State.APPROVED


def walked_off(desk: Desk, call: Call, reason: str) -> None:
    """A third party's mask moved off its name step by step and taken for final, past the page's rules."""
    first = item(1.0, 2.0)
    with_items(desk, call, first)
    steps = tuple(
        ReviewDecision(number, ReviewKind.NUDGE_START, (first.item_id,), "", NOW, reason, seconds=0.1)
        for number in range(1, 8)
    )
    rows = tuple(
        plans.Decision(
            2, first.item_id, each.kind.value, 0, NOW, reason, content=CONTENT.dump_json(each).decode()
        )
        for each in steps
    )
    plans.decide(desk, ANALYST, call.call_id, rows)
    review = load_review(desk, call.call_id)
    files = tuple(NewFile(kind, desk.store.put(f"{kind} 3".encode())) for kind in MASKED_KINDS)
    plans.revise(desk, ANALYST, call.call_id, review.draft, files)
    done = CONTENT.dump_json(ReviewDecision(8, ReviewKind.COMPLETE, (), "", NOW)).decode()
    plans.decide(desk, ANALYST, call.call_id, (plans.Decision(3, "", "complete", 0, NOW, content=done),))


def test_a_mask_that_was_walked_off_its_name_is_not_approved(desk, tmp_path):
    """Whoever recorded the steps: the desk itself measures what was found against what is silent now."""
    call = in_review(desk, tmp_path)
    walked_off(desk, call, "")

    refused(desk, call, ReviewRuleError, "はじめに伏せた範囲")


def test_a_mask_that_was_moved_with_a_reason_is(desk, tmp_path):
    """A person answers for it."""
    call = in_review(desk, tmp_path)
    walked_off(desk, call, "前は本人の名前")

    assert plans.approve(desk, OTHER, call.call_id, 3).state is State.APPROVED


@pytest.mark.parametrize("role", [Role.INTAKE, Role.ADMIN, Role.SYSTEM])
def test_only_who_reviews_decides(desk, tmp_path, role: Role):
    """Decisions, a further revision and taking back alike."""
    who, call = Actor("佐伯", role), in_review(desk, tmp_path)
    with pytest.raises(NotAllowedError):
        completed(desk, call, who)
    with pytest.raises(NotAllowedError):
        plans.revise(desk, who, call.call_id, empty_plan(call.call_id), ())
    approve(desk, call)
    with pytest.raises(NotAllowedError):
        plans.reopen(desk, who, call.call_id)
    assert calls.get_call(desk, call.call_id).state is State.APPROVED


@pytest.mark.parametrize("role", [Role.INTAKE, Role.ANALYST, Role.ADMIN])
def test_only_an_approver_or_the_deployment_releases(desk, tmp_path, role: Role):
    """The desk asks, not only the page."""
    call = in_review(desk, tmp_path)
    approve(desk, call)
    basis = read_basis(desk, call.request_id)

    with pytest.raises(NotAllowedError):
        release(desk, Actor("佐伯", role), basis, Release(basis.kind, "f" * 64, NOW))
    assert releases(desk, call.request_id) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": Answer.FULL},
        {"kind": Answer.WITHHELD},
        {"calls": ()},
        {"files": (ReleasedFile("通話の音声.wav", "b" * 64, 1, 2),)},
        {"files": (ReleasedFile("通話の音声.wav", "b" * 64, 1, 3),)},
    ],
)
def test_an_answer_says_and_holds_what_follows_from_its_basis(desk, tmp_path, clock, changed):
    """Another kind, other calls, or a file of a withheld call: nothing goes out."""
    request = identified(desk).request_id
    first = in_review(desk, tmp_path, "one", request)
    clock.pass_(seconds=1)
    second = in_review(desk, tmp_path, "two", request)
    approve(desk, first)
    do(desk, SECOND, CallWithheld(second.call_id, "支障", 2))

    with pytest.raises(ConflictError):
        answered(desk, request, **changed)
    assert releases(desk, request) == ()
    assert answered(desk, request).state is State.RELEASED
    assert releases(desk, request)[0].kind is Answer.PARTIAL


def test_a_kept_call_is_full_and_a_masked_one_partial(desk, tmp_path):
    """The kind follows from the plans, not from whoever releases."""
    for kind, action, ground in (
        (Answer.FULL, MaskAction.KEEP, 0),
        (Answer.PARTIAL, MaskAction.MASK, 1),
    ):
        call = in_review(desk, tmp_path, kind.value)
        with_items(desk, call, item(1.0, 2.0, action=action, ground=ground))
        approve(desk, call)
        assert read_basis(desk, call.request_id).kind is kind


def test_no_package_is_named_by_a_refused_release(desk, tmp_path):
    """Its rows come with the one change, or not at all."""
    call = in_review(desk, tmp_path)
    approve(desk, call)
    basis = read_basis(desk, call.request_id)
    do(desk, SECOND, CallWithheld(call.call_id, "支障", 2))
    package = NewFile(FileKind.PACKAGE, desk.store.put(b"package"))

    with pytest.raises(ConflictError):
        release(desk, OTHER, basis, Release(basis.kind, package.stored.sha256, NOW), [package])
    assert releases(desk, call.request_id) == ()
    assert FileKind.PACKAGE not in {file.kind for file in list_files(desk)}
