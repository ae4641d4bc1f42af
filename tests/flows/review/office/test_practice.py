"""Practising from the browser: begun, marked, apart from the company's desk, and gone without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from flows.desk.cases import requests
from flows.desk.cases.requests import list_requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.values import NoteKind
from flows.desk.people.accounts import disable_account
from flows.practice.mark import practice_settings
from flows.practice.practice_desk import end_practice
from flows.review.app import create_app
from flows.review.guarding.access import csrf_of
from flows.review.guarding.door import door_mark
from tests.desk_builders import CLERK, desk_settings, new_request
from tests.flows.review.guarding.test_proxy import header_mode, sato
from tests.review_site import HOST, Person, add_people, practise_on, quick_passwords, signed_in

FEW = ("accident-witness", "landlord-leak")


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A company's desk with one request and its people; two of the sample calls to practise on."""
    practise_on(monkeypatch, tmp_path / "samples", FEW)
    quick_passwords(monkeypatch)
    with open_desk(desk_settings(tmp_path)) as desk:
        add_people(desk)
        requests.receive(desk, CLERK, new_request())
        yield desk


@pytest.fixture
def page(company: Desk) -> Iterator[FastAPI]:
    """The company's page; what it opened is closed with it."""
    app = create_app(company.settings, company)
    yield app
    app.state.site.practising.close()


def press(person: Person, step: str):
    """A button of the page ``/practice``, which is always the company's."""
    form = {"csrf": csrf_of(person.token)}
    return person.client.post(
        f"/practice/{step}", data=form, headers={"Origin": HOST}, follow_redirects=False
    )


def practice_word(client: TestClient) -> str:
    """The word of a form on the practice desk's pages."""
    return csrf_of(client.cookies["kaiji-practice-session"])


def marked(person: Person, path: str = "/requests") -> bool:
    """Whether a page is the practice desk's."""
    answer = person.get(path)
    assert answer.status_code == 200
    return ">練習</span>" in answer.text.partition('class="brand"')[2].partition("</a>")[0]


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_clerk_begins_works_leaves_and_ends(page: FastAPI, company: Desk):
    """The samples' requests stand there in their name; the company's desk has no entry more of any of it."""
    clerk = signed_in(page, "hirata")
    before = len(audit.entries(company))
    assert not marked(clerk)
    begun = press(clerk, "begin")
    assert (begun.status_code, begun.headers["location"]) == (303, "/requests")

    assert marked(clerk)
    listed = clerk.get("/requests").text
    assert all(f"練習-{company.clock():%Y}-000{number}" in listed for number in range(1, len(FEW) + 1))
    number = f"練習-{company.clock():%Y}-0001"
    note = {"text": "練習の記録", "csrf": practice_word(clerk.client)}
    done = clerk.client.post(
        f"/requests/{number}/note", data=note, headers={"Origin": HOST}, follow_redirects=False
    )
    assert done.status_code == 303
    with open_desk(practice_settings(company.settings)) as there:
        noted = [one for one in audit.entries(there) if one.action == f"request.{NoteKind.REMARK}"]
        assert [one.actor.name for one in noted] == ["hirata"]
        assert audit.verify(there) == ()

    # Nobody signs in there, so there is no password to change.
    assert 'href="/password"' not in listed
    assert clerk.get("/password").status_code == 409

    assert press(clerk, "leave").status_code == 303
    assert not marked(clerk)
    assert press(clerk, "enter").status_code == 303
    assert marked(clerk)
    assert press(clerk, "end").headers["location"] == "/practice"
    assert not marked(clerk)
    assert not practice_settings(company.settings).home.exists()
    assert len(audit.entries(company)) == before
    assert len(list_requests(company)) == 1


def test_the_company_s_files_stay_byte_for_byte(page: FastAPI, company: Desk):
    """But for the sign-in, which came before."""
    clerk = signed_in(page, "hirata")
    clerk.get("/requests")
    before = everything(company.settings.home)
    for step in ("begin", "leave", "enter"):
        assert press(clerk, step).status_code == 303
    clerk.get("/requests")
    during = everything(company.settings.home)
    assert {path: raw for path, raw in during.items() if "/practice/" not in path} == before
    press(clerk, "end")

    assert everything(company.settings.home) == before


def test_everybody_practises_all_of_the_work_but_nobody_gains_the_machine(page: FastAPI):
    """An analyst takes requests in and releases there; folders of the machine stay the administrator's."""
    press(signed_in(page, "saiki"), "begin")
    for login, admin in (("kubota", False), ("hirata", False), ("saiki", True)):
        person = signed_in(page, login)
        assert press(person, "enter").status_code == 303
        for path in ("/intake", "/calls", "/ledger"):
            assert marked(person, path)
        scan = {"folder": "/etc", "pattern": "{start:%Y}.wav", "csrf": practice_word(person.client)}
        tried = person.client.post("/imports/scan", data=scan, headers={"Origin": HOST})
        assert (tried.status_code != 403) == admin
        assert (person.get("/accounts").status_code == 200) == admin


INVENTED = ("invented", "0" * 43, "日本", "a.b.c", "")


@pytest.mark.parametrize("token", INVENTED)
def test_whoever_has_no_account_any_more_does_not_practise(page: FastAPI, company: Desk, token: str):
    """With a company's session that they invent, and its mark, which anybody can compute."""
    person = signed_in(page, "hirata")
    press(person, "begin")
    assert marked(person)
    disable_account(company, CLERK, "hirata")
    cookies = person.client.cookies
    kept = cookies["kaiji-practice-session"]
    assert person.get("/requests").headers["location"].startswith("/sign-in")
    cookies.clear()
    sent = {"kaiji-session": token, "kaiji-practice": door_mark(token), "kaiji-practice-session": kept}
    header = "; ".join(f"{name}={value}" for name, value in sent.items()).encode()
    for path in ("/requests", "/calls", "/intake", "/api/calls"):
        answer = person.client.get(path, headers={"Cookie": header}, follow_redirects=False)
        assert answer.status_code in {303, 401}
        assert not answer.headers.get("location", "/sign-in").startswith("/practice")


def test_the_session_of_another_person_does_not_lead_there(page: FastAPI):
    """Signing out, and in as somebody else in the same browser, is the company's desk again."""
    person = signed_in(page, "hirata")
    press(person, "begin")
    assert marked(person)
    form = {"csrf": csrf_of(person.token)}
    person.client.post("/sign-out", data=form, headers={"Origin": HOST}, follow_redirects=False)
    assert person.get("/requests").headers["location"].startswith("/sign-in")
    assert person.sign_in("saiki").status_code == 303

    assert not marked(person)


def test_a_door_mark_alone_opens_nothing(page: FastAPI):
    """Who has no session in the practice desk is led to its door, not into it."""
    clerk, analyst = signed_in(page, "hirata"), signed_in(page, "kubota")
    press(clerk, "begin")
    press(analyst, "enter")
    del analyst.client.cookies["kaiji-practice-session"]
    there = analyst.get("/calls")

    assert (there.status_code, there.headers["location"]) == (303, "/practice")
    assert "練習の窓口にいます" in analyst.get("/practice").text


def test_a_form_of_the_other_desk_is_refused(page: FastAPI, company: Desk):
    """A tab that was left open on one desk changes nothing on the other: each session has its own word."""
    clerk = signed_in(page, "hirata")
    company_s = csrf_of(clerk.token)
    press(clerk, "begin")
    note = {"text": "取り違え", "csrf": company_s}
    path, origin = f"/requests/R-{company.clock():%Y}-0001/note", {"Origin": HOST}
    assert clerk.client.post(path, data=note, headers=origin, follow_redirects=False).status_code == 403
    there = practice_word(clerk.client)
    press(clerk, "leave")
    note["csrf"] = there
    assert clerk.client.post(path, data=note, headers=origin, follow_redirects=False).status_code == 403


def test_it_is_begun_once_and_by_the_command_too(page: FastAPI, company: Desk):
    """A second beginning is refused; one that the command removed is gone for the page as well."""
    clerk = signed_in(page, "hirata")
    press(clerk, "begin")
    assert press(clerk, "begin").status_code == 409
    assert marked(clerk)
    end_practice(company.settings)
    assert not marked(clerk)
    assert press(clerk, "enter").status_code == 409
    assert press(clerk, "end").status_code == 409
    assert press(clerk, "begin").status_code == 303

    assert marked(clerk)


def test_behind_a_proxy_the_proxy_names_the_person_there_too(company: Desk, tmp_path: Path):
    """With the roles that it gives them, and no more."""
    app = header_mode(company, tmp_path)
    person = sato(app, **{"X-Forwarded-Roles": "intake"})
    assert not marked(person)
    assert press(person, "begin").status_code == 303
    assert marked(person)
    assert person.get("/ledger").status_code == 403
    assert ">sato<" in person.get("/requests").text
    assert press(person, "end").status_code == 303

    assert not marked(person)


def test_what_is_at_work_is_not_removed(page: FastAPI, company: Desk, monkeypatch: pytest.MonkeyPatch):
    """A call that is being masked keeps the desk until it is done."""
    clerk = signed_in(page, "hirata")
    press(clerk, "begin")
    site = page.state.site.practising.page().state.site
    with monkeypatch.context() as patch:
        patch.setattr(type(site), "working", property(lambda _: True))
        refused = press(clerk, "end")
        assert (refused.status_code, "作業が動いています" in refused.text) == (409, True)
    assert practice_settings(company.settings).home.exists()
    assert press(clerk, "end").status_code == 303


def test_a_machine_whose_data_lie_elsewhere_says_so(company: Desk):
    """The button is not offered where it could only fail."""
    settings = company.settings.model_copy(update={"witness": "elsewhere"})
    other = Desk(settings, company.database, company.store, company.keyring, company.clock)
    clerk = signed_in(create_app(settings, other), "hirata")
    told = clerk.get("/practice").text

    assert "ほかの場所に置く設定" in told
    assert "/practice/begin" not in told
    assert press(clerk, "begin").status_code == 409


@pytest.mark.usefixtures("company")
def test_the_first_use_page_offers_it(tmp_path: Path):
    """To those who may begin it, as a button; to the others as a way to the page about it."""
    with open_desk(desk_settings(tmp_path / "empty")) as empty:
        add_people(empty)
        _is_offered(create_app(empty.settings, empty))


def _is_offered(page: FastAPI) -> None:
    for login, button in (("hirata", True), ("saiki", True), ("kobayakawa", False)):
        told = signed_in(page, login).get("/requests").text
        assert ('action="/practice/begin"' in told) == button
        assert 'href="/practice"' in told
