"""Forms as our script sends them: told where to go on, told what is wrong, brought back after the sign-in."""

from __future__ import annotations

import pytest

from flows.review.office import accounts
from tests.flows.review.guarding.test_access import ALL, MACHINES
from tests.review_site import HOST, csrf_of, new_person, signed_in

BY_SCRIPT = {"Origin": HOST, "X-Kaiji-Form": "1"}

NO_PAGE = ("/api/", "/audio/", "/visit-audio/", "/sign-in", "/first")

PAGES = [
    path
    for method, path in ALL
    if method == "GET" and (method, path) not in MACHINES and path != "/" and not path.startswith(NO_PAGE)
]


def test_our_script_is_told_where_to_go_on(app):
    """It stays where it is until the form is accepted, and gets its cookies all the same."""
    person = new_person(app)
    person.get("/sign-in")
    form = {
        "login": "kubota",
        "password": "correct horse battery",
        "next": "/calls",
        "csrf": csrf_of(person._cookie("form")),
    }
    answer = person.client.post("/sign-in", data=form, headers=BY_SCRIPT, follow_redirects=False)

    assert (answer.status_code, answer.headers["x-kaiji-to"]) == (204, "/calls")
    assert "location" not in answer.headers
    assert answer.content == b""
    assert person.get("/calls").status_code == 200


@pytest.mark.parametrize(
    ("path", "form", "told"),
    [
        ("/accounts", {"login": "kondo", "password": "first secret", "again": "other"}, (422, ["again"])),
        ("/accounts", {"password": "first secret", "again": "other"}, (422, ["login"])),
        ("/requests/R-2026-0001/hold", {"off": "false"}, (404, None)),
    ],
)
def test_an_error_names_its_field(app, path, form, told):
    """As JSON, whatever the address; without our header it is a page that says so."""
    person = signed_in(app, "saiki")
    sent = {**form, "csrf": csrf_of(person.token)}
    answer = person.client.post(path, data=sent, headers=BY_SCRIPT, follow_redirects=False)
    assert (answer.status_code, answer.json().get("fields")) == told
    assert answer.json()["message"]

    page = person.client.post(path, data=sent, headers={"Origin": HOST}, follow_redirects=False)
    assert "操作は保存されていません" in page.text
    assert "状態" not in page.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_come_back_to(app, path):
    """After the sign-in that its address led to."""
    page = path.format(number="R-2026-0001", call_id="c1")
    person = new_person(app)
    (_, _, wanted) = person.get(page).headers["location"].partition("?next=")
    answer = person.sign_in("kobayakawa", next_=wanted)
    back = answer.headers["location"]
    assert back == (page if "." not in page else "/calls")


def test_who_comes_too_late_is_told(app, clock):
    """And who has signed out, or has never been there, is not."""
    late, fresh = signed_in(app, "kubota"), new_person(app)
    clock.pass_(minutes=61)
    assert "時間が過ぎました" in late.get("/sign-in?next=/calls").text
    assert "時間が過ぎました" not in fresh.get("/sign-in?next=/calls").text
    late.sign_in("kubota")
    late.client.post("/sign-out", data={"csrf": csrf_of(late.token)}, headers={"Origin": HOST})
    assert "時間が過ぎました" not in late.get("/sign-in?next=/calls").text


def test_what_failed_says_that_nothing_is_saved(app, monkeypatch):
    """To our script and on a page, with the number under which the log has it; no word of programs."""
    monkeypatch.setattr(accounts, "list_accounts", lambda _: 1 / 0)
    person = signed_in(app, "saiki")
    sent = {"csrf": csrf_of(person.token)}
    for headers in (BY_SCRIPT, {"Origin": HOST}):
        answer = person.client.post("/accounts/a1/disable", data=sent, headers=headers)
        assert answer.status_code == 500
        assert "処理できませんでした。操作は保存されていません" in answer.text
