"""Released calls are masked anew by today's program and compared with what was given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from flows.desk.answers.releases import releases
from flows.desk.answers.ways import approve_way, choose_way
from flows.desk.book.answers import Reopened
from flows.desk.book.calls import CallWithheld
from flows.desk.book.door import do
from flows.desk.cases import files, lists, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import NotAllowedError, RecordingChangedError
from flows.desk.kinds.values import FileKind, StaffList
from flows.desk.kinds.ways import Manner, Passage, Way
from flows.desk.record.erasure import erase_request
from flows.desk.work import plans
from flows.masking import mask_case_call as worker
from flows.rechecking.plan_anew import plan_anew
from flows.rechecking.recheck import NOT_FOUND, Left, Recheck, recheck
from flows.rechecking.table import document, left_cells, missed_cells
from pipeline.errors import PipelineError
from pipeline.reviewing.decisions import ReviewKind
from pipeline.types import CaseName, Party
from tests.builders import utterance
from tests.desk_builders import ANALYST, CLERK, OTHER, PERSON, SECOND, decided
from tests.fakes import FakeModels
from tests.recheck_builders import JudgedModels, masked_by, released_by
from tests.release_builders import APPROVER, SECRETS, approve_reviewed, released
from tests.sentinels import found_in

KEPT = JudgedModels(party=Party.COMPANY)
"""An earlier program, which took the neighbour for the company."""

TODAY = JudgedModels(party=Party.THIRD_PARTY)


def looked(desk: Desk, models: FakeModels = TODAY, tell: Callable[[int, int], None] | None = None) -> Recheck:
    """What today's program finds."""
    return recheck(desk, APPROVER, lambda _: models, tell or (lambda *_: None))


def name_seconds(desk: Desk, folder: Path, monkeypatch) -> float:
    """How long the name is masked that is said in every call of the fakes."""
    call = masked_by(desk, folder, monkeypatch, TODAY)
    (item,) = plans.get_plan(desk, call.call_id).plan.masked
    return round(item.time.duration, 2)


def test_a_finding_that_was_kept_and_is_masked_now_is_listed(desk: Desk, tmp_path: Path, monkeypatch):
    """By the ids of request, answer and call, with its seconds, its type and whose it was said to be."""
    seconds = name_seconds(desk, tmp_path, monkeypatch)
    call, answer = released_by(desk, tmp_path, monkeypatch, KEPT)
    assert plans.get_plan(desk, call.call_id).plan.masked == ()
    found = looked(desk)

    (missed,) = found.missed
    number = requests.get(desk, call.request_id).number
    assert (missed.number, missed.release_id, missed.turn) == (number, answer.release_id, 1)
    assert (missed.call_id, missed.findings, missed.seconds) == (call.call_id, 1, seconds)
    assert (missed.types, missed.before) == ({"PERSON": 1}, {"company": 1})
    assert (found.checked, found.answers, found.opened, found.left) == (1, 1, 0, ())


def test_a_finding_that_nobody_had_made_is_listed_as_that(desk: Desk, tmp_path: Path, monkeypatch):
    """Nothing stood in the plan at its place."""
    released_by(desk, tmp_path, monkeypatch, JudgedModels(words={}))

    (missed,) = looked(desk).missed
    assert missed.before == {NOT_FOUND: 1}


def test_the_same_plan_is_not_listed(desk: Desk, tmp_path: Path, monkeypatch):
    """Neither of what is kept nor of what is masked."""
    released_by(desk, tmp_path, monkeypatch, KEPT)
    assert (looked(desk, KEPT).missed, looked(desk, KEPT).checked) == ((), 1)
    released_by(desk, tmp_path, monkeypatch, TODAY)

    (missed,) = looked(desk).missed
    assert looked(desk).checked == 2
    assert missed.before == {"company": 1}


def test_what_would_be_given_now_is_only_counted(desk: Desk, tmp_path: Path, monkeypatch):
    """Such as a name that today's judge takes for the company's."""
    released_by(desk, tmp_path, monkeypatch, TODAY)
    found = looked(desk, KEPT)

    assert (found.missed, found.opened, found.checked) == ((), 1, 1)


@pytest.mark.parametrize("models", [FakeModels(), TODAY])
def test_what_a_person_kept_is_not_listed(desk: Desk, tmp_path: Path, monkeypatch, models: FakeModels):
    """Whatever today's program says of it, and by however much its edges differ."""
    call = masked_by(desk, tmp_path, monkeypatch, models)
    (item,) = plans.get_plan(desk, call.call_id).plan.items
    decided(desk, call, ReviewKind.KEEP, item.item_id, party=Party.REQUESTER)
    approve_reviewed(desk, call)
    released(desk, call.request_id)
    assert plans.get_plan(desk, call.call_id).plan.masked == ()

    found = looked(desk)
    assert (found.missed, found.checked) == ((), 1)


def test_what_a_person_gave_of_a_mask_is_not_listed(desk: Desk, tmp_path: Path, monkeypatch):
    """An edge that was moved with a reason stays where a person put it."""
    call = masked_by(desk, tmp_path, monkeypatch, TODAY)
    (item,) = plans.get_plan(desk, call.call_id).plan.items
    decided(desk, call, ReviewKind.NUDGE_START, item.item_id, seconds=0.12)
    approve_reviewed(desk, call)
    released(desk, call.request_id)
    (given,) = plans.get_plan(desk, call.call_id).plan.masked
    assert given.time.start > item.time.start + 0.1

    assert looked(desk).missed == ()


def test_a_second_name_beside_one_that_a_person_kept_is_listed(desk: Desk, tmp_path: Path, monkeypatch):
    """A decision is about what was found, and not about the line."""
    said = (utterance("隣の長谷川さんと小早川さんです", 0.2),)
    call = masked_by(desk, tmp_path, monkeypatch, JudgedModels(heard=said))
    (item,) = plans.get_plan(desk, call.call_id).plan.items
    decided(desk, call, ReviewKind.KEEP, item.item_id, party=Party.REQUESTER)
    approve_reviewed(desk, call)
    released(desk, call.request_id)

    (missed,) = looked(desk, JudgedModels(heard=said, words={"長谷川": "PERSON", "小早川": "PERSON"})).missed
    assert (missed.findings, missed.before) == (1, {NOT_FOUND: 1})


def test_each_answer_is_looked_at_and_the_worst_comes_first(desk: Desk, tmp_path: Path, monkeypatch):
    """The first answer has gone out, whatever a second one masks."""
    call, first = released_by(desk, tmp_path, monkeypatch, KEPT)
    do(desk, APPROVER, Reopened(call.request_id, "見直し"))
    (item,) = plans.get_plan(desk, call.call_id).plan.items
    decided(desk, call, ReviewKind.MASK, item.item_id, ground=1, party=Party.THIRD_PARTY)
    approve_reviewed(desk, call)
    released(desk, call.request_id)
    longer = (utterance("隣の長谷川さんと長谷川さんです", 0.2),)
    _, worst = released_by(desk, tmp_path, monkeypatch, JudgedModels(heard=longer, party=Party.STAFF))
    found = looked(desk)

    assert len(releases(desk, call.request_id)) == 2
    assert [each.release_id for each in found.missed] == [worst.release_id, first.release_id]
    assert [each.findings for each in found.missed] == [2, 1]
    assert (found.checked, found.answers) == (3, 2)


def test_only_the_passages_that_were_given_count(desk: Desk, tmp_path: Path, monkeypatch):
    """What lies outside of them went to nobody."""
    for passage, listed in (((0.0, 1.2), 0), ((0.0, 3.0), 1)):
        call = masked_by(desk, tmp_path, monkeypatch, KEPT)
        approve_reviewed(desk, call)
        manner = Manner(Way.PASSAGES, passages=(Passage(call.call_id, *passage),))
        choose_way(desk, ANALYST, call.request_id, manner)
        approve_way(desk, OTHER, call.request_id)
        released(desk, call.request_id)
        found = [each.call_id for each in looked(desk).missed]

        assert found == [call.call_id] * listed


def test_a_call_that_was_withheld_gave_nothing(desk: Desk, tmp_path: Path, monkeypatch):
    """It is neither checked nor told as not checkable."""
    call = masked_by(desk, tmp_path, monkeypatch, KEPT)
    do(desk, SECOND, CallWithheld(call.call_id, "業務に支障がある", 2))
    released(desk, call.request_id)

    found = looked(desk)
    assert (found.checked, found.missed, found.left) == (0, (), ())


def test_a_plan_of_another_recording_is_not_made_anew(desk: Desk, tmp_path: Path, monkeypatch):
    """Such as one whose channels lie the other way round by now."""
    call, _ = released_by(desk, tmp_path, monkeypatch, KEPT)
    stored = plans.get_plan(desk, call.call_id)
    other = replace(stored, plan=replace(stored.plan, audio_sha256="0" * 64))

    with pytest.raises(RecordingChangedError), plan_anew(desk, APPROVER, other, lambda _: TODAY):
        pass


def test_the_lists_of_that_time_are_used(desk: Desk, tmp_path: Path, monkeypatch):
    """Only the program makes a difference: who joined the staff since does not."""
    call, _ = released_by(desk, tmp_path, monkeypatch, TODAY)
    lists.import_staff(desk, CLERK, StaffList((CaseName("長谷川", "ハセガワ"),)))
    stored = plans.get_plan(desk, call.call_id)
    seen: list[int] = []
    monkeypatch.setattr(
        "flows.stages.attribute", lambda call, _: seen.append(len(call.get(worker.JOB).case.staff)) or 0
    )
    with pytest.raises(PipelineError), plan_anew(desk, APPROVER, stored, lambda _: TODAY):
        pass

    assert seen == [0]


def test_words_are_not_recognised_again(desk: Desk, tmp_path: Path, monkeypatch):
    """The stored ones count, whatever the recogniser hears today."""
    released_by(desk, tmp_path, monkeypatch, KEPT)
    deaf = JudgedModels(heard=(utterance("はい", 0.0),))

    assert looked(desk, deaf).missed == looked(desk).missed


def test_what_is_erased_is_told_as_not_checkable(desk: Desk, tmp_path: Path, monkeypatch):
    """Its words, its recording, and at last the request: each with the reason."""
    call, answer = released_by(desk, tmp_path, monkeypatch, KEPT)
    other, later = released_by(desk, tmp_path, monkeypatch, KEPT)
    gone, _ = released_by(desk, tmp_path, monkeypatch, KEPT)
    for path in tmp_path.glob("長谷川隆-*.wav"):
        path.rename(path.with_suffix(".moved"))
    (words,) = [f for f in files.list_files(desk, call_id=call.call_id) if f.kind is FileKind.TRANSCRIPT]
    files.erase_file(desk, CLERK, words.file_id)
    for file in files.list_files(desk, request=gone.request_id):
        files.erase_file(desk, CLERK, file.file_id)
    erase_request(desk, CLERK, gone.request_id)
    found = looked(desk)

    assert (found.missed, found.checked) == ((), 0)
    assert [(e.number, e.release_id, e.call_id, e.left) for e in found.left] == [
        (requests.get(desk, call.request_id).number, answer.release_id, call.call_id, Left.TRANSCRIPT),
        (requests.get(desk, other.request_id).number, later.release_id, other.call_id, Left.RECORDING),
        (requests.get(desk, gone.request_id).number, "", "", Left.ERASED),
    ]


def test_only_ids_and_counts_are_told(desk: Desk, tmp_path: Path, monkeypatch):
    """In the tables, in the document and in the audit log; nothing else is changed at the desk."""
    call, _ = released_by(desk, tmp_path, monkeypatch, KEPT)
    before = (
        requests.get(desk, call.request_id),
        plans.revisions(desk, call.call_id),
        files.list_files(desk),
    )
    places: list[tuple[int, int]] = []
    found = looked(desk, tell=lambda *place: places.append(place))
    told = repr((document(found), [*map(missed_cells, found.missed)], [*map(left_cells, found.left)], found))
    entries = audit.entries(desk)

    assert found_in(told.encode(), (*SECRETS, PERSON.names[0].text, str(tmp_path))) == []
    assert places == [(1, 1)]
    assert before == (
        requests.get(desk, call.request_id),
        plans.revisions(desk, call.call_id),
        files.list_files(desk),
    )
    assert [entry.action for entry in entries[-2:]] == ["file.open", "release.recheck"]
    assert entries[-1].actor.name == APPROVER.name
    assert entries[-1].detail == {"checked": 1, "answers": 1, "left": 0}
    assert found_in(repr(entries).encode(), SECRETS) == []


@pytest.mark.parametrize("who", [CLERK, ANALYST])
def test_only_those_who_read_the_ledger_may_look(desk: Desk, who):
    """A clerk and an analyst may not."""
    with pytest.raises(NotAllowedError):
        recheck(desk, who, lambda _: TODAY, lambda *_: None)
