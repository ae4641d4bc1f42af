"""Nobody with the disk and without the key learns a person's data."""

from __future__ import annotations

import base64
import json
import traceback
from dataclasses import replace
from pathlib import Path

import pytest

from flows.desk.answers import releases, visits, ways
from flows.desk.book.door import do
from flows.desk.book.requests import Remarked, Withdrawn
from flows.desk.breaches import exposure, steps
from flows.desk.cases import calls, catalogue, files, lists, requests
from flows.desk.cases.amendments import NewAmendment, amend
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.breaches import BreachKind, DutyDecision, Paper, PaperItem, ReachedStage, Stage
from flows.desk.kinds.errors import DeskError
from flows.desk.kinds.values import Agent, CompanyList, NewRecording, Scope, StaffList
from flows.desk.kinds.ways import Manner, VisitSession, Way
from flows.desk.work import plans
from pipeline.reviewing.decisions import ReviewKind
from pipeline.types import CaseName
from tests.desk_builders import (
    ANALYST,
    CLERK,
    NOW,
    OTHER,
    PERSON,
    SECOND,
    answered,
    approve,
    decided,
    desk_settings,
    identified,
    identity,
    in_review,
    new_request,
    processed,
)

SECRETS = (
    *("鈴木", "花子", "スズキ", "09012345678", "丸亀", "マルガメ"),
    *("長谷川", "ハセガワ", "委任状", "解約の件", "0120444444", "M-5577", "受付-99", "相談室"),
    *("山本", "ヤマモト", "特別値引き枠", "PBX-", "C-8899", "窪田", "小早川", "照合", "書留", "本人の名前"),
)

WHOLE = new_request(
    member_number="M-5577",
    agent=Agent(CaseName("長谷川隆", "ハセガワタカシ"), "power_of_attorney", "委任状"),
    scope=Scope(topic="解約の件", numbers=("0120444444",)),
    desk="お客様相談室",
    person="窪田",
    reference="受付-99",
)


def shapes(secret: str) -> set[bytes]:
    """As it may lie in a file: UTF-8, UTF-16, escaped as in JSON, and in Base64 at any offset."""
    plain = secret.encode()
    middles = {base64.b64encode(b"x" * n + plain)[4:-4] for n in range(3)} if len(plain) > 8 else set()
    return {plain, secret.encode("utf-16-le"), json.dumps(secret)[1:-1].encode()} | middles


def found_in(raw: bytes) -> list[str]:
    """The secrets that some bytes hold."""
    return [secret for secret in SECRETS if any(shape in raw for shape in shapes(secret))]


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """The home of a desk where everything was done once, still open as a worker's is."""
    with open_desk(desk_settings(tmp_path)) as desk:
        lists.import_staff(desk, CLERK, StaffList((CaseName("山本", "ヤマモト"),)))
        lists.import_company(
            desk, CLERK, CompanyList((CaseName("青空"),), ("0120444444",), (CaseName("特別値引き枠"),))
        )
        request = identified(desk)
        whole = requests.receive(desk, CLERK, WHOLE)
        do(desk, CLERK, identity(whole.number))
        do(desk, SECOND, Remarked(whole.number, "鈴木花子さんから電話"))
        read_otherwise = replace(WHOLE, person="小早川")
        amend(desk, CLERK, whole.number, NewAmendment(read_otherwise, "窪田から小早川へ", 0))
        call = in_review(desk, tmp_path, "one", request.request_id)
        recording = NewRecording("PBX-2", NOW, "/x/鈴木花子.wav", 3.0, ("09012345678",), "C-8899", "山本")
        catalogue.add_recordings(desk, CLERK, [recording])
        decided(desk, call, ReviewKind.REOPEN, reason="本人の名前")
        made = processed(desk, call.call_id)
        plans.revise(desk, OTHER, call.call_id, made.plan, made.files)
        approve(desk, call, "鈴木花子の件")
        ways.choose_way(
            desk, ANALYST, request.number, Manner(Way.IN_PERSON, wished=False, reason="長谷川の声のため")
        )
        ways.approve_way(desk, OTHER, request.number)
        answered(desk, request.number, delivered_how="書留")
        visits.begin_visit(desk, OTHER, request.number, "鈴木花子と長谷川", "s" * 64)
        visits.record_played(desk, OTHER, VisitSession(request.number, "s" * 64), call.call_id, ((0.0, 2.0),))
        visits.end_visit(desk, OTHER, request.number)
        lost = steps.NewMark(BreachKind.WRONG_RECIPIENT, "長谷川宛ての封筒に入れた")
        breach = steps.mark_breach(desk, OTHER, request.number, lost).number
        steps.state_fact(desk, OTHER, breach, PaperItem(Paper.REPORT, 4), "鈴木花子と取り違えた")
        steps.decide_duty(desk, OTHER, breach, DutyDecision((1,), True), "長谷川の病名がある")
        steps.record_done(desk, OTHER, breach, ReachedStage(Stage.NOTICE, None), "鈴木花子に書留")
        for path in (desk.settings.home).rglob("*"):
            assert found_in(str(path.relative_to(tmp_path)).encode()) == []
        yield desk.settings.home


def test_the_search_finds_what_it_looks_for():
    """In each of the shapes."""
    assert found_in("鈴木花子".encode("utf-16-le")) == ["鈴木", "花子"]
    assert found_in(json.dumps("鈴木").encode()) == ["鈴木"]
    assert found_in(base64.b64encode("x特別値引き枠y".encode())) == ["特別値引き枠"]


def test_database_store_and_logs_beside_it_hold_nothing_in_clear(full):
    """Every file of the desk, SQLite's log of the latest changes too."""
    paths = [path for path in full.rglob("*") if path.is_file()]

    assert {"desk.sqlite3", "desk.sqlite3-wal", "key"} <= {path.name for path in paths}
    assert {path.name: found_in(path.read_bytes()) for path in paths} == {path.name: [] for path in paths}


def second(desk: Desk) -> str:
    """The recording whose file is not there."""
    return catalogue.search(desk, catalogue.RecordingQuery(source_id="PBX-2"))[0].recording_id


ERRORS = {
    "unknown request": lambda desk: requests.get(desk, "鈴木花子"),
    "unknown call": lambda desk: calls.get_call(desk, "鈴木花子"),
    "unknown file": lambda desk: files.get_file(desk, "鈴木花子"),
    "double reference": lambda desk: requests.receive(desk, CLERK, WHOLE),
    "double recording": lambda desk: catalogue.add_recordings(
        desk, CLERK, [NewRecording("PBX-2", NOW, "/y/鈴木花子.wav")]
    ),
    "recording gone": lambda desk: calls.attach_call(desk, CLERK, "R-2026-0002", second(desk)),
    "impossible step": lambda desk: do(desk, CLERK, Withdrawn("R-2026-0001", "鈴木花子")),
}


@pytest.mark.parametrize("error", ERRORS)
def test_errors_tell_nobodys_data(full, error):
    """Neither in the message nor anywhere in the traceback that is printed."""
    with open_desk(desk_settings(full.parent)) as desk:
        with pytest.raises(DeskError) as raised:
            ERRORS[error](desk)
        shown = "".join(traceback.format_exception_only(raised.value)) + repr(raised.value)

    assert found_in(shown.encode()) == []


def test_values_show_nobodys_data(full):
    """Whatever the desk hands out can stand in a log line."""
    with open_desk(desk_settings(full.parent)) as desk:
        shown = repr(_everything(desk)) + repr((PERSON, CLERK, OTHER, WHOLE))

    assert found_in(shown.encode()) == []


def _everything(desk: Desk) -> list[object]:
    """All values there are."""
    (call,) = calls.list_calls(desk)
    return [
        desk,
        requests.list_requests(desk),
        requests.notes(desk, "R-2026-0002"),
        catalogue.search(desk, catalogue.RecordingQuery(source_id="PBX-2")),
        calls.case_of(desk, call.call_id),
        lists.current_lists(desk),
        files.list_files(desk),
        plans.decisions(desk, call.call_id),
        plans.approvals(desk, call.call_id),
        releases.releases(desk, "R-2026-0001"),
        steps.breaches(desk),
        exposure.exposures(desk, OTHER, "B-2026-0001"),
    ]
