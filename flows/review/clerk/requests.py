"""Routes on which requests are listed, searched and shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from flows.desk.cases import requests
from flows.desk.cases.requests import RequestQuery
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds import values as kinds
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN, Role
from flows.desk.work.backlog import backlog
from flows.desk.work.first_steps import first_steps_left
from flows.review.clerk.request_page import Number, days_left, request_page
from flows.review.guarding.access import User, require
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import site_of

router = APIRouter()

Clerk = Annotated[User, require(Role.INTAKE)]
Reader = Annotated[User, require(Role.INTAKE, Role.APPROVER, Role.ADMIN)]
Text = Annotated[str, Form(max_length=200)]

NEXT_STEPS = {State.RECEIVED: "本人確認", State.IDENTIFIED: "録音を探す"}
"""Next task of the clerk on a request, by its state."""

SOON_DAYS = 1
"""Days left of a request that is work until tomorrow morning."""


@router.get("/requests")
def list_page(request: Request, user: Reader, state: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Return the requests by due date, without personal data."""
    wanted = [State(state)] if state in {each.value for each in State} else []
    return _page(request, user, requests.list_requests(site_of(request).desk, wanted), state=state)


@router.get("/api/masking")
def masking(request: Request, _: Reader) -> dict[str, Any]:
    """Tell how far the calls are that are being masked behind the page."""
    now = site_of(request).masking.now
    if now is None:
        return {"running": False}
    done = now.masked + now.failed
    return {"running": now.running, "told": now.told, "share": now.pace.share, "done": done}


@router.post("/requests/find")
def find(request: Request, user: Clerk, name: Text = "", phone: Text = "", member: Text = "") -> Response:
    """Return the requests of a person; the search terms are part of no address."""
    if not (name + phone + member).strip():
        raise RefusedError(422, "bad_request", "氏名、電話番号、会員番号のどれか1つは入力してください")
    desk = site_of(request).desk
    query = RequestQuery(name=name.strip(), number=phone.strip(), member_number=member.strip())
    found = requests.find(desk, query)
    with desk.change(user.acting(Role.INTAKE)) as change:
        change.record("requests.search", Subject(), {"found": len(found)})
    return _page(request, user, found, searched=True)


@router.get("/requests/{number}")
def show(request: Request, user: Reader, number: Number) -> Response:
    """Return the page of one request; the audit log records the view."""
    return request_page(request, user, number)


def _work(desk: Desk, today: date) -> dict[str, Any] | None:
    """Return the clerk's next task; ``None`` when there is none."""
    found = [
        (each, left)
        for each in requests.list_requests(desk, list(NEXT_STEPS))
        if (left := days_left(each, today)) is not None
    ]
    counts = Counter(each.state for each, _ in found)
    steps = [(NEXT_STEPS[state], counts[state]) for state in NEXT_STEPS if counts[state]]
    soon = sum(left <= SOON_DAYS for _, left in found)
    return {"steps": steps, "soon": soon, "next": found[0][0].number} if found else None


def _page(
    request: Request,
    user: User,
    found: Iterable[kinds.Request],
    state: str = "",
    *,
    searched: bool = False,
) -> Response:
    site = site_of(request)
    today = site.desk.clock().astimezone(JAPAN).date()
    waiting = backlog(site.desk)
    values: dict[str, Any] = {
        "rows": [(each, days_left(each, today)) for each in found],
        "state": state,
        "states": [(each.value, each.label) for each in State],
        "searched": searched,
        "waiting": len(waiting.ready),
        "busy": waiting.busy,
        "night": site.masking.now,
        "work": _work(site.desk, today) if user.can["take_in"] and not searched else None,
        "first_steps": () if state or searched else first_steps_left(site.desk),
    }
    return site.render(request, "requests.html", values)
