"""Routes on which a request is taken in: the form, its summary, and the receipt.

The entered values travel in the bodies of the forms from one to the next and back; nothing is stored before
the person has confirmed the summary, and nothing is part of an address.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from flows.desk.cases import requests
from flows.desk.kinds.values import JAPAN, Role
from flows.review.clerk.request_form import (
    CHOICES,
    LABELS,
    Checked,
    check,
    proposed,
    shown,
    texts_sent,
    unusual,
)
from flows.review.content.once import SentForm
from flows.review.guarding.access import User, require
from flows.review.guarding.site import site_of

router = APIRouter()

Clerk = Annotated[User, require(Role.INTAKE)]
Texts = Annotated[dict[str, str], Depends(texts_sent)]
Word = Annotated[str, Form(max_length=64, pattern=r"^[A-Za-z0-9_-]{16,64}$")]
Mark = Annotated[str, Form(max_length=10)]


@router.get("/intake")
def form_page(request: Request, _: Clerk) -> Response:
    """Return the empty form."""
    now = site_of(request).desk.clock().astimezone(JAPAN)
    return _form(request, Checked({"received_at": f"{now:%Y-%m-%dT%H:%M}"}, None))


@router.post("/intake/back")
def back(request: Request, _: Clerk, texts: Texts) -> Response:
    """Return the form as it was filled in."""
    return _form(request, Checked(texts, None))


@router.post("/intake/check")
def summary_page(request: Request, _: Clerk, texts: Texts) -> Response:
    """Return the summary with readings to check, or the form with its mistakes."""
    site = site_of(request)
    given = proposed(texts, site.readings)
    checked = check({**texts, **given}, site.desk.clock())
    if checked.new is None:
        return _form(request, Checked(texts, None, checked.faults))
    return _summary(request, checked, given, secrets.token_urlsafe(16))


@router.post("/intake")
def receive(request: Request, user: Clerk, texts: Texts, form: Word, read: Mark = "") -> Response:
    """Take the request in, and go on to its page; a form that is sent twice is taken in once."""
    site = site_of(request)
    checked = check(texts, site.desk.clock())
    new = checked.new
    if new is None:
        return _form(request, checked)
    if not read and any(text for key, text in texts.items() if key.endswith("kana")):
        return _summary(request, checked, {}, form, status=422)

    def made() -> str:
        return requests.receive(site.desk, user.acting(Role.INTAKE), new).number

    number = site.once.of(SentForm(user.session_id, form), made)
    return RedirectResponse(f"/requests/{number}", 303)


def _form(request: Request, checked: Checked) -> Response:
    values = {
        "texts": checked.texts,
        "faults": checked.faults,
        "labels": LABELS,
        "choices": CHOICES,
        "action": "/intake/check",
    }
    return site_of(request).render(request, "intake.html", values, status=422 if checked.faults else 200)


def _summary(
    request: Request, checked: Checked, given: Mapping[str, str], form: str, *, status: int = 200
) -> Response:
    values: dict[str, Any] = {
        "texts": checked.texts,
        "rows": shown(checked.texts),
        "proposed": given,
        "unusual": unusual(checked.texts, site_of(request).readings),
        "form": form,
        "action": "/intake",
        "unread": status != 200,
    }
    return site_of(request).render(request, "intake_check.html", values, status=status)
