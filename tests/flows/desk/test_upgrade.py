"""A desk that the version before made: this one opens it, reads it, and brings what was begun to its end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.desk.answers import releases
from flows.desk.answers.visits import visits
from flows.desk.book.answers import Delivered, Reopened
from flows.desk.book.door import do
from flows.desk.breaches.steps import NewMark, mark_breach
from flows.desk.cases import calls, files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.integrity.schema import SCHEMA_VERSION
from flows.desk.kinds.breaches import BreachKind
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN, FileKind
from flows.desk.record.ledger import LedgerQuery, ledger
from flows.desk.record.periods import find_due
from flows.desk.record.rotation import rotate
from flows.desk.sealing.keys import add_key, key_file
from flows.desk.storage.tables import DeskRow
from flows.desk.work import plans
from flows.desk.work.reviews import load_review
from flows.files.keyed_digest import Digested
from flows.masking import mask_case_call as worker
from flows.rechecking.recheck import NOT_FOUND, recheck
from flows.releasing.fetch import fetch_folder
from flows.releasing.ledger_table import COLUMNS, cells
from flows.review.app import create_app
from flows.version import VERSION
from tests.desk_builders import ANALYST, CLERK, OTHER, WORKER
from tests.fakes import FakeModels
from tests.flow_builders import InTurn, desk_of_flows
from tests.homes import VERSIONS, unpack_home
from tests.release_builders import APPROVER, SECRETS, approve_reviewed, released
from tests.review_site import new_person, quick_passwords
from tests.sentinels import found_in

ROOT = Path(__file__).parents[3]

STATES = {
    "received": State.RECEIVED,
    "released": State.RELEASED,
    "in_person": State.RELEASED,
    "approved": State.APPROVED,
    "in_review": State.IN_REVIEW,
    "waiting": State.REQUESTED,
    "withheld": State.WITHHELD,
}


@dataclass(frozen=True)
class Before:
    """A desk of an earlier version, opened by this one.

    Attributes:
        numbers: Public number of the request in each state.
        made: When it was made.
    """

    desk: Desk
    numbers: dict[str, str]
    made: datetime

    def calls(self, state: str) -> tuple[str, ...]:
        """Ids of the calls of a request."""
        return requests.get(self.desk, self.numbers[state]).calls


@pytest.fixture(params=VERSIONS)
def before(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Before]:
    """The home, unpacked and opened."""
    unpack_home(request.param, tmp_path)
    told = json.loads((tmp_path / "made.json").read_text(encoding="utf-8"))
    assert told["version"] == request.param
    quick_passwords(monkeypatch)
    monkeypatch.setattr(worker, "load_models", InTurn())
    with desk_of_flows(tmp_path, monkeypatch, None) as desk:
        yield Before(desk, told["requests"], datetime.fromisoformat(told["made"]).replace(tzinfo=JAPAN))


def test_there_is_a_home_of_the_version_before():
    """Or of this one, as it was before the change that is being made."""
    told = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)

    assert told[0] == VERSION
    assert {*VERSIONS} & {*told[:2]}


def test_it_opens_and_everything_is_there(before: Before):
    """Each request in its state, every row opened, the record whole, nothing made up."""
    desk = before.desk
    rows = ledger(desk, APPROVER, LedgerQuery())
    told = {row.request.number: dict(zip(COLUMNS, cells(row), strict=True)) for row in rows}
    out, heard = (told[before.numbers[state]] for state in ("released", "in_person"))

    assert {state: requests.get(desk, number).state for state, number in before.numbers.items()} == STATES
    assert set(told) == set(before.numbers.values())
    assert "書留 123-45-67890" in out["交付"]
    assert "伏せすぎとの申出" in out["不服の申出"]
    assert out["請求者"] == "鈴木花子"
    assert out["漏えい等"] == ""
    assert heard["開示のしかた"] == "第1回 対面で聞かせる"
    assert "立会い 本人" in heard["対面の聴取"]
    assert len(visits(desk, before.numbers["in_person"])) == 1
    for call in calls.list_calls(desk):
        calls.check_unchanged(desk, call.call_id)
    for file in files.list_files(desk):
        with files.open_stream(desk, OTHER, file.file_id) as stream:
            assert len(stream.read()) == file.bytes
    assert audit.verify(desk) == ()
    with desk.read() as session:
        assert session.get_one(DeskRow, 1).schema_version == SCHEMA_VERSION


def test_what_was_decided_before_still_counts(before: Before):
    """The analyst's decision is folded in; it is completed, approved and goes out."""
    desk = before.desk
    (call_id,) = before.calls("in_review")
    review = load_review(desk, call_id)
    assert [made.reviewer for made in review.made] == [ANALYST.name]
    approve_reviewed(desk, calls.get_call(desk, call_id))
    answer = released(desk, before.numbers["in_review"])

    assert [len(call.masked) for call in answer.calls] == [1]
    assert answer.calls[0].reviewers == (ANALYST.name,)


def test_what_went_out_before_is_looked_at_again(before: Before):
    """The same program masks the same; one that finds more tells of both answers, also of the one heard."""
    same, more = (
        recheck(before.desk, APPROVER, lambda _, words=words: FakeModels(words=words), lambda *_: None)
        for words in ({"長谷川": "PERSON"}, {"長谷川": "PERSON", "隣の": "PERSON"})
    )

    assert (same.checked, same.missed, same.opened, same.left) == (2, (), 0, ())
    assert {each.number for each in more.missed} == {before.numbers["released"], before.numbers["in_person"]}
    assert [each.before for each in more.missed] == [{NOT_FOUND: 1}] * 2


def test_what_was_approved_before_goes_out(before: Before, tmp_path: Path):
    """The copy is made again from the plan of before, byte for byte the one that was approved."""
    desk, number = before.desk, before.numbers["approved"]
    (call_id,) = before.calls("approved")
    approved = dict(plans.approvals(desk, call_id)[-1].files)
    released(desk, number)
    (tmp_path / "out").mkdir()
    folder = fetch_folder(desk, APPROVER, number, tmp_path / "out", None)
    text = (folder / "通話1_文字起こし.txt").read_bytes()

    assert requests.get(desk, number).state is State.RELEASED
    (sound,) = [f for f in releases.releases(desk, number)[0].files if f.name == "通話1_音声.wav"]
    assert desk.digest(Digested.FILE, sound.sha256) == approved[FileKind.MASKED_AUDIO]
    assert found_in(text, SECRETS) == []


def test_what_waited_before_is_masked_and_goes_out(before: Before):
    """And an answer that discloses nothing."""
    desk = before.desk
    (call_id,) = before.calls("waiting")
    worker.mask_case_call(desk, WORKER, call_id)
    approve_reviewed(desk, calls.get_call(desk, call_id))
    released(desk, before.numbers["waiting"])
    released(desk, before.numbers["withheld"])

    for state in ("waiting", "withheld"):
        assert requests.get(desk, before.numbers[state]).state is State.RELEASED
    assert audit.verify(desk) == ()


def test_what_went_out_before_is_gone_on_with(before: Before, tmp_path: Path):
    """Its package opens, it is delivered again, opened for a second answer, and marked as a breach."""
    desk, number = before.desk, before.numbers["released"]
    assert len(releases.package_password(desk, APPROVER, number)) > 20
    (tmp_path / "out").mkdir()
    assert (fetch_folder(desk, APPROVER, number, tmp_path / "out", None) / "回答書.docx").is_file()
    do(desk, APPROVER, Delivered(number, "窓口"))
    breach = mark_breach(desk, APPROVER, number, NewMark(BreachKind.LOST, "紛失した"))
    do(desk, APPROVER, Reopened(number, "見直し"))
    (call_id,) = before.calls("released")
    plans.approve(desk, OTHER, call_id, calls.get_call(desk, call_id).revision or 0)
    second = released(desk, number)

    assert (second.turn, breach.marks[0].turn) == (2, 1)
    assert audit.verify(desk) == ()


def test_the_people_of_before_sign_in(before: Before):
    """With their passwords; the page shows their calls."""
    app = create_app(before.desk.settings, before.desk)
    for login, page in {"kubota": "/calls", "kobayakawa": "/ledger"}.items():
        person = new_person(app)
        assert person.sign_in(login).status_code == 303
        shown = person.get(page)
        assert shown.status_code == 200
        assert before.numbers["in_review" if page == "/calls" else "released"] in shown.text


def test_its_key_is_changed_and_its_periods_run(before: Before):
    """Every row and file of before is sealed anew; what is old enough is found."""
    desk = before.desk
    add_key(key_file(desk.settings), desk.keyring)
    with open_desk(desk.settings) as changed:
        done = rotate(changed, CLERK)
        assert done.rows
        assert done.files
        assert audit.verify(changed) == ()
        for days, due in ((1, False), (200, True)):
            now = before.made + timedelta(days=days)
            assert bool(find_due(replace(changed, clock=lambda now=now: now)).count) is due
        assert requests.get(changed, before.numbers["released"]).content.requester.names
