"""The call page and what its script reads."""

from __future__ import annotations

import base64
import contextlib
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

from flows.desk.chain import Subject
from flows.desk.errors import NotFoundError
from flows.desk.presence import close_call, open_call, opened_by
from flows.desk.review_queue import SHOWN, queued
from flows.desk.reviews import load_review
from flows.desk.values import Role
from flows.review import document
from flows.review.access import User, require
from flows.review.document import OpenedCall
from flows.review.site import Site, site_of
from pipeline.errors import PipelineError

__all__ = ["CallId", "Reviewer", "open_whole", "router"]

router = APIRouter()

Reviewer = Annotated[User, require(Role.ANALYST, Role.APPROVER)]
CallId = Annotated[str, Path(pattern=r"^[a-z0-9]{1,40}$")]


def open_whole(site: Site, user: User, call_id: str) -> OpenedCall:
    """A call with its words and its sound.

    Raises:
        NotFoundError: when there is no such call, or nothing to look at yet.
    """
    shown = queued(site.desk, call_id)
    if shown is None or shown.state not in SHOWN:
        msg = "その番号の通話はありません"
        raise NotFoundError(msg)
    review = load_review(site.desk, call_id)
    plan = review.stored.plan
    words = site.library.get(user.actor, call_id, plan.transcript_sha256)
    sound = site.shelf.get(user.actor, call_id, plan.audio_sha256)
    return OpenedCall(shown, review, words, sound)


@router.get("/calls/{call_id}")
def call_page(request: Request, user: Reviewer, call_id: CallId) -> Response:
    """The page; its script asks for the rest."""
    site = site_of(request)
    shown = queued(site.desk, call_id)
    if shown is None or shown.state not in SHOWN:
        msg = "その番号の通話はありません"
        raise NotFoundError(msg)
    open_call(site.desk, user.session_id, user.name, call_id)
    values = {"call": document.head(shown, load_review(site.desk, call_id))}
    page = site.render(request, "call.html", values)
    # While the browser reads the page, what its script will ask for is made ready.
    page.background = BackgroundTask(_prepare, site, user, call_id)
    return page


def _prepare(site: Site, user: User, call_id: str) -> None:
    # Whatever is wrong is told when it is asked for.
    with contextlib.suppress(PipelineError):
        opened = open_whole(site, user, call_id)
        document.findings(opened)


@router.get("/api/calls/{call_id}")
def call_whole(request: Request, user: Reviewer, call_id: CallId) -> Response:
    """Everything about the call; that somebody read it goes on record."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    call = opened.review.call
    with site.desk.change(user.actor) as change:
        detail: dict[str, str | int] = {"revision": opened.review.stored.revision}
        change.record("call.view", Subject(call.request_id, call.call_id), detail)
    return JSONResponse(document.whole(site, user, opened))


@router.get("/api/calls/{call_id}/state")
def call_state(request: Request, user: Reviewer, call_id: CallId) -> Response:
    """What changes while people decide."""
    site = site_of(request)
    return JSONResponse(document.state(site, user, open_whole(site, user, call_id)))


@router.get("/api/calls/{call_id}/peaks")
def call_peaks(
    request: Request, user: Reviewer, call_id: CallId, per_second: Annotated[int, Query(ge=1, le=100)] = 20
) -> Response:
    """The waveform, a byte for each stretch."""
    sound = open_whole(site_of(request), user, call_id).sound
    channels = [base64.b64encode(each).decode() for each in sound.peaks(per_second)]
    return JSONResponse({"per_second": per_second, "channels": channels})


@router.post("/api/calls/{call_id}/open")
def call_open(request: Request, user: Reviewer, call_id: CallId) -> dict[str, Any]:
    """The page is open, or still is."""
    site = site_of(request)
    review = load_review(site.desk, call_id)
    open_call(site.desk, user.session_id, user.name, call_id)
    return {
        "open_by": opened_by(site.desk, call_id, user.name).get(call_id, ()),
        "count": review.count,
        "revision": review.stored.revision,
        "state": review.call.state.value,
        "complete": review.complete,
    }


@router.post("/api/calls/{call_id}/close")
def call_close(request: Request, user: Reviewer, call_id: CallId) -> dict[str, Any]:
    """The page is open no longer."""
    close_call(site_of(request).desk, user.session_id, call_id)
    return {}
