"""Routes for the lists of staff and company: their versions and counts, and another version from a file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from flows.desk.cases.lists import current_lists
from flows.desk.kinds.values import Role
from flows.intake.faults import IntakeError
from flows.intake.lists import import_lists
from flows.review.clerk.sent_file import GivenFile, as_file
from flows.review.guarding.access import User, require
from flows.review.guarding.site import site_of
from pipeline.kinds import FURTHER_KINDS
from pipeline.types import MaskAction, Party

__all__ = ["router"]

router = APIRouter()

Admin = Annotated[User, require(Role.ADMIN)]

PARTIES = {Party.REQUESTER: "本人", Party.STAFF: "担当者", Party.COMPANY: "自社", Party.UNKNOWN: "不明"}


@router.get("/lists")
def lists_page(request: Request, _: Admin) -> Response:
    """Return versions and counts of the lists and the policy, without their content."""
    return _page(request)


@router.post("/lists")
def take_lists(request: Request, user: Admin, given: Annotated[GivenFile, Form()]) -> Response:
    """Make the lists of a file the current ones, or say every mistake."""
    desk = site_of(request).desk
    with as_file(desk, given) as path:
        try:
            import_lists(desk, user.acting(Role.ADMIN), path, may_empty=given.may_empty)
        except IntakeError as error:
            return _page(request, [(fault.row or "", fault.column, fault.reason) for fault in error.faults])
    return RedirectResponse("/lists", 303)


def _page(request: Request, faults: list[tuple[Any, str, str]] | None = None) -> Response:
    site = site_of(request)
    now = current_lists(site.desk)
    company = now.company
    values = {
        "faults": faults or [],
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
