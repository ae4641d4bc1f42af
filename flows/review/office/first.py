"""Routes on which a new desk gets its first account; afterwards they lead to the sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from flows.desk.people.first_account import add_first_account, first_word
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import Site, site_of
from flows.review.office.accounts import same

router = APIRouter()

Short = Annotated[str, Field(max_length=200)]
Secret = Annotated[str, Field(max_length=1000)]


class GivenFirst(BaseModel):
    """The fields of the first account."""

    word: Short
    login: Short
    password: Secret
    again: Secret


@router.get("/first")
def first_page(request: Request) -> Response:
    """Return the form, while there is no account."""
    site = _local(request)
    if not first_word(site.desk):
        return RedirectResponse("/sign-in", 303)
    return site.render(request, "first.html", {})


@router.post("/first")
def add_first(request: Request, given: Annotated[GivenFirst, Form()]) -> Response:
    """Add the first account, and go on to the sign-in."""
    site = _local(request)
    add_first_account(site.desk, given.word, given.login, same(given.password, given.again))
    return RedirectResponse("/sign-in?next=/accounts", 303)


def _local(request: Request) -> Site:
    site = site_of(request)
    if site.settings.review_auth != "local":
        raise RefusedError(403, "forbidden", "このページには会社の入口を通って入ってください")
    return site
