"""``kaiji release`` and ``kaiji ledger`` on a terminal."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import pytest
from typer.testing import CliRunner, Result

from flows.cli import main as cli
from flows.desk.answers import visits
from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Answer, Call
from flows.desk.kinds.ways import VisitSession
from flows.letter.docx_file import bare_bytes
from flows.masking import mask_case_call as worker
from pipeline.types import Party
from tests.recheck_builders import JudgedModels, released_by
from tests.release_builders import APPROVER, SECRETS, asked, words_of
from tests.sentinels import found_in


@pytest.fixture
def number(desk: Desk, approved_call: Call) -> str:
    """Public number of an approved request."""
    request = approved_call.request_id
    return requests.get(desk, request).number


TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def kaiji(*args: object) -> Result:
    """Run ``kaiji``; what it prints holds no traceback and nobody's name."""
    done = CliRunner().invoke(cli.app, [str(arg) for arg in args])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert found_in(done.output.encode(), (*SECRETS, "鈴木", "花子")) == []
    return done


def ok(*args: object) -> str:
    """What ``kaiji`` prints when all goes well."""
    done = kaiji(*args)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(status: int, *args: object) -> str:
    """The one line with which ``kaiji`` refuses."""
    done = kaiji(*args)
    assert done.exit_code == status, done.output
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_request_is_released_taken_out_and_delivered(desk: Desk, number: str, out: Path):
    """From the approval to the ledger; the password is shown where it is asked for, and nowhere else."""
    began = datetime.now(TOKYO).date()
    told = ok("release", number, "--out", out)
    password = ok("release", "password", number).strip()
    assert password not in told
    assert f"kaiji release password {number}" in told
    assert sorted(path.name for path in out.iterdir()) == [f"{number}.zip", f"{number}_開封手順.txt"]
    assert "一部不開示。通話 1件、ファイル 8件" in told

    assert "交付を記録" in ok("release", "deliver", number, "--how", "書留 123")
    assert "記録しました" in ok("case", "objection", number, "--text", "伏せすぎとの申出")
    shown = ok("release", "show", number)
    assert "第1回 一部不開示" in shown
    assert "通話1_音声.mp3" in shown
    (line,) = ok("ledger").splitlines()[1:]
    assert line.split("\t")[0] == number
    answer, answered, *rest = line.split("\t")[4:]
    assert (answer, rest) == ("一部不開示", ["済", "1"])
    assert date.fromisoformat(answered) in {began, datetime.now(TOKYO).date()}
    assert audit.entries(desk)[-1].actor.name == "小早川"
    assert password not in repr(audit.entries(desk))


def test_what_is_released_is_put_where_another_system_fetches_it(
    number: str, out: Path, monkeypatch: pytest.MonkeyPatch
):
    """A place that is gone does not hold the release up: it is told, and put there later."""
    monkeypatch.setenv("KAIJI_OUTBOX", str(out / "gone"))
    done = kaiji("release", number)
    assert done.exit_code == 0, done.output
    assert f"開示は済んでいます。置くには: kaiji exchange place {number}" in done.stderr

    (out / "gone").mkdir()
    assert f"{number}.zip" in ok("exchange", "place", number)
    assert sorted(path.name for path in (out / "gone").iterdir()) == [
        f"{number}.zip",
        f"{number}_開封手順.txt",
    ]
    assert "受渡し場所に置いた" in CliRunner().invoke(cli.app, ["case", "show", number]).output


def test_a_released_call_becomes_a_redacted_vcon(number: str, out: Path):
    """One file for each call."""
    ok("release", number)

    assert f"{number}_通話1.vcon.json" in ok("exchange", "vcon-out", number, "--out", out)
    assert [path.name for path in out.iterdir()] == [f"{number}_通話1.vcon.json"]


def test_the_folder_of_vcons_is_made(number: str, out: Path):
    """For its owner only, and not for a request that has none to give."""
    new = out / "first" / "second"
    assert kaiji("exchange", "vcon-out", number, "--out", new).exit_code != 0
    assert not new.exists()
    ok("release", number)
    ok("exchange", "vcon-out", number, "--out", new)
    assert len(list(new.iterdir())) == 1
    assert new.stat().st_mode & 0o777 == 0o700


def test_the_ledger_goes_into_a_spreadsheet(number: str, out: Path):
    """With the mark that Excel needs; an existing file is not written over."""
    ok("release", number)
    assert "1件" in ok("ledger", "--csv", out / "ledger.csv")
    raw = (out / "ledger.csv").read_bytes()
    (row,) = csv.DictReader(raw.decode("utf-8-sig").splitlines())

    assert raw.startswith(b"\xef\xbb\xbf")
    assert (row["請求番号"], row["請求者"], row["決定"]) == (number, "鈴木花子", "一部不開示")
    assert "書けません" in refused(2, "ledger", "--csv", out / "ledger.csv")
    assert (out / "ledger.csv").read_bytes() == raw
    assert (out / "ledger.csv").stat().st_mode & 0o777 == 0o600


def test_a_folder_for_a_disc(number: str, out: Path):
    """Without a password; or opened later from an encrypted one."""
    told = ok("release", number, "--package", "folder", "--out", out)

    assert "合言葉" not in told
    assert (out / number / "回答書.docx").is_file()
    assert "暗号化していない" in refused(2, "release", "password", number)


def test_an_encrypted_package_can_be_taken_out_open(number: str, out: Path):
    """For a CD-R after all; into a folder that is there."""
    ok("release", number)
    ok("release", "fetch", number, "--out", out, "--folder")

    assert (out / number / "SHA256SUMS").is_file()
    assert "フォルダがありません" in refused(2, "release", "fetch", number, "--out", out / "nowhere")
    assert "すでにあります" in refused(2, "release", "fetch", number, "--out", out, "--folder")


def test_what_cannot_be_released_is_told_in_one_line(desk: Desk, number: str, out: Path):
    """Unknown, not approved, twice, nowhere to put it."""
    assert "請求はありません" in refused(2, "release", "R-2026-9999")
    waiting = requests.get(desk, asked(desk)).number
    assert "いまの状態は" in refused(3, "release", waiting)
    assert "フォルダがありません" in refused(2, "release", number, "--out", out / "nowhere")
    assert "まだ開示していません" in refused(2, "release", "show", number)
    ok("release", number)
    assert "開示済" in refused(3, "release", number)


@pytest.mark.parametrize(("answer", "kind"), [("不存在", Answer.NONE_HELD), ("方法変更", Answer.OTHER_WAY)])
def test_a_request_without_calls_is_answered_by_a_letter(desk: Desk, out: Path, answer: str, kind: Answer):
    """Withheld in the company's words, then released: the letter has them."""
    number = requests.get(desk, asked(desk)).number
    ok("case", "withhold", number, "--answer", answer, "--reason", "記録媒体が失われているため")
    ok("release", "letter", number, "--out", out / "draft.docx")
    ok("release", number, "--package", "folder", "--out", out)
    letter = words_of(out / number / "回答書.docx")

    assert answer in letter
    assert "記録媒体が失われているため" in letter
    assert letter == words_of(out / "draft.docx")
    assert sorted(path.name for path in (out / number).iterdir()) == [
        "SHA256SUMS",
        "manifest.json",
        "回答書.docx",
        "開封手順.txt",
    ]
    assert requests.get(desk, number).state is State.RELEASED
    assert kind in {each.kind for each in _answers(desk, number)}


def _answers(desk: Desk, number: str):
    from flows.desk.answers.releases import releases

    return releases(desk, number)


def test_a_second_disclosure_is_told_with_its_difference(desk: Desk, number: str):
    """Opened again with a reason, approved, released: what changed stands on the terminal."""
    ok("release", number)
    ok("release", "again", number, "--reason", "見直し")
    (call_id,) = requests.get(desk, number).calls
    from flows.desk.work import plans
    from tests.desk_builders import OTHER

    plans.approve(desk, OTHER, call_id, 2)

    assert "違いはありません" in ok("release", number)
    assert "第2回" in ok("release", "show", number)


def test_a_template_of_the_companys_own(desk: Desk, number: str, out: Path, monkeypatch):
    """Written out, edited in Word, used from then on; one that lacks something is refused at once."""
    ok("release", "letter", "--out", out / "mine.docx")
    mine = docx.Document(str(out / "mine.docx"))
    mine.add_paragraph("当社独自の文章 {{請求番号}}")
    (out / "mine.docx").write_bytes(bare_bytes(mine))
    monkeypatch.setenv("KAIJI_LETTER_TEMPLATE", str(out / "mine.docx"))
    ok("release", "letter", number, "--out", out / "draft.docx")
    assert f"当社独自の文章 {number}" in words_of(out / "draft.docx")

    mine.add_paragraph("{{請求者の電話}}")
    (out / "mine.docx").write_bytes(bare_bytes(mine))
    assert "知らない差込みがあります: 請求者の電話" in refused(2, "release", number)
    monkeypatch.setenv("KAIJI_LETTER_TEMPLATE", str(out / "nothing.docx"))
    assert "読めません" in refused(2, "release", number)
    assert requests.get(desk, number).state is State.APPROVED


def test_help_is_there_without_a_request():
    """Of the group and of each command."""
    for name in ("make", "letter", "fetch", "password", "deliver", "again", "show"):
        assert kaiji("release", name, "--help").exit_code == 0
    assert "password" in kaiji("release", "--help").stdout
    assert kaiji("ledger", "--help").exit_code == 0


def test_another_way_is_chosen_by_one_and_approved_by_another(number: str, out: Path):
    """Until then nothing goes out; then the package holds the chosen stretch, and the ledger says so."""
    told = ok("release", "way", number, "--way", "箇所", "--passage", "1 00:00-00:01.5")
    assert "選んだ箇所だけ" in told
    assert f"kaiji release way-approve {number}" in told
    assert "別の人がまだ承認していません" in refused(3, "release", number)
    assert "選んだ人は承認できません" in refused(3, "release", "way-approve", number)
    approved_ = ok("release", "way-approve", number, "--actor", "田辺")
    assert "通話1 00:00.0-00:01.5" in approved_
    assert "承認を待つ" in refused(3, "release", "way-approve", number, "--actor", "田辺")
    ok("release", number, "--package", "folder", "--out", out)

    assert (out / number / "通話1_箇所1_音声.wav").is_file()
    assert not (out / number / "通話1_音声.wav").exists()
    assert "聴取の記録はありません" in refused(2, "release", "visits", number)


def test_a_way_without_what_it_needs_is_refused(number: str):
    """In one line, without what was typed."""
    wrong = (
        ("--way", "箇所"),
        ("--way", "箇所", "--passage", "1 鈴木"),
        ("--way", "箇所", "--passage", "9 00:00-00:01"),
        ("--way", "箇所", "--passage", "1 00:00-00:01", "--not-wished", "--reason", "支障"),
        ("--way", "対面", "--ground", "1"),
    )
    for options in wrong:
        refused(3, "release", "way", number, *options)


def test_what_was_played_is_told_on_the_terminal(desk: Desk, number: str):
    """From the visit's own record; that somebody looked is on record too."""
    ok("release", "way", number, "--way", "対面")
    ok("release", "way-approve", number, "--actor", "田辺")
    ok("release", number)
    call_id = requests.get(desk, number).calls[0]
    visits.begin_visit(desk, APPROVER, number, "本人", "s" * 64)
    visits.record_played(desk, APPROVER, VisitSession(number, "s" * 64), call_id, ((0.0, 2.0),))
    told = ok("release", "visits", number)

    assert "立会い 本人 再生 審査小早川" in told
    assert "通話1 00:00.0-00:02.0" in told
    assert audit.entries(desk)[-1].action == "visit.show"


def test_releases_that_would_be_masked_otherwise_are_listed(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """With status 3, as ``audit verify`` ends where it finds something; by ids and counts, also as JSON."""
    call, answer = released_by(desk, tmp_path, monkeypatch, JudgedModels(party=Party.COMPANY))
    monkeypatch.setattr(worker, "load_models", lambda _: JudgedModels(party=Party.COMPANY))
    assert "確かめた通話 1件" in ok("release", "recheck")
    monkeypatch.setattr(worker, "load_models", lambda _: JudgedModels())
    told = kaiji("release", "recheck")
    (line,) = [line for line in told.stdout.splitlines() if answer.release_id in line]
    listed = kaiji("release", "recheck", "--json")
    (row,) = json.loads(listed.stdout)["newly_masked"]

    assert (told.exit_code, listed.exit_code) == (3, 3)
    assert "開示が1件あります" in told.stderr
    assert line.split("\t")[3] == row["call"] == call.call_id
    assert line.split("\t")[5:] == ["1", "氏名 1", "自社 1"]
    assert row["types"] == {"PERSON": 1}
