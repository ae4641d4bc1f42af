"""Routes for amending a request before its answer: the form, a summary of the changes, the amendment."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field

from flows.desk.cases.amendments import NewAmendment, amend, amendments, needs_check
from flows.desk.cases.identity import identity_checks
from flows.desk.cases.requests import get
from flows.desk.integrity.chain import Subject
from flows.desk.kinds.states import Step, check_open
from flows.desk.kinds.values import IdentityCheck, IdentityMethod, NewRequest, Role
from flows.review.clerk.request_form import (
    CHOICES,
    LABELS,
    Checked,
    check,
    proposed,
    texts_of,
    texts_sent,
    unusual,
)
from flows.review.clerk.request_page import Number, back_to
from flows.review.clerk.steps import checked_at
from flows.review.guarding.access import User, require
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import Site, site_of

router = APIRouter()

Clerk = Annotated[User, require(Role.INTAKE)]
Texts = Annotated[dict[str, str], Depends(texts_sent)]
Seen = Annotated[int, Form(ge=0, le=9999)]

OF_CALLS = frozenset({"name", "kana", "phone", "address", "address_kana"})
"""Fields that determine the masks."""


class GivenReason(BaseModel):
    """Reason of an amendment, number of amendments seen so far, and the new check of a new name."""

    seen: Annotated[int, Field(ge=0, le=9999)]
    reason: Annotated[str, Field(max_length=1000)] = ""
    method: IdentityMethod | None = None
    at: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, Field(max_length=1000)] = ""


@router.get("/requests/{number}/amend")
def form_page(request: Request, user: Clerk, number: Number) -> Response:
    """Return the form with the request's present content; the audit log records the view."""
    desk = site_of(request).desk
    asked = get(desk, number)
    check_open(asked.state, Step.AMEND, number)
    with desk.change(user.acting(Role.INTAKE)) as change:
        change.record("request.show", Subject(asked.request_id))
    return _form(request, number, Checked(texts_of(asked.content), None), len(amendments(desk, number)))


@router.post("/requests/{number}/amend/back")
def back(request: Request, _: Clerk, number: Number, texts: Texts, seen: Seen) -> Response:
    """Return the form as it was filled in."""
    return _form(request, number, Checked(texts, None), seen)


@router.post("/requests/{number}/amend/check")
def summary_page(request: Request, _: Clerk, number: Number, texts: Texts, seen: Seen) -> Response:
    """Return a summary of the changes and their consequences, or the form with its mistakes."""
    site = site_of(request)
    before = get(site.desk, number).content
    given = proposed(texts, site.readings)
    checked = _checked(site, {**texts, **given}, before)
    if checked.new is None:
        return _form(request, number, Checked(texts, None, checked.faults), seen)
    old = texts_of(before)
    rows = [(key, LABELS[key], old[key], text) for key, text in checked.texts.items() if text != old[key]]
    keys = {key for key, *_ in rows}
    values: dict[str, Any] = {
        "number": number,
        "texts": checked.texts,
        "rows": rows,
        "proposed": given,
        "unusual": unusual(checked.texts, site.readings),
        "seen": seen,
        "masked_again": bool(keys & OF_CALLS) and bool(get(site.desk, number).calls),
        "check": needs_check(before, checked.new) and bool(identity_checks(site.desk, number)),
        "methods": [(method.value, method.label) for method in IdentityMethod],
    }
    return site.render(request, "amend_check.html", values)


@router.post("/requests/{number}/amend")
def amend_now(
    request: Request, user: Clerk, number: Number, texts: Texts, given: Annotated[GivenReason, Form()]
) -> Response:
    """Amend the request, and go back to its page."""
    site = site_of(request)
    checked = _checked(site, texts, get(site.desk, number).content)
    if checked.new is None:
        return _form(request, number, checked, given.seen)
    made = None
    if given.method is not None:
        made = IdentityCheck(
            given.method, checked_at(site, given.at) or site.desk.clock(), given.note.strip()
        )
    if not given.reason.strip():
        raise RefusedError(422, "bad_request", "何も書かれていません")
    amendment = NewAmendment(checked.new, given.reason.strip(), given.seen, made)
    amend(site.desk, user.acting(Role.INTAKE), number, amendment)
    return back_to(number)


def _checked(site: Site, texts: dict[str, str], before: NewRequest) -> Checked:
    """Look the form through; a time of receipt that was left as it is keeps its seconds."""
    checked = check(texts, site.desk.clock())
    same = texts.get("received_at") == texts_of(before)["received_at"]
    if checked.new is None or not same:
        return checked
    return replace(checked, new=replace(checked.new, received_at=before.received_at))


def _form(request: Request, number: str, checked: Checked, seen: int) -> Response:
    values = {
        "number": number,
        "texts": checked.texts,
        "faults": checked.faults,
        "labels": LABELS,
        "choices": CHOICES,
        "seen": seen,
    }
    return site_of(request).render(request, "amend.html", values, status=422 if checked.faults else 200)
