"""Routes for decisions: checked, recorded if the page's state was current, answered with the new state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.values import Role
from flows.desk.people.presence import What, add_heard, listened
from flows.desk.work.plans import approve as approve_plan
from flows.desk.work.reviews import load_review, record
from flows.masking.mask_case_call import load_models
from flows.review.content import steps
from flows.review.guarding.access import User, require
from flows.review.guarding.site import Site, site_of
from flows.review.routes import document
from flows.review.routes.call import CallId, Reviewer, open_whole
from flows.review.routes.document import OpenedCall
from pipeline.audio.spans import length, minus, union
from pipeline.errors import ReviewRuleError
from pipeline.masking.text import LABELS
from pipeline.reviewing.decisions import Consent, ReviewDecision, ReviewKind, Stretch
from pipeline.types import CharSpan, MaskAction, Party, TimeSpan

router = APIRouter()

ANSWERED_WITHIN = 2.0
"""Seconds that completing waits for the last check before it leaves it to run behind the page: a short call's
is over by then, and nothing on the way waits so little."""

ItemId = Annotated[str, Field(pattern=r"^[a-z][0-9a-z.]{0,60}$")]
Items = Annotated[list[ItemId], Field(max_length=500)]
Reason = Annotated[str, Field(max_length=2000)]
Count = Annotated[int, Field(ge=0)]
Second = Annotated[FiniteFloat, Field(ge=0, le=360_000)]


class Given(BaseModel):
    """Base of the bodies that the page sends; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class GivenStretch(Given):
    """A stretch to be added."""

    start: Second
    end: Second
    channels: Annotated[list[Annotated[int, Field(ge=0, le=1)]], Field(min_length=1, max_length=2)]
    start_char: int | None = None
    end_char: int | None = None
    entity_type: Annotated[str, Field(max_length=64)]
    party: Annotated[Party, Field(strict=False)]
    ground: int = 1


class GivenConsent(Given):
    """Consent of a third person to the disclosure of their voice."""

    by: Annotated[str, Field(max_length=500)]
    on: Annotated[date, Field(strict=False)]
    how: Annotated[str, Field(max_length=500)]


class GivenDecision(Given):
    """One decision."""

    kind: Literal[
        "mask",
        "keep",
        "party",
        "ground",
        "nudge_start",
        "nudge_end",
        "split",
        "add",
        "same",
        "voice_text",
        "voice_in_person",
    ]
    items: Items = []
    reason: Reason = ""
    party: Annotated[Party, Field(strict=False)] | None = None
    ground: int | None = None
    seconds: FiniteFloat | None = None
    at: Second | None = None
    stretch: GivenStretch | None = None
    consent: GivenConsent | None = None


class GivenDecisions(Given):
    """Decisions that belong together."""

    count: Count
    decisions: Annotated[list[GivenDecision], Field(min_length=1, max_length=200)]


class GivenUndo(Given):
    """A decision to be undone."""

    count: Count
    number: Annotated[int, Field(ge=1)]
    reason: Reason = ""


class GivenConfirmation(Given):
    """The confirmation of a second person."""

    count: Count
    items: Items
    reason: Reason = ""


class GivenCount(Given):
    """The number of decisions that the page knew."""

    count: Count


class GivenApproval(Given):
    """An approval."""

    count: Count
    revision: Annotated[int, Field(ge=1)]
    note: Reason = ""


class GivenReason(Given):
    """A reason."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class GivenHeard(Given):
    """Stretches that were listened to."""

    count: Count
    what: What = "masked"
    stretches: Annotated[
        list[Annotated[list[Second], Field(min_length=2, max_length=2)]], Field(min_length=1, max_length=500)
    ]


@router.post("/api/calls/{call_id}/decisions")
def decide(request: Request, user: Reviewer, call_id: CallId, given: GivenDecisions) -> Response:
    """Record decisions, all of them or none."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)

    _check_alike(opened, given.decisions)

    def new(first: int) -> Sequence[ReviewDecision]:
        return [_decision(n, each, opened) for n, each in enumerate(given.decisions, start=first)]

    return recorded(site, user, opened, given.count, new)


def _check_alike(opened: OpenedCall, given: Sequence[GivenDecision]) -> None:
    """Check that items kept as equal to a registered value sound the same.

    Raises:
        ReviewRuleError: when it does not.
    """
    if not any(each.kind == "same" for each in given):
        return
    groups = document.sound_groups(opened.draft.items, opened.words)
    kept = {item.item_id for item in opened.draft.items if item.action is MaskAction.KEEP}
    for each in given:
        if each.kind == "mask":
            kept -= set(each.items)
        elif each.kind == "keep":
            kept |= set(each.items)
        elif each.kind == "same" and each.items and each.items[0] in kept:
            sound = groups.get(each.items[0], "")
            unlike = tuple(one for one in each.items if not sound or groups.get(one) != sound)
            if unlike:
                msg = "同じ音ではない箇所は、まとめて残せません。一つずつ決めてください"
                raise ReviewRuleError(msg, unlike)


@router.post("/api/calls/{call_id}/undo")
def undo(request: Request, user: Reviewer, call_id: CallId, given: GivenUndo) -> Response:
    """Undo a decision, which may itself be an undo."""
    site = site_of(request)

    def new(first: int) -> Sequence[ReviewDecision]:
        return [bare(first, ReviewKind.UNDO, undoes=given.number, reason=given.reason)]

    return recorded(site, user, open_whole(site, user, call_id), given.count, new, lines_too=True)


@router.post("/api/calls/{call_id}/confirm")
def confirm(request: Request, user: Reviewer, call_id: CallId, given: GivenConfirmation) -> Response:
    """Record a second person's confirmation of a mask on item 2."""
    site = site_of(request)

    def new(first: int) -> Sequence[ReviewDecision]:
        return [bare(first, ReviewKind.CONFIRM, items=tuple(given.items), reason=given.reason)]

    return recorded(site, user, open_whole(site, user, call_id), given.count, new)


@router.post("/api/calls/{call_id}/complete")
def complete(request: Request, user: Reviewer, call_id: CallId, given: GivenCount) -> Response:
    """Complete the review."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    if given.count != opened.review.count:
        return conflict(opened)
    left = document.state(site, user, opened)["left"] if site.settings.review_listen_through else None
    check = site.completing.begin(user.reviewer, opened.review, left, load_models)
    return _checked(site, user, call_id, check, ANSWERED_WITHIN)


@router.get("/api/calls/{call_id}/check")
def check(request: Request, user: Reviewer, call_id: CallId) -> Response:
    """Return the state of a review's completion, or the result of the last one."""
    site = site_of(request)
    return _checked(site, user, call_id, site.completing.of(call_id), 0)


def _checked(site: Site, user: User, call_id: str, check: steps.Check | None, wait: float) -> Response:
    """Answer with the state: 202 while it is checked, afterwards with the result."""
    found: tuple[str, ...] = ()
    try:
        found = check.found.result(wait) if check is not None else ()
    except NotYetError:
        # The page asks again, even if the check has ended in this moment.
        opened = replace(open_whole(site, user, call_id), check=check)
        return JSONResponse(document.state(site, user, opened), 202)
    except ConflictError:
        return conflict(open_whole(site, user, call_id))
    told = document.state(site, user, open_whole(site, user, call_id))
    return JSONResponse({**told, "found": found} if found else told)


@router.post("/api/calls/{call_id}/approve")
def approve(
    request: Request, user: Annotated[User, require(Role.APPROVER)], call_id: CallId, given: GivenApproval
) -> Response:
    """Approve the copy that is to be released."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    if given.count != opened.review.count:
        return conflict(opened)
    try:
        approve_plan(site.desk, user.acting(Role.APPROVER), call_id, given.revision, given.note)
    except ConflictError:
        return conflict(open_whole(site, user, call_id))
    return _state(site, user, call_id)


@router.post("/api/calls/{call_id}/reopen")
def reopen(request: Request, user: Reviewer, call_id: CallId, given: GivenReason) -> Response:
    """Take an approved call back into review."""
    site = site_of(request)
    steps.reopen(site.desk, user.reviewer, load_review(site.desk, call_id), given.reason)
    return _state(site, user, call_id)


@router.post("/api/calls/{call_id}/heard")
def heard(request: Request, user: Reviewer, call_id: CallId, given: GivenHeard) -> dict[str, Any]:
    """Record stretches of the call or of its masked copy that were listened to."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    duration = opened.sketch.duration
    stretches = union((start, min(end, duration)) for start, end in given.stretches)
    if given.count > opened.review.count or not stretches:
        msg = "聞いた区間が正しくありません"
        raise ReviewRuleError(msg)
    copy = (opened.review.stored.revision, given.count)
    add_heard(site.desk, user.reviewer, call_id, copy, stretches, what=given.what)
    told = asdict(listened(site.desk, call_id, copy[0]))
    if given.what == "original":
        return told
    now = document.heard_now(site, opened)
    left = length(minus(((0.0, duration),), union(now, opened.sketch.quiet)))
    return told | {"heard": now, "left": round(left, 3), "all": left < document.NO_LENGTH + 0.01}


# --- shared --------------------------------------------------------------------------------


def recorded(  # noqa: PLR0913 (one of them for decisions that change the text)
    site: Site,
    user: User,
    opened: OpenedCall,
    count: int,
    new: Callable[[int], Sequence[ReviewDecision]],
    *,
    lines_too: bool = False,
) -> Response:
    """Record decisions and answer with the new state.

    Args:
        site: The page.
        user: The person who decides.
        opened: The call.
        count: The number of decisions that the person's page knew.
        new: Returns the decisions for the number of the first one.
        lines_too: Whether the text is in the answer.
    """
    if count != opened.review.count:
        return conflict(opened)
    try:
        record(site.desk, user.reviewer, opened.review, new)
    except ConflictError:
        return conflict(open_whole(site, user, opened.review.call.call_id))
    return _state(site, user, opened.review.call.call_id, lines_too=lines_too)


def _state(site: Site, user: User, call_id: str, *, lines_too: bool = False) -> Response:
    return JSONResponse(document.state(site, user, open_whole(site, user, call_id), lines_too=lines_too))


def conflict(opened: OpenedCall) -> Response:
    """Answer the person who decided second with the decisions of both."""
    review = opened.review
    body = {
        "error": "conflict",
        "message": "ほかの人の決定が先に記録されました。確かめてから、もう一度決めてください",
        "count": review.count,
        "revision": review.stored.revision,
        "decisions": document.decisions(review, opened.recognised),
    }
    return JSONResponse(body, 409)


def bare(number: int, kind: ReviewKind, **more: Any) -> ReviewDecision:
    """Return a decision whose person and time the desk will set."""
    return ReviewDecision(**{"items": (), **more}, number=number, kind=kind, reviewer="", decided_at=_now())


def _now() -> datetime:
    """Return a provisional time; the desk sets the final one."""
    return datetime.now(UTC)


def _decision(number: int, given: GivenDecision, opened: OpenedCall) -> ReviewDecision:
    """Add the server's knowledge to a decision: where a text is split, which words a stretch has."""
    kind, cut = ReviewKind(given.kind), None
    if kind is ReviewKind.SPLIT and given.at is not None and len(given.items) == 1:
        item = next((i for i in opened.draft.items if i.item_id == given.items[0]), None)
        # The page's characters are those of the corrected text; stored are those of the recognised one.
        at = None if item is None else opened.words.cut(item.chars, given.at)
        cut = None if at is None else opened.now.raw(CharSpan(at, at)).start
    return bare(
        number,
        kind,
        items=tuple(given.items),
        reason=given.reason.strip(),
        party=given.party,
        ground=given.ground,
        seconds=given.seconds,
        at=given.at,
        cut=cut,
        stretch=None if given.stretch is None else _stretch(given.stretch, opened),
        consent=None if given.consent is None else _consent(given.consent),
    )


def _consent(given: GivenConsent) -> Consent:
    return Consent(given.by.strip(), given.on, given.how.strip())


def _stretch(given: GivenStretch, opened: OpenedCall) -> Stretch:
    sketch, text = opened.sketch, opened.words.transcript.text
    start, end = given.start, min(given.end, sketch.duration)
    channels = tuple(sorted(set(given.channels)))
    if start >= end or not set(channels) <= set(range(sketch.channels)):
        msg = "加える区間が通話の中にありません"
        raise ReviewRuleError(msg)
    known = {*LABELS, *(item.entity_type for item in opened.draft.items)}
    if given.entity_type not in known:
        msg = "情報の種類が正しくありません"
        raise ReviewRuleError(msg)
    time = TimeSpan(round(start, 4), round(end, 4))
    if given.start_char is None or given.end_char is None:
        chars = opened.words.chars_in(time, channels)
    elif 0 <= given.start_char <= given.end_char <= len(text):
        chars = CharSpan(given.start_char, given.end_char)
    else:
        msg = "加える言葉が通話の中にありません"
        raise ReviewRuleError(msg)
    return Stretch(time, channels, opened.now.raw(chars), given.entity_type, given.party, given.ground)
