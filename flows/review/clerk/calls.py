"""Routes for the calls of a request: recordings found, attached, checked, put back, withheld, taken out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from flows.desk.cases import calls, requests
from flows.desk.cases.catalogue import RecordingQuery, search, search_for
from flows.desk.integrity.chain import Subject
from flows.desk.kinds.values import Role
from flows.masking.mask_case_call import mask_case_call
from flows.review.clerk.request_page import Number, back_to, request_page
from flows.review.content.sound import View
from flows.review.guarding.access import User, require
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import site_of
from flows.review.routes.decide import Given
from flows.runs.inbox import take_from_inbox
from pipeline.audio.recording import read_recording

router = APIRouter()

Clerk = Annotated[User, require(Role.INTAKE)]
CallId = Annotated[str, Path(pattern=r"^[a-z0-9]{1,40}$")]
Ids = Annotated[list[Annotated[str, Form(pattern=r"^[a-z0-9]{1,40}$")]], Form(max_length=1000)]


LISTEN_SECONDS = 10
"""Seconds of a found recording that are heard before it is attached: enough to tell whose call it is."""


class GivenListen(Given):
    """A found recording that is to be heard."""

    recording: Annotated[str, Field(pattern=r"^[a-z0-9]{1,40}$")]


class GivenSearch(BaseModel):
    """Search terms for recordings."""

    customer: Annotated[str, Field(max_length=200)] = ""
    phone: Annotated[str, Field(max_length=200)] = ""
    operator: Annotated[str, Field(max_length=200)] = ""


@router.post("/requests/{number}/search")
def search_of_request(request: Request, user: Clerk, number: Number) -> Response:
    """Return the page with the recordings of the requester's own numbers and account."""
    desk = site_of(request).desk
    asked = requests.get(desk, number)
    found = search_for(desk, asked)
    with desk.change(user.acting(Role.INTAKE)) as change:
        change.record("recordings.search", Subject(asked.request_id), {"found": len(found)})
    return request_page(request, user, number, found)


@router.post("/requests/{number}/look-for")
def search_anything(
    request: Request, user: Clerk, number: Number, given: Annotated[GivenSearch, Form()]
) -> Response:
    """Return the page with the recordings of any customer, number or operator in the requested period."""
    if not (given.customer + given.phone + given.operator).strip():
        raise RefusedError(422, "bad_request", "顧客番号、電話番号、担当者のどれか1つは入力してください")
    desk = site_of(request).desk
    asked = requests.get(desk, number)
    scope = asked.content.scope
    query = RecordingQuery(
        customer_id=given.customer.strip(),
        number=given.phone.strip(),
        operator=given.operator.strip(),
        first=scope.first,
        last=scope.last,
    )
    found = search(desk, query)
    with desk.change(user.acting(Role.INTAKE)) as change:
        change.record("recordings.search", Subject(asked.request_id), {"found": len(found)})
    return request_page(request, user, number, found)


@router.post("/api/requests/{number}/listen")
def listen(request: Request, user: Clerk, number: Number, given: GivenListen) -> Response:
    """Return the first seconds of a recording that may be attached; the audit log records that first."""
    desk = site_of(request).desk
    asked = requests.get(desk, number)
    with calls.open_found(desk, number, given.recording) as path:
        recording = read_recording(path)
        last = min(recording.length, LISTEN_SECONDS * recording.rate)
        with desk.change(user.acting(Role.INTAKE)) as change:
            detail: dict[str, str | int] = {
                "recording": given.recording,
                "to_ms": last * 1000 // recording.rate,
            }
            change.record("recordings.listen", Subject(asked.request_id), detail)
        view = View(recording, 0, last)
        return Response(b"".join(view.read(0, view.size)), media_type="audio/wav")


@router.post("/requests/{number}/attach")
def attach(request: Request, user: Clerk, number: Number, recording: Ids) -> Response:
    """Attach the chosen recordings."""
    desk = site_of(request).desk
    for recording_id in recording:
        calls.attach_call(desk, user.acting(Role.INTAKE), number, recording_id)
    return back_to(number)


@router.post("/requests/{number}/inbox")
def attach_from_inbox(request: Request, user: Clerk, number: Number, file: Ids) -> Response:
    """Take the chosen files out of the inbox and attach them."""
    desk = site_of(request).desk
    for file_id in file:
        take_from_inbox(desk, user.acting(Role.INTAKE), file_id, number)
    return back_to(number)


@router.post("/calls/{call_id}/check")
def check(request: Request, _: Clerk, call_id: CallId) -> Response:
    """Check that the recording is still the attached one, and report the result."""
    site = site_of(request)
    calls.check_unchanged(site.desk, call_id)
    number = requests.get(site.desk, calls.get_call(site.desk, call_id).request_id).number
    values = {
        "title": "録音は加えた時のままです",
        "lines": [f"通話 {call_id}"],
        "back": f"/requests/{number}",
    }
    return site.render(request, "told.html", values)


@router.post("/night")
def mask_now(request: Request, user: Clerk) -> Response:
    """Mask all waiting calls now, in the background."""
    site_of(request).masking.begin(user.acting(Role.INTAKE), mask_case_call)
    return RedirectResponse("/requests", 303)
