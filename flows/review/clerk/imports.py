"""Routes on which lists are taken in: of requests by the clerk, of recordings by an administrator.

The place of the recordings is a path on this machine or in a bucket, so an administrator sets it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from flows.desk.kinds.values import Role
from flows.intake.csv_json import import_requests
from flows.intake.faults import Fault, IntakeError
from flows.intake.file_pattern import compile_pattern
from flows.intake.recordings import LAYOUT as RECORDINGS
from flows.intake.recordings import Scanned, import_recordings, scan_recordings
from flows.intake.request_document import LAYOUT as REQUESTS
from flows.intake.tabular import Layout
from flows.review.clerk.sent_file import GivenFile, as_file, as_row
from flows.review.guarding.access import User, require
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import site_of

router = APIRouter()

Importer = Annotated[User, require(Role.INTAKE, Role.ADMIN)]
Clerk = Annotated[User, require(Role.INTAKE)]
Admin = Annotated[User, require(Role.ADMIN)]
Text = Annotated[str, Form(max_length=1000)]


class GivenRecording(BaseModel):
    """The fields of one recording; their names are those of the list's columns."""

    call_id: Annotated[str, Field(max_length=200)]
    started_at: Annotated[str, Field(max_length=40)]
    file: Annotated[str, Field(max_length=1000)]
    numbers: Annotated[str, Field(max_length=200)] = ""
    customer_id: Annotated[str, Field(max_length=200)] = ""
    operator: Annotated[str, Field(max_length=200)] = ""


SCANNED = {
    "new": "取り込みました",
    "known": "登録済みです",
    "unmatched": "名前の形が違います",
    "unreadable": "音声として読めず、長さが分かりません",
    "changed": "登録済みのものと内容が違い、そのままにしました",
    "young": "書込み中かもしれないため、次に回します",
}
"""Japanese meaning of each count of a scan."""


@router.get("/imports")
def imports_page(request: Request, _: Importer) -> Response:
    """Return the forms."""
    return _page(request)


@router.post("/imports/requests")
def take_requests(request: Request, user: Clerk, given: Annotated[GivenFile, Form()]) -> Response:
    """Take in all requests of a file, or none and say every mistake."""
    desk = site_of(request).desk
    with as_file(desk, given) as path:
        try:
            found = import_requests(desk, user.acting(Role.INTAKE), path)
        except IntakeError as error:
            return _page(request, faults=error.faults)
    return _page(request, taken=[(one.number, one.due_on) for one in found])


@router.post("/imports/recordings")
def take_recordings(request: Request, user: Admin, given: Annotated[GivenFile, Form()]) -> Response:
    """Take the recordings of a list into the catalogue, or none and say every mistake."""
    desk = site_of(request).desk
    with as_file(desk, given) as path:
        try:
            done = import_recordings(desk, user.acting(Role.ADMIN), path)
        except IntakeError as error:
            return _page(request, faults=error.faults)
    return _page(request, counts=[(len(done.new), SCANNED["new"]), (done.known, SCANNED["known"])])


@router.post("/imports/recording")
def take_recording(request: Request, user: Admin, given: Annotated[GivenRecording, Form()]) -> Response:
    """Take one recording into the catalogue, as a list of one row."""
    desk = site_of(request).desk
    cells = {
        column.heading: getattr(given, column.key)
        for column in RECORDINGS.columns
        if hasattr(given, column.key)
    }
    with as_row(desk, cells) as path:
        try:
            done = import_recordings(desk, user.acting(Role.ADMIN), path)
        except IntakeError as error:
            fault = error.faults[0]
            raise RefusedError(422, "bad_request", f"{fault.column} {fault.reason}".strip()) from None
    return _page(
        request,
        counts=[(len(done.new), "登録しました"), *([(done.known, SCANNED["known"])] if done.known else [])],
    )


@router.post("/imports/scan")
def scan(request: Request, user: Admin, folder: Text, pattern: Text) -> Response:
    """Take the recordings of a folder or bucket into the catalogue, by their names."""
    names = compile_pattern(pattern.strip())
    done = scan_recordings(site_of(request).desk, user.acting(Role.ADMIN), folder.strip(), names)
    return _page(request, counts=list(_counts(done)))


def _counts(done: Scanned) -> Iterable[tuple[int, str]]:
    for name, told in SCANNED.items():
        count = getattr(done, name)
        if count or name == "new":
            yield count, told


def _page(request: Request, **more: Any) -> Response:
    faults: tuple[Fault, ...] = more.get("faults", ())
    values = {
        "faults": [(fault.row or "", fault.column, fault.reason) for fault in faults],
        "taken": more.get("taken"),
        "counts": more.get("counts", ()),
        "request_columns": _headings(REQUESTS),
        "recording_columns": _headings(RECORDINGS),
    }
    return site_of(request).render(request, "imports.html", values, status=422 if faults else 200)


def _headings(layout: Layout) -> list[tuple[str, bool]]:
    return [(column.heading, column.required) for column in layout.columns]
