"""What is next: one primary button on each page, for a step that is allowed, and each person's own work."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from flows.desk.answers.ways import approve_way, choose_way
from flows.desk.cases import requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.ways import Manner, Way
from flows.review.routes import decide, queue
from pipeline.types import MaskAction, Party
from tests.browser.full_desk import FullDesk, fill
from tests.browser.made_calls import into_review, sample_call
from tests.desk_builders import ANALYST, CLERK, OTHER, identified, new_request
from tests.fakes import FakeModels
from tests.flows.review.guarding.test_access import ALL, MACHINES
from tests.release_builders import decided
from tests.review_site import ROLES, send, signed_in

MAIN = re.compile(r'class="(?:button )?main[^"]*"[^>]*>([^<]*)<')

SCRIPTED = ("/api/", "/calls/", "/audio/", "/visit-audio/", "/breaches/{number}/")
"""Beginnings of addresses without a page, or with one that a script makes."""

PRESENT_WAY = Manner(Way.IN_PERSON, wished=False, reason="声が重なるため")


def mains(page: str) -> list[str]:
    """The primary buttons and links of a page; the bar at its top has none."""
    return [label.strip() for label in MAIN.findall(page)]


@pytest.fixture
def full(releasing_desk: Desk) -> FullDesk:
    """With something on every page."""
    return fill(releasing_desk)


@pytest.fixture
def desk(releasing_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """One whose reviews are completed as the fakes hear them."""
    monkeypatch.setattr(decide, "load_models", lambda _: FakeModels())
    monkeypatch.setattr(decide, "ANSWERED_WITHIN", 60.0)
    return releasing_desk


def test_no_page_has_two_primary_buttons(app, full):
    """Whoever opens it."""
    two = {}
    for login in ROLES:
        person = signed_in(app, login)
        for (method, path), allowed in ALL.items():
            shown = method == "GET" and (method, path) not in MACHINES and not path.startswith(SCRIPTED)
            if not shown or login not in allowed:
                continue
            for address in full.addresses(path):
                answer = person.get(address)
                if answer.status_code == 200 and "text/html" in answer.headers["content-type"]:
                    found = mains(answer.text)
                    if len(found) > 1:
                        two[login, address] = found
    assert two == {}


def test_nothing_is_released_first_while_its_way_waits(app, desk):
    """The next step is the approval; then it is the release."""
    call = into_review(desk, sample_call("accident-witness"))
    number = requests.get(desk, call.request_id).number
    choose_way(desk, ANALYST, call.request_id, PRESENT_WAY)
    decided(desk, call)
    approver = signed_in(app, "kobayakawa")
    assert mains(approver.get(f"/ledger/{number}").text) == ["開示のしかたを承認する"]
    assert mains(approver.get(f"/requests/{number}/way").text) == ["このしかたを承認する"]

    approve_way(desk, OTHER, call.request_id)
    assert mains(approver.get(f"/ledger/{number}").text) == ["開示する"]


def test_an_analyst_is_told_what_is_to_be_heard(app, desk):
    """Until tomorrow morning and later, in minutes; the button opens the first of it."""
    call = into_review(desk, sample_call("accident-witness", doubtful=(1, 2)))
    analyst = signed_in(app, "kubota")
    page = analyst.get("/calls").text
    assert "期限まで2日以上の1件、聴く1分" in page
    assert f'href="/calls/{call.call_id}">次の通話を開く' in page
    assert mains(page) == ["次の通話を開く"]
    assert analyst.get("/api/calls").json()["next"] == call.call_id


@pytest.mark.parametrize(("left", "told"), [(0, True), (1, True), (2, False), (-3, True)])
def test_what_is_due_by_tomorrow_morning(app, desk, monkeypatch, left, told):
    """The day of its end, the day before, and whatever is late."""
    into_review(desk, sample_call("accident-witness", doubtful=(1, 2)))
    rows = queue._rows

    def due(site, wanted):
        found, names = rows(site, wanted)
        return [{**row, "days_left": left} for row in found], names

    monkeypatch.setattr(queue, "_rows", due)
    assert ("明日の朝までに1件" in signed_in(app, "kubota").get("/calls").text) == told


def test_a_call_that_another_has_open_is_not_the_next(app, desk):
    """The one behind it is."""
    first, second = (
        into_review(desk, sample_call(stem, doubtful=(1,))) for stem in ("accident-witness", "meter-mistake")
    )
    mori, kubota = signed_in(app, "mori"), signed_in(app, "kubota")
    mori.post(f"/api/calls/{first.call_id}/open")
    assert kubota.get("/api/calls").json()["next"] == second.call_id
    assert mori.get("/api/calls").json()["next"] == first.call_id


def test_an_approver_approves_what_others_have_decided(app, desk):
    """An analyst's work is not the approver's, and the other way round."""
    call = into_review(desk, sample_call("accident-witness", doubtful=()))
    analyst, approver = signed_in(app, "kubota"), signed_in(app, "kobayakawa")
    assert approver.get("/api/calls").json()["next"] == ""
    assert analyst.post(f"/api/calls/{call.call_id}/complete", {"count": 0}).json()["complete"]
    assert analyst.get("/api/calls").json()["next"] == ""
    assert approver.get("/api/calls").json()["next"] == call.call_id
    assert "承認1件" in approver.get("/calls").text


def test_a_clerk_is_told_what_waits(app, desk):
    """By what is to be done; the button opens what is due first."""
    clerk = signed_in(app, "hirata")
    assert mains(clerk.get("/requests").text) == ["請求を受け付ける"]
    first = requests.receive(desk, CLERK, new_request())
    identified(desk)
    page = clerk.get("/requests").text
    assert "本人確認 1件、録音を探す 1件" in page
    assert f'href="/requests/{first.number}">次の請求を開く' in page
    assert mains(page) == ["次の請求を開く"]
    assert "あなたの仕事" not in send(clerk, "/requests/find", name="佐藤").text


def test_the_queue_counts_questions(app, desk):
    """What is thought to be one person's own is answered once."""
    made = sample_call("accident-witness")
    own = {"needs_review": True, "party": Party.REQUESTER, "action": MaskAction.KEEP}
    items = tuple(replace(item, **own) for item in made.plan.items)
    into_review(desk, replace(made, plan=replace(made.plan, items=items)))
    (row,) = signed_in(app, "kubota").get("/api/calls").json()["rows"]
    assert 0 < row["questions"] < row["undecided"]
