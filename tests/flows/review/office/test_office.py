"""Accounts, lists, keys, periods and the audit log on the page of an administrator."""

from __future__ import annotations

import base64
import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.book.door import do
from flows.desk.book.requests import Withdrawn
from flows.desk.cases.lists import current_lists
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Role
from flows.desk.people.accounts import list_accounts
from flows.desk.record.periods import find_due
from tests.desk_builders import CLERK, Clock, in_review, raw_database
from tests.review_site import PASSWORD, Person, new_person, send, signed_in

NEW = {"login": "Tanabe", "role": ["analyst", "approver"], "password": PASSWORD, "again": PASSWORD}
LISTS = {
    "staff": [{"text": "山本", "kana": "ヤマモト"}],
    "company": {"names": ["青空通信"], "phones": ["0120444444"]},
}


def sent(document: object) -> dict[str, str]:
    """A file as the page's script puts it into the form."""
    raw = json.dumps(document, ensure_ascii=False).encode()
    return {"kind": "json", "content": base64.urlsafe_b64encode(raw).decode()}


def account_of(desk: Desk, login: str) -> str:
    """The id of an account."""
    return next(each.account_id for each in list_accounts(desk) if each.login == login)


def test_an_account_is_added_changed_and_disabled(app: FastAPI, administrator: Person, desk: Desk):
    """Its person can sign in, then with another password, then not at all; no login stands in an address."""
    assert send(administrator, "/accounts", **NEW).headers["location"] == "/accounts"
    page = administrator.get("/accounts").text
    assert "tanabe" in page
    assert not re.search(r'(?:href|action)="[^"]*tanabe', page)
    assert signed_in(app, "tanabe").get("/calls").status_code == 200
    entry = [each for each in audit.entries(desk) if each.action == "account.add"][-1]
    assert (entry.actor.name, entry.actor.role.value) == ("saiki", "admin")
    assert [each.roles for each in list_accounts(desk) if each.login == "tanabe"] == [
        (Role.ANALYST, Role.APPROVER)
    ]

    path = f"/accounts/{account_of(desk, 'tanabe')}"
    other = "another long password"
    send(administrator, f"{path}/password", password=other, again=other)
    assert new_person(app).sign_in("tanabe").status_code == 401
    assert new_person(app).sign_in("tanabe", other).status_code == 303
    send(administrator, f"{path}/disable")
    assert new_person(app).sign_in("tanabe", other).status_code == 401
    assert "停止" in administrator.get("/accounts").text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"again": "something else!"}, "2つのパスワード"),
        ({"password": "short", "again": "short"}, "12文字"),
        ({"role": []}, "役割"),
        ({"role": ["system"]}, "役割"),
        ({"login": "a b"}, "利用者名"),
        ({"login": "KUBOTA"}, "すでに登録"),
    ],
)
def test_what_makes_no_account_is_said(
    administrator: Person, desk: Desk, change: dict[str, object], told: str
):
    """And none is made."""
    before = list_accounts(desk)
    answer = send(administrator, "/accounts", **NEW | change)

    assert answer.status_code in {409, 422}
    assert told in answer.text
    assert list_accounts(desk) == before


def test_nobody_locks_themselves_out(administrator: Person, desk: Desk):
    """Another administrator can; an account that is not there is not found."""
    mine = account_of(desk, "saiki")
    assert send(administrator, f"/accounts/{mine}/disable").status_code == 409
    assert send(administrator, "/accounts/u0/disable").status_code == 404


def test_lists_are_replaced_by_a_file(administrator: Person, desk: Desk):
    """With another version; the page tells counts and nothing of the content."""
    assert send(administrator, "/lists", **sent(LISTS)).status_code == 303
    page = administrator.get("/lists").text
    assert current_lists(desk).company.names[0].text == "青空通信"
    assert not any(text in page for text in ("山本", "青空", "0120"))
    entry = [each for each in audit.entries(desk) if each.action == "list.company"][-1]
    assert entry.actor.name == "saiki"
    emptied = send(administrator, "/lists", **sent(LISTS | {"staff": []}))
    assert (emptied.status_code, "担当者" in emptied.text) == (409, True)
    send(administrator, "/lists", **sent(LISTS | {"staff": []}), may_empty="true")
    assert current_lists(desk).staff.names == ()
    wrong = send(administrator, "/lists", **sent({"company": {"phones": ["でんわ"]}}))
    assert (wrong.status_code, "でんわ" in wrong.text) == (422, False)
    assert current_lists(desk).company.phones == ("0120444444",)


def test_one_entry_is_added_by_hand(administrator: Person, desk: Desk):
    """The others stay; the page says that it is saved, and what is wrong is said beside the form."""
    send(administrator, "/lists", **sent(LISTS))
    before = current_lists(desk)
    for kind, text in (("担当者", "得能"), ("商品", "あおぞら光"), ("電話番号", "0120-555-555")):
        answer = send(administrator, "/lists/entry", kind=kind, text=text, kana="")
        assert (answer.status_code, answer.headers["location"]) == (303, "/lists?saved=true")
    assert "登録しました" in administrator.get(answer.headers["location"]).text
    assert "登録しました" not in administrator.get("/lists").text
    now = current_lists(desk)
    assert {name.text for name in now.staff.names} == {name.text for name in before.staff.names} | {"得能"}
    assert now.company.products[-1].text == "あおぞら光"
    assert set(now.company.phones) == {*before.company.phones, "0120555555"}
    assert (now.company.names, now.company.actions) == (before.company.names, before.company.actions)
    wrong = send(administrator, "/lists/entry", kind="電話番号", text="でんわ", kana="")
    assert (wrong.status_code, "でんわ" in wrong.text) == (422, False)
    assert current_lists(desk) == now


def test_the_sample_of_a_list_can_be_taken_in(administrator: Person, desk: Desk):
    """As it is offered on the page."""
    assert "/static/sample-lists.csv" in administrator.get("/lists").text
    content = administrator.get("/static/sample-lists.csv").content
    fields = {"kind": "csv", "content": base64.urlsafe_b64encode(content).decode()}
    assert send(administrator, "/lists", **fields).status_code == 303
    assert [name.text for name in current_lists(desk).staff.names] == ["山本"]
    assert len(current_lists(desk).company.products) == 1


def test_the_state_of_the_desk_is_told(app: FastAPI, desk: Desk, tmp_path: Path, clock: Clock):
    """Which key sealed how much, and what retention would erase, which it does not."""
    call = in_review(desk, tmp_path)
    do(desk, CLERK, Withdrawn(call.request_id, "取下げ"))
    page = signed_in(app, "saiki").get("/care").text
    key_id = desk.keyring.current.key_id
    assert key_id in page
    assert "いまの鍵" in page
    assert "保存期間を過ぎたもの 0件" in page
    key = (desk.settings.home / "key").read_text().split()[-1]
    assert key not in page
    clock.pass_(days=400)
    page = signed_in(app, "saiki").get("/care").text
    assert "保存期間を過ぎたもの 5件" in page
    assert find_due(desk).count == 5


def test_the_record_is_verified(administrator: Person, desk: Desk):
    """It is whole; and after somebody has written into the database it is not."""
    assert "異常はありません" in send(administrator, "/care/verify").text
    with closing(raw_database(desk)) as database:
        database.execute("update audit set action = 'x' where seq = 3")
    told = send(administrator, "/care/verify").text

    assert "3番" in told
    assert "書き換えられています" in told


def test_the_record_is_exported(administrator: Person, desk: Desk):
    """As a file for Excel; that somebody took it is in it."""
    answer = send(administrator, "/care/audit.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "audit.export" in answer.text
    assert audit.entries(desk)[-1].actor.name == "saiki"


@pytest.mark.parametrize("login", ["kubota", "kobayakawa", "hirata"])
def test_others_look_after_nothing(app: FastAPI, desk: Desk, login: str):
    """Neither the pages nor the steps."""
    person, before = signed_in(app, login), list_accounts(desk)
    for path in ("/accounts", "/lists", "/care"):
        assert person.get(path).status_code == 403
    assert send(person, "/accounts", **NEW).status_code == 403
    assert send(person, f"/accounts/{account_of(desk, 'mori')}/disable").status_code == 403
    assert send(person, "/lists", **sent(LISTS)).status_code == 403
    assert send(person, "/care/audit.csv").status_code == 403

    assert list_accounts(desk) == before
    assert current_lists(desk).versions.staff == 0
