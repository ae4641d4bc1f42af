"""The review page in this process, with people signed in, for tests of its routes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor, Role
from flows.desk.people import accounts
from flows.practice.practice_desk import SAMPLES
from flows.review.app import create_app
from flows.review.guarding import practising
from flows.review.guarding.access import csrf_of

HOST = "http://localhost:8400"
PASSWORD = "correct horse battery"
ADMIN = Actor("terminal", Role.ADMIN)

ANALYSTS, APPROVER, ADMINISTRATOR, CLERK = ("kubota", "mori"), "kobayakawa", "saiki", "hirata"
ROLES = {
    "kubota": (Role.ANALYST,),
    "mori": (Role.ANALYST,),
    "kobayakawa": (Role.APPROVER,),
    "saiki": (Role.ADMIN,),
    "hirata": (Role.INTAKE,),
}

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""For tests: the real parameters are slow on purpose."""


@dataclass
class Person:
    """Somebody at a browser: keeps cookies, and sends along what our own script would."""

    client: TestClient
    last: dict[str, Any] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """The session's cookie."""
        return self._cookie("session")

    def _cookie(self, purpose: str) -> str:
        """Of the company's desk, or of a practice desk whose page stands alone."""
        cookies = self.client.cookies
        return cookies.get(f"kaiji-{purpose}") or cookies.get(f"kaiji-practice-{purpose}") or ""

    @property
    def headers(self) -> dict[str, str]:
        """Of a request that changes something."""
        return {"Origin": HOST, "X-CSRF-Token": csrf_of(self.token)}

    def get(self, path: str, **more: Any):
        """A page, or an answer."""
        return self.client.get(path, follow_redirects=False, **more)

    def post(self, path: str, body: Any = None, **more: Any):
        """As our own script sends it."""
        headers = {**self.headers, **more.pop("headers", {})}
        return self.client.post(path, json=body or {}, headers=headers, follow_redirects=False, **more)

    def sign_in(self, login: str, password: str = PASSWORD, next_: str = ""):
        """By the form."""
        self.client.get("/sign-in")
        csrf = csrf_of(self._cookie("form") or self.token)
        form = {"login": login, "password": password, "csrf": csrf, "next": next_}
        return self.client.post("/sign-in", data=form, headers={"Origin": HOST}, follow_redirects=False)


def new_person(app: FastAPI, address: str = "testclient") -> Person:
    """Somebody who is not signed in."""
    client = TestClient(app, base_url=HOST, raise_server_exceptions=False, client=(address, 50000))
    return Person(client)


def add_people(desk: Desk) -> None:
    """The accounts of ``ROLES``."""
    for login, roles in ROLES.items():
        accounts.add_account(desk, ADMIN, login, roles, PASSWORD)


def signed_in(app: FastAPI, login: str) -> Person:
    """Somebody at work."""
    person = new_person(app)
    assert person.sign_in(login).status_code == 303
    return person


def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords for tests."""
    monkeypatch.setattr(accounts, "HASHER", QUICK)
    monkeypatch.setattr(accounts, "_NOBODY", [])


def practise_on(monkeypatch: pytest.MonkeyPatch, folder: Path, stems: Iterable[str]) -> None:
    """Let a practice desk be made of some of the sample calls alone, copied into a new folder."""
    folder.mkdir()
    for stem in stems:
        for ending in (".wav", ".case.json"):
            shutil.copy2(SAMPLES / f"{stem}{ending}", folder)
    monkeypatch.setattr(practising, "SAMPLES", folder)


def made_app(desk: Desk) -> Iterator[FastAPI]:
    """The page over a desk."""
    yield create_app(desk.settings, desk)


def send(sender: Person, path: str, /, **fields: object):
    """A form of our own page; a list is a field that is sent several times."""
    form = {name: value if isinstance(value, list) else str(value) for name, value in fields.items()}
    form["csrf"] = csrf_of(sender.token)
    return sender.client.post(path, data=form, headers={"Origin": HOST}, follow_redirects=False)


def form_body(**fields: str) -> Mapping[str, str]:
    """Of a form."""
    return fields
