"""A request is amended on the page: what would change is shown first, and what counts is on record."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.book.door import do
from flows.desk.book.requests import Withdrawn
from flows.desk.cases import calls, requests
from flows.desk.cases.amendments import NewAmendment, amend, amendments
from flows.desk.cases.identity import identity_checks
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import State
from flows.review.clerk.request_form import texts_of
from tests.desk_builders import CLERK, identified, in_review, new_request
from tests.review_site import Person, send, signed_in


def hidden(page: str) -> dict[str, str]:
    """What a page sends on."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {key: html.unescape(text) for key, text in found}


def changed(desk: Desk, number: str, **more: str) -> dict[str, str]:
    """The form of a request with some fields written otherwise."""
    return texts_of(requests.get(desk, number).content) | {"seen": "0"} | more


def test_an_amendment_is_shown_and_then_made(clerk: Person, desk: Desk):
    """What was and what will be; afterwards the page tells both, and who did it."""
    number = requests.receive(desk, CLERK, new_request()).number
    assert "鈴木花子" in clerk.get(f"/requests/{number}/amend").text
    fields = changed(desk, number, kana="スズキカコ", member_number="M-9")
    summary = send(clerk, f"/requests/{number}/amend/check", **fields)
    assert "<del" in summary.text
    assert "スズキハナコ" in summary.text
    assert "確かめてください" in summary.text
    assert amendments(desk, number) == ()
    answer = send(clerk, f"/requests/{number}/amend", **hidden(summary.text), reason="請求書の読み違い")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/requests/{number}")
    content = requests.get(desk, number).content
    assert (content.requester.names[0].kana, content.member_number) == ("スズキカコ", "M-9")
    entry = audit.entries(desk)[-1]
    assert (entry.action, entry.actor.name, entry.detail["fields"]) == (
        "request.amend",
        "hirata",
        "names,member_number",
    )
    page = clerk.get(f"/requests/{number}").text
    assert all(text in page for text in ("訂正前のフリガナ", "スズキハナコ", "請求書の読み違い"))


def test_an_unchanged_form_changes_nothing(clerk: Person, desk: Desk):
    """It says so and offers no button; sent all the same, it is refused."""
    number = requests.receive(desk, CLERK, new_request()).number
    page = send(clerk, f"/requests/{number}/amend/check", **changed(desk, number)).text
    assert "変わった所がありません" in page
    assert "このとおり訂正する" not in page
    refused = send(clerk, f"/requests/{number}/amend", **changed(desk, number), reason="x")

    assert refused.status_code == 409
    assert amendments(desk, number) == ()


def test_the_calls_are_masked_again_and_the_page_says_so(clerk: Person, desk: Desk, tmp_path: Path):
    """Before it is done."""
    call = in_review(desk, tmp_path)
    number = requests.get(desk, call.request_id).number
    fields = changed(desk, number, phone="0312345678")
    assert "伏せ直します" in send(clerk, f"/requests/{number}/amend/check", **fields).text
    send(clerk, f"/requests/{number}/amend", **fields, reason="番号の書き誤り")

    assert calls.get_call(desk, call.call_id).state is State.REQUESTED


def test_another_name_needs_another_check(clerk: Person, desk: Desk):
    """The page asks for it, and without it nothing is corrected."""
    number = identified(desk).number
    fields = changed(desk, number, name="鈴木華子")
    assert "本人確認をし直す" in send(clerk, f"/requests/{number}/amend/check", **fields).text
    refused = send(clerk, f"/requests/{number}/amend", **fields, reason="字の違い")
    assert (refused.status_code, "本人確認も" in refused.text) == (409, True)
    check = {"method": "passport", "at": "2026-11-25T09:00", "note": "旅券の字"}
    send(clerk, f"/requests/{number}/amend", **fields, reason="字の違い", **check)

    assert requests.get(desk, number).content.requester.names[0].text == "鈴木華子"
    assert "hirata" in {each.by for each in identity_checks(desk, number)}


def test_what_is_wrong_is_said_and_the_way_back_keeps_it(clerk: Person, desk: Desk):
    """As when it is taken in."""
    number = requests.receive(desk, CLERK, new_request()).number
    bad = changed(desk, number, phone="でんわ", topic="解約の件")
    page = send(clerk, f"/requests/{number}/amend/check", **bad)
    assert (page.status_code, "電話番号の形" in page.text, "解約の件" in page.text) == (422, True, True)
    assert send(clerk, f"/requests/{number}/amend", **bad, reason="x").status_code == 422
    assert "解約の件" in send(clerk, f"/requests/{number}/amend/back", **bad).text
    assert send(clerk, f"/requests/{number}/amend", **bad | {"phone": ""}, reason=" ").status_code == 422
    assert amendments(desk, number) == ()


def test_two_clerks_do_not_undo_each_other(clerk: Person, desk: Desk):
    """The second is told of the first."""
    asked = requests.receive(desk, CLERK, new_request())
    fields = changed(desk, asked.number, member_number="M-9")
    first = requests.get(desk, asked.number).content
    amend(desk, CLERK, asked.number, NewAmendment(replace(first, desk="相談室"), "担当", 0))
    refused = send(clerk, f"/requests/{asked.number}/amend", **fields, reason="会員番号")

    assert (refused.status_code, "先に訂正" in refused.text) == (409, True)
    assert requests.get(desk, asked.number).content.desk == "相談室"


@pytest.mark.parametrize("login", ["kubota", "kobayakawa", "saiki"])
def test_others_do_not_correct(app: FastAPI, desk: Desk, login: str):
    """Whoever they are; nor is a closed request corrected."""
    number = requests.receive(desk, CLERK, new_request()).number
    fields = changed(desk, number, member_number="M-9")
    assert send(signed_in(app, login), f"/requests/{number}/amend", **fields, reason="x").status_code == 403
    do(desk, CLERK, Withdrawn(number, "取下げ"))
    clerk = signed_in(app, "hirata")
    assert clerk.get(f"/requests/{number}/amend").status_code == 409
    assert "訂正する" not in clerk.get(f"/requests/{number}").text
