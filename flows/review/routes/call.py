"""Routes of the call page and of the data that its script reads."""

from __future__ import annotations

import base64
import contextlib
import enum
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Path, Request, Response
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

from flows.desk.cases.calls import case_of
from flows.desk.integrity.chain import Subject
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.values import Role
from flows.desk.people.presence import close_call, open_call, opened_by
from flows.desk.work.review_queue import SHOWN, QueuedCall, queued
from flows.desk.work.reviews import load_review
from flows.review.guarding.access import User, require
from flows.review.guarding.site import Site, site_of
from flows.review.routes import document
from flows.review.routes.document import OpenedCall
from pipeline.errors import PipelineError
from pipeline.masking.sketch import PEAKS_PER_SECOND, coarser

router = APIRouter()

Reviewer = Annotated[User, require(Role.ANALYST, Role.APPROVER)]
CallId = Annotated[str, Path(pattern=r"^[a-z0-9]{1,40}$")]


class Fineness(enum.IntEnum):
    """Peaks of a waveform per second."""

    HOURS = 20
    MINUTES = 50
    ALL = PEAKS_PER_SECOND


def _shown(site: Site, call_id: str) -> QueuedCall:
    """Return a call that has a plan.

    Raises:
        NotFoundError: when there is no such call, or it has no plan yet.
    """
    found = queued(site.desk, call_id)
    if found is None or found.state not in SHOWN:
        msg = "その番号の通話はありません"
        raise NotFoundError(msg)
    return found


def open_whole(site: Site, user: User, call_id: str) -> OpenedCall:
    """Open a call with its words and its waveform; the sound is opened only when it is played.

    Raises:
        NotFoundError: when there is no such call, or it has no plan yet.
    """
    # First: a check that ends meanwhile would leave a call that is neither checked nor complete.
    check = site.completing.running(call_id)
    shown = _shown(site, call_id)
    review = load_review(site.desk, call_id)
    plan = review.stored.plan
    recognised = site.library.get(user.actor, call_id, plan.transcript_sha256)
    now, words = recognised.written(review.wording)
    sketch = site.sketches.get(user.actor, call_id, plan.audio_sha256)
    case, draft = case_of(site.desk, call_id).case, now.plan(review.draft)
    return OpenedCall(shown, review, recognised.transcript, now, words, draft, sketch, case, check)


@router.get("/calls/{call_id}")
def call_page(request: Request, user: Reviewer, call_id: CallId) -> Response:
    """Return the page; its script requests the rest."""
    site = site_of(request)
    shown = _shown(site, call_id)
    open_call(site.desk, user.session_id, user.name, call_id)
    values = {"call": document.head(shown, load_review(site.desk, call_id))}
    page = site.render(request, "call.html", values)
    # Prepare the data of the script's requests while the browser reads the page.
    page.background = BackgroundTask(_prepare, site, user, call_id)
    return page


def _prepare(site: Site, user: User, call_id: str) -> None:
    # An error is reported when the script requests the data.
    with contextlib.suppress(PipelineError):
        opened = open_whole(site, user, call_id)
        document.findings(opened)


@router.get("/api/calls/{call_id}")
def call_whole(request: Request, user: Reviewer, call_id: CallId) -> Response:
    """Return everything about the call; the audit log records that it was read."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    call = opened.review.call
    with site.desk.change(user.actor) as change:
        detail: dict[str, str | int] = {"revision": opened.review.stored.revision}
        change.record("call.view", Subject(call.request_id, call.call_id), detail)
    return JSONResponse(document.whole(site, user, opened))


@router.get("/api/calls/{call_id}/state")
def call_state(request: Request, user: Reviewer, call_id: CallId, wording: int | None = None) -> Response:
    """Return the part that changes while people decide, with the text where the page has another version."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    lines_too = wording is not None and wording != opened.wording
    return JSONResponse(document.state(site, user, opened, lines_too=lines_too))


@router.get("/api/calls/{call_id}/peaks")
def call_peaks(
    request: Request, user: Reviewer, call_id: CallId, per_second: Fineness = Fineness.HOURS
) -> Response:
    """Return the waveform, one byte for each stretch of time."""
    site = site_of(request)
    _shown(site, call_id)
    plan = load_review(site.desk, call_id).stored.plan
    sketch = site.sketches.get(user.actor, call_id, plan.audio_sha256)
    together = PEAKS_PER_SECOND // per_second
    channels = [base64.b64encode(coarser(each, together)).decode() for each in sketch.peaks]
    return JSONResponse({"per_second": per_second, "channels": channels})


@router.post("/api/calls/{call_id}/open")
def call_open(request: Request, user: Reviewer, call_id: CallId, later: BackgroundTasks) -> dict[str, Any]:
    """Record that the page is open, and return who else has it open."""
    site = site_of(request)
    review = load_review(site.desk, call_id)
    open_call(site.desk, user.session_id, user.name, call_id)
    later.add_task(_prepare_more, site, user, call_id)
    return {
        "open_by": opened_by(site.desk, call_id, user.name).get(call_id, ()),
        "count": review.count,
        "revision": review.stored.revision,
        "state": review.call.state.value,
        "complete": review.complete,
    }


def _prepare_more(site: Site, user: User, call_id: str) -> None:
    """Prepare the first play and the first search in the background."""
    with contextlib.suppress(PipelineError):
        opened = open_whole(site, user, call_id)
        site.shelf.get(user.actor, call_id, opened.review.stored.plan.audio_sha256)
        opened.words.read()


@router.post("/api/calls/{call_id}/close")
def call_close(request: Request, user: Reviewer, call_id: CallId) -> dict[str, Any]:
    """Record that the page was closed."""
    close_call(site_of(request).desk, user.session_id, call_id)
    return {}
