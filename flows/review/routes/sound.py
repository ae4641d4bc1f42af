"""Routes for sound: the page requests an address, which plays the sound; the audit log records originals.

``flows.review.content.addresses`` defines the addresses.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, FiniteFloat, TypeAdapter

from flows.desk.work.decisions import folded, made_on
from flows.desk.work.plans import get_plan, reviewed
from flows.review.content.addresses import ADDRESS_SECONDS, Addresses
from flows.review.content.sound import View
from flows.review.guarding.access import User
from flows.review.guarding.site import Site, site_of
from flows.review.routes.alike import alike_places
from flows.review.routes.call import CallId, Reviewer, open_whole
from flows.review.routes.decide import Given, ItemId
from pipeline.audio.recording import to_samples
from pipeline.errors import ReviewRuleError
from pipeline.types import CharSpan, TimeSpan

router = APIRouter()

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class GivenPlay(Given):
    """A request to play a stretch."""

    what: Literal["original", "masked"]
    start: Annotated[FiniteFloat, Field(ge=0)] | None = None
    end: Annotated[FiniteFloat, Field(ge=0)] | None = None


class GivenPlace(Given):
    """The place to compare with: an item, a stretch of time or a stretch of text."""

    item_id: ItemId | None = None
    start: Annotated[FiniteFloat, Field(ge=0)] | None = None
    end: Annotated[FiniteFloat, Field(ge=0)] | None = None
    channel: Annotated[int, Field(ge=0, le=1)] = 0
    start_char: Annotated[int, Field(ge=0)] | None = None
    end_char: Annotated[int, Field(ge=0)] | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """The content of an address.

    Attributes:
        session_id: Id of the session that may use it.
        what: ``original`` or ``masked``.
        first: Index of the first sample.
        last: Index behind the last sample.
        revision: Revision of the plan.
        decisions: Number of decisions folded into it.
        until: Time of expiry, in seconds since 1970.
        salt: Random value that makes every address different.
    """

    session_id: str
    call_id: str
    what: Literal["original", "masked"]
    first: int
    last: int
    revision: int
    decisions: int
    until: float
    salt: str


ADDRESSES = Addresses(TypeAdapter(Grant), "audio-token")


@router.post("/api/calls/{call_id}/play")
def play(request: Request, user: Reviewer, call_id: CallId, given: GivenPlay) -> dict[str, Any]:
    """Return an address for playing; for an original, the audit log records it first."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    sketch, review = opened.sketch, opened.review
    start = min(given.start or 0.0, sketch.duration)
    end = sketch.duration if given.end is None else min(given.end, sketch.duration)
    if start >= end:
        msg = "聞く区間が通話の中にありません"
        raise ReviewRuleError(msg)
    first, last = to_samples(TimeSpan(start, end), sketch.rate, sketch.length)
    # Checked before it is recorded: sound that cannot be played was not heard.
    site.shelf.get(user.actor, call_id, review.stored.plan.audio_sha256)
    if given.what == "original":
        with site.desk.change(user.actor) as change:
            subject = change.file(review.call.request_id, call_id, review.call.sha256)
            stretch: dict[str, str | int] = {"from_ms": round(start * 1000), "to_ms": round(end * 1000)}
            change.record("call.listen", subject, stretch)
    until = site.desk.clock().timestamp() + ADDRESS_SECONDS
    grant = Grant(
        user.session_id, call_id, given.what, first, last, review.stored.revision, review.count, until,
        secrets.token_hex(8),
    )  # fmt: skip
    return {
        "url": f"/audio/{ADDRESSES.sealed(site.desk, grant)}",
        "start": first / sketch.rate,
        "end": last / sketch.rate,
        "expires_in": ADDRESS_SECONDS,
        "count": review.count,
    }


@router.get("/audio/{token}")
def audio(
    request: Request, user: Reviewer, token: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{40,1500}$")]
) -> Response:
    """Return the sound, as a whole or the requested range."""
    site = site_of(request)
    grant = ADDRESSES.opened(site.desk, user.session_id, token)
    return played(request, _view(site, user, grant))


def played(request: Request, view: View) -> Response:
    """Return the answer that plays some sound: all of it, or the requested range of bytes."""
    start, stop, status = _part(request.headers.get("range", ""), view.size)
    headers = {"accept-ranges": "bytes", "content-type": "audio/wav"}
    if status == 416:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{view.size}"})
    if status == 206:
        headers["content-range"] = f"bytes {start}-{stop - 1}/{view.size}"
    headers["content-length"] = str(stop - start)
    return StreamingResponse(view.read(start, stop), status, headers)


def _view(site: Site, user: User, grant: Grant) -> View:
    stored = get_plan(site.desk, grant.call_id, grant.revision)
    sound = site.shelf.get(user.actor, grant.call_id, stored.plan.audio_sha256)
    if grant.what == "original":
        return View(sound.recording, grant.first, grant.last)
    _, _, everything = reviewed(site.desk, grant.call_id)
    made = made_on(everything[: grant.decisions], grant.revision)
    return View(sound.recording, grant.first, grant.last, folded(stored.plan, made))


def _part(wanted: str, size: int) -> tuple[int, int, int]:
    """Return the range of bytes and the status; several or unknown ranges give the whole file."""
    match = RANGE.fullmatch(wanted.strip().replace(" ", ""))
    if match is None or match[1] == match[2] == "":
        return 0, size, 200
    if match[1] == "":
        start, stop = max(0, size - int(match[2])), size
    else:
        start, stop = int(match[1]), size if match[2] == "" else min(size, int(match[2]) + 1)
    return (start, stop, 206) if start < stop else (0, 0, 416)


@router.post("/api/calls/{call_id}/similar")
def similar(request: Request, user: Reviewer, call_id: CallId, given: GivenPlace) -> dict[str, Any]:
    """Return all places in the call with the same sound."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    sound = site.shelf.get(user.actor, call_id, opened.review.stored.plan.audio_sha256)
    if given.item_id is not None:
        item = next((i for i in opened.draft.items if i.item_id == given.item_id), None)
        if item is None:
            msg = "その箇所はありません"
            raise ReviewRuleError(msg)
        return alike_places(opened, sound.recording, item.chars)
    if given.start_char is not None and given.end_char is not None and given.start_char <= given.end_char:
        return alike_places(opened, sound.recording, CharSpan(given.start_char, given.end_char))
    if given.start is not None and given.end is not None and given.start < given.end:
        time = TimeSpan(given.start, given.end)
        return alike_places(opened, sound.recording, opened.words.chars_in(time, (given.channel,)))
    msg = "探す区間が正しくありません"
    raise ReviewRuleError(msg)
