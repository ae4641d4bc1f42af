"""Content of the page of a request: its data, its course, its calls, and the possible steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Request, Response
from fastapi.responses import RedirectResponse

from flows.desk.cases.amendments import amendments
from flows.desk.cases.calls import list_calls
from flows.desk.cases.catalogue import get_recording
from flows.desk.cases.identity import identity_checks
from flows.desk.cases.numbers import REQUEST_NUMBER
from flows.desk.cases.requests import get, notes
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds import values as kinds
from flows.desk.kinds.request_words import label_of_note
from flows.desk.kinds.states import CALL_STEPS, CLOSED, REQUEST_STEPS, State, Step
from flows.desk.kinds.values import JAPAN, Call, FoundRecording, IdentityMethod, Role
from flows.desk.work.holding import claim_text
from flows.review.clerk.request_form import LABELS, shown, texts_of
from flows.review.guarding.access import User
from flows.review.guarding.site import site_of
from flows.review.routes.document import GROUNDS
from flows.runs.inbox import list_inbox

Number = Annotated[str, Path(pattern=f"^{REQUEST_NUMBER}$")]

CALL_BUTTONS = {
    "requeue": Step.REQUEUE,
    "withhold": Step.WITHHOLD,
    "withdraw": Step.WITHDRAW,
}
"""Steps of a call, which the page offers where its state allows them."""


def back_to(number: str) -> Response:
    """Go back to the page of a request."""
    return RedirectResponse(f"/requests/{number}", 303)


def clock_of(moment: Any) -> str:
    """Return a time as the pages show it."""
    return f"{moment.astimezone(JAPAN):%Y-%m-%d %H:%M}"


def length_of(seconds: float | None) -> str:
    """Return a recording's length as the pages show it."""
    return "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def days_left(request: kinds.Request, today: date) -> int | None:
    """Return the days until a request is due; ``None`` when its clock is stopped or it is closed."""
    if request.paused_on is not None or request.state in CLOSED:
        return None
    return (request.due_on - today).days


def request_page(
    request: Request, user: User, number: str, found: Sequence[FoundRecording] | None = None
) -> Response:
    """Return the page of a request, after recording the view.

    Args:
        request: The request for the page.
        user: The signed-in person.
        number: Public number of the request.
        found: The recordings that a search has brought out.
    """
    desk = site_of(request).desk
    asked = get(desk, number)
    with desk.change(user.acting(Role.INTAKE)) as change:
        change.record("request.show", Subject(asked.request_id))
    calls = list_calls(desk, request=number)
    steps = {step.value for step in Step if (asked.state, step) in REQUEST_STEPS}
    values: dict[str, Any] = {
        "asked": asked,
        "number": number,
        "days_left": days_left(asked, desk.clock().astimezone(JAPAN).date()),
        "rows": shown(texts_of(asked.content)),
        "steps": steps if user.can["take_in"] else (),
        "open": asked.state not in CLOSED,
        "amended": _amended(desk, asked),
        "notes": [
            (clock_of(note.at), label_of_note(note), note.by, note.text) for note in notes(desk, number)
        ],
        "checks": _checks(desk, number),
        "methods": [(method.value, method.label) for method in IdentityMethod],
        "calls": [_call(desk, at, each) for at, each in enumerate(_counted(calls), start=1)],
        "grounds": list(GROUNDS.items()),
        "found": None if found is None else [_found(each, calls) for each in found],
        "inbox": _inbox(desk, user, asked.state),
        "answered": any(call.state is State.RELEASED for call in calls) or asked.state is State.RELEASED,
    }
    return site_of(request).render(request, "request.html", values)


def _amended(desk: Desk, asked: kinds.Request) -> list[Mapping[str, Any]]:
    """Return each amendment with the former content of the fields that it changed."""
    made = amendments(desk, asked.number)
    whole = [texts_of(each.before) for each in made] + [texts_of(asked.content)]
    return [
        {
            "at": clock_of(each.at),
            "by": each.by,
            "reason": each.reason,
            "before": [(LABELS[key], text) for key, text in whole[at].items() if text != whole[at + 1][key]],
        }
        for at, each in enumerate(made)
    ]


def _counted(calls: Sequence[Call]) -> list[Call]:
    return [call for call in calls if call.state is not State.WITHDRAWN]


def _checks(desk: Desk, number: str) -> list[tuple[str, str, str, str]]:
    return [
        (clock_of(each.check.checked_at), each.check.method.label, each.by, each.check.note)
        for each in identity_checks(desk, number)
    ]


def _call(desk: Desk, number: int, call: Call) -> Mapping[str, Any]:
    recording = get_recording(desk, call.recording_id).content
    held = None if call.lease_until is None else claim_text(call.lease_until, desk.clock())
    return {
        "number": number,
        "call_id": call.call_id,
        "started_at": clock_of(recording.started_at),
        "length": length_of(recording.duration),
        "state": call.state,
        "why": held or (call.failure_reason if call.state is State.FAILED else ""),
        "may": [name for name, step in CALL_BUTTONS.items() if (call.state, step) in CALL_STEPS],
        "readable": call.revision is not None,
    }


def _found(found: FoundRecording, calls: Sequence[Call]) -> Mapping[str, Any]:
    return {
        "recording_id": found.recording_id,
        "started_at": clock_of(found.content.started_at),
        "length": length_of(found.content.duration),
        "attached": any(call.recording_id == found.recording_id for call in calls),
    }


def _inbox(desk: Desk, user: User, state: State) -> list[tuple[str, str]]:
    """Return the files of the inbox, for those who may attach them now."""
    if not user.can["take_in"] or (state, Step.ATTACH) not in REQUEST_STEPS:
        return []
    return [(file.file_id, file.path.name) for file in list_inbox(desk)]
