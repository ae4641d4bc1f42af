from __future__ import annotations

import csv
import io
import re
import threading
import time
from pathlib import Path

import pytest
import pyzipper
from fastapi import FastAPI

from flows.desk.answers import releases
from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call
from flows.review.routes import ledger as routes_ledger
from pipeline.errors import ModelError
from tests.builders import utterance
from tests.fakes import FakeModels
from tests.release_builders import SECRETS, asked
from tests.review_site import HOST, Person, new_person, send, signed_in
from tests.sentinels import found_in

WORKING = "開示の作業をしています"


@pytest.fixture
def desk(releasing_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """One whose releases by the button are listened to by the fakes, too."""
    monkeypatch.setattr(routes_ledger, "load_models", lambda _: FakeModels())
    return releasing_desk


@pytest.fixture
def number(desk: Desk, approved_call: Call) -> str:
    """Public number of an approved request."""
    request = approved_call.request_id
    return requests.get(desk, request).number


def go_out(person: Person, number: str) -> str:
    """Release by the button and wait for the end; the page then."""
    answer = send(person, f"/ledger/{number}/release")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/ledger/{number}")
    until = time.monotonic() + 60
    while WORKING in (page := person.get(f"/ledger/{number}").text):
        assert time.monotonic() < until
        time.sleep(0.05)
    return page


def test_a_request_goes_out_from_the_page(app: FastAPI, desk: Desk, number: str):
    """Ledger, draft, release, ZIP, password, delivery, objection: each by its own button."""
    approver = signed_in(app, "kobayakawa")
    assert f'href="/ledger/{number}"' in approver.get("/ledger").text
    assert "開示する" in approver.get(f"/ledger/{number}").text
    draft = approver.get(f"/ledger/{number}/letter")
    assert draft.content.startswith(b"PK")
    assert "%E6%A1%88" in draft.headers["content-disposition"]

    go_out(approver, number)
    assert requests.get(desk, number).state is State.RELEASED
    archive = approver.get(f"/ledger/{number}/package")
    assert archive.headers["content-type"] == "application/zip"
    assert len(archive.content) == int(archive.headers["content-length"])
    shown = send(approver, f"/ledger/{number}/password", turn=1)
    password = releases.package_password(desk, audit.entries(desk)[-1].actor, number)
    assert password in shown.text
    assert "no-store" in shown.headers["cache-control"]
    with pyzipper.AESZipFile(io.BytesIO(archive.content)) as opened:
        opened.setpassword(password.encode())
        assert opened.testzip() is None
    assert approver.get(f"/ledger/{number}/letter?turn=1").content.startswith(b"PK")
    assert "合言葉" in approver.get(f"/ledger/{number}/instructions").content.decode("utf-8-sig")

    assert send(approver, f"/ledger/{number}/deliver", how="書留 123", at="").status_code == 303
    assert send(approver, f"/ledger/{number}/objection", text="伏せすぎとの申出").status_code == 303
    page = approver.get(f"/ledger/{number}").text
    assert all(each in page for each in ("書留 123", "伏せすぎとの申出", "第1回"))
    assert password not in page
    released = [entry for entry in audit.entries(desk) if entry.action == "request.release"]
    assert [(each.actor.name, each.actor.role.value) for each in released] == [("kobayakawa", "approver")]


@pytest.mark.parametrize("there", [True, False])
def test_what_goes_out_is_put_where_another_system_fetches_it(
    app: FastAPI, desk: Desk, number: str, tmp_path: Path, there: bool
):
    """A place that is gone does not hold the release up."""
    folder = tmp_path / "fetched"
    if there:
        folder.mkdir()
    desk.settings.outbox = str(folder)
    go_out(signed_in(app, "kobayakawa"), number)

    assert requests.get(desk, number).state is State.RELEASED
    assert len(list(folder.glob("*"))) == 2 * there


class Waiting:
    """A model that takes its time, and then hears, or fails."""

    def __init__(self, then: Exception | None = None) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.then = then

    def __call__(self, _: str) -> FakeModels:
        """As ``load_models`` is called."""
        self.begun.set()
        assert self.go_on.wait(60)
        if self.then is not None:
            raise self.then
        return FakeModels()


def test_nobody_waits_for_a_release_and_none_goes_out_twice(
    app: FastAPI, desk: Desk, number: str, monkeypatch: pytest.MonkeyPatch
):
    """The page answers at once and tells what is under way; a second press is refused."""
    waiting = Waiting()
    monkeypatch.setattr(routes_ledger, "load_models", waiting)
    approver = signed_in(app, "kobayakawa")
    assert send(approver, f"/ledger/{number}/release").status_code == 303
    assert waiting.begun.wait(60)
    page = approver.get(f"/ledger/{number}").text
    assert WORKING in page
    assert 'http-equiv="refresh"' in page
    assert "開示する</button>" not in page
    again = send(approver, f"/ledger/{number}/release")
    assert (again.status_code, "もう始まっています" in again.text) == (409, True)
    assert requests.get(desk, number).state is State.APPROVED
    waiting.go_on.set()
    until = time.monotonic() + 60
    while requests.get(desk, number).state is not State.RELEASED:
        assert time.monotonic() < until
        time.sleep(0.05)

    assert len(releases.releases(desk, number)) == 1
    assert send(approver, f"/ledger/{number}/release").status_code == 409


@pytest.mark.parametrize(
    ("then", "told"),
    [
        (ModelError("認識モデルがありません"), "認識モデルがありません"),
        (RuntimeError("鈴木花子"), "照会番号"),
    ],
)
def test_a_release_that_fails_is_told_on_the_page(app: FastAPI, desk: Desk, number: str, then, told):
    """Nothing went out, the reason stands there without what nobody foresaw, and it can be begun again."""
    waiting = Waiting(then)
    waiting.go_on.set()
    approver = signed_in(app, "kobayakawa")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routes_ledger, "load_models", waiting)
        page = go_out(approver, number)
    assert "開示できませんでした" in page
    assert told in page
    assert "RuntimeError" not in page
    assert "開示する</button>" in page
    assert requests.get(desk, number).state is State.APPROVED
    assert releases.releases(desk, number) == ()

    assert "第1回" in go_out(approver, number)


def test_a_release_that_still_hears_a_name_links_to_the_place(app: FastAPI, desk: Desk, number: str):
    """The call's page opens there."""
    heard = FakeModels(heard_again=(utterance("長谷川さん", 0.2),))
    approver = signed_in(app, "kobayakawa")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routes_ledger, "load_models", lambda _: heard)
        page = go_out(approver, number)
    assert "開示できませんでした" in page
    (call_id,) = requests.get(desk, number).calls
    assert re.search(rf'href="/calls/{call_id}#at=\d+\.\d\d"', page)


def test_a_release_that_ends_while_the_page_is_made_is_shown(
    app: FastAPI, number: str, monkeypatch: pytest.MonkeyPatch
):
    """As running or as done, not as if nothing had been begun."""
    waiting = Waiting(ModelError("認識モデルがありません"))
    monkeypatch.setattr(routes_ledger, "load_models", waiting)
    approver = signed_in(app, "kobayakawa")
    send(approver, f"/ledger/{number}/release")
    read = routes_ledger._row

    def ended_meanwhile(*arguments: object) -> object:
        row = read(*arguments)
        waiting.go_on.set()
        until = time.monotonic() + 60
        while app.state.site.outgoing.of(number).running:
            assert time.monotonic() < until
            time.sleep(0.01)
        return row

    monkeypatch.setattr(routes_ledger, "_row", ended_meanwhile)
    assert WORKING in approver.get(f"/ledger/{number}").text


def test_a_second_disclosure_shows_what_changed(app: FastAPI, desk: Desk, number: str):
    """Opened again with a reason; both answers stand on the page."""
    from flows.desk.work import plans
    from tests.desk_builders import OTHER

    approver = signed_in(app, "kobayakawa")
    go_out(approver, number)
    assert send(approver, f"/ledger/{number}/again", reason="見直し").status_code == 303
    (call_id,) = requests.get(desk, number).calls
    plans.approve(desk, OTHER, call_id, 2)
    page = go_out(approver, number)

    assert "第1回" in page
    assert "第2回" in page
    assert "違いはありません" in page


def test_the_ledger_as_a_spreadsheet(app: FastAPI, number: str):
    """With Excel's mark, as a file of our name."""
    answer = signed_in(app, "saiki").get("/ledger.csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert (row["請求番号"], row["請求者"]) == (number, "鈴木花子")
    assert "kaiji-ledger.csv" in answer.headers["content-disposition"]


PAGES = ("/ledger", "/ledger.csv", "/ledger/{0}", "/ledger/{0}/package", "/ledger/{0}/letter")
STEPS = ("release", "password", "deliver", "objection", "again")


def test_an_analyst_sees_nothing_of_it(app: FastAPI, desk: Desk, number: str):
    """Neither the pages nor the steps; somebody who is not signed in is sent to the form."""
    analyst, nobody = signed_in(app, "kubota"), new_person(app)
    for page in PAGES:
        assert analyst.get(page.format(number)).status_code == 403
        assert nobody.get(page.format(number)).status_code == 303
    for step in STEPS:
        assert (
            send(analyst, f"/ledger/{number}/{step}", turn=1, how="x", text="x", reason="x").status_code
            == 403
        )
    assert requests.get(desk, number).state is State.APPROVED


def test_an_administrator_reads_and_does_not_release(app: FastAPI, desk: Desk, number: str):
    """That is the approver's."""
    admin = signed_in(app, "saiki")
    assert "開示する</button>" not in admin.get(f"/ledger/{number}").text

    assert send(admin, f"/ledger/{number}/release").status_code == 403
    assert requests.get(desk, number).state is State.APPROVED


def test_a_forged_form_does_nothing(app: FastAPI, desk: Desk, number: str):
    """Without the page's own word, or from another origin."""
    approver = signed_in(app, "kobayakawa")
    path = f"/ledger/{number}/release"
    forged = (
        approver.client.post(path, data={"csrf": "x"}, headers={"Origin": HOST}),
        approver.client.post(path, data={}, headers={"Origin": HOST}),
        approver.client.post(
            path, data={"csrf": approver.headers["X-CSRF-Token"]}, headers={"Origin": "https://evil.example"}
        ),
    )

    assert [answer.status_code for answer in forged] == [403, 403, 403]
    assert requests.get(desk, number).state is State.APPROVED


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ledger/R-2026-9999", 404),
        ("/ledger/鈴木花子", 422),
        ("/ledger/R-2026-0001/package", 404),
        ("/ledger/R-2026-0001/instructions?turn=7", 404),
        ("/ledger?year=1", 422),
    ],
)
@pytest.mark.usefixtures("number")
def test_what_is_not_there_is_told_in_a_sentence(app: FastAPI, path: str, status: int):
    """And repeats nothing of what was asked."""
    answer = signed_in(app, "kobayakawa").get(path)

    assert answer.status_code == status
    assert "鈴木" not in answer.text
    assert "Traceback" not in answer.text


def test_a_release_that_is_refused_says_why(app: FastAPI, desk: Desk):
    """Not approved; a delivery of nothing; a time that is none."""
    approver = signed_in(app, "kobayakawa")
    number = requests.get(desk, asked(desk)).number
    assert send(approver, f"/ledger/{number}/release").status_code == 409
    assert "いまの状態" in send(approver, f"/ledger/{number}/release").text
    assert send(approver, f"/ledger/{number}/deliver", how="書留").status_code == 404
    assert send(approver, f"/ledger/{number}/deliver", how=" ").status_code == 422
    assert send(approver, f"/ledger/{number}/deliver", how="書留", at="あした").status_code == 422
    assert send(approver, f"/ledger/{number}/password", turn=1).status_code == 404


def test_the_pages_name_no_third_party(app: FastAPI, number: str):
    """The ledger tells times and kinds, never what was masked."""
    approver = signed_in(app, "kobayakawa")
    go_out(approver, number)
    for page in ("/ledger", "/ledger.csv", f"/ledger/{number}"):
        assert found_in(approver.get(page).content, SECRETS) == []
