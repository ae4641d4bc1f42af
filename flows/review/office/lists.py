"""Routes for the lists of staff and company: versions and counts, another version from a file or by hand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from flows.desk.cases.lists import current_lists
from flows.desk.kinds.values import Role
from flows.intake.faults import IntakeError
from flows.intake.lists import KINDS, add_entry, import_lists
from flows.review.clerk.sent_file import GivenFile, as_file, as_row
from flows.review.guarding.access import User, require
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import site_of
from pipeline.kinds import FURTHER_KINDS
from pipeline.types import MaskAction, Party

router = APIRouter()

Admin = Annotated[User, require(Role.ADMIN)]

Kind = Annotated[Literal["担当者", "社名", "電話番号", "機密", "商品"], Form()]
Text = Annotated[str, Form(max_length=200)]
Saved = Annotated[bool, Query()]

PARTIES = {Party.REQUESTER: "本人", Party.STAFF: "担当者", Party.COMPANY: "自社", Party.UNKNOWN: "不明"}


@router.get("/lists")
def lists_page(request: Request, _: Admin, saved: Saved = False) -> Response:
    """Return versions and counts of the lists and the policy, without their content."""
    return _page(request, saved=saved)


@router.post("/lists")
def take_lists(request: Request, user: Admin, given: Annotated[GivenFile, Form()]) -> Response:
    """Make the lists of a file the current ones, or say every mistake."""
    desk = site_of(request).desk
    with as_file(desk, given) as path:
        try:
            import_lists(desk, user.acting(Role.ADMIN), path, may_empty=given.may_empty)
        except IntakeError as error:
            return _page(request, [(fault.row or "", fault.column, fault.reason) for fault in error.faults])
    return RedirectResponse("/lists?saved=true", 303)


@router.post("/lists/entry")
def take_entry(request: Request, user: Admin, kind: Kind, text: Text, kana: Text = "") -> Response:
    """Add one entry to a list, which keeps all the others."""
    desk = site_of(request).desk
    with as_row(desk, {"種類": kind, "表記": text, "読み": kana}) as path:
        try:
            add_entry(desk, user.acting(Role.ADMIN), path)
        except IntakeError as error:
            raise RefusedError(422, "bad_request", error.faults[0].reason) from None
    return RedirectResponse("/lists?saved=true", 303)


def _page(
    request: Request, faults: list[tuple[Any, str, str]] | None = None, *, saved: bool = False
) -> Response:
    site = site_of(request)
    now = current_lists(site.desk)
    company = now.company
    values = {
        "faults": faults or [],
        "saved": saved,
        "kinds": list(KINDS),
        "rows": [
            ("担当者", now.versions.staff, len(now.staff.names)),
            ("社名", now.versions.company, len(company.names)),
            ("会社の電話番号", now.versions.company, len(company.phones)),
            ("機密の語", now.versions.company, len(company.confidential_terms)),
            ("商品", now.versions.company, len(company.products)),
        ],
        "policy": [
            (PARTIES[party], "残す" if action is MaskAction.KEEP else "伏せる")
            for party, action in company.actions
        ]
        + [(FURTHER_KINDS[kind], "残す") for kind, action in company.kinds if action is MaskAction.KEEP],
    }
    return site.render(request, "lists.html", values, status=422 if faults else 200)
