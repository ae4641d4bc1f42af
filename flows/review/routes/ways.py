"""Routes for the way of disclosure: the page on which it is chosen, and a second person's approval."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from flows.desk.answers.ways import approve_way, choose_way, chosen_way
from flows.desk.cases.calls import list_calls
from flows.desk.cases.catalogue import get_recording
from flows.desk.cases.files import list_files, open_stream
from flows.desk.cases.numbers import REQUEST_NUMBER
from flows.desk.cases.requests import get
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.passage_text import format_passage, read_passage, read_passages
from flows.desk.kinds.states import REQUEST_STEPS, State, Step
from flows.desk.kinds.values import JAPAN, Actor, Call, FileKind, Role
from flows.desk.kinds.ways import AS_ASKED, Manner, Passage, Way
from flows.releasing.ledger_table import WANTED
from flows.review.guarding.access import User, require
from flows.review.guarding.site import site_of
from flows.review.routes.document import GROUNDS
from pipeline.audio.spans import merged
from pipeline.masking.passages import masked_transcript
from pipeline.masking.text import SOMEBODY, SPEAKERS, MaskedSegment

router = APIRouter()

Reviewer = Annotated[User, require(Role.ANALYST, Role.APPROVER)]
Approver = Annotated[User, require(Role.APPROVER)]
Number = Annotated[str, Path(pattern=f"^{REQUEST_NUMBER}$")]

AROUND_SECONDS = 0.2
"""Seconds added before and after a chosen line, whose times are those of words and may cut into a sound."""

JOINED_SECONDS = 2.0
"""Greatest pause between lines that form one passage."""


class GivenWay(BaseModel):
    """The fields of the form; a ground counts only where the company withholds the rest.

    Attributes:
        wished: Whether the requester asked for this way.
        times: Passages, one in each line.
        line: Passages, one for each line of the transcript that was chosen.
    """

    way: Way
    wished: bool = False
    ground: Annotated[int, Field(ge=0, le=3)] = 0
    reason: Annotated[str, Field(max_length=1000)] = ""
    times: Annotated[str, Field(max_length=10_000)] = ""
    line: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=1000)] = []


@dataclass(frozen=True, slots=True)
class _Listed:
    """A call of the request, with its number; withdrawn calls have none and are left out."""

    number: int
    call: Call
    seconds: float | None


@router.get("/requests/{number}/way")
def way_page(request: Request, user: Reviewer, number: Number) -> Response:
    """Return the page with the chosen way, its approval, and the masked lines to choose from."""
    site = site_of(request)
    asked, chosen = get(site.desk, number), chosen_way(site.desk, number)
    listed = _listed(site.desk, number)
    manner = AS_ASKED if chosen is None else chosen.manner
    numbers = {each.call.call_id: each.number for each in listed}
    values: dict[str, Any] = {
        "number": number,
        "state_label": asked.state_label,
        "wanted": WANTED[asked.content.wanted],
        "ways": [(way.value, way.label) for way in Way],
        "grounds": list(GROUNDS.items()),
        "chosen": chosen,
        "chosen_at": "" if chosen is None else f"{chosen.at.astimezone(JAPAN):%Y-%m-%d %H:%M}",
        "manner": manner,
        "passages": [format_passage(numbers.get(each.call_id, 0), each) for each in manner.passages],
        "may_choose": (asked.state, Step.WAY) in REQUEST_STEPS,
        "may_approve": chosen is not None and not chosen.settled and user.can["approve"],
        "calls": [_shown(site.desk, user.reviewer, each, manner) for each in listed],
    }
    return site.render(request, "way.html", values)


@router.post("/requests/{number}/way")
def choose(request: Request, user: Reviewer, number: Number, given: Annotated[GivenWay, Form()]) -> Response:
    """Choose a way; passages are chosen by lines, by times, or by both."""
    desk = site_of(request).desk
    listed = _listed(desk, number)
    ids = [each.call.call_id for each in listed]
    passages: tuple[Passage, ...] = ()
    if given.way is Way.PASSAGES:
        lines = _of_lines([read_passage(each, ids) for each in given.line], listed)
        passages = (*lines, *read_passages(given.times, ids))
    own = not given.wished and given.way in {Way.PASSAGES, Way.TEXT}
    ground = given.ground if own else 0
    manner = Manner(given.way, given.wished, ground, passages, given.reason.strip())
    choose_way(desk, user.reviewer, number, manner)
    return _back(number)


@router.post("/requests/{number}/way/approve")
def approve(
    request: Request, user: Approver, number: Number, expected: Annotated[str, Form(max_length=64)]
) -> Response:
    """Approve the way that the page showed."""
    approve_way(site_of(request).desk, user.acting(Role.APPROVER), number, expected)
    return _back(number)


def _back(number: str) -> Response:
    return RedirectResponse(f"/requests/{number}/way", 303)


def _listed(desk: Desk, number: str) -> list[_Listed]:
    order = get(desk, number).calls
    found = {call.call_id: call for call in list_calls(desk, request=number)}
    counted = [found[each] for each in order if found[each].state is not State.WITHDRAWN]
    return [
        _Listed(at, call, get_recording(desk, call.recording_id).content.duration)
        for at, call in enumerate(counted, start=1)
    ]


def _of_lines(chosen: Sequence[Passage], listed: Iterable[_Listed]) -> tuple[Passage, ...]:
    """Return the passages of chosen lines: a little more than each line, close ones joined."""
    passages: list[Passage] = []
    for each in listed:
        end = each.seconds or float("inf")
        spans = [
            (max(0.0, line.start - AROUND_SECONDS), min(end, line.end + AROUND_SECONDS))
            for line in chosen
            if line.call_id == each.call.call_id
        ]
        passages += [Passage(each.call.call_id, *span) for span in merged(spans, JOINED_SECONDS)]
    return tuple(passages)


def _shown(desk: Desk, actor: Actor, listed: _Listed, manner: Manner) -> dict[str, Any]:
    """Return a call with the lines of its newest masked copy."""
    call = listed.call
    withheld = call.state is State.WITHHELD
    files = [] if withheld else list_files(desk, call_id=call.call_id)
    found = [each for each in files if each.kind is FileKind.MASKED_JSON]
    lines: list[dict[str, Any]] = []
    if found:
        with open_stream(desk, actor, found[-1].file_id) as stream:
            whole = masked_transcript(json.loads(stream.read()))
        lines = [_line(listed, each, manner) for each in whole.segments if each.text]
    started = get_recording(desk, call.recording_id).content.started_at
    return {
        "number": listed.number,
        "call_id": call.call_id,
        "state_label": call.state.label,
        "started_at": f"{started.astimezone(JAPAN):%Y-%m-%d %H:%M}",
        "lines": lines,
    }


def _line(listed: _Listed, segment: MaskedSegment, manner: Manner) -> dict[str, Any]:
    time = segment.time
    inside = any(
        each.start <= time.start and time.end <= each.end for each in manner.of_call(listed.call.call_id)
    )
    return {
        "value": format_passage(listed.number, Passage(listed.call.call_id, time.start, time.end)),
        "clock": f"{int(time.start) // 60:02d}:{int(time.start) % 60:02d}",
        "speaker": SPEAKERS.get(segment.speaker or "", SOMEBODY),
        "text": segment.text,
        "chosen": inside,
    }
