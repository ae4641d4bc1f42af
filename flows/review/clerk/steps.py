"""Routes for the steps of a request: identity, clock, fee, notes, hold, and its end without disclosure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from flows.desk.answers.deliveries import record_objection
from flows.desk.cases import requests
from flows.desk.cases.files import set_legal_hold
from flows.desk.kinds.values import Answer, IdentityCheck, IdentityMethod, Role
from flows.intake.fields import moment_of
from flows.review.clerk.request_page import Number, back_to
from flows.review.guarding.access import User, require
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import Site, site_of

__all__ = ["router", "written"]

router = APIRouter()

Clerk = Annotated[User, require(Role.INTAKE)]
Admin = Annotated[User, require(Role.ADMIN)]
Text = Annotated[str, Form(max_length=1000)]


class GivenCheck(BaseModel):
    """The fields of an identity check; an empty time means now."""

    method: IdentityMethod
    at: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, Field(max_length=1000)] = ""


NOTHING_WRITTEN = "何も書かれていません"


def written(text: str) -> str:
    """Return the text that a person entered.

    Raises:
        RefusedError: when it is nothing.
    """
    if not text.strip():
        raise RefusedError(422, "bad_request", NOTHING_WRITTEN)
    return text.strip()


def checked_at(site: Site, at: str) -> datetime:
    """Return when a check was made; an empty text means now.

    Raises:
        RefusedError: when it is no time, or has not come yet.
    """
    now = site.desk.clock()
    moment = moment_of(at) if at else now
    if moment is None or moment > now:
        raise RefusedError(422, "bad_request", "日時の形ではないか、未来の日時です")
    return moment


@router.post("/requests/{number}/identify")
def identify(request: Request, user: Clerk, number: Number, given: Annotated[GivenCheck, Form()]) -> Response:
    """Record an identity check."""
    site = site_of(request)
    check = IdentityCheck(given.method, checked_at(site, given.at), given.note.strip())
    requests.record_identity(site.desk, user.acting(Role.INTAKE), number, check)
    return back_to(number)


@router.post("/requests/{number}/pause")
def pause(request: Request, user: Clerk, number: Number, reason: Text) -> Response:
    """Stop the clock."""
    requests.pause(site_of(request).desk, user.acting(Role.INTAKE), number, written(reason))
    return back_to(number)


@router.post("/requests/{number}/resume")
def resume(request: Request, user: Clerk, number: Number) -> Response:
    """Start the clock again."""
    requests.resume(site_of(request).desk, user.acting(Role.INTAKE), number)
    return back_to(number)


@router.post("/requests/{number}/extend")
def extend(
    request: Request, user: Clerk, number: Number, due: Annotated[date, Form()], reason: Text
) -> Response:
    """Set a later due date, with the reason stated to the requester."""
    requests.extend(site_of(request).desk, user.acting(Role.INTAKE), number, due, written(reason))
    return back_to(number)


@router.post("/requests/{number}/note")
def add_note(request: Request, user: Clerk, number: Number, text: Text) -> Response:
    """Add a note."""
    requests.add_note(site_of(request).desk, user.acting(Role.INTAKE), number, written(text))
    return back_to(number)


@router.post("/requests/{number}/paid")
def paid(request: Request, user: Clerk, number: Number) -> Response:
    """Record that the fee was paid."""
    requests.mark_fee_paid(site_of(request).desk, user.acting(Role.INTAKE), number)
    return back_to(number)


@router.post("/requests/{number}/withdraw")
def withdraw(request: Request, user: Clerk, number: Number, reason: Text) -> Response:
    """Record that the requester withdraws the request."""
    requests.withdraw(site_of(request).desk, user.acting(Role.INTAKE), number, written(reason))
    return back_to(number)


@router.post("/requests/{number}/withhold")
def withhold(
    request: Request, user: Clerk, number: Number, answer: Annotated[Answer, Form()], reason: Text
) -> Response:
    """Decide to disclose nothing of the request; an approver releases the letter."""
    requests.withhold(site_of(request).desk, user.acting(Role.INTAKE), number, written(reason), answer)
    return back_to(number)


@router.post("/requests/{number}/objection")
def objection(request: Request, user: Clerk, number: Number, text: Text) -> Response:
    """Record an objection to the answer, or its outcome."""
    record_objection(site_of(request).desk, user.acting(Role.INTAKE), number, written(text))
    return back_to(number)


@router.post("/requests/{number}/hold")
def hold(request: Request, user: Admin, number: Number, on: Annotated[bool, Form()]) -> Response:
    """Put the request under legal hold, or end it."""
    set_legal_hold(site_of(request).desk, user.acting(Role.ADMIN), number, hold=on)
    return back_to(number)
