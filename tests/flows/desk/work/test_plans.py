from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from flows.desk.answers import releases
from flows.desk.answers.releases import Answer
from flows.desk.book.door import do
from flows.desk.book.requests import Withheld
from flows.desk.cases import files, requests
from flows.desk.integrity import audit
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotFoundError, SealBrokenError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import FileKind, ListVersions
from flows.desk.sealing.sealed import put_sealed
from flows.desk.storage.tables import PlanRow
from flows.desk.work import plans
from flows.desk.work.plans import Decision
from flows.files.keyed_digest import Digested
from pipeline.reason_text import sentence
from pipeline.reasons import Reason, Why
from pipeline.types import MaskPlan
from tests.builders import item as make_item
from tests.desk_builders import (
    ANALYST,
    CLERK,
    NOW,
    OTHER,
    SECOND,
    answered,
    approve,
    attached,
    completed,
    empty_plan,
    identified,
    in_review,
    raw_database,
)

KEPT = Decision(1, "m1", "keep", 0, NOW, "本人の名前", "someone else", '{"start": 1.0}')


def test_decisions_are_kept_in_order_with_who_made_them(desk, tmp_path, clock):
    """Who and when are the desk's to say, not the caller's."""
    call = in_review(desk, tmp_path)
    clock.pass_(minutes=5)

    plans.decide(desk, OTHER, call.call_id, (KEPT, replace(KEPT, item_id="m2", action="mask", ground=2)))
    plans.decide(desk, OTHER, call.call_id, (replace(KEPT, action="mask", ground=1),))

    made = plans.decisions(desk, call.call_id)
    assert [(each.item_id, each.action, each.ground) for each in made] == [
        ("m1", "keep", 0),
        ("m2", "mask", 2),
        ("m1", "mask", 1),
    ]
    assert {each.reviewer for each in made} == {OTHER.name}
    assert {each.decided_at for each in made} == {clock.now}
    assert (made[0].reason, made[0].content) == (KEPT.reason, KEPT.content)


def test_a_revision_follows_with_its_files(desk, tmp_path):
    """The lists stay those of the first plan; the older revision stays readable."""
    call = in_review(desk, tmp_path)
    masked = files.NewFile(FileKind.MASKED_AUDIO, desk.store.put(b"masked"))

    after = plans.revise(desk, OTHER, call.call_id, replace(empty_plan(call.call_id), revision=1), (masked,))

    assert (after.revision, after.state) == (2, State.IN_REVIEW)
    assert plans.get_plan(desk, call.call_id).plan.revision == 1
    assert plans.get_plan(desk, call.call_id, 1).plan.revision == 0
    assert plans.get_plan(desk, call.call_id).lists == ListVersions(0, 0)
    (file,) = files.list_files(desk, call_id=call.call_id, revision=2)
    assert file.digest == desk.digest(Digested.FILE, masked.stored.sha256)


def test_what_was_decided_on_an_older_revision_is_refused(desk, tmp_path):
    """Decisions and approvals alike."""
    call = in_review(desk, tmp_path)
    plans.revise(desk, OTHER, call.call_id, empty_plan(call.call_id), ())

    with pytest.raises(ConflictError):
        plans.decide(desk, OTHER, call.call_id, (KEPT,))
    with pytest.raises(ConflictError):
        plans.approve(desk, OTHER, call.call_id, 1)


def test_who_did_not_know_of_anothers_decision_is_told(desk, tmp_path):
    """Nothing of the second is recorded, nothing of the first is lost."""
    call = in_review(desk, tmp_path)
    plans.decide(desk, ANALYST, call.call_id, (KEPT,), expected=0)

    with pytest.raises(ConflictError):
        plans.decide(desk, OTHER, call.call_id, (KEPT,), expected=0)
    with pytest.raises(ConflictError):
        plans.revise(desk, OTHER, call.call_id, empty_plan(call.call_id), (), expected=0)
    assert [each.reviewer for each in plans.decisions(desk, call.call_id)] == [ANALYST.name]
    plans.decide(desk, OTHER, call.call_id, (KEPT,), expected=1)


def test_no_revision_is_approved_that_does_not_hold_all_decisions(desk, tmp_path):
    """That it was completed is no decision on what is masked."""
    call = in_review(desk, tmp_path)
    plans.decide(desk, OTHER, call.call_id, (replace(KEPT, action=plans.COMPLETE, item_id=""), KEPT))

    with pytest.raises(ConflictError, match="反映されていない"):
        plans.approve(desk, OTHER, call.call_id, 1)


def test_approved_reopened_approved_released(desk, tmp_path):
    """The request follows, and the answer is on record with the package's hash."""
    call = in_review(desk, tmp_path)
    approve(desk, call, "問題なし")
    assert plans.reopen(desk, OTHER, call.call_id).state is State.IN_REVIEW
    plans.approve(desk, OTHER, call.call_id, 1)

    after = answered(desk, call.request_id, delivered_how="書留 123")

    assert after.state is State.RELEASED
    assert [approval.note for approval in plans.approvals(desk, call.call_id)] == ["問題なし", ""]
    (answer,) = releases.releases(desk, call.request_id)
    assert (answer.kind, answer.released_by, answer.delivered_how) == (Answer.FULL, OTHER.name, "書留 123")
    assert audit.entries(desk)[-1].subject.file_digest == desk.digest(Digested.FILE, "f" * 64)
    with pytest.raises(ImpossibleStepError):
        plans.reopen(desk, OTHER, call.call_id)
    with pytest.raises(ImpossibleStepError):
        answered(desk, call.request_id)


def masked_files(desk) -> tuple[files.NewFile, ...]:
    """The files of a later revision, in the store."""
    return tuple(files.NewFile(kind, desk.store.put(f"{kind} 2".encode())) for kind in files.MASKED_KINDS)


def test_an_approval_is_of_exactly_these_files(desk, tmp_path):
    """Plan and masked files by their hashes, in the approval and in the record."""
    call = in_review(desk, tmp_path)
    plans.revise(desk, OTHER, call.call_id, empty_plan(call.call_id), masked_files(desk))
    approve(desk, call)

    stored, approval = plans.approved_plan(desk, call.call_id)
    of_revision = {
        (file.kind.value, file.digest) for file in files.list_files(desk, call_id=call.call_id, revision=2)
    }
    assert set(approval.files) == of_revision
    assert len(of_revision) == 3
    assert approval.plan_digest == stored.plan_digest
    assert audit.entries(desk)[-1].detail["plan"] == stored.plan_digest


def test_a_revision_without_its_masked_files_is_not_approved(desk, tmp_path):
    """Nobody can have looked at a copy that was not made."""
    call = in_review(desk, tmp_path)
    plans.revise(desk, OTHER, call.call_id, empty_plan(call.call_id), masked_files(desk)[:2])

    with pytest.raises(ImpossibleStepError, match="そろっていません"):
        approve(desk, call)


def changed_file(desk, call):
    """A masked file's row tells of other bytes."""
    (file,) = (f for f in files.list_files(desk, call_id=call.call_id) if f.kind is FileKind.MASKED_TEXT)
    raw_database(desk).execute("update files set sha256 = ? where id = ?", ("0" * 64, file.file_id))


def further_file(desk, _):
    """A second masked text of the same revision."""
    raw_database(desk).execute(
        "insert into files select 'f-more', request_id, call_id, kind, revision, 'k-more', ?, bytes, made_at,"
        " delete_after, legal_hold, deleted_at from files where kind = 'masked_text'",
        ("0" * 64,),
    )


def erased_file(desk, call):
    """A masked file is gone."""
    (file,) = (f for f in files.list_files(desk, call_id=call.call_id) if f.kind is FileKind.MASKED_AUDIO)
    files.erase_file(desk, CLERK, file.file_id)


def changed_plan(desk, call):
    """The plan is sealed anew, with another content under the same hash."""
    with desk.change(OTHER) as change:
        row = change.session.query(PlanRow).one()
        put_sealed(row, replace(empty_plan(call.call_id), revision=7), plans.PLAN, change.keyring)


def changed_hash(desk, _):
    """The plan's hash is another."""
    raw_database(desk).execute("update plans set plan_sha256 = ?", ("0" * 64,))


def further_plan(desk, call):
    """A revision that nobody approved."""
    with desk.change(OTHER) as change:
        plans.add_plan(change, call.call_id, empty_plan(call.call_id), ListVersions(0, 0))


@pytest.mark.parametrize("change", [changed_file, further_file, changed_hash])
def test_what_somebody_else_wrote_after_the_approval_does_not_go_out(desk, tmp_path, change):
    """Rows that the desk did not write are refused whatever is done with the call."""
    call = in_review(desk, tmp_path)
    approve(desk, call)
    change(desk, call)

    with pytest.raises(SealBrokenError):
        plans.approved_plan(desk, call.call_id)
    plans.reopen(desk, OTHER, call.call_id)
    with pytest.raises(SealBrokenError):
        plans.approve(desk, OTHER, call.call_id, 1)


@pytest.mark.parametrize("change", [erased_file, changed_plan, further_plan])
def test_what_changed_after_the_approval_needs_another(desk, tmp_path, change):
    """Whatever it is; taken back into review it can be approved again as it is then."""
    call = in_review(desk, tmp_path)
    approve(desk, call)
    plans.approved_plan(desk, call.call_id)
    change(desk, call)

    with pytest.raises(ImpossibleStepError, match="承認の後に"):
        plans.approved_plan(desk, call.call_id)
    plans.reopen(desk, OTHER, call.call_id)
    with pytest.raises(ImpossibleStepError, match="承認されていません"):
        plans.approved_plan(desk, call.call_id)
    after = plans.revise(desk, OTHER, call.call_id, empty_plan(call.call_id), masked_files(desk))
    approve(desk, call)
    assert plans.approved_plan(desk, call.call_id)[0].revision == after.revision


def test_nothing_goes_out_before_all_calls_are_approved(desk, tmp_path):
    """One of two is not enough."""
    request = identified(desk).request_id
    first = in_review(desk, tmp_path, "one", request)
    in_review(desk, tmp_path, "two", request)
    approve(desk, first)

    with pytest.raises(ImpossibleStepError):
        answered(desk, request)
    assert requests.get(desk, request).state is State.IN_REVIEW


def test_a_withheld_request_is_answered_too(desk):
    """33条3項: that nothing is disclosed is told."""
    request = identified(desk)
    do(desk, SECOND, Withheld(request.number, "保有していない", Answer.NONE_HELD))

    after = answered(desk, request.number)

    assert after.state is State.RELEASED


@pytest.mark.parametrize("step", ["decide", "revise", "approve"])
def test_a_call_that_is_not_in_review_is_not_reviewed(desk, tmp_path, step):
    """It waits to be processed."""
    call = attached(desk, tmp_path)
    steps = {
        "decide": lambda: plans.decide(desk, OTHER, call.call_id, (KEPT,)),
        "revise": lambda: plans.revise(desk, OTHER, call.call_id, empty_plan(call.call_id), ()),
        "approve": lambda: plans.approve(desk, OTHER, call.call_id, 1),
    }

    with pytest.raises(ImpossibleStepError):
        steps[step]()
    with pytest.raises(NotFoundError):
        plans.get_plan(desk, call.call_id)


def older_plan(call_id: str) -> tuple[MaskPlan, bytes]:
    """A plan with two parts of one finding, and its JSON as versions before reasons were values stored it."""
    parts = (Why(Reason.BEFORE_HONORIFIC), Why(Reason.NAME_OF_NOBODY), Why(Reason.PART_OF_RUN))
    items = [make_item(at, at + 0.5, item_id=f"m000{at}", chars=(at, at + 1), reasons=parts) for at in (1, 2)]
    plan = replace(
        empty_plan(call_id), items=(*items, make_item(4, 5, reasons=(Why(Reason.OLDER, "前の版の文"),)))
    )
    raw = json.loads(plans.PLAN.dump_json(plan))
    for item in raw["items"]:
        item["reason"] = sentence(Why(Reason(why["reason"]), why["detail"]) for why in item.pop("reasons"))
    text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    return plan, text.replace("登録のある、どの名前とも一致しません", "登録された誰の名前とも違う").encode()


def test_a_plan_of_an_earlier_version_is_read_with_its_reasons(desk, tmp_path):
    """Known sentences as what they say, any other for display; what it was approved as goes out."""
    call = in_review(desk, tmp_path)
    plan, raw = older_plan(call.call_id)
    assert "敬称の前の語。登録された誰の名前とも違う。ひと続きの" in raw.decode()
    with desk.change(OTHER) as change:
        row = change.session.query(PlanRow).one()
        row.sealed = change.keyring.seal(raw, f"plans:{row.id}")
        row.plan_sha256 = change.digest(Digested.PLAN, hashlib.sha256(raw).hexdigest())
    completed(desk, call)
    plans.approve(desk, OTHER, call.call_id, 1)

    stored, approval = plans.approved_plan(desk, call.call_id)

    assert stored.plan == plan
    assert approval.plan_digest == desk.digest(Digested.PLAN, hashlib.sha256(raw).hexdigest())
