"""An officer's own password: who may change it, what proves that it is them, what ends with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError
from flows.desk.people import accounts
from flows.desk.people.sessions import ATTEMPTS_BEFORE_DELAY, sign_in
from tests.desk_builders import Clock, raw_database
from tests.flows.review.guarding.test_proxy import header_mode, sato
from tests.review_site import ADMIN, PASSWORD, ROLES, Person, new_person, send, signed_in

NEW = "another long password"
PATH = "/password"


def change(person: Person, old: str = PASSWORD, new: str = NEW, again: str | None = None):
    """Send the form."""
    return send(person, PATH, old=old, password=new, again=new if again is None else again)


@pytest.mark.parametrize("login", ROLES)
def test_everybody_changes_their_own(app: FastAPI, desk: Desk, login: str):
    """On record under their own name; the old password is no use any more, the new one is."""
    person = signed_in(app, login)
    assert f'<a href="{PATH}"' in person.get("/practice").text
    assert person.get(PATH).status_code == 200
    assert change(person).headers["location"] == PATH
    entry = audit.entries(desk)[-1]

    assert (entry.action, entry.actor.name) == ("account.own_password", login)
    assert new_person(app).sign_in(login, PASSWORD).status_code == 401
    assert new_person(app).sign_in(login, NEW).status_code == 303


def test_the_other_sessions_end_and_this_one_goes_on(app: FastAPI):
    """Those of the account only."""
    here, elsewhere, other = signed_in(app, "kubota"), signed_in(app, "kubota"), signed_in(app, "mori")
    change(here)

    assert here.get("/api/calls").status_code == 200
    assert elsewhere.get("/api/calls").status_code == 401
    assert other.get("/api/calls").status_code == 200


def test_the_page_says_since_when(app: FastAPI, clock: Clock):
    """In Japanese time, which is how a person sees that it was changed."""
    person = signed_in(app, "kubota")
    assert "2026-11-25 10:00" in person.get(PATH).text
    clock.pass_(minutes=5)
    change(person)
    assert "2026-11-25 10:05" in person.get(PATH).text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"old": "wrong password!"}, "old"),
        ({"old": ""}, "old"),
        ({"old": NEW}, "password"),
        ({"password": PASSWORD}, "password"),
        ({"again": "something else long"}, "again"),
        ({"password": "short"}, ""),
        ({"password": "x" * 257}, ""),
    ],
)
def test_what_is_refused_changes_nothing(app: FastAPI, desk: Desk, form: dict[str, str], field: str):
    """Said beside the field that is wrong; nobody is signed out."""
    person, elsewhere = signed_in(app, "kubota"), signed_in(app, "kubota")
    sent = {"old": PASSWORD, "password": NEW, "again": form.get("password", NEW)} | form
    answer = person.client.post(
        PATH, data=sent, headers={**person.headers, "X-Kaiji-Form": "1"}, follow_redirects=False
    )

    assert answer.status_code == 422
    assert answer.json().get("fields", [""]) == [field]
    assert elsewhere.get("/api/calls").status_code == 200
    assert accounts.check_password(desk, "kubota", PASSWORD) is not None
    assert "account.own_password" not in {entry.action for entry in audit.entries(desk)}


def test_a_wrong_old_password_is_on_record(app: FastAPI, desk: Desk):
    """With the account at whose open page it was tried."""
    change(signed_in(app, "kubota"), old="wrong password!")
    entry = audit.entries(desk)[-1]

    assert (entry.action, entry.actor.name) == ("account.refuse", "kubota")
    assert entry.detail["account"] == accounts.account_id_of(desk, "kubota")


def test_guessing_at_an_open_page_gets_slower(app: FastAPI, clock: Clock):
    """Together with the sign-in: neither is a way around the other's limit."""
    person = signed_in(app, "kubota")
    allowed = ATTEMPTS_BEFORE_DELAY["login"]
    assert [change(person, old=f"wrong {n} password").status_code for n in range(allowed)] == [422] * allowed
    assert change(person).status_code == 429
    assert new_person(app, "10.0.1.1").sign_in("kubota").status_code == 429
    clock.pass_(seconds=3)
    assert change(person).status_code == 303


def test_guesses_at_the_sign_in_count_here(app: FastAPI):
    """From wherever they came."""
    person = signed_in(app, "kubota")
    for number in range(ATTEMPTS_BEFORE_DELAY["login"]):
        new_person(app, f"10.0.0.{number}").sign_in("kubota", "wrong password!")

    assert change(person).status_code == 429


def test_no_password_lies_in_the_database(app: FastAPI, desk: Desk):
    """Neither the old one nor the new one."""
    change(signed_in(app, "kubota"))
    with closing(raw_database(desk)) as database:
        raw = "\n".join(database.iterdump())

    assert PASSWORD not in raw
    assert NEW not in raw


def test_another_site_cannot_change_it(app: FastAPI, desk: Desk):
    """Nor a page of ours with another's word."""
    person, other = signed_in(app, "kubota"), signed_in(app, "mori")
    form = {"old": PASSWORD, "password": NEW, "again": NEW}
    for headers in ({}, {**person.headers, "Origin": "http://evil.example"}, other.headers):
        assert person.client.post(PATH, data=form, headers=headers).status_code == 403
    assert accounts.check_password(desk, "kubota", PASSWORD) is not None


def test_behind_the_company_s_proxy_there_is_none_to_change(desk: Desk, tmp_path: Path):
    """Nobody signs in with it, though an account of that name lies in the database."""
    person = sato(header_mode(desk, tmp_path), **{"X-Forwarded-User": "kubota"})
    person.get("/api/calls")

    assert f'href="{PATH}"' not in person.get("/calls").text
    assert person.get(PATH).status_code == 409


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda desk: accounts.set_password(desk, ADMIN, "kubota", NEW),
        lambda desk: accounts.disable_account(desk, ADMIN, "kubota"),
    ],
)
def test_nothing_begins_on_a_password_that_just_ended(
    desk: Desk, clock: Clock, meanwhile: Callable[[Desk], object]
):
    """Between the look at the password and the step that follows, an administrator was faster."""
    account = accounts.check_password(desk, "kubota", PASSWORD)
    assert account is not None
    clock.pass_(seconds=1)
    meanwhile(desk)

    with pytest.raises(ConflictError):
        sign_in(desk, account)
    with pytest.raises(ConflictError):
        accounts.change_own_password(desk, ADMIN, account, "", "a third long password")
