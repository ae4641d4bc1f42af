"""Waiting calls are masked now, in the background, in the name of who asked for it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.cases import calls
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import RecordingChangedError, StorageFullError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Actor
from flows.masking import mask_case_call as worker
from flows.masking.mask_case_call import MachineError, SetAsideError, mask_case_call
from flows.review.clerk import calls as clerk_calls
from pipeline.hearing.progress import follower
from tests.flow_builders import InTurn, waiting_voice
from tests.review_site import Person, send, signed_in

GOING_ON = "通話を伏せています"


def finished(person: Person) -> str:
    """The page when nothing runs any more."""
    until = time.monotonic() + 60
    while GOING_ON in (page := person.get("/requests").text):
        assert time.monotonic() < until
        time.sleep(0.05)
    return page


@pytest.fixture
def waiting(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of two calls that the fakes can hear."""
    monkeypatch.setattr(worker, "load_models", InTurn())
    return [waiting_voice(desk, tmp_path).call_id for _ in range(2)]


def test_what_waits_is_masked(clerk: Person, desk: Desk, waiting: list[str]):
    """By the function that a worker calls; the page tells how far it is, the record who began it."""
    assert "処理待ちの通話 <b>2</b> 件" in clerk.get("/requests").text
    answer = send(clerk, "/night")
    assert (answer.status_code, answer.headers["location"]) == (303, "/requests")

    assert "確認待ちへ 2 件" in finished(clerk)
    assert {calls.get_call(desk, each).state for each in waiting} == {State.IN_REVIEW}
    begun = [entry for entry in audit.entries(desk) if entry.action == "night.begin"]
    assert [(entry.actor.name, entry.detail["waiting"]) for entry in begun] == [("hirata", 2)]
    assert {entry.actor.name for entry in audit.entries(desk) if entry.action == "call.claim"} == {"hirata"}
    assert send(clerk, "/night").status_code == 409


def test_a_call_that_cannot_be_masked_does_not_stop_the_others(
    clerk: Person, desk: Desk, waiting: list[str], monkeypatch: pytest.MonkeyPatch
):
    """It is set aside with its reason, and counted."""

    def mask(desk: Desk, actor: Actor, call_id: str):
        if call_id == waiting[0]:
            raise SetAsideError(RecordingChangedError("録音ファイルが違います"))
        return mask_case_call(desk, actor, call_id)

    monkeypatch.setattr(clerk_calls, "mask_case_call", mask)
    send(clerk, "/night")
    page = finished(clerk)

    assert "確認待ちへ 1 件、できなかった通話 1 件" in page
    assert calls.get_call(desk, waiting[1]).state is State.IN_REVIEW


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MachineError(StorageFullError("空きがありません")), "空きがありません"),
        (RuntimeError("鈴木花子"), "照会番号"),
    ],
)
@pytest.mark.usefixtures("waiting")
def test_a_machine_that_can_mask_nothing_is_told(
    clerk: Person, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
):
    """It stops at once, and can be begun again."""
    tried = []

    def mask(_desk: Desk, _actor: Actor, call_id: str):
        tried.append(call_id)
        raise error

    monkeypatch.setattr(clerk_calls, "mask_case_call", mask)
    send(clerk, "/night")
    page = finished(clerk)

    assert told in page
    assert "鈴木" not in page
    assert len(tried) == 1
    assert send(clerk, "/night").status_code == 303
    finished(clerk)


def test_it_is_begun_once_and_by_a_clerk(
    app: FastAPI, clerk: Person, waiting: list[str], monkeypatch: pytest.MonkeyPatch
):
    """While it runs a second press is refused, and the button is gone."""
    go_on = threading.Event()

    def mask(_desk: Desk, _actor: Actor, _call_id: str):
        assert go_on.wait(60)
        return {}

    monkeypatch.setattr(clerk_calls, "mask_case_call", mask)
    for login in ("kubota", "kobayakawa", "saiki"):
        assert send(signed_in(app, login), "/night").status_code == 403
    send(clerk, "/night")
    page = clerk.get("/requests").text
    assert GOING_ON in page
    assert "いま伏せる" not in page
    assert send(clerk, "/night").status_code == 409
    go_on.set()
    assert f"確認待ちへ {len(waiting)} 件" in finished(clerk)


def test_how_far_it_is_is_told(clerk: Person, waiting: list[str], monkeypatch: pytest.MonkeyPatch):
    """Calls done and to come, and how far the present one is: on the page, and for its script."""
    half, go_on = threading.Semaphore(0), threading.Semaphore(0)

    def mask(desk: Desk, actor: Actor, call_id: str):
        follower()(0.5)
        half.release()
        assert go_on.acquire(timeout=60)
        return mask_case_call(desk, actor, call_id)

    monkeypatch.setattr(clerk_calls, "mask_case_call", mask)
    assert clerk.get("/api/masking").json() == {"running": False}
    send(clerk, "/night")
    assert half.acquire(timeout=60)
    told = "2件のうち0件が済みました。いまの通話は50%。"
    assert clerk.get("/api/masking").json() == {"running": True, "told": told, "share": 0.25, "done": 0}
    assert told in clerk.get("/requests").text
    go_on.release()
    assert half.acquire(timeout=60)
    told = "2件のうち1件が済みました。いまの通話は50%。"
    assert clerk.get("/api/masking").json() == {"running": True, "told": told, "share": 0.75, "done": 1}
    go_on.release()
    assert f"確認待ちへ {len(waiting)} 件" in finished(clerk)
