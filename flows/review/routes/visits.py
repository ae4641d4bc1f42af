"""Routes for visits: the page on which the requester listens in person, and its sound.

An address of sound is a sealed note, as in ``sound``; in addition, each answer checks at the desk that the
visit is going on.  No answer may be cached, and nothing is played before the audit log has recorded it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, FiniteFloat, TypeAdapter

from flows.desk.answers.releases import Release, releases
from flows.desk.answers.visits import begin_visit, end_visit, grant_play, record_played, visits
from flows.desk.cases.calls import get_call
from flows.desk.cases.catalogue import get_recording
from flows.desk.cases.numbers import REQUEST_NUMBER
from flows.desk.cases.requests import get
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.passage_text import format_passage
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN, Role
from flows.desk.kinds.ways import PlayedFrom, Visit, VisitSession, Way
from flows.review.content.addresses import ADDRESS_SECONDS, Addresses
from flows.review.content.sound import View
from flows.review.guarding.access import User, require
from flows.review.guarding.site import site_of
from flows.review.routes.decide import Given
from flows.review.routes.sound import played

router = APIRouter()

Approver = Annotated[User, require(Role.APPROVER)]
Number = Annotated[str, Path(pattern=f"^{REQUEST_NUMBER}$")]
Second = Annotated[FiniteFloat, Field(ge=0, le=360_000)]

CallIdText = Annotated[str, Field(pattern=r"^[a-z0-9]{1,40}$")]


class GivenStart(Given):
    """A request to play a call from a second on."""

    call_id: CallIdText
    start: Second = 0.0


class GivenPlayed(Given):
    """Stretches of a call that the page played."""

    call_id: CallIdText
    stretches: Annotated[
        list[Annotated[list[Second], Field(min_length=2, max_length=2)]], Field(min_length=1, max_length=200)
    ]


@dataclass(frozen=True, slots=True)
class Grant:
    """The content of an address: which call a session may play, and until when."""

    number: str
    session_id: str
    call_id: str
    until: float
    salt: str


ADDRESSES = Addresses(TypeAdapter(Grant), "visit-token")


@router.get("/ledger/{number}/visit")
def visit_page(request: Request, user: Approver, number: Number) -> Response:
    """Return the page of the visit: a form to begin one, or the player while it lasts."""
    site = site_of(request)
    desk, asked = site.desk, get(site.desk, number)
    answers = releases(desk, number)
    last = answers[-1] if answers else None
    in_person = last is not None and last.manner.way is Way.IN_PERSON and asked.state is State.RELEASED
    if last is None or not in_person:
        msg = "対面で聞かせる開示をした請求ではありません"
        raise NotFoundError(msg)
    all_visits = visits(desk, number)
    lasting = [each for each in all_visits if each.lasts(desk.clock())]
    values: dict[str, Any] = {
        "number": number,
        "visit": lasting[-1] if lasting else None,
        "mine": bool(lasting) and lasting[-1].session_id == user.session_id,
        "until": f"{lasting[-1].until.astimezone(JAPAN):%H:%M}" if lasting else "",
        "calls": _calls(desk, last),
        "visits": [_told(each, last) for each in all_visits],
    }
    return site.render(request, "visit.html", values)


@router.post("/ledger/{number}/visit")
def begin(
    request: Request, user: Approver, number: Number, present: Annotated[str, Form(max_length=300)]
) -> Response:
    """Begin a visit; only this session can play it."""
    begin_visit(site_of(request).desk, user.acting(Role.APPROVER), number, present, user.session_id)
    return RedirectResponse(f"/ledger/{number}/visit", 303)


@router.post("/ledger/{number}/visit/end")
def end(request: Request, user: Approver, number: Number) -> Response:
    """End the visit, and with it every address of its sound."""
    site = site_of(request)
    end_visit(site.desk, user.acting(Role.APPROVER), number)
    site.visits.drop(number)
    return RedirectResponse(f"/ledger/{number}/visit", 303)


@router.post("/api/visits/{number}/play")
def play(request: Request, user: Approver, number: Number, given: GivenStart) -> dict[str, Any]:
    """Return an address for playing a call; the audit log records it first."""
    site, actor = site_of(request), user.acting(Role.APPROVER)
    who = VisitSession(number, user.session_id)
    # Checked before it is recorded: sound that cannot be played was not heard.
    recording = site.visits.get(actor, who, given.call_id)
    grant_play(site.desk, actor, who, PlayedFrom(given.call_id, min(given.start, recording.duration)))
    until = site.desk.clock().timestamp() + ADDRESS_SECONDS
    grant = Grant(number, user.session_id, given.call_id, until, secrets.token_hex(8))
    return {
        "url": f"/visit-audio/{ADDRESSES.sealed(site.desk, grant)}",
        "seconds": recording.duration,
        "expires_in": ADDRESS_SECONDS,
    }


@router.post("/api/visits/{number}/heard")
def heard(request: Request, user: Approver, number: Number, given: GivenPlayed) -> dict[str, Any]:
    """Record the stretches that the page played, and return the visit's record for the player."""
    site, actor = site_of(request), user.acting(Role.APPROVER)
    who = VisitSession(number, user.session_id)
    recording = site.visits.get(actor, who, given.call_id)
    stretches = [(start, min(end, recording.duration)) for start, end in given.stretches]
    record_played(site.desk, actor, who, given.call_id, stretches)
    last = releases(site.desk, number)[-1]
    return {"played": _told(visits(site.desk, number)[-1], last)["played"]}


@router.get("/visit-audio/{token}")
def visit_audio(
    request: Request, user: Approver, token: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{40,1500}$")]
) -> Response:
    """Return the sound, as a whole or the requested range, while the visit lasts."""
    site = site_of(request)
    grant = ADDRESSES.opened(site.desk, user.session_id, token)
    who = VisitSession(grant.number, user.session_id)
    recording = site.visits.get(user.acting(Role.APPROVER), who, grant.call_id)
    return played(request, View(recording, 0, recording.length))


def _calls(desk: Desk, answer: Release) -> list[dict[str, Any]]:
    """Return the calls that a visit plays."""
    listed = []
    for call in answer.calls:
        if call.played_digest:
            recording = get_recording(desk, get_call(desk, call.call_id).recording_id).content
            started = f"{recording.started_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
            listed.append({"number": call.number, "call_id": call.call_id, "started_at": started})
    return listed


def _told(visit: Visit, answer: Release) -> dict[str, Any]:
    """Return a visit as the page shows it."""
    numbers = {call.call_id: call.number for call in answer.calls}
    end_ = "" if visit.ended_at is None else f"{visit.ended_at.astimezone(JAPAN):%H:%M}"
    return {
        "began": f"{visit.began_at.astimezone(JAPAN):%Y-%m-%d %H:%M}",
        "ended": end_,
        "present": visit.present,
        "by": visit.by,
        "played": [
            (f"{at.astimezone(JAPAN):%H:%M:%S}", f"通話{format_passage(numbers.get(each.call_id, 0), each)}")
            for at, each in visit.played
        ],
    }
