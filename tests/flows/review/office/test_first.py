"""The first account of a desk is made by whoever can read the terminal, and only the first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.values import Actor, Role
from flows.desk.people.accounts import list_accounts
from flows.desk.people.first_account import add_first_account, first_word
from flows.review.app import create_app
from flows.review.guarding.access import csrf_of
from tests.desk_builders import CLERK, desk_settings, raw_database
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


EMPTIED = {
    "accounts": ("DELETE FROM accounts",),
    "accounts and sessions": ("DELETE FROM sessions", "DELETE FROM accounts"),
    "accounts and their entry": ("DELETE FROM accounts", "DELETE FROM audit WHERE action='account.add'"),
    "accounts and the tail of the record": ("DELETE FROM accounts", "DELETE FROM audit WHERE seq>1"),
    "accounts and the whole record": ("DELETE FROM accounts", "DELETE FROM audit"),
    "accounts, and the entry renamed": ("DELETE FROM accounts", "UPDATE audit SET action='x'"),
    "accounts, marks and the tree": (
        *("DELETE FROM accounts", "DELETE FROM unique_terms", "DELETE FROM seals", "DELETE FROM seal_pages"),
    ),
}


@pytest.mark.parametrize("emptied", EMPTIED)
def test_a_desk_whose_accounts_were_deleted_has_no_first_account(page: FastAPI, empty: Desk, emptied: str):
    """The word of before makes nobody an administrator, whatever else was deleted with them."""
    word = first_word(empty)
    assert registered(new_person(page), word).status_code == 303
    with closing(raw_database(empty)) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        for statement in EMPTIED[emptied]:
            database.execute(statement)

    assert registered(new_person(page), word, login="mori").status_code >= 400
    with closing(raw_database(empty)) as database:
        assert database.execute("SELECT count(*) FROM accounts").fetchone() == (0,)


def test_two_who_are_first_at_once_are_one(empty: Desk, monkeypatch: pytest.MonkeyPatch):
    """Both have read that there is nobody: the second is refused within the change."""
    word = first_word(empty)
    begun = Desk.change

    def late(desk: Desk, actor: Actor):
        monkeypatch.setattr(Desk, "change", begun)
        add_first_account(desk, word, "saiki", PASSWORD)
        return begun(desk, actor)

    monkeypatch.setattr(Desk, "change", late)
    with pytest.raises(ConflictError):
        add_first_account(empty, word, "mori", PASSWORD)
    assert [account.login for account in list_accounts(empty)] == ["saiki"]


def test_the_word_of_before_a_restore_is_no_word(empty: Desk):
    """Who wrote it down once has nothing after an older database was accepted."""
    word = first_word(empty)
    with open_desk(empty.settings, unwitnessed=True) as again:
        audit.accept(again, CLERK)
        assert first_word(again) not in {"", word}


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
