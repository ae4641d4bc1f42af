"""The first account of a desk is made by whoever can read the terminal, and only the first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.values import Role
from flows.desk.people.accounts import list_accounts
from flows.desk.people.first_account import first_word
from flows.review.app import create_app
from flows.review.guarding.access import csrf_of
from tests.desk_builders import desk_settings
from tests.review_site import HOST, PASSWORD, Person, new_person, quick_passwords, signed_in


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk without anybody."""
    quick_passwords(monkeypatch)
    with open_desk(desk_settings(tmp_path)) as opened:
        yield opened


@pytest.fixture
def page(empty: Desk) -> FastAPI:
    """Its page."""
    return create_app(empty.settings, empty)


def registered(person: Person, word: str, **more: str):
    """By the form."""
    person.get("/first")
    form = {"word": word, "login": "Saiki", "password": PASSWORD, "again": PASSWORD} | more
    form["csrf"] = csrf_of(person.client.cookies.get("kaiji-form") or "")
    return person.client.post("/first", data=form, headers={"Origin": HOST}, follow_redirects=False)


def test_the_first_account_is_an_administrators(page: FastAPI, empty: Desk):
    """Who signs in with it adds the others; the sign-in leads to it and the record names it."""
    person = new_person(page)
    assert 'href="/first"' in person.get("/sign-in").text
    answer = registered(person, first_word(empty))
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/accounts")
    (account,) = list_accounts(empty)
    assert (account.login, account.roles) == ("saiki", (Role.ADMIN,))
    assert audit.entries(empty)[-1].actor.name == "saiki"

    assert signed_in(page, "saiki").get("/accounts").status_code == 200
    assert new_person(page).get("/first").headers["location"] == "/sign-in"


def test_the_word_counts_once(page: FastAPI, empty: Desk):
    """Neither another one nor the right one a second time."""
    word = first_word(empty)
    for wrong in ("", "0" * 24, word[:-1], hashlib.sha256(b"").hexdigest()[:24]):
        assert registered(new_person(page), wrong).status_code == 422
    assert list_accounts(empty) == ()
    assert registered(new_person(page), f" {word.upper()} ").status_code == 303
    again = registered(new_person(page), word, login="mori")

    assert (again.status_code, "サインイン" in again.text) == (409, True)
    assert len(list_accounts(empty)) == 1
    assert first_word(empty) == ""


def test_the_word_is_this_desks(empty: Desk, tmp_path: Path):
    """Another desk with another key has another; the same one after it is opened again."""
    with open_desk(desk_settings(tmp_path / "other")) as other:
        assert first_word(other) != first_word(empty)
    with open_desk(empty.settings) as again:
        assert first_word(again) == first_word(empty)


@pytest.mark.parametrize("more", [{"again": "different one!"}, {"password": "short", "again": "short"}])
def test_a_bad_password_makes_no_account(page: FastAPI, empty: Desk, more: dict[str, str]):
    """Nor does a form of another site."""
    word = first_word(empty)
    assert registered(new_person(page), word, **more).status_code == 422
    person = new_person(page)
    person.get("/first")
    form = {"word": word, "login": "x", "password": PASSWORD, "again": PASSWORD, "csrf": "x"}
    assert person.client.post("/first", data=form, headers={"Origin": HOST}).status_code == 403

    assert list_accounts(empty) == ()


def test_where_the_company_signs_people_in_there_is_no_first_account(empty: Desk):
    """The proxy says who is who."""
    socket = empty.settings.home / "socket"
    settings = empty.settings.model_copy(update={"review_auth": "header", "review_socket": socket})
    behind = create_app(
        settings, type(empty)(settings, empty.database, empty.store, empty.keyring, empty.clock)
    )
    assert new_person(behind).get("/first").status_code in {401, 403}
