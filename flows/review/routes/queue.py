"""Routes of the queue: the waiting calls, who has them open, and how much listening they need."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from flows.desk.breaches.clocks import open_clocks
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Role
from flows.desk.people.presence import opened_by
from flows.desk.work.first_steps import first_steps_left
from flows.desk.work.review_queue import SHOWN, QueuedCall, list_queue
from flows.desk.work.reviews import Review, load_review
from flows.review.guarding.access import User, require
from flows.review.guarding.site import Site, site_of
from pipeline.played import Shown, listening_seconds
from pipeline.reviewing.decisions import ReviewKind
from pipeline.reviewing.questions import question_ids

router = APIRouter()

MAX_COUNTED_CALLS = 5000
"""Number of calls whose counts are cached."""

SOON_DAYS = 1
"""Days left of a call that is work until tomorrow morning."""

Looker = Annotated[User, require(Role.ANALYST, Role.APPROVER, Role.ADMIN)]
StateName = Annotated[str, Query(max_length=20)]
Name = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Counts of a call from its plan and decisions; ``pipeline.played`` defines the seconds to hear."""

    undecided: int
    questions: int
    listen_seconds: float
    reviewers: tuple[str, ...] = field(repr=False)
    complete: bool


@dataclass(frozen=True, slots=True)
class _Work:
    """Tasks of one person.

    Attributes:
        soon: Calls to decide until tomorrow morning.
        later: The others.
        minutes: Listening that each of the two needs.
        approvals: Calls to approve.
        next_call: Id of the first of these calls that nobody has open; empty where there is none.
    """

    soon: int
    later: int
    minutes: tuple[int, int]
    approvals: int
    next_call: str


class _Filters(NamedTuple):
    """Filters of the queue; an empty text means any."""

    state: str
    number: str
    reviewer: str


EVERYTHING = _Filters("", "", "")
"""No filter."""


def _filters(
    state: StateName = "", number: Annotated[str, Query(alias="request")] = "", reviewer: Name = ""
) -> _Filters:
    """Return the filters of a request for the queue."""
    return _Filters(state, number[:40], reviewer)


Wanted = Annotated[_Filters, Depends(_filters)]


@router.get("/calls")
def queue_page(
    request: Request,
    user: Looker,
    wanted: Wanted,
) -> Response:
    """Return the queue as a page."""
    rows, reviewers = _rows(site_of(request), wanted)
    values = {
        "rows": rows,
        "work": _work(site_of(request), user),
        "filters": {"state": wanted.state, "request": wanted.number, "reviewer": wanted.reviewer},
        "states": [(each.value, each.label) for each in SHOWN],
        "reviewers": reviewers,
        "breach_clocks": open_clocks(site_of(request).desk),
        "first_steps": () if rows or any(wanted) else first_steps_left(site_of(request).desk),
    }
    return site_of(request).render(request, "queue.html", values)


@router.get("/api/calls")
def queue_rows(
    request: Request,
    user: Looker,
    wanted: Wanted,
) -> dict[str, Any]:
    """Return the queue as JSON for the script, with the person's next call."""
    site = site_of(request)
    return {"rows": _rows(site, wanted)[0], "next": _work(site, user).next_call}


def _work(site: Site, user: User) -> _Work:
    """Return a person's tasks: an analyst decides, an approver approves others' decisions."""
    decide, approve = [], []
    for row in _rows(site, EVERYTHING)[0]:
        mine = user.name in row["reviewers"] and not site.settings.review_one_person
        if row["state"] != State.IN_REVIEW.value:
            continue
        if Role.ANALYST in user.roles and not row["complete"]:
            decide.append(row)
        elif Role.APPROVER in user.roles and row["complete"] and not mine:
            approve.append(row)
    parts: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for row in decide:
        parts[row["days_left"] is None or row["days_left"] > SOON_DAYS].append(row)
    free = [
        row
        for row in sorted([*decide, *approve], key=lambda each: (each["due_on"], each["request"]))
        if not set(row["open_by"]) - {user.name}
    ]
    soon, later = (math.ceil(sum(row["listen_seconds"] for row in part) / 60) for part in parts)
    next_call = free[0]["call_id"] if free else ""
    return _Work(len(parts[0]), len(parts[1]), (soon, later), len(approve), next_call)


def _rows(site: Site, wanted: _Filters) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows, and everybody who has decided on one of the calls."""
    reviewer = wanted.reviewer
    known = State(wanted.state) if wanted.state in {each.value for each in SHOWN} else None
    open_by = opened_by(site.desk)
    shown, names = [], set()
    for queued in list_queue(site.desk, known, wanted.number):
        counted = _counted(site, queued)
        names |= set(counted.reviewers)
        if reviewer and reviewer not in counted.reviewers:
            continue
        shown.append(
            {
                "call_id": queued.call_id,
                "request": queued.number,
                "state": queued.state.value,
                "state_label": queued.state.label,
                "due_on": queued.due_on.isoformat(),
                "days_left": queued.days_left,
                "seconds": queued.seconds,
                "findings": queued.findings,
                "to_review": queued.to_review,
                "undecided": counted.undecided,
                "questions": counted.questions,
                "listen_seconds": counted.listen_seconds,
                "reviewers": list(counted.reviewers),
                "open_by": list(open_by.get(queued.call_id, ())),
                "complete": counted.complete,
            }
        )
    return shown, sorted(names)


def _counted(site: Site, queued: QueuedCall) -> _Counted:
    key = (queued.call_id, queued.revision, queued.decisions)
    known = site.counted.get(key)
    if not isinstance(known, _Counted):
        if len(site.counted) >= MAX_COUNTED_CALLS:
            site.counted.clear()
        known = site.counted[key] = _count(load_review(site.desk, queued.call_id), queued.seconds or math.inf)
    return known


def _count(review: Review, seconds: float) -> _Counted:
    doubtful = [item for item in review.draft.items if item.needs_review]
    # The text is not opened: findings that read alike count as two questions here.
    asked = question_ids(doubtful, lambda _: None)
    shown = (Shown(item.time, item.channels, *asked[item.item_id]) for item in doubtful)
    steps = {ReviewKind.COMPLETE.value, ReviewKind.REOPEN.value}
    names = {each.reviewer for each in review.everything if each.action not in steps}
    questions = len({place.question for place in asked.values() if not place.beside})
    listened = round(listening_seconds(shown, seconds), 1)
    return _Counted(len(doubtful), questions, listened, tuple(sorted(names)), review.complete)
