"""Routes of breaches: mark an answer, show its exposure, decide, write, draft, and record what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from flows.breach.drafts import draft_notice, draft_report, written_notice, written_report
from flows.breach.notice import Addressee, addressee_of
from flows.breach.paper import Gap, Line, Section, Written, gaps
from flows.breach.paper_docx import paper_docx
from flows.breach.told import HEADINGS, heard_rows, moment_of, what_went_out
from flows.desk.answers import releases
from flows.desk.breaches.clocks import clocks_of
from flows.desk.breaches.exposure import Exposure, exposures
from flows.desk.breaches.steps import (
    NewMark,
    breaches,
    decide_duty,
    get_breach,
    mark_breach,
    record_done,
    state_fact,
)
from flows.desk.cases.numbers import BREACH_NUMBER, REQUEST_NUMBER
from flows.desk.kinds.breaches import (
    EXEMPT,
    GROUNDS,
    Breach,
    BreachKind,
    DutyDecision,
    Paper,
    PaperItem,
    ReachedStage,
    Stage,
)
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.values import JAPAN, Role
from flows.intake import fields
from flows.review.guarding.access import User, require
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import site_of

router = APIRouter()

Reader = Annotated[User, require(Role.APPROVER, Role.ADMIN)]
Approver = Annotated[User, require(Role.APPROVER)]
RequestNumber = Annotated[str, Path(pattern=f"^{REQUEST_NUMBER}$")]
BreachNumber = Annotated[str, Path(pattern=f"^{BREACH_NUMBER}$")]
Text = Annotated[str, Field(max_length=4000)]
At = Annotated[str, Field(max_length=40)]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class GivenMark(BaseModel):
    """The form that marks an answer."""

    turn: Annotated[int, Field(ge=1, le=999)]
    kind: BreachKind
    text: Text
    known: At = ""
    joins: Annotated[str, Field(pattern=f"^({BREACH_NUMBER})?$")] = ""


class GivenDuty(BaseModel):
    """The form of the decision.

    Attributes:
        reports: No ``bool``: FastAPI takes one that is missing for false, and nothing chosen is no decision.
    """

    ground: Annotated[list[Annotated[int, Field(ge=1, le=4)]], Field(max_length=4)] = []
    reports: Literal["true", "false"]
    reason: Text


class GivenFacts(BaseModel):
    """The form of a paper: each item with the officer's text; empty where there is none."""

    paper: Paper
    item: Annotated[list[Annotated[int, Field(ge=1, le=9)]], Field(min_length=1, max_length=9)]
    text: Annotated[list[Text], Field(min_length=1, max_length=9)]


class GivenDone(BaseModel):
    """The form of a report made or a notice given."""

    stage: Stage
    how: Text
    at: At = ""


@router.get("/breaches")
def breaches_page(request: Request, _: Reader) -> Response:
    """Return the list of breaches with their due dates."""
    site = site_of(request)
    today = site.desk.clock().astimezone(JAPAN).date()
    rows = [
        {
            "breach": each,
            "known_at": moment_of(each.known_at),
            "requests": list(dict.fromkeys(mark.request for mark in each.marks)),
            "clocks": clocks_of(site.settings, each, today),
        }
        for each in reversed(breaches(site.desk))
    ]
    return site.render(request, "breaches.html", {"rows": rows})


@router.get("/ledger/{number}/breach")
def mark_page(request: Request, _: Approver, number: RequestNumber) -> Response:
    """Return the form that marks an answer of a request."""
    site = site_of(request)
    answers = releases.releases(site.desk, number)
    if not answers:
        msg = "まだ開示していない請求です"
        raise NotFoundError(msg)
    values = {
        "number": number,
        "answers": [(each.turn, each.kind.label, moment_of(each.released_at)) for each in answers],
        "kinds": [(kind.value, kind.label) for kind in BreachKind],
        "open": [each.number for each in breaches(site.desk) if each.open],
        "settings": site.settings,
    }
    return site.render(request, "breach_mark.html", values)


@router.post("/ledger/{number}/breach")
def mark(
    request: Request, user: Approver, number: RequestNumber, given: Annotated[GivenMark, Form()]
) -> Response:
    """Mark an answer; both clocks begin."""
    new = NewMark(given.kind, given.text, given.turn, _moment(given.known), given.joins)
    made = mark_breach(site_of(request).desk, user.acting(Role.APPROVER), number, new)
    return _back(made.number)


@router.get("/breaches/{number}")
def breach_page(request: Request, user: Approver, number: BreachNumber) -> Response:
    """Return the page of a breach; the audit log records the view."""
    site = site_of(request)
    breach, found = exposures(site.desk, user.acting(Role.APPROVER), number)
    today = site.desk.clock().astimezone(JAPAN).date()
    whom = addressee_of(breach)
    report = written_report(site.desk, Stage.FINAL, breach, found)
    told = written_notice(site.desk, breach, found)
    values: dict[str, Any] = {
        "breach": breach,
        "known_at": moment_of(breach.known_at),
        "clocks": clocks_of(site.settings, breach, today),
        "settings": site.settings,
        "marks": [_shown(each) for each in found],
        "headings": HEADINGS,
        "grounds": list(GROUNDS.items()),
        "exempt": EXEMPT,
        "duties": [(moment_of(each.at), each) for each in reversed(breach.duties)],
        "done": [(moment_of(each.done_at), each) for each in breach.done],
        "stages": [(stage.value, stage.label) for stage in Stage],
        "papers": [
            _paper(breach, Paper.REPORT, report),
            _paper(breach, Paper.NOTICE, told),
        ],
        "whom": [(each.value, each.label, each is whom) for each in Addressee],
        "requests": list(dict.fromkeys(one.request for one in breach.marks)),
    }
    return site.render(request, "breach.html", values)


@router.post("/breaches/{number}/decide")
def decide(
    request: Request, user: Approver, number: BreachNumber, given: Annotated[GivenDuty, Form()]
) -> Response:
    """Record the decision whether to report."""
    decision = DutyDecision(tuple(given.ground), given.reports == "true")
    decide_duty(site_of(request).desk, user.acting(Role.APPROVER), number, decision, given.reason)
    return _back(number)


@router.post("/breaches/{number}/write")
def write(
    request: Request, user: Approver, number: BreachNumber, given: Annotated[GivenFacts, Form()]
) -> Response:
    """Write the items of a paper whose text changed."""
    if len(given.item) != len(given.text):
        raise RefusedError(422, "bad_request", "項目と文の数が合いません")
    desk, approver = site_of(request).desk, user.acting(Role.APPROVER)
    breach = get_breach(desk, number)
    for item, text in zip(given.item, given.text, strict=True):
        # A form sends every line end as two characters.
        written = text.replace("\r\n", "\n").strip()
        if written and written != _own_text(breach, given.paper, item):
            state_fact(desk, approver, number, PaperItem(given.paper, item), written)
    return _back(number)


@router.post("/breaches/{number}/done")
def done(
    request: Request, user: Approver, number: BreachNumber, given: Annotated[GivenDone, Form()]
) -> Response:
    """Record that a report was made, or that the person was notified."""
    which = ReachedStage(given.stage, _moment(given.at))
    record_done(site_of(request).desk, user.acting(Role.APPROVER), number, which, given.how)
    return _back(number)


@router.get("/breaches/{number}/report")
def report_file(
    request: Request, user: Approver, number: BreachNumber, stage: Annotated[Stage, Query()]
) -> Response:
    """Return the draft of a report as a Word file."""
    paper = draft_report(site_of(request).desk, user.acting(Role.APPROVER), number, stage)
    return _file(paper, f"{number}_{stage.label}(案).docx")


@router.get("/breaches/{number}/notice")
def notice_file(
    request: Request,
    user: Approver,
    number: BreachNumber,
    to: Annotated[Addressee, Query()],
    about: Annotated[str, Query(pattern=f"^({REQUEST_NUMBER})?$")] = "",
) -> Response:
    """Return the draft of a notice as a Word file."""
    desk = site_of(request).desk
    paper = draft_notice(desk, user.acting(Role.APPROVER), number, request=about, to=to)
    return _file(paper, f"{number}_本人への通知(案).docx")


def _shown(found: Exposure) -> dict[str, Any]:
    return {
        "mark": found.mark,
        "known_at": moment_of(found.mark.known_at),
        "lines": list(what_went_out(found)),
        "heard": heard_rows(found),
    }


def _paper(breach: Breach, paper: Paper, draft: Written) -> dict[str, Any]:
    """Return a paper's items, each with the draft's text and the officer's own."""
    items = [_item(breach, paper, section) for section in draft.sections if section.item]
    return {"paper": paper, "gaps": len(gaps(draft)), "items": items}


def _item(breach: Breach, paper: Paper, section: Section) -> dict[str, Any]:
    told = [each for each in section.parts if isinstance(each, Line | Gap)]
    return {
        "number": section.item,
        "heading": section.heading,
        "parts": [(each.text, isinstance(each, Gap)) for each in told],
        "text": _own_text(breach, paper, section.item),
    }


def _own_text(breach: Breach, paper: Paper, item: int) -> str:
    """Return the officer's last text of an item; empty where there is none."""
    written = breach.fact(paper, item)
    return "" if written is None else written.text


def _moment(at: str) -> datetime | None:
    moment = fields.moment_of(at.replace("T", " ")) if at.strip() else None
    if at.strip() and moment is None:
        raise RefusedError(422, "bad_request", "日時の形ではありません(例: 2026-11-20 10:15)")
    return moment


def _back(number: str) -> Response:
    return RedirectResponse(f"/breaches/{number}", 303)


def _file(paper: Written, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(paper_docx(paper), 200, headers, DOCX)
