from __future__ import annotations

import contextlib
import csv
import fcntl
import json
import logging
import os
import re
import sqlite3
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from flows.cli import main as cli
from flows.cli.care import NIGHT
from flows.desk.cases import lists
from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.errors import ImpossibleStepError
from flows.desk.kinds.values import JAPAN, Actor, IdentityMethod, Role
from flows.desk.sealing.keys import add_key, new_key
from flows.desk.storage.tables import FileRow
from flows.desk.work import claims
from flows.desk.work.claims import Failure
from flows.desk.work.first_steps import FirstStep
from flows.intake.request_document import LAYOUT
from flows.runs.night_report import Tally
from flows.settings import Settings
from tests.builders import voice_file
from tests.desk_builders import processed

SECRETS = ("鈴木", "花子", "スズキ", "09012345678", "丸亀", "マルガメ", "M-77")
REQUEST = {
    "received_at": "2024-01-20",
    "channel": "郵送",
    "requester": {
        "names": [{"text": "鈴木花子", "kana": "スズキハナコ"}],
        "phones": ["090-1234-5678"],
        "addresses": [{"text": "丸亀市土器町", "kana": "マルガメシ"}],
    },
    "member_number": "M-77",
    "scope": {"first": "2024-01-01", "last": "2024-01-31", "topic": "解約の件"},
}
NUMBER = "R-2024-0001"
WORKER = Actor("worker", Role.SYSTEM)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch) -> Path:
    """A desk of its own, and somebody who acts at it."""
    monkeypatch.setenv("KAIJI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KAIJI_WORK", str(tmp_path / "work"))
    monkeypatch.setenv("KAIJI_DATABASE_WAIT_SECONDS", "0.5")
    monkeypatch.setenv("KAIJI_ACTOR", "窪田")
    for name in ("KAIJI_KEY", "KAIJI_KEY_FILE", "KAIJI_KEY_COMMAND", "KAIJI_DATABASE", "KAIJI_STORE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


def kaiji(*args: object, answers: str | bytes | None = None) -> Result:
    """Run ``kaiji``; what it prints holds no traceback, whatever it ends with."""
    done = CliRunner().invoke(cli.app, [str(arg) for arg in args], input=answers)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def ok(*args: object, answers: str | bytes | None = None) -> str:
    """What ``kaiji`` prints when all goes well."""
    done = kaiji(*args, answers=answers)
    assert (done.exit_code, done.stderr.count("Traceback")) == (0, 0), done.output
    return done.stdout


def refused(status: int, *args: object) -> str:
    """The one line with which ``kaiji`` refuses."""
    done = kaiji(*args)
    assert done.exit_code == status, done.output
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("kaiji: ")
    return done.stderr


def added() -> str:
    """A request that just came in."""
    ok("case", "add", "--json", "-", answers=json.dumps(REQUEST))
    return NUMBER


def catalogued(folder: Path) -> str:
    """A recording of the requester's in the catalogue; its id."""
    (folder / "calls").mkdir(exist_ok=True)
    file = voice_file(folder / "calls" / "20240110-101500_M-77.wav", 61.0)
    os.utime(file, (time.time() - 3600,) * 2)
    ok("recordings", "scan", folder / "calls", "--pattern", "{start:%Y%m%d-%H%M%S}_{customer}.wav")
    return ok("call", "search", "--case", NUMBER).splitlines()[1].split("\t")[0]


def attached(folder: Path) -> str:
    """A call in the queue; its id."""
    added()
    recording = catalogued(folder)
    ok("case", "identify", NUMBER, "--method", "運転免許証")
    ok("call", "attach", NUMBER, recording)
    return ok("call", "list").splitlines()[1].split("\t")[0]


def requests_file(folder: Path) -> Path:
    """Two requests as a spreadsheet writes them."""
    rows = "受付番号,受付日時,受付方法,氏名\nA-1,2024-01-20,郵送,鈴木花子\nA-2,2024-01-20,窓口,鈴木花子\n"
    (folder / "requests.csv").write_text(rows, encoding="cp932")
    return folder / "requests.csv"


def changed(statement: str) -> None:
    """The database after somebody was at it."""
    with contextlib.closing(sqlite3.connect(Settings().home / "desk.sqlite3")) as database:
        database.execute(statement)
        database.commit()


def old_files() -> None:
    """All files' time is over."""
    with open_desk(Settings()) as desk, desk.change(WORKER) as change:
        for row in change.session.scalars(select(FileRow)):
            row.delete_after = date(2020, 1, 1)


# ---- refusals: each its line, each its status, nothing lost ----


def test_an_unidentified_request_takes_no_call(tmp_path: Path):
    """Status 3, the line says what to do first; after it, the same command works."""
    added()
    recording = catalogued(tmp_path)
    line = refused(3, "call", "attach", NUMBER, recording)

    assert NUMBER in line
    assert "先に本人確認を記録してください" in line
    assert ok("call", "list").count("\n") == 1
    ok("case", "identify", NUMBER, "--method", "運転免許証")
    ok("call", "attach", NUMBER, recording)


def test_a_double_import_is_refused(tmp_path: Path):
    """Status 2, each row with the number it is known under; the list of requests is as it was."""
    path = requests_file(tmp_path)
    ok("case", "import", path)
    before = ok("case", "list")
    done = kaiji("case", "import", path, "--report", tmp_path / "report.csv")

    assert done.exit_code == 2
    assert done.stderr == f"kaiji: {path}: 誤りが2件あります。1件も取り込んでいません\n"
    assert done.stdout.splitlines() == [
        "  2行目 受付番号: すでに取り込まれています(R-2024-0001)",
        "  3行目 受付番号: すでに取り込まれています(R-2024-0002)",
    ]
    report = list(csv.reader((tmp_path / "report.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row[0] for row in report] == ["行", "2", "3"]
    assert ok("case", "list") == before


@pytest.mark.parametrize(
    "step",
    [
        ("case", "identify", NUMBER, "--method", "旅券"),
        ("case", "withhold", NUMBER, "--reason", "x"),
        ("case", "withdraw", NUMBER, "--reason", "x"),
    ],
    ids=lambda step: step[1],
)
def test_an_impossible_step_is_refused(step: tuple[str, ...]):
    """Status 3, with the state that does not allow it; the state stays."""
    added()
    ok("case", "withdraw", NUMBER, "--reason", "電話で取下げ")

    assert "いまの状態は「取下げ」です" in refused(3, *step)
    assert "取下げ" in ok("case", "list")


def test_a_changed_recording_is_refused(tmp_path: Path):
    """Status 3; as it was attached, it is the call again."""
    call_id = attached(tmp_path)
    file = tmp_path / "calls" / "20240110-101500_M-77.wav"
    before = file.read_bytes()
    assert call_id in ok("call", "check", call_id)
    voice_file(file, 62.0)
    line = refused(3, "call", "check", call_id)
    file.write_bytes(before)

    assert "追加されたときのものと違います" in line
    assert "M-77" not in line
    assert call_id in ok("call", "check", call_id)


@pytest.mark.parametrize(
    "command", [("case", "list"), ("audit", "verify"), ("key", "check"), ("run", "nightly"), ("case", "add")]
)
def test_a_wrong_key_is_refused(home: Path, command: tuple[str, ...]):
    """Status 2, with the ids of the key needed and the key given; with the right one all is there."""
    added()
    key = (home / "key").read_text()
    (home / "key").write_text(new_key().line)
    line = refused(2, *command)
    (home / "key").write_text(key)

    assert "鍵が違います" in line
    assert key.strip() not in line
    assert NUMBER in ok("case", "list")


def test_a_locked_database_is_refused(home: Path):
    """Status 2 after a while of waiting; nothing is lost, and afterwards the command works."""
    added()
    with contextlib.closing(sqlite3.connect(home / "desk.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        line = refused(2, "case", "paid", NUMBER)

    assert "使用中" in line
    assert "やり直してください" in line
    ok("case", "paid", NUMBER)


def test_a_refusal_says_the_way_out():
    """Where to look for a number that is not there; what to do about a list that was never imported."""
    added()

    assert "kaiji case list" in refused(2, "case", "show", "R-2024-0009")
    assert "kaiji call list" in refused(2, "call", "check", "c0123456789abcdef")
    assert "kaiji lists import" in ok("lists", "show")
    assert "kaiji recordings scan" in kaiji("call", "search", "--case", NUMBER).stderr


def test_a_lost_key_is_never_made_anew(home: Path):
    """Status 2; neither a command nor ``key new`` makes one for data that is there."""
    added()
    (home / "key").rename(home / "elsewhere")

    assert "鍵がありません" in refused(2, "case", "list")
    assert "鍵がありません" in refused(2, "key", "new")
    assert not (home / "key").exists()


def test_a_malformed_setting_is_refused(monkeypatch):
    """Status 2; the line names it and does not repeat what stands there."""
    monkeypatch.setenv("KAIJI_DUE_DAYS", "二週間")

    for command in (("case", "list"), ("run", "nightly"), ("key", "new")):
        line = refused(2, *command)
        assert "KAIJI_DUE_DAYS" in line
        assert "二週間" not in line


# ---- requests ----


def test_the_first_command_tells_of_the_key(home: Path):
    """A new desk says where its key is and that it must be kept; the next command does not."""
    first, second = kaiji("case", "list"), kaiji("case", "list")

    assert str(home / "key") in first.stderr
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "鍵" not in second.stderr


def test_a_request_is_asked_for():
    """In Japanese, answer by answer; it waits for its identity check."""
    answers = ["A-1", "", "郵送", "鈴木花子", "すずきはなこ", *[""] * 13, "y"]
    shown = ok("case", "add", answers="\n".join(answers) + "\n")

    assert re.search(r"kaiji case identify R-20\d\d-0001", shown)
    assert "受付済(本人確認前)" in ok("case", "list")


def test_questions_that_end_early_register_nothing():
    """Status 2, one line."""
    done = kaiji("case", "add", answers="A-1\n")

    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == "kaiji: 入力が途中で終わりました。何も登録していません"
    assert ok("case", "list").count("\n") == 1


def test_a_malformed_request_is_told_by_key(tmp_path: Path):
    """Status 2, every mistake, no value of it."""
    done = kaiji("case", "add", "--json", "-", answers=json.dumps(REQUEST | {"wanted": "丸亀", "x": 1}))

    assert done.exit_code == 2
    assert "  wanted: 音声、文字、両方 のどれかで書いてください\n" in done.stdout
    assert "  x: 知らないキーです\n" in done.stdout
    assert "丸亀" not in done.output
    assert refused(2, "case", "add", "--json", tmp_path / "missing.json")


def test_a_list_shows_nobodys_data_and_show_is_on_record():
    """What stands open on a screen tells nothing; who looked at a request is in the record."""
    added()
    ok("case", "identify", NUMBER, "--method", "運転免許証")
    listed = ok("case", "list", "--state", "identified") + ok("call", "list") + ok("lists", "show")
    shown = ok("case", "show", NUMBER, "--actor", "監査役")

    assert not [secret for secret in SECRETS if secret in listed]
    assert all(secret in shown for secret in SECRETS)
    assert "本人確認: 運転免許証" in shown
    assert "窪田" in shown
    with open_desk(Settings()) as desk:
        seen = [entry.actor.name for entry in audit.entries(desk) if entry.action == "request.show"]
    assert seen == ["監査役"]


def test_a_list_can_be_of_some_states():
    """By code word or in Japanese."""
    added()

    assert NUMBER in ok("case", "list", "--state", "受付済")
    assert NUMBER not in ok("case", "list", "--state", "released", "--state", "本人確認済")
    assert "received" in refused(2, "case", "list", "--state", "x")


def test_the_clock_is_paused_resumed_and_extended():
    """With reasons that ``show`` gives."""
    added()
    ok("case", "pause", NUMBER, "--reason", "委任状の補正待ち")
    assert "停止中" in ok("case", "list")
    ok("case", "resume", NUMBER)
    later = date(2099, 1, 1)
    assert str(later) in ok("case", "extend", NUMBER, later, "--reason", "通話が多いため")
    assert "後ではありません" in refused(
        3, "case", "extend", NUMBER, later - timedelta(days=1), "--reason", "x"
    )
    assert "委任状の補正待ち" in ok("case", "show", NUMBER)


def test_an_identity_check_is_of_a_known_kind_and_past():
    """Neither a word of one's own nor a day to come."""
    added()

    assert "運転免許証" in refused(2, "case", "identify", NUMBER, "--method", "顔見知り")
    assert "未来" in refused(2, "case", "identify", NUMBER, "--method", "旅券", "--at", "2099-01-01")
    assert "もう1人" not in ok("case", "identify", NUMBER, "--method", "旅券", "--at", "2024-01-21 10:00")


def test_two_people_check_where_the_company_wants_it(monkeypatch):
    """The second one is another."""
    monkeypatch.setenv("KAIJI_IDENTITY_TWO_PEOPLE", "true")
    added()

    assert "もう1人" in ok("case", "identify", NUMBER, "--method", "対面")
    assert "別の担当者" in refused(3, "case", "identify", NUMBER, "--method", "対面")
    assert "次は通話" in ok("case", "identify", NUMBER, "--method", "対面", "--actor", "佐野")


def test_help_names_every_kind_of_check():
    """Derived from the methods themselves."""
    shown = re.sub(r"\s", "", ok("case", "identify", "--help"))

    assert [method.label for method in IdentityMethod if method.label not in shown] == []


def test_help_names_every_column_of_a_csv_file():
    """Written by hand too: a clerk finds there what to type into the first row."""
    shown = re.sub(r"\s", "", ok("case", "import", "--help"))

    assert [column.heading for column in LAYOUT.columns if column.heading not in shown] == []


def test_a_request_is_found_by_its_person():
    """Asked for, so that it stands in no history; told by number only; the search is on record."""
    added()
    for typed in ("鈴木花子\n\n\n", "すずきはなこ\n\n\n", "\n090 1234 5678\n\n", "\n\nm-77\n"):
        # The runner shows what is typed too.
        told = ok("case", "find", answers=typed).splitlines()[-1]
        assert told.startswith(f"{NUMBER}\t")
        assert not [secret for secret in SECRETS if secret in told]

    assert NUMBER not in ok("case", "find", answers="鈴木一郎\n\n\n")
    assert kaiji("case", "find", answers="\n\n\n").exit_code == 2
    with open_desk(Settings()) as desk:
        found = [entry.detail["found"] for entry in audit.entries(desk) if entry.action == "requests.search"]
    assert found == [1, 1, 1, 1, 0]


def test_notes_are_kept_and_shown():
    """Of a conversation, of what was compared at the identity check."""
    added()
    ok("case", "note", NUMBER, "--text", "折り返しの電話を希望")
    ok("case", "identify", NUMBER, "--method", "旅券", "--note", "氏名と生年月日を照合")

    shown = ok("case", "show", NUMBER)
    assert "折り返しの電話を希望" in shown
    assert "氏名と生年月日を照合" in shown


def test_a_hold_is_set_shown_and_lifted(tmp_path: Path):
    """While it lasts nothing of the request is due."""
    call_id = attached(tmp_path)
    with open_desk(Settings()) as desk:
        claim = claims.claim_call(desk, WORKER, call_id)
        assert claim is not None
        claims.finish_processing(desk, WORKER, claim, processed(desk, call_id))
    ok("case", "withdraw", NUMBER, "--reason", "電話で取下げ")
    old_files()

    assert "始めました" in ok("case", "hold", NUMBER)
    assert "保全中" in ok("case", "show", NUMBER)
    assert "合計\t0" in ok("retention", "--dry-run")
    assert "解きました" in ok("case", "hold", NUMBER, "--off")
    assert "合計\t5" in ok("retention", "--dry-run")


def test_a_fee_is_recorded_as_paid():
    """38条."""
    ok("case", "add", "--json", "-", answers=json.dumps(REQUEST | {"fee_yen": "300円"}))
    assert "300円 未" in ok("case", "show", NUMBER)
    ok("case", "paid", NUMBER)
    assert "300円 済" in ok("case", "show", NUMBER)


def test_a_drop_folder_is_taken_in(tmp_path: Path):
    """Good ones in, bad ones aside with status 2."""
    (tmp_path / "inbox").mkdir()
    for name, document in (("a", REQUEST), ("b", {"x": 1})):
        path = tmp_path / "inbox" / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        os.utime(path, (time.time() - 3600,) * 2)
    done = kaiji("case", "import", tmp_path / "inbox")

    assert done.exit_code == 2
    assert NUMBER in done.stdout
    assert done.stderr.splitlines()[-1] == f"kaiji: 1件を {tmp_path / 'inbox' / 'failed'} に分けました"


# ---- recordings and calls ----


def test_a_call_goes_from_the_catalogue_to_the_queue(tmp_path: Path):
    """Found by the request's own data, attached with all that is found, once."""
    added()
    catalogued(tmp_path)
    ok("case", "identify", NUMBER, "--method", "旅券")
    searched = ok("call", "search", "--case", NUMBER).splitlines()

    assert searched[1].split("\t")[1:] == ["2024-01-10 10:15", "1:01", ""]
    assert "通話 c" in ok("call", "attach", NUMBER, "--found")
    assert "kaiji recordings scan" in refused(2, "call", "attach", NUMBER, "--found")
    assert ok("call", "search", "--case", NUMBER).splitlines()[1].endswith("\t済")
    assert "すでに追加" in refused(3, "call", "attach", NUMBER, searched[1].split("\t")[0])
    assert "処理待ち" in ok("call", "list", NUMBER)
    assert "どれか1つ" in refused(2, "call", "attach", NUMBER)


def test_a_file_of_the_inbox_becomes_a_call(home: Path):
    """Listed with its id, attached by it; an empty inbox says where it is."""
    added()
    ok("case", "identify", NUMBER, "--method", "旅券")
    assert str(home / "inbox") in refused(2, "recordings", "inbox")
    (home / "inbox").mkdir()
    voice_file(home / "inbox" / "面談.wav", 3.0)
    (line,) = ok("recordings", "inbox").splitlines()[1:]
    file_id, name = line.split("\t")

    assert name == "面談.wav"
    assert f"{file_id} を通話 c" in ok("call", "attach", NUMBER, "--inbox", file_id)
    assert "処理待ち" in ok("call", "list", NUMBER)
    assert "そのファイルはありません" in refused(2, "call", "attach", NUMBER, "--inbox", "i0123456789abcdef")


def test_recordings_are_searched_by_what_is_asked(tmp_path: Path):
    """The values are asked for, so that they stand in no history; that somebody searched is on record."""
    added()
    recording = catalogued(tmp_path)

    assert recording in ok("call", "search", answers="m-77\n\n\n")
    assert recording not in ok("call", "search", "--from", "2024-01-11", answers="m-77\n\n\n")
    with open_desk(Settings()) as desk:
        found = [
            entry.detail["found"] for entry in audit.entries(desk) if entry.action == "recordings.search"
        ]
    assert found == [1, 1, 0]


def test_a_failed_call_is_put_back(tmp_path: Path):
    """With its reason in the list; one in the queue is not."""
    call_id = attached(tmp_path)
    assert "処理待ち" in refused(3, "call", "requeue", call_id)
    with open_desk(Settings()) as desk:
        claim = claims.claim_call(desk, WORKER, call_id)
        assert claim is not None
        claims.fail_call(desk, WORKER, claim, Failure("unreadable_audio", "音声として読めません"))

    assert "音声として読めません" in ok("call", "list", "--state", "failed")
    assert "処理待ち" in ok("call", "requeue", call_id)
    assert "不開示" in ok("call", "withhold", call_id, "--reason", "社内の連絡のみのため")
    assert "取下げ" in ok("call", "withdraw", call_id)


def test_a_list_of_recordings_with_own_headings(tmp_path: Path):
    """``--column`` maps them; a wrong key is told."""
    voice_file(tmp_path / "a.wav", 1.0)
    path = tmp_path / "list.csv"
    path.write_text("UCID,call_start,file,x\n1,2024-01-10 10:15,a.wav,y\n", encoding="utf-8")
    mapped = ("--column", "call_id=UCID", "--column", "started_at=call_start")

    assert "知らない見出し" in kaiji("recordings", "import", path, *mapped).stdout
    assert "1件を取り込みました" in ok("recordings", "import", path, *mapped, "--ignore-other-columns")
    assert "登録済み 1件" in ok("recordings", "import", path, *mapped, "--ignore-other-columns")
    assert "--column" in refused(2, "recordings", "import", path, "--column", "id=UCID")


def test_a_pattern_is_checked_first(tmp_path: Path):
    """Status 2, with what would be right."""
    added()
    assert "start" in refused(2, "recordings", "scan", tmp_path, "--pattern", "{customer}.wav")
    assert "フォルダがありません" in refused(
        2, "recordings", "scan", tmp_path / "x", "--pattern", "{start:%Y}.wav"
    )


def test_lists_are_versions(tmp_path: Path):
    """Their content is not shown."""
    path = tmp_path / "lists.yaml"
    path.write_text("staff: [{text: 丸亀太郎}]\ncompany: {names: [青空]}\n", encoding="utf-8")

    assert ok("lists", "import", path) == "担当者の一覧: 第1版\n会社の一覧: 第1版\n"
    assert "丸亀" not in ok("lists", "show")
    path.write_text("company: {phones: ['110']}\n", encoding="utf-8")
    assert "社名" in refused(3, "lists", "import", path)
    assert "第2版" in ok("lists", "import", path, "--may-empty")
    with open_desk(Settings()) as desk:
        assert lists.current_lists(desk).staff.names[0].text == "丸亀太郎"


# ---- record, retention, keys ----


def test_the_record_is_verified_and_exported(tmp_path: Path):
    """Whole: status 0; changed: status 3 with the entry; the export itself is in it, and never overwrites."""
    added()
    assert "異常はありません (2件)" in ok("audit", "verify")
    ok("audit", "export", tmp_path / "audit.csv")
    rows = list(csv.reader((tmp_path / "audit.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row[4] for row in rows[1:]] == ["desk.make", "request.receive", "audit.export"]
    assert (tmp_path / "audit.csv").stat().st_mode & 0o077 == 0
    assert "書けません" in refused(2, "audit", "export", tmp_path / "audit.csv")

    changed("UPDATE audit SET action = 'x' WHERE seq = 2")
    done = kaiji("audit", "verify")
    assert done.exit_code == 3
    assert done.stdout == "2番: 書き換えられています\n"


def test_retention_counts_first_and_erases_when_told(tmp_path: Path):
    """A dry run erases nothing, nor does a no; ``--yes`` does, and it is on record."""
    call_id = attached(tmp_path)
    with open_desk(Settings()) as desk:
        claim = claims.claim_call(desk, WORKER, call_id)
        assert claim is not None
        claims.finish_processing(desk, WORKER, claim, processed(desk, call_id))
    old_files()
    assert "合計\t0" in ok("retention", "--dry-run")
    ok("case", "withdraw", NUMBER, "--reason", "電話で取下げ")

    assert "合計\t5" in ok("retention", "--dry-run")
    assert kaiji("retention", answers="n\n").exit_code == 3
    assert "合計\t5" in ok("retention", "--dry-run")
    assert "5件を消しました" in ok("retention", "--yes")
    assert ok("retention", "--yes") == "種類\t件数\n合計\t0\n"
    with open_desk(Settings()) as desk:
        erased = [entry for entry in audit.entries(desk) if entry.action == "file.erase"]
    assert [entry.actor.name for entry in erased] == ["窪田"] * 5


def test_a_key_is_made_checked_and_replaced(home: Path):
    """Every value is sealed anew, and what was there is there."""
    first = ok("key", "new")
    added()
    assert "鍵はすでにあります" in refused(3, "key", "new")
    old = ok("key", "check").splitlines()[1].split("\t")[0]
    assert old in first
    ok("key", "rotate")
    new, before = (line.split("\t") for line in ok("key", "check").splitlines()[1:])

    assert new[0] != old
    assert before == [old, "前の鍵", "0"]
    assert "鈴木花子" in ok("case", "show", NUMBER)
    (home / "key").write_text((home / "key").read_text().splitlines()[0])
    assert "鈴木花子" in ok("case", "show", NUMBER)


def test_a_key_is_not_replaced_under_a_running_desk(home: Path):
    """``make serve`` holds the lock of its logs: it would answer every page with an error."""
    ok("key", "new")
    added()
    (home / "log").mkdir()
    before = (home / "key").read_text()
    with (home / "log" / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "make serve" in refused(3, "key", "rotate")
    assert (home / "key").read_text() == before
    assert "鈴木花子" in ok("case", "show", NUMBER)

    ok("key", "rotate")
    assert (home / "key").read_text() != before


def test_an_old_key_is_dropped_when_nothing_needs_it(home: Path):
    """Not before; afterwards the file holds one key, and all is there."""
    ok("key", "new")
    added()
    assert "前の鍵はありません" in refused(3, "key", "prune")
    with open_desk(Settings()) as desk:
        add_key(home / "key", desk.keyring)
    assert "先に kaiji key rotate" in refused(3, "key", "prune")
    ok("key", "rotate")
    ok("key", "prune")

    assert len((home / "key").read_text().split()) == 1
    assert "鈴木花子" in ok("case", "show", NUMBER)
    assert "異常はありません" in ok("audit", "verify")


def test_a_rotation_that_was_killed_goes_on(home: Path, monkeypatch):
    """No third key is made for it."""
    added()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("flows.desk.record.rotation.rotate", killed)
        CliRunner().invoke(cli.app, ["key", "rotate"])
    ok("key", "rotate")

    assert len((home / "key").read_text().split()) == 2
    assert ok("key", "check").splitlines()[2].endswith("\t0")


def test_a_key_for_a_vault_is_printed_only(home: Path):
    """It opens a desk when it is given by the environment."""
    key = ok("key", "new", "--print").strip()

    assert not home.exists()
    assert len(key) == len(new_key().line)


def test_a_key_that_is_given_is_not_replaced_by_the_program(monkeypatch):
    """It could not write the new one where the old one came from."""
    monkeypatch.setenv("KAIJI_KEY", new_key().line)
    added()

    assert "先頭に加えて" in refused(2, "key", "rotate")


def test_the_night_is_run(monkeypatch, tmp_path: Path):
    """``kaiji run nightly`` runs the flow, says how it goes on and what came of it, if anything waits."""
    counts = {"masked": 1, "set_aside": 2, "put_back": 0, "passed": 0, "seconds": 61, "to_review": 5}

    def nightly() -> dict[str, int]:
        logging.getLogger("kaiji.night").info("1 件を処理、残り 2 件")
        return counts

    monkeypatch.setattr("flows.prefect_api.temporary.prefect_for", lambda *_: contextlib.nullcontext())
    monkeypatch.setitem(sys.modules, "flows.runs.nightly", SimpleNamespace(nightly=nightly))
    assert "処理待ちの通話はありません" in ok("run", "nightly")
    attached(tmp_path)
    done = kaiji("run", "nightly")

    assert done.exit_code == 0
    assert "処理待ち 1 件" in done.stderr
    assert "kaiji: 1 件を処理、残り 2 件\n" in done.stderr
    assert done.stdout.startswith("結果\t件数\n確認待ちになった通話\t1\n処理できなかった通話\t2\n")
    assert "--state 処理失敗" in done.stdout


def test_an_empty_desk_says_what_to_do_next():
    """In order, on stderr; what is done is marked, and with the first request it is silent."""
    empty = kaiji("case", "list")
    lines = empty.stderr.splitlines()
    assert empty.stdout == "番号\t状態\t通話\t期限\t残り\n"
    steps = [line for line in lines if re.match(r"  \d\. ", line)]
    assert [line.split(". ")[1].split(": ")[0] for line in steps] == [step.label for step in FirstStep]
    assert not any(line.endswith(": 済") for line in steps)
    added()

    assert "次の順に" not in kaiji("case", "list").stderr


def test_a_call_that_a_worker_has_says_when_it_is_taken_up_again(monkeypatch, tmp_path: Path):
    """And who may free it before: in the list, before a night, and once its worker is silent."""
    call_id = attached(tmp_path)
    monkeypatch.setenv("KAIJI_LEASE_SECONDS", "600")
    with open_desk(Settings()) as desk:
        claim = claims.claim_call(desk, WORKER, call_id)
    assert claim is not None
    until = f"{claim.lease_until.astimezone(JAPAN):%m月%d日 %H:%M}"
    told = f"処理中。合図が途絶えれば {until} から次の夜間処理が取ります"
    listed = ok("call", "list")
    assert told in listed
    assert "kaiji call requeue" in listed
    with open_desk(Settings()) as desk, pytest.raises(ImpossibleStepError, match=told):
        claims.claim_call(desk, WORKER, call_id)
    monkeypatch.setattr("flows.prefect_api.temporary.prefect_for", lambda *_: contextlib.nullcontext())
    monkeypatch.setitem(sys.modules, "flows.runs.nightly", SimpleNamespace(nightly=Tally().counts))
    assert f"kaiji: {call_id}: {told}" in kaiji("run", "nightly").stderr

    ok("call", "requeue", call_id)
    monkeypatch.setenv("KAIJI_LEASE_SECONDS", "1")
    with open_desk(Settings()) as desk:
        claims.claim_call(desk, WORKER, call_id)
    time.sleep(1.1)
    assert "に合図が途絶えました。次の夜間処理が取ります。いますぐなら kaiji run nightly" in ok(
        "call", "list"
    )


def test_every_count_of_a_night_has_its_name():
    """What the flow returns is what the command shows."""
    assert set(NIGHT) == set(Tally().counts())


# ---- the command as a whole ----


def test_help_shows_every_command_and_is_quick():
    """In a fresh interpreter, without a database, a web framework or a model."""
    heavy = ("sqlalchemy", "cryptography", "fsspec", "prefect", "numpy", "yaml")
    code = f"""
import sys
from typer.testing import CliRunner
from flows.cli.main import app
print(CliRunner().invoke(app, ["--help"]).output)
print(CliRunner().invoke(app, ["case", "--help"]).output)
print(sorted(set(sys.modules) & set({heavy})))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    for name in (
        "case",
        "call",
        "recordings",
        "lists",
        "run",
        "audit",
        "retention",
        "key",
        "mask",
        "evaluate",
    ):
        assert name in done.stdout
    for name in ("add", "import", "list", "show", "identify", "withdraw", "withhold"):
        assert name in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_database_that_is_gone_is_told(home: Path):
    """Status 2; nothing is made in its place."""
    added()
    (home / "desk.sqlite3").rename(home / "away")

    assert "データベースのファイルがありません" in refused(2, "case", "list")
    (home / "away").rename(home / "desk.sqlite3")
    assert NUMBER in ok("case", "list")
