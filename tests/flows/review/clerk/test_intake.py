"""A request is taken in by a form, its summary and one press: what counts, what is proposed, who may."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Agent, Delivery, NewRequest, Scope, Wanted
from flows.review.clerk.request_form import LABELS, check, texts_of
from pipeline.types import CaseName, Requester
from tests.desk_builders import NOW, Clock
from tests.review_site import HOST, Person, new_person, send, signed_in

WRITTEN = {
    "received_at": "2026-11-24T10:15",
    "channel": "郵送",
    "name": "鈴木花子\n高橋花子",
    "kana": "スズキハナコ\nタカハシハナコ",
    "phone": "090-1234-5678",
    "address": "香川県丸亀市土器町3-21",
    "address_kana": "カガワケンマルガメシドキチョウサンノニジュウイチ",
    "wanted": "音声",
    "delivery": "電子",
    "fee_paid": "未",
}

BROKEN = {
    "name": ("", "氏名"),
    "kana": ("すずき", "値の数"),
    "phone": ("でんわ", "電話番号"),
    "received_at": ("2099-01-01T00:00", "未来"),
    "first": ("2026-11-31", "暦にない"),
    "fee_yen": ("三百", "金額"),
    "agent_authority": ("委任状", ""),
}


def word_of(page: str) -> str:
    """The random word of a summary."""
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def sent_on(page: str) -> dict[str, str]:
    """What a summary sends on: hidden fields and the readings to check."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    areas = dict(re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)</textarea>', page))
    return {key: html.unescape(text) for key, text in {**hidden, **areas}.items()}


def test_a_request_is_taken_in_after_its_summary(clerk: Person, desk: Desk):
    """Nothing counts before; what counts is what was written, in the name of who wrote it."""
    assert clerk.get("/intake").status_code == 200
    summary = send(clerk, "/intake/check", **WRITTEN)
    assert summary.status_code == 200
    assert requests.list_requests(desk) == ()
    taken = send(clerk, "/intake", **sent_on(summary.text), read="yes")

    (made,) = requests.list_requests(desk)
    assert (taken.status_code, taken.headers["location"]) == (303, f"/requests/{made.number}")
    content = made.content
    assert [name.kana for name in content.requester.names] == ["スズキハナコ", "タカハシハナコ"]
    assert content.requester.phones == ("09012345678",)
    assert (content.wanted, made.due_on) == (Wanted.AUDIO, date(2026, 12, 8))
    last = [entry for entry in audit.entries(desk) if entry.action == "request.receive"][-1]
    assert (last.actor.name, last.actor.role.value) == ("hirata", "intake")


def test_the_way_back_keeps_what_was_written(clerk: Person):
    """Every field comes back as it was."""
    page = send(clerk, "/intake/back", **WRITTEN).text

    for text in ("鈴木花子\n高橋花子", "090-1234-5678", "2026-11-24T10:15", "香川県丸亀市土器町3-21"):
        assert text in page


def test_missing_readings_are_proposed_and_have_to_be_checked(clerk: Person, desk: Desk):
    """The dictionary's reading stands in a field; without the mark of a check nothing is taken in."""
    summary = send(
        clerk, "/intake/check", **WRITTEN | {"kana": "", "name": "鈴木花子", "address_kana": ""}
    ).text
    fields = sent_on(summary)
    assert fields["kana"] == "スズキハナコ"
    assert fields["address_kana"].startswith("カガワケンマルガメシ")
    assert summary.count(">案<") == 2
    unread = send(clerk, "/intake", **fields)
    assert (unread.status_code, "フリガナを確かめ" in unread.text) == (422, True)
    assert requests.list_requests(desk) == ()

    send(clerk, "/intake", **fields | {"kana": "スズキカコ"}, read="yes")
    (made,) = requests.list_requests(desk)
    assert made.content.requester.names[0].kana == "スズキカコ"


@pytest.mark.parametrize(("kana", "odd"), [("スズキハナコ", False), ("スズキハコナ", True)])
def test_a_reading_that_does_not_fit_is_pointed_at(clerk: Person, kana: str, odd: bool):
    """A slip of the pen is seen before it lets others' data pass for the person's own."""
    page = send(clerk, "/intake/check", **WRITTEN | {"name": "鈴木花子", "kana": kana}).text

    assert (">確かめてください<" in page) == odd


@pytest.mark.parametrize("key", BROKEN)
def test_what_is_wrong_is_said_at_its_field(clerk: Person, desk: Desk, key: str):
    """With the reason and without losing the rest; nothing is taken in, at either step."""
    text, reason = BROKEN[key]
    page = send(clerk, "/intake/check", **WRITTEN | {key: text})
    assert page.status_code == 422
    assert reason in page.text
    assert "090-1234-5678" in page.text or key == "phone"
    again = send(clerk, "/intake", **WRITTEN | {key: text}, form="x" * 22, read="yes")

    assert again.status_code == 422
    assert requests.list_requests(desk) == ()


def test_a_form_sent_twice_is_one_request(clerk: Person, desk: Desk):
    """A second press leads to the same request; another form is another request."""
    fields = sent_on(send(clerk, "/intake/check", **WRITTEN).text)
    first, second = (send(clerk, "/intake", **fields, read="yes") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    other = sent_on(send(clerk, "/intake/check", **WRITTEN).text)
    send(clerk, "/intake", **other, read="yes")

    assert len(requests.list_requests(desk)) == 2


def test_a_number_of_the_company_is_taken_in_once(clerk: Person, desk: Desk):
    """As in a file: the second is refused with the first one's id."""
    for _ in range(2):
        fields = sent_on(send(clerk, "/intake/check", **WRITTEN | {"reference": "Ａ-1"}).text)
        answer = send(clerk, "/intake", **fields, read="yes")

    assert (answer.status_code, "すでに登録" in answer.text) == (409, True)
    assert len(requests.list_requests(desk)) == 1


@pytest.mark.parametrize("login", ["kubota", "kobayakawa", "saiki"])
def test_who_does_not_take_requests_in_may_not(app: FastAPI, desk: Desk, login: str):
    """Nor anybody who is not signed in, nor a form of another page."""
    fields = {**WRITTEN, "form": "x" * 22, "read": "yes"}
    assert send(signed_in(app, login), "/intake", **fields).status_code == 403
    assert send(new_person(app), "/intake", **fields).status_code == 401
    clerk = signed_in(app, "hirata")
    forged = clerk.client.post("/intake", data=fields | {"csrf": "x"}, headers={"Origin": HOST})

    assert forged.status_code == 403
    assert requests.list_requests(desk) == ()


def test_nothing_personal_stands_in_an_address(clerk: Person):
    """The forms are sent in bodies, and lead to numbers."""
    pages = [clerk.get("/intake").text, send(clerk, "/intake/check", **WRITTEN).text]

    for page in pages:
        assert set(re.findall(r'method="(\w+)"', page)) == {"post"}
        assert not re.search(r'(?:action|href)="[^"]*(?:鈴木|0901|%E9)', page)


NAMES = st.builds(
    CaseName,
    st.sampled_from(["鈴木花子", "李 明", "Ann Lee"]),
    st.sampled_from(["", "スズキハナコ", "リーミン"]),
)
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2026, 1, 1))
TEXTS = st.sampled_from(["", "解約の件", "<b>&\"'", "A-1"])
SCOPES = st.builds(
    lambda first, last, topic: Scope(
        first, last if first and last and last >= first else first, topic, ("0120444444",)
    ),
    DAYS,
    DAYS,
    TEXTS,
)
REQUESTS = st.builds(
    NewRequest,
    requester=st.builds(
        Requester,
        st.lists(NAMES, min_size=1, max_size=3).map(tuple),
        st.sampled_from([(), ("09012345678",), ("09012345678", "0312345678")]),
        st.lists(NAMES, max_size=2).map(tuple),
    ),
    received_at=st.just(NOW),
    channel=st.sampled_from(["post", "web", "chat"]),
    member_number=TEXTS,
    agent=st.none() | st.builds(Agent, NAMES, st.sampled_from(["parent", "lawyer"]), TEXTS),
    scope=SCOPES,
    wanted=st.sampled_from(Wanted),
    delivery=st.sampled_from(Delivery),
    fee_yen=st.sampled_from([0, 300]),
    fee_paid=st.booleans(),
    desk=TEXTS,
    person=TEXTS,
    reference=TEXTS,
)


@given(new=REQUESTS)
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_request_written_into_the_form_reads_the_same(new: NewRequest):
    """What a form shows of a request, sent back unchanged, describes that request."""
    texts = texts_of(new)
    assert set(texts) == set(LABELS)
    checked = check(texts, Clock()())

    assert checked.faults == {}
    assert checked.new == new
