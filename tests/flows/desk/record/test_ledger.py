from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.desk.answers.releases import Answer, ReleasedCall, ReleasedFile, ReleasedRange
from flows.desk.book.answers import Delivered, Objected
from flows.desk.book.calls import CallWithheld
from flows.desk.book.door import do
from flows.desk.book.requests import FeePaid, Withheld
from flows.desk.cases import requests
from flows.desk.cases.files import erase_file, list_files
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.csv_cells import plain_cell
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotAllowedError, NotFoundError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Actor, Agent, Role, Scope
from flows.desk.record.erasure import erase_request
from flows.desk.record.ledger import LedgerQuery, LedgerRow, ledger
from flows.desk.work import plans
from flows.releasing.ledger_table import COLUMNS, SHORT, cells, short_cells, write_csv
from pipeline.types import CaseName, Requester
from tests.desk_builders import (
    CLERK,
    NOW,
    OTHER,
    SECOND,
    answered,
    approve,
    identified,
    identity,
    in_review,
    new_request,
)

WORD = "合言葉"
READER = Actor("審査小早川", Role.APPROVER)


@pytest.fixture
def released(desk: Desk, tmp_path: Path) -> str:
    """A request from receipt to delivery: one call disclosed in part, one withheld, an objection."""
    request = identified(
        desk,
        agent=Agent(CaseName("長谷川隆"), "power_of_attorney"),
        fee_yen=500,
        scope=Scope(topic="解約の件"),
        channel="counter",
    ).request_id
    call, other = (in_review(desk, tmp_path, name, request) for name in ("one", "two"))
    approve(desk, call)
    do(desk, SECOND, CallWithheld(other.call_id, "社内の連絡のみのため", 2))
    do(desk, CLERK, FeePaid(request))
    masked = (ReleasedRange(1.0, 2.0, "PERSON", 1), ReleasedRange(3.0, 4.0, "CONFIDENTIAL", 2))
    plan_digest = plans.get_plan(desk, call.call_id).plan_digest
    made = (
        ReleasedCall(1, call.call_id, call.recording_id, 1, plan_digest, masked, False, ("窪田",), "小早川"),
        ReleasedCall(2, other.call_id, other.recording_id, withheld=True),
    )
    files = (ReleasedFile("通話1_音声.wav", "b" * 64, 100, 1),)
    answered(desk, request, calls=made, files=files, password=WORD)
    do(desk, OTHER, Delivered(request, "書留 123"))
    do(desk, CLERK, Objected(request, "伏せすぎとの申出"))
    return request


def row_of(desk: Desk, request: str) -> LedgerRow:
    """Of one request."""
    return ledger(desk, READER, LedgerQuery(number=requests.get(desk, request).number))[0]


def test_a_request_is_told_from_receipt_to_delivery(desk: Desk, released: str):
    """Every column of the ledger that the guidelines speak of."""
    told = dict(zip(COLUMNS, cells(row_of(desk, released)), strict=True))

    assert told == {
        "請求番号": "R-2026-0001",
        "状態": "開示済",
        "受付日時": "2026-11-25 10:00",
        "受付方法": "窓口",
        "期限": "2026-12-09",
        "請求者": "鈴木花子",
        "代理人": "長谷川隆",
        "代理権": "委任状",
        "本人確認": f"運転免許証 2026-11-25 10:00 {CLERK.name}",
        "請求の対象": "解約の件",
        "通話": "2",
        "決定": "一部不開示",
        "通話ごとの決定と根拠": "通話1: 一部不開示 2か所 (33条2項1号、33条2項2号)"
        "\n通話2: 不開示 (33条2項2号)",
        "不開示の理由": "通話2: 社内の連絡のみのため",
        "開示の形": "音声と文字、電磁的記録",
        "開示のしかた": "",
        "手数料": "500円 受領済み",
        "確認した人": "窪田",
        "承認した人": "小早川",
        "開示日時": "2026-11-25 10:00",
        "漏えい等": "",
        "開示した人": OTHER.name,
        "開示したファイル": f"通話1_音声.wav {'b' * 64}",
        "パッケージのSHA-256": "f" * 64,
        "交付": "第1回 2026-11-25 10:00 書留 123",
        "対面の聴取": "",
        "不服の申出": f"2026-11-25 10:00 {CLERK.name}: 伏せすぎとの申出",
        "個人情報の消去": "",
    }


def test_the_ledger_gives_no_password(desk: Desk, released: str):
    """Only ``package_password`` does."""
    row = row_of(desk, released)

    assert row.answers[0].release.password == ""
    assert WORD not in str(cells(row))


def test_an_open_request_is_told_as_it_stands(desk: Desk, tmp_path: Path, clock):
    """Who has decided and approved so far."""
    request = identified(desk).request_id
    call = in_review(desk, tmp_path, "one", request)
    clock.pass_(seconds=1)
    in_review(desk, tmp_path, "two", request)
    approve(desk, call)
    told = dict(zip(COLUMNS, cells(row_of(desk, request)), strict=True))

    assert told["通話ごとの決定と根拠"] == "通話1: 承認済\n通話2: 確認待ち"
    assert (told["決定"], told["開示日時"], told["承認した人"]) == ("", "", OTHER.name)


def test_a_withheld_request_tells_its_kind_and_reason(desk: Desk):
    """Before its letter goes out too; the later decision counts."""
    request = identified(desk).request_id
    do(desk, SECOND, Withheld(request, "誤り"))
    do(desk, SECOND, Withheld(request, "録音がないため", Answer.NONE_HELD))
    told = dict(zip(COLUMNS, cells(row_of(desk, request)), strict=True))

    assert (told["決定"], told["状態"]) == ("不存在", "不存在")
    assert told["不開示の理由"] == "誤り\n録音がないため"


def test_another_way_is_not_called_withheld(desk: Desk, tmp_path: Path):
    """Neither the request nor its calls: what was asked for is disclosed, on paper."""
    request = in_review(desk, tmp_path).request_id
    do(desk, SECOND, Withheld(request, "電磁的記録での提供が困難なため", Answer.OTHER_WAY))
    told = dict(zip(COLUMNS, cells(row_of(desk, request)), strict=True))

    assert (told["決定"], told["状態"]) == ("方法変更", "方法変更")
    assert told["通話ごとの決定と根拠"] == "通話1: 方法変更"
    assert requests.get(desk, request).state_label == "方法変更"


@pytest.mark.usefixtures("released")
def test_the_ledger_is_read_by_the_responsible_and_on_record(desk: Desk):
    """One entry a reading, with how many requests."""
    for role in (Role.INTAKE, Role.ANALYST, Role.SYSTEM):
        with pytest.raises(NotAllowedError):
            ledger(desk, Actor("窪田", role))
    ledger(desk, READER)
    entry = audit.entries(desk)[-1]

    assert (entry.action, entry.actor.name, dict(entry.detail)) == (
        "ledger.read",
        READER.name,
        {"requests": 1},
    )


def test_the_ledger_is_chosen_from_by_year_and_state(desk: Desk):
    """A Japanese year: the last evening of December in London is January."""
    old = requests.receive(desk, CLERK, new_request(received_at=NOW - timedelta(days=365)))
    new = requests.receive(desk, CLERK, new_request())

    def found(**query: object) -> list[str]:
        return [row.request.number for row in ledger(desk, READER, LedgerQuery(**query))]

    assert found() == [old.number, new.number]
    assert found(year=2025) == [old.number]
    assert found(year=2026) == [new.number]
    assert found(year=2024) == []
    assert found(states=(State.RELEASED,)) == []
    assert found(number=new.number) == [new.number]


def test_an_erased_request_stays_without_its_people(desk: Desk, released: str):
    """What the company did can be told, for whom no longer."""
    for file in list_files(desk, request=released):
        erase_file(desk, CLERK, file.file_id)
    erase_request(desk, CLERK, released)
    told = dict(zip(COLUMNS, cells(row_of(desk, released)), strict=True))

    assert (told["請求番号"], told["状態"], told["請求者"], told["代理人"]) == (
        "R-2026-0001",
        "開示済",
        "",
        "",
    )
    assert told["個人情報の消去"]


def test_the_csv_opens_in_a_spreadsheet_and_is_no_program(desk: Desk):
    """A name that begins as a formula is text; commas, quotes and line ends come back whole."""
    name = CaseName('=HYPERLINK("http://x","鈴木,\n花子")')
    requests.receive(desk, CLERK, new_request(requester=Requester((name,)), channel="@SUM(A1)"))
    target = io.StringIO(newline="")
    assert write_csv(ledger(desk, READER), target) == 1
    (row,) = csv.DictReader(io.StringIO(target.getvalue(), newline=""))

    assert row["請求者"] == f"'{name.text}"
    assert row["受付方法"] == "'@SUM(A1)"
    assert tuple(row) == COLUMNS


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠", "  ="]
)
def test_a_cell_is_never_a_formula(start: str):
    """However it begins."""
    assert plain_cell(f"{start}1+1") == f"'{start}1+1"
    assert plain_cell("鈴木=花子") == "鈴木=花子"


def test_the_short_table_names_nobody(desk: Desk, released: str):
    """What a terminal shows."""
    shown = dict(zip(SHORT, short_cells(row_of(desk, released)), strict=True))

    assert shown == {
        "請求番号": "R-2026-0001",
        "状態": "開示済",
        "受付": "2026-11-25",
        "期限": "2026-12-09",
        "決定": "一部不開示",
        "開示": "2026-11-25",
        "交付": "済",
        "申出": "1",
    }


def test_a_delivery_is_of_an_answer_and_not_ahead_of_it(desk: Desk, released: str, clock):
    """Nor in the future; an answer that is not there cannot be handed over."""
    clock.pass_(days=2)
    do(desk, OTHER, Delivered(released, "窓口", NOW + timedelta(days=1), 1))
    for at in (NOW - timedelta(days=1), NOW + timedelta(days=3)):
        with pytest.raises(ConflictError):
            do(desk, OTHER, Delivered(released, "窓口", at, None))
    with pytest.raises(NotFoundError):
        do(desk, OTHER, Delivered(released, "窓口", None, 2))
    other = identified(desk).request_id
    with pytest.raises(NotFoundError):
        do(desk, OTHER, Delivered(other, "窓口"))
    with pytest.raises(ImpossibleStepError):
        do(desk, CLERK, Objected(other, "早すぎる"))

    (answer,) = row_of(desk, released).answers
    assert [(note.at, note.text) for note in answer.deliveries] == [
        (NOW, "書留 123"),
        (NOW + timedelta(days=1), "窓口"),
    ]


def test_checks_by_two_people_are_both_told(desk: Desk):
    """Where the company wants two."""
    desk = replace(desk, settings=desk.settings.model_copy(update={"identity_two_people": True}))
    request = requests.receive(desk, CLERK, new_request()).request_id
    do(desk, CLERK, identity(request))
    do(desk, SECOND, identity(request))

    assert [check.by for check in row_of(desk, request).checks] == [CLERK.name, OTHER.name]
