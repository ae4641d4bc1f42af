"""The papers of a breach: what the ledger knows stands there, the rest is asked, nobody else is told."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX

from flows.breach import paper_docx as writing
from flows.breach.drafts import draft_notice, draft_report
from flows.breach.notice import Addressee
from flows.breach.paper import Gap, Line, Section, Table, Written, as_text, gaps
from flows.breach.paper_docx import paper_docx
from flows.breach.told import heard_rows
from flows.desk.answers import releases, visits
from flows.desk.answers.ways import approve_way, choose_way
from flows.desk.book.answers import Delivered, Reopened
from flows.desk.book.door import do
from flows.desk.breaches.exposure import exposures
from flows.desk.breaches.steps import NewMark, decide_duty, mark_breach, record_done, state_fact
from flows.desk.cases import files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.breaches import (
    ITEMS,
    ITEMS_OF_NOTICE,
    BreachKind,
    DutyDecision,
    Paper,
    PaperItem,
    ReachedStage,
    Stage,
)
from flows.desk.kinds.errors import NotAllowedError, NotFoundError, SealBrokenError
from flows.desk.kinds.values import Call, FileKind
from flows.desk.kinds.ways import Manner, VisitSession, Way
from flows.letter.errors import LetterError
from flows.releasing.fetch import fetch_folder, fetch_zip
from tests.desk_builders import ANALYST, OTHER, PERSON, raw_database
from tests.release_builders import APPROVER, SECRETS, asked, released
from tests.sentinels import found_in

SESSION = "s" * 64
SENT_TO = "佐伯一郎の宅に届いた"


@pytest.fixture
def request_number(desk: Desk, released_call: Call, out: Path) -> str:
    """A request whose package went to the wrong address; the password was looked at once."""
    number = requests.get(desk, released_call.request_id).number
    fetch_zip(desk, APPROVER, number, out, None)
    releases.package_password(desk, APPROVER, number)
    do(desk, APPROVER, Delivered(number, "書留 123-45-67890"))
    return number


def marked(
    desk: Desk, request: str, kind: BreachKind = BreachKind.WRONG_RECIPIENT, text: str = SENT_TO
) -> str:
    """Number of a breach of a request's last answer."""
    return mark_breach(desk, APPROVER, request, NewMark(kind, text)).number


def words(paper: Written) -> str:
    """All that a paper says, as its Word file says it."""
    back = docx.Document(io.BytesIO(paper_docx(paper)))
    cells = [cell.text for table in back.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in back.paragraphs), *cells])


def under(paper: Written, number: int) -> list[str]:
    """What stands under an item of the report."""
    (section,) = (each for each in paper.sections if each.heading.startswith(f"{number}　"))
    return [part.text for part in section.parts if not isinstance(part, Table)]


def test_the_report_has_every_item_and_says_what_is_known(desk: Desk, request_number: str):
    """施行規則8条1項 item by item; what the ledger knows, and marked what a person must write."""
    number = marked(desk, request_number)
    decide_duty(desk, APPROVER, number, DutyDecision((1, 3), True), "病名を含み、持ち出しの疑いがある")
    paper = draft_report(desk, APPROVER, number, Stage.FIRST)
    text = words(paper)

    for at, name in ITEMS.items():
        assert f"{at}　{name}(8条1項{at}号)" in text
    for told in (
        *("個人データの漏えい等に関する報告(速報)(案)", "青空通信株式会社", number, SENT_TO),
        *(f"請求 {request_number} 第1回", "書留 123-45-67890", "通話 1件", "暗号化(AES-256)"),
        *("7条1号　要配慮個人情報が含まれる", "7条3号　不正の目的", "病名を含み、持ち出しの疑いがある"),
    ):
        assert told in text
    assert "通話の音声(話した人の声と話の内容)" in under(paper, 2)
    assert "通話の文字起こし" in under(paper, 2)
    assert under(paper, 3)[0] == "請求者　1人(台帳から)"
    assert [gap.what for gap in gaps(paper)].count("公表したか、する予定か。しないときはその理由") == 1
    assert found_in(text.encode(), SECRETS) == []


def test_what_an_officer_wrote_takes_the_place_of_the_question(desk: Desk, request_number: str):
    """Line by line; what is still open stays marked."""
    number = marked(desk, request_number)
    before = draft_report(desk, APPROVER, number, Stage.FINAL)
    state_fact(
        desk, APPROVER, number, PaperItem(Paper.REPORT, 4), "宛名の取り違え。\n二人で確かめる手順がなかった。"
    )
    record_done(desk, APPROVER, number, ReachedStage(Stage.NOTICE, None), "電話で謝罪し、書面を送った")
    after = draft_report(desk, APPROVER, number, Stage.FINAL)

    assert under(after, 4)[1:] == ["宛名の取り違え。", "二人で確かめる手順がなかった。"]
    assert len(gaps(before)) - len(gaps(after)) == 1
    assert "本人への通知の記録はまだない" in under(before, 6)
    assert any("電話で謝罪し、書面を送った" in line for line in under(after, 6))
    assert "〔要記入：7条のどの号に当たるか〕" in words(after)


def test_who_heard_and_opened_it(desk: Desk, request_number: str):
    """Deliveries, downloads and the password, from the ledger and the audit log; not what made the answer."""
    number = marked(desk, request_number)
    _, (found,) = exposures(desk, APPROVER, number)
    text = words(draft_report(desk, APPROVER, number, Stage.FIRST))

    assert [(each.what, each.kind) for each in found.opened] == [
        ("file.open", FileKind.PACKAGE),
        ("release.password", None),
    ]
    assert {each.by for each in found.opened} == {APPROVER.name}
    assert [note.text for note in found.deliveries] == ["書留 123-45-67890"]
    for told in ("開示したファイル", "合言葉", APPROVER.name, "交付"):
        assert told in text


def test_who_of_the_company_heard_and_read_a_call_afterwards(desk: Desk, request_number: str):
    """From its release on: what was listened to in making it is no part of the breach; runs are one row."""
    call_id = requests.get(desk, request_number).calls[0]
    request_id = requests.get(desk, request_number).request_id
    for action, times in {"call.listen": 3, "call.view": 1}.items():
        for _ in range(times):
            with desk.change(ANALYST) as change:
                change.record(action, Subject(request_id, call_id), {"from_ms": 0, "to_ms": 1000})
    _, (found,) = exposures(desk, APPROVER, marked(desk, request_number))
    rows = [row for row in heard_rows(found) if row[2] == ANALYST.name]

    assert [row[1:] for row in rows] == [
        ("元の音を聴いた", ANALYST.name, "通話1の録音"),
        ("確認の画面で読んだ", ANALYST.name, "通話1の文字起こし"),
    ]
    assert rows[0][0].endswith("まで 3回")
    made = [each for each in audit.entries(desk) if each.action == "file.open" and each.actor == ANALYST]
    assert made


def test_an_answer_again_and_the_files_of_the_other_one(desk: Desk, request_number: str, out: Path):
    """Only what belongs to the marked answer counts as opened; the other answer is named."""
    do(desk, APPROVER, Reopened(request_number, "見直し"))
    call_id = requests.get(desk, request_number).calls[0]
    from flows.desk.cases import calls
    from flows.desk.work import plans

    plans.approve(desk, OTHER, call_id, calls.get_call(desk, call_id).revision or 0)
    released(desk, request_number)
    (out / "second").mkdir()
    fetch_folder(desk, APPROVER, request_number, out / "second", 2)
    number = mark_breach(desk, APPROVER, request_number, NewMark(BreachKind.LOST, "紛失", turn=2)).number
    _, (found,) = exposures(desk, APPROVER, number)

    assert (found.answer.turn, [each.turn for each in found.others]) == (2, [1])
    assert {each.what for each in found.opened} == {"file.open", "release.unpack"}
    assert found.deliveries == ()
    assert "同じ請求のほかの回答　第1回" in words(draft_report(desk, APPROVER, number, Stage.FIRST))


def test_what_was_played_in_person(desk: Desk, approved_call: Call):
    """With who was there, and which seconds of which call."""
    call, request = approved_call, approved_call.request_id
    choose_way(desk, ANALYST, request, Manner(Way.IN_PERSON))
    approve_way(desk, OTHER, request)
    released(desk, request)
    visits.begin_visit(desk, APPROVER, request, "本人と、通訳の人", SESSION)
    visits.record_played(desk, APPROVER, VisitSession(request, SESSION), call.call_id, ((0.0, 1.5),))
    visits.end_visit(desk, APPROVER, request)
    number = marked(desk, requests.get(desk, request).number, BreachKind.LEFT_AUDIBLE, "名前が聞こえた")
    text = words(draft_report(desk, APPROVER, number, Stage.FIRST))

    assert "立会い 本人と、通訳の人" in text
    assert "通話1 00:00.0-00:01.5" in text
    assert "通話の音声(話した人の声と話の内容)" in text
    assert "通話の文字起こし" not in text
    assert "聞こえた第三者の数は、台帳では分からない" in text


def test_the_requester_is_told_of_their_own_and_of_nobody_else(desk: Desk, request_number: str):
    """Neither what was written for the commission, nor who opened it, nor who got it."""
    number = marked(desk, request_number)
    state_fact(desk, APPROVER, number, PaperItem(Paper.REPORT, 4), "佐伯一郎の封筒に入れた")
    state_fact(desk, APPROVER, number, PaperItem(Paper.NOTICE, 4), "封筒の取り違えによるものです。")
    paper = draft_notice(desk, APPROVER, number)
    text = words(paper)

    assert f"{PERSON.names[0].text}　様" in text
    assert f"開示請求 {request_number} への回答" in text
    assert "封筒の取り違えによるものです。" in text
    assert "電話 0120-444-444" in text
    for secret in ("佐伯", SENT_TO, APPROVER.name, OTHER.name, "書留", number):
        assert secret not in text
    headings = [section.heading for section in paper.sections]
    assert headings[1:-1] == [
        *("概要", "対象となった個人データの項目", "原因"),
        *("二次被害又はそのおそれの有無及びその内容", "その他参考となる事項"),
    ]
    assert len(headings) - 2 == len(ITEMS_OF_NOTICE)


def test_the_law_is_named_where_it_asks_for_the_notice(desk: Desk, request_number: str):
    """A company may tell the person without having to."""
    number = marked(desk, request_number)
    decide_duty(desk, APPROVER, number, DutyDecision((), False), "開かれないうちに回収した")
    assert "第26条第2項" not in words(draft_notice(desk, APPROVER, number))
    decide_duty(desk, APPROVER, number, DutyDecision((1,), True), "病名がある")

    assert "第26条第2項に基づき" in words(draft_notice(desk, APPROVER, number))


def test_a_third_party_is_not_told_of_the_request(desk: Desk, request_number: str):
    """A missing mask: whose name was heard learns neither who asked nor that anybody did."""
    number = marked(desk, request_number, BreachKind.LEFT_AUDIBLE, "鈴木花子さんに名前が聞こえた")
    text = words(draft_notice(desk, APPROVER, number))

    for secret in (PERSON.names[0].text, request_number, "開示請求", "鈴木"):
        assert secret not in text
    assert "〔要記入：お知らせする方の氏名〕" in text
    asked_for = draft_notice(desk, APPROVER, number, to=Addressee.REQUESTER)
    assert PERSON.names[0].text in words(asked_for)


def test_a_notice_is_of_a_request_of_the_breach(desk: Desk, request_number: str):
    """And a notice is no report."""
    number = marked(desk, request_number)
    other = requests.get(desk, asked(desk)).number

    assert words(draft_notice(desk, APPROVER, number, request=request_number))
    with pytest.raises(NotFoundError):
        draft_notice(desk, APPROVER, number, request=other)
    with pytest.raises(NotFoundError):
        draft_report(desk, APPROVER, number, Stage.NOTICE)


def test_only_an_approver_reads_it_and_it_is_on_record(desk: Desk, request_number: str):
    """Reading who heard what is itself in the audit log, and each draft."""
    number = marked(desk, request_number)
    with pytest.raises(NotAllowedError):
        draft_report(desk, ANALYST, number, Stage.FIRST)
    before = len(audit.entries(desk))
    draft_report(desk, APPROVER, number, Stage.FIRST)
    entries = audit.entries(desk)[before:]

    assert [each.action for each in entries] == ["breach.show", "breach.draft"]
    assert dict(entries[-1].detail) == {"breach": number, "paper": "first"}


def test_no_report_is_drafted_from_a_record_that_was_tampered_with(desk: Desk, request_number: str):
    """Somebody took the look at the password out of the audit log."""
    number = marked(desk, request_number)
    raw_database(desk).execute("delete from audit where action = 'release.password'")

    with pytest.raises(SealBrokenError):
        draft_report(desk, APPROVER, number, Stage.FIRST)


def test_an_answer_whose_files_are_gone_can_still_be_reported(desk: Desk, request_number: str):
    """The ledger and the audit log outlive the package."""
    held = files.list_files(desk, request=request_number)
    for file in held:
        files.erase_file(desk, OTHER, file.file_id)
    number = marked(desk, request_number)

    assert "書留 123-45-67890" in words(draft_report(desk, APPROVER, number, Stage.FIRST))


PAPER = Written(
    "題",
    (Section("", (Line("一"), Gap("何か"))), Section("表", (Table(("甲", "乙"), (("1", ""),)), Line("二")))),
)


def test_what_is_to_be_filled_in_is_marked_and_the_file_tells_nothing_else():
    """Highlighted; the same bytes each time; no author and no time."""
    raw = paper_docx(PAPER)
    back = docx.Document(io.BytesIO(raw))
    marked_text = [
        run.text
        for paragraph in back.paragraphs
        for run in paragraph.runs
        if run.font.highlight_color == WD_COLOR_INDEX.YELLOW
    ]

    assert marked_text == ["〔要記入：何か〕"]
    assert raw == paper_docx(PAPER)
    assert (back.core_properties.author, back.core_properties.last_modified_by) == ("", "")
    assert as_text(PAPER).split("\n") == ["題", "", "一", "〔要記入：何か〕", "", "表", "1", "二", ""]


def test_a_file_that_says_something_else_is_not_handed_out(monkeypatch: pytest.MonkeyPatch):
    """It is read back before it counts."""
    monkeypatch.setattr(writing, "_line", lambda document, part: document.add_paragraph(part.text[:-1] + " "))

    with pytest.raises((LetterError, IndexError)):
        paper_docx(PAPER)
