"""A breach from its mark to the last report: who may, what is refused, which day is due, what stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Held
from flows.desk.breaches.clocks import Clock as Due
from flows.desk.breaches.clocks import late_reports, open_clocks
from flows.desk.breaches.steps import (
    NewMark,
    breaches,
    decide_duty,
    get_breach,
    mark_breach,
    record_done,
    state_fact,
)
from flows.desk.cases import files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.breaches import BreachKind, DutyDecision, Paper, PaperItem, ReachedStage, Stage
from flows.desk.kinds.errors import (
    ConflictError,
    ImpossibleStepError,
    NotAllowedError,
    NotFoundError,
    SealBrokenError,
)
from flows.desk.kinds.values import JAPAN, Actor, NoteKind, Role
from flows.desk.record.erasure import erase_request
from flows.desk.record.ledger import LedgerQuery, ledger
from flows.releasing.ledger_table import COLUMNS, cells
from tests.desk_builders import (
    ANALYST,
    CLERK,
    MANAGER,
    OTHER,
    WORKER,
    Clock,
    answered,
    approve,
    in_review,
    raw_database,
)

WRONG = NewMark(BreachKind.WRONG_RECIPIENT, "同じ姓の別の人に郵送した")


@pytest.fixture
def request_number(desk: Desk, tmp_path: Path) -> str:
    """A request whose answer went out."""
    return sent(desk, tmp_path, "one")


def sent(desk: Desk, folder: Path, name: str) -> str:
    """Public number of a request whose answer went out."""
    call = in_review(desk, folder, name)
    approve(desk, call)
    answered(desk, call.request_id)
    return requests.get(desk, call.request_id).number


def told(desk: Desk, number: str) -> str:
    """The cell of the ledger."""
    (row,) = ledger(desk, OTHER, LedgerQuery(number=number))
    return dict(zip(COLUMNS, cells(row), strict=True))["漏えい等"]


def due(desk: Desk) -> list[tuple[Stage, date, int]]:
    """The reports that are still to be made."""
    return [(each.stage, each.due_on, each.days_left) for each in open_clocks(desk)]


def test_from_the_mark_to_the_final_report(desk: Desk, clock: Clock, request_number: str):
    """Each step is in the ledger and in the audit log; a report that was made is due no more."""
    clock.pass_(days=2)
    breach = mark_breach(desk, OTHER, request_number, WRONG)
    assert breach.number == "B-2026-0001"
    assert breach.state_label == "報告の要否を判断していません"
    assert due(desk) == [(Stage.FIRST, date(2026, 11, 29), 2), (Stage.FINAL, date(2026, 12, 26), 29)]
    clock.pass_(days=1)
    decide_duty(desk, OTHER, breach.number, DutyDecision((1,), True), "通話に病名がある")
    record_done(desk, OTHER, breach.number, ReachedStage(Stage.FIRST, None), "受付番号 12345")
    assert due(desk) == [(Stage.FINAL, date(2026, 12, 26), 28)]
    record_done(desk, OTHER, breach.number, ReachedStage(Stage.NOTICE, None), "書留")
    state_fact(desk, OTHER, breach.number, PaperItem(Paper.REPORT, 4), "封筒の入れ違い")
    record_done(desk, OTHER, breach.number, ReachedStage(Stage.FINAL, None), "受付番号 12346")
    after = get_breach(desk, breach.number)

    assert not after.open
    assert due(desk) == []
    assert told(desk, request_number).split("\n") == [
        "B-2026-0001 報告と通知を終えた",
        f"　2026-11-27 10:00に知った 第1回 別の人に渡した(誤送付・誤交付) {OTHER.name}: {WRONG.text}",
        f"　2026-11-28 10:00 報告する(施行規則7条1号) {OTHER.name}: 通話に病名がある",
        f"　2026-11-28 10:00 速報 {OTHER.name}: 受付番号 12345",
        f"　2026-11-28 10:00 本人への通知 {OTHER.name}: 書留",
        f"　2026-11-28 10:00 確報 {OTHER.name}: 受付番号 12346",
    ]
    steps = [each for each in audit.entries(desk) if each.action.startswith("breach.")]
    assert [each.action for each in steps] == [
        *("breach.mark", "breach.decide", "breach.done", "breach.done", "breach.fact", "breach.done"),
    ]
    assert not any(WRONG.text in str(each.detail) for each in steps)
    assert audit.verify(desk) == ()


@pytest.mark.parametrize(
    ("settings", "grounds", "days"),
    [
        ((3, 30, 60), (1,), [2, 29]),
        ((5, 30, 60), (2, 4), [4, 29]),
        ((3, 30, 60), (3,), [2, 59]),
        ((4, 20, 40), (1, 3), [3, 39]),
    ],
)
def test_the_clocks_are_the_companys_settings(
    desk: Desk, tmp_path: Path, settings: tuple[int, int, int], grounds: tuple[int, ...], days: list[int]
):
    """The day of knowing is day 1; the final report has longer where somebody meant harm."""
    names = ("breach_first_days", "breach_final_days", "breach_final_harm_days")
    changed = desk.settings.model_copy(update=dict(zip(names, settings, strict=True)))
    number = sent(desk, tmp_path, "clocks")
    ours = replace(desk, settings=changed)
    breach = mark_breach(ours, OTHER, number, WRONG)
    decide_duty(ours, OTHER, breach.number, DutyDecision(grounds, True), "理由")
    today = ours.clock().astimezone(JAPAN).date()

    assert [each.days_left for each in open_clocks(ours)] == days
    assert [each.due_on - timedelta(days=each.days_left) for each in open_clocks(ours)] == [today] * 2


def test_the_law_is_the_latest_that_can_be_set(monkeypatch: pytest.MonkeyPatch):
    """A company's clock may be shorter, not longer."""
    from flows.settings import SettingError, Settings

    for name, days in {"FIRST": 6, "FINAL": 31, "FINAL_HARM": 61}.items():
        monkeypatch.setenv(f"KAIJI_BREACH_{name}_DAYS", str(days))
        with pytest.raises(SettingError, match=f"KAIJI_BREACH_{name}_DAYS"):
            Settings()
        monkeypatch.delenv(f"KAIJI_BREACH_{name}_DAYS")


def test_a_report_that_is_late_is_counted(desk: Desk, clock: Clock, request_number: str):
    """For the company's monitoring; one that was made or is not due at all is not late."""
    number = mark_breach(desk, OTHER, request_number, WRONG).number
    clock.pass_(days=2)
    assert late_reports(desk) == 0
    clock.pass_(days=1)
    assert late_reports(desk) == 1
    clock.pass_(days=40)
    assert late_reports(desk) == 2
    decide_duty(desk, OTHER, number, DutyDecision((), False), "回収した")
    assert late_reports(desk) == 0


def test_the_clock_begins_with_the_day_in_japan(desk: Desk, clock: Clock, request_number: str):
    """Half past eleven at night in Japan is that day, and half an hour later is the next."""
    clock.pass_(hours=13, minutes=30)
    mark_breach(desk, OTHER, request_number, WRONG)
    assert due(desk)[0] == (Stage.FIRST, date(2026, 11, 27), 2)
    clock.pass_(hours=1)
    assert due(desk)[0][2] == 1


def test_two_answers_in_one_breach(desk: Desk, clock: Clock, tmp_path: Path, request_number: str):
    """A swapped pair of envelopes is one breach; the clock begins with the earlier, both ledgers tell it."""
    clock.pass_(days=1)
    first = mark_breach(desk, OTHER, request_number, WRONG)
    other = sent(desk, tmp_path, "two")
    clock.pass_(days=1)
    both = mark_breach(
        desk, OTHER, other, NewMark(BreachKind.WRONG_RECIPIENT, "入れ違い", joins=first.number)
    )

    assert [mark.request for mark in both.marks] == [request_number, other]
    assert due(desk)[0] == (Stage.FIRST, date(2026, 11, 28), 1)
    assert [len(breaches(desk)), both.number] == [1, first.number]
    assert first.number in told(desk, other)
    with pytest.raises(ConflictError, match="すでに B-2026-0001"):
        mark_breach(desk, OTHER, other, NewMark(BreachKind.LOST, "x", joins=first.number))
    with pytest.raises(NotFoundError):
        mark_breach(desk, OTHER, other, NewMark(BreachKind.LOST, "x", joins="B-2026-0099"))
    assert mark_breach(desk, OTHER, other, NewMark(BreachKind.LOST, "別の件")).number == "B-2026-0002"


def test_a_decision_not_to_report_stops_the_clocks_and_a_later_one_starts_them(
    desk: Desk, request_number: str
):
    """It needs a reason and no ground; a later one starts them, and both stay on record."""
    number = mark_breach(desk, OTHER, request_number, WRONG).number
    with pytest.raises(ConflictError, match="理由"):
        decide_duty(desk, OTHER, number, DutyDecision((), False), " ")
    with pytest.raises(ConflictError, match="報告と本人への通知が要ります"):
        decide_duty(desk, OTHER, number, DutyDecision((2,), False), "小さい")
    with pytest.raises(ConflictError, match="1から4"):
        decide_duty(desk, OTHER, number, DutyDecision((5,), True), "理由")
    decided = decide_duty(desk, OTHER, number, DutyDecision((), False), "開かれないうちに回収した")
    assert (decided.open, due(desk)) == (False, [])
    again = decide_duty(desk, OTHER, number, DutyDecision((3,), True), "写しが見つかった")

    assert [each.reports for each in again.duties] == [False, True]
    assert [each.decided for each in open_clocks(desk)] == [True, True]
    assert [each[0] for each in due(desk)] == [Stage.FIRST, Stage.FINAL]
    cell = told(desk, request_number)
    assert "報告しない(7条の号に当たらない)" in cell
    assert "報告する(施行規則7条3号)" in cell


def test_a_final_report_is_a_first_one_too(desk: Desk, request_number: str):
    """What is known at once is reported once."""
    number = mark_breach(desk, OTHER, request_number, WRONG).number
    with pytest.raises(ImpossibleStepError, match="先に"):
        record_done(desk, OTHER, number, ReachedStage(Stage.FINAL, None), "受付番号 1")
    decide_duty(desk, OTHER, number, DutyDecision((4,), True), "理由")
    record_done(desk, OTHER, number, ReachedStage(Stage.FINAL, None), "受付番号 1")

    assert due(desk) == []
    assert get_breach(desk, number).state_label == "残り 本人への通知"


STEPS: dict[str, Callable[[Desk, Actor, str, str], object]] = {
    "mark": lambda d, a, r, _: mark_breach(d, a, r, WRONG),
    "fact": lambda d, a, _, b: state_fact(d, a, b, PaperItem(Paper.REPORT, 4), "原因"),
    "decide": lambda d, a, _, b: decide_duty(d, a, b, DutyDecision((1,), True), "理由"),
    "done": lambda d, a, _, b: record_done(d, a, b, ReachedStage(Stage.NOTICE, None), "電話"),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("actor", [ANALYST, CLERK, WORKER, Actor("admin", Role.ADMIN)])
def test_only_an_approver_may(desk: Desk, request_number: str, step: str, actor: Actor):
    """As for an approval; nothing is written by anybody else."""
    breach = mark_breach(desk, OTHER, request_number, WRONG)
    before = audit.entries(desk)
    with pytest.raises(NotAllowedError):
        STEPS[step](desk, actor, request_number, breach.number)

    assert audit.entries(desk) == before
    assert breaches(desk) == (breach,)


def test_what_makes_no_sense_is_refused(desk: Desk, clock: Clock, tmp_path: Path, request_number: str):
    """No answer, no text, a time before the answer or to come, an item that the paper does not have."""
    waits = in_review(desk, tmp_path, "waits")
    with pytest.raises(NotFoundError):
        mark_breach(desk, OTHER, waits.request_id, WRONG)
    with pytest.raises(NotFoundError):
        mark_breach(desk, OTHER, request_number, NewMark(BreachKind.LOST, "x", turn=2))
    with pytest.raises(ConflictError, match="内容か理由"):
        mark_breach(desk, OTHER, request_number, NewMark(BreachKind.LOST, "  "))
    for days in (-1, 1):
        when = clock.now + timedelta(days=days)
        with pytest.raises(ConflictError, match="知った日時"):
            mark_breach(desk, OTHER, request_number, NewMark(BreachKind.LOST, "x", known_at=when))
    assert breaches(desk) == ()
    number = mark_breach(desk, OTHER, request_number, WRONG).number
    for item in (PaperItem(Paper.REPORT, 10), PaperItem(Paper.NOTICE, 3), PaperItem(Paper.NOTICE, 8)):
        with pytest.raises(ConflictError, match="その項目"):
            state_fact(desk, OTHER, number, item, "x")
    with pytest.raises(ConflictError, match="行った日時"):
        record_done(desk, OTHER, number, ReachedStage(Stage.NOTICE, clock.now + timedelta(hours=1)), "電話")
    with pytest.raises(NotFoundError):
        get_breach(desk, "B-2026-0009")


def test_the_evidence_is_held(desk: Desk, clock: Clock, request_number: str):
    """Nothing of the request is erased when its time is over, until somebody ends the hold."""
    mark_breach(desk, OTHER, request_number, WRONG)
    clock.pass_(days=10_000)
    today = clock.now.date()
    held = files.due_files(desk, today)
    with pytest.raises(ConflictError, match="保全中"):
        erase_request(desk, CLERK, request_number)
    do(desk, MANAGER, Held(request_number, off=True))

    assert held == ()
    assert files.due_files(desk, today)


def test_entries_of_one_moment_keep_their_order(desk: Desk, request_number: str):
    """The clock of the test stands still: the last text counts, whatever the ids of the rows are."""
    number = mark_breach(desk, OTHER, request_number, WRONG).number
    for at in range(12):
        state_fact(desk, OTHER, number, PaperItem(Paper.REPORT, 4), f"原因 {at}")
        decide_duty(desk, OTHER, number, DutyDecision((at % 4 + 1,), True), f"理由 {at}")
    breach = get_breach(desk, number)
    fact = breach.fact(Paper.REPORT, 4)

    assert fact is not None
    assert fact.text == "原因 11"
    assert [each.reason for each in breach.duties] == [f"理由 {at}" for at in range(12)]
    assert breach.fact(Paper.NOTICE, 4) is None


def test_a_decision_cannot_be_taken_out_of_the_record(desk: Desk, request_number: str):
    """Somebody with the database and without the key."""
    number = mark_breach(desk, OTHER, request_number, WRONG).number
    decide_duty(desk, OTHER, number, DutyDecision((3,), True), "持ち出し")
    raw_database(desk).execute("delete from request_notes where kind = 'breach_duty'")

    with pytest.raises(SealBrokenError):
        breaches(desk)


def test_nothing_that_was_told_shows_in_a_repr(desk: Desk, request_number: str):
    """Whatever the desk hands out can stand in a log line."""
    number = mark_breach(desk, OTHER, request_number, WRONG).number
    state_fact(desk, OTHER, number, PaperItem(Paper.REPORT, 4), "封筒の入れ違い")
    decide_duty(desk, OTHER, number, DutyDecision((1,), True), "病名がある")
    breach = record_done(desk, OTHER, number, ReachedStage(Stage.NOTICE, None), "書留 123")
    shown = repr((breach, breaches(desk), open_clocks(desk)))

    for secret in (WRONG.text, "封筒", "病名", "書留", OTHER.name):
        assert secret not in shown


def test_the_notes_of_the_request_name_the_breach(desk: Desk, request_number: str):
    """``kaiji case show`` lists them with the others."""
    mark_breach(desk, OTHER, request_number, WRONG)
    kinds = [note.kind for note in requests.notes(desk, request_number)]

    assert kinds.count(NoteKind.BREACH) == 1
    assert isinstance(open_clocks(desk)[0], Due)
