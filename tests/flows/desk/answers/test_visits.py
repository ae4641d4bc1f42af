"""Visits: only the released copy, only while the visit lasts, and all that was played is on record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.desk.answers.visit_notes import VISIT_HOURS
from flows.desk.answers.visits import (
    begin_visit,
    end_visit,
    grant_play,
    played_copy,
    record_played,
    visits,
)
from flows.desk.answers.ways import approve_way, choose_way
from flows.desk.book.answers import Reopened
from flows.desk.book.door import do
from flows.desk.cases import files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotAllowedError, NotFoundError
from flows.desk.kinds.values import Call, FileKind, NoteKind
from flows.desk.kinds.ways import Manner, PlayedFrom, VisitSession, Way
from flows.desk.record.ledger import LedgerQuery, ledger
from flows.releasing.ledger_table import COLUMNS, cells
from tests.desk_builders import ANALYST, CLERK, OTHER, Clock, answered, approve, in_review

SESSION, ANOTHER = "s" * 64, "t" * 64


@pytest.fixture
def call(desk: Desk, tmp_path: Path) -> Call:
    """A call of an answer that is given in person."""
    made = in_review(desk, tmp_path)
    approve(desk, made)
    choose_way(desk, ANALYST, made.request_id, Manner(Way.IN_PERSON))
    approve_way(desk, OTHER, made.request_id)
    answered(desk, made.request_id)
    return made


def test_a_visit_from_its_beginning_to_the_delivery(desk: Desk, clock: Clock, call: Call):
    """The ledger says who was there and what was played when; the audit log too, before the sound."""
    request = call.request_id
    begun = begin_visit(desk, OTHER, request, "本人と長女", SESSION)
    clock.pass_(minutes=1)
    sha256 = grant_play(desk, OTHER, VisitSession(request, SESSION), PlayedFrom(call.call_id, 1.5))
    clock.pass_(seconds=30)
    record_played(
        desk, OTHER, VisitSession(request, SESSION), call.call_id, ((1.5, 3.0), (3.0, 4.25), (9.0, 9.0))
    )
    clock.pass_(minutes=2)
    ended = end_visit(desk, OTHER, request)
    (row,) = ledger(desk, OTHER, LedgerQuery(number=requests.get(desk, request).number))
    told = dict(zip(COLUMNS, cells(row), strict=True))

    assert begun.lasts(begun.began_at)
    assert not ended.lasts(clock.now)
    assert told["対面の聴取"].split("\n") == [
        f"2026-11-25 10:00から10:03 立会い 本人と長女、再生 {OTHER.name}",
        "　10:01:30 通話1 00:01.5-00:04.2",
    ]
    assert "対面でお聞かせした(立会い 本人と長女)" in told["交付"]
    steps = {each.action: each for each in audit.entries(desk, request_id=request)}
    assert dict(steps["visit.play"].detail) == {"call": 1, "from_ms": 1500}
    assert dict(steps["visit.heard"].detail) == {"call": 1, "from_ms": 1500, "to_ms": 4250}
    assert steps["visit.heard"].subject.file_digest == steps["visit.play"].subject.file_digest == sha256
    assert dict(steps["visit.end"].detail) == {"stretches": 1}
    assert played_digest(desk, call) == sha256
    assert audit.verify(desk) == ()


def played_digest(desk: Desk, call: Call) -> str:
    """Of the call's approved masked audio."""
    found = [f for f in files.list_files(desk, call_id=call.call_id) if f.kind is FileKind.MASKED_AUDIO]
    return found[-1].digest


def test_a_visit_in_which_nothing_was_played_is_no_delivery(desk: Desk, call: Call):
    """The requester may have left."""
    begin_visit(desk, OTHER, call.request_id, "本人", SESSION)
    end_visit(desk, OTHER, call.request_id)

    assert [each.kind for each in requests.notes(desk, call.request_id)].count(NoteKind.DELIVER) == 0


OVER: dict[str, Callable[[Desk, Clock, str], object]] = {
    "ended": lambda desk, _, request: end_visit(desk, OTHER, request),
    "run out": lambda _, clock, __: clock.pass_(hours=VISIT_HOURS),
    "opened again": lambda desk, _, request: do(desk, OTHER, Reopened(request, "見直し")),
}


@pytest.mark.parametrize("how", OVER)
def test_nothing_is_played_when_the_visit_is_over(desk: Desk, clock: Clock, call: Call, how: str):
    """However it came to its end."""
    request = call.request_id
    begin_visit(desk, OTHER, request, "本人", SESSION)
    assert played_copy(desk, request, SESSION, call.call_id).kind is FileKind.MASKED_AUDIO
    OVER[how](desk, clock, request)

    with pytest.raises(NotFoundError):
        played_copy(desk, request, SESSION, call.call_id)
    with pytest.raises(NotFoundError):
        grant_play(desk, OTHER, VisitSession(request, SESSION), PlayedFrom(call.call_id, 0.0))
    with pytest.raises(NotFoundError):
        record_played(desk, OTHER, VisitSession(request, SESSION), call.call_id, ((0.0, 1.0),))


def test_another_session_plays_nothing_nor_does_the_visit_play_another_call(
    desk: Desk, call: Call, tmp_path: Path
):
    """Not even another of the same person."""
    request = call.request_id
    other = in_review(desk, tmp_path, "two")
    begin_visit(desk, OTHER, request, "本人", SESSION)
    for session_id, call_id in ((ANOTHER, call.call_id), (SESSION, other.call_id), (SESSION, "c0")):
        with pytest.raises(NotFoundError):
            played_copy(desk, request, session_id, call_id)
        with pytest.raises(NotFoundError):
            grant_play(desk, OTHER, VisitSession(request, session_id), PlayedFrom(call_id, 0.0))


def test_one_visit_at_a_time_with_somebody_in_it(desk: Desk, clock: Clock, call: Call):
    """A second begins when the first is over."""
    with pytest.raises(ConflictError, match="立ち会う人"):
        begin_visit(desk, OTHER, call.request_id, "  ", SESSION)
    begin_visit(desk, OTHER, call.request_id, "本人", SESSION)
    with pytest.raises(ConflictError, match="すでに始まって"):
        begin_visit(desk, OTHER, call.request_id, "本人", ANOTHER)
    clock.pass_(hours=VISIT_HOURS)
    begin_visit(desk, OTHER, call.request_id, "本人", ANOTHER)

    assert [each.session_id for each in visits(desk, call.request_id)] == [SESSION, ANOTHER]


@pytest.mark.parametrize("actor", [CLERK, ANALYST], ids=["intake", "analyst"])
def test_only_an_approver_plays(desk: Desk, call: Call, actor):
    """As only an approver releases."""
    with pytest.raises(NotAllowedError):
        begin_visit(desk, actor, call.request_id, "本人", SESSION)
    begin_visit(desk, OTHER, call.request_id, "本人", SESSION)
    for act in (
        lambda: grant_play(
            desk, actor, VisitSession(call.request_id, SESSION), PlayedFrom(call.call_id, 0.0)
        ),
        lambda: record_played(
            desk, actor, VisitSession(call.request_id, SESSION), call.call_id, ((0.0, 1.0),)
        ),
        lambda: end_visit(desk, actor, call.request_id),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_there_is_no_visit_for_an_answer_in_files(desk: Desk, tmp_path: Path):
    """Nor before the answer."""
    made = in_review(desk, tmp_path)
    approve(desk, made)
    for _ in range(2):
        with pytest.raises(ImpossibleStepError, match="対面で聞かせる"):
            begin_visit(desk, OTHER, made.request_id, "本人", SESSION)
        if requests.get(desk, made.request_id).state.value == "approved":
            answered(desk, made.request_id)
    with pytest.raises(ImpossibleStepError, match="始まっていません"):
        end_visit(desk, OTHER, made.request_id)


def test_an_erased_copy_is_not_promised(desk: Desk, call: Call):
    """Drafts are erased earlier than packages."""
    for file in files.list_files(desk, call_id=call.call_id):
        if file.kind is FileKind.MASKED_AUDIO:
            files.erase_file(desk, CLERK, file.file_id)
    with pytest.raises(NotFoundError, match="消されています"):
        begin_visit(desk, OTHER, call.request_id, "本人", SESSION)
