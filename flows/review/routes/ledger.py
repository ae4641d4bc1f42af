"""Routes of the ledger: every request from receipt to delivery, and the steps after the approval."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from flows.desk.answers import releases
from flows.desk.answers.differences import Difference, GivenWay, difference_to_earlier, way_of
from flows.desk.breaches.clocks import open_clocks
from flows.desk.cases.files import get_file, open_stream
from flows.desk.cases.numbers import REQUEST_NUMBER
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN, Actor, FileKind, Role
from flows.desk.kinds.ways import AS_ASKED, Way
from flows.desk.record.ledger import LedgerQuery, LedgerRow, ledger
from flows.masking.mask_case_call import load_models
from flows.releasing.fetch import outer_instructions, package_name, stored_file
from flows.releasing.ledger_table import COLUMNS, cells, way_text, write_csv
from flows.releasing.letter_content import kind_of
from flows.releasing.release import draft_letter
from flows.review.guarding.access import User, require
from flows.review.guarding.site import site_of

router = APIRouter()

Reader = Annotated[User, require(Role.APPROVER, Role.ADMIN)]
Approver = Annotated[User, require(Role.APPROVER)]
Number = Annotated[str, Path(pattern=f"^{REQUEST_NUMBER}$")]
Year = Annotated[int | None, Query(ge=2000, le=2999)]
Turn = Annotated[int | None, Query(ge=1, le=999)]
Text = Annotated[str, Form(max_length=1000)]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _reader(user: User) -> Actor:
    return user.acting(Role.APPROVER if Role.APPROVER in user.roles else Role.ADMIN)


@router.get("/ledger")
def ledger_page(request: Request, user: Reader, year: Year = None) -> Response:
    """Return the ledger as a page, by default with this year's requests."""
    desk = site_of(request).desk
    this_year = desk.clock().astimezone(JAPAN).year
    chosen = this_year if year is None else year
    rows = ledger(desk, _reader(user), LedgerQuery(chosen))
    values = {
        "rows": [dict(zip(COLUMNS, cells(row), strict=True)) for row in rows],
        "year": chosen,
        "years": range(this_year, this_year - 6, -1),
        "breach_clocks": open_clocks(desk),
    }
    return site_of(request).render(request, "ledger.html", values)


@router.get("/ledger.csv")
def ledger_csv(request: Request, user: Reader, year: Year = None) -> Response:
    """Return the ledger as CSV, by default with the requests of all years."""
    text = io.StringIO(newline="")
    write_csv(ledger(site_of(request).desk, _reader(user), LedgerQuery(year)), text)
    name = f"kaiji-ledger-{year}.csv" if year else "kaiji-ledger.csv"
    return _file(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", name)


@router.get("/ledger/{number}")
def request_page(request: Request, user: Reader, number: Number) -> Response:
    """Return the page of one request with its answers and the possible next steps."""
    return _page(request, user, number)


@router.post("/ledger/{number}/release")
def release_now(request: Request, user: Approver, number: Number) -> Response:
    """Start the release, which runs in the background."""
    site_of(request).outgoing.begin(user.acting(Role.APPROVER), number, load_models)
    return RedirectResponse(f"/ledger/{number}", 303)


@router.post("/ledger/{number}/password")
def show_password(
    request: Request, user: Reader, number: Number, turn: Annotated[int, Form(ge=1, le=999)]
) -> Response:
    """Return the page with a package's password, which the audit log records."""
    password = releases.package_password(site_of(request).desk, _reader(user), number, turn)
    return _page(request, user, number, _ShownPassword(turn, password))


@router.get("/ledger/{number}/package")
def package(request: Request, user: Reader, number: Number, turn: Turn = None) -> Response:
    """Return the stored package, a ZIP."""
    desk = site_of(request).desk
    answer = releases.answer_of(releases.releases(desk, number), turn)
    name = f"{package_name(number, answer)}.zip"
    file = get_file(desk, stored_file(desk, answer))
    headers = {**_attachment(name), "Content-Length": str(file.bytes)}
    return StreamingResponse(_chunks(desk, _reader(user), file.file_id), 200, headers, "application/zip")


@router.get("/ledger/{number}/instructions")
def instructions(request: Request, _: Reader, number: Number, turn: Turn = None) -> Response:
    """Return 開封手順, which are handed over with the ZIP."""
    answer = releases.answer_of(releases.releases(site_of(request).desk, number), turn)
    name = f"{package_name(number, answer)}_開封手順.txt"
    return _file(outer_instructions(number, answer), "text/plain; charset=utf-8", name)


@router.get("/ledger/{number}/letter")
def letter(request: Request, user: Reader, number: Number, turn: Turn = None) -> Response:
    """Return the released letter, or the draft of the next one."""
    desk, actor = site_of(request).desk, _reader(user)
    row = _row(desk, actor, number)
    if turn is None and row.request.state in {State.APPROVED, State.WITHHELD}:
        with desk.change(actor) as change:
            change.record("release.draft", Subject(row.request.request_id))
        return _file(draft_letter(desk, number), DOCX, f"{number}_回答書(案).docx")
    answer = releases.answer_of(releases.releases(desk, number), turn)
    file_id = stored_file(desk, answer, FileKind.LETTER)
    content = b"".join(_chunks(desk, actor, file_id))
    return _file(content, DOCX, f"{package_name(number, answer)}_回答書.docx")


@dataclass(frozen=True, slots=True)
class _ShownPassword:
    """Password of a package, and number of its answer."""

    turn: int
    password: str = field(repr=False)


def _page(request: Request, user: User, number: str, password: _ShownPassword | None = None) -> Response:
    desk, actor = site_of(request).desk, _reader(user)
    # Before the row: a release that ends in between would be shown neither as running nor as done.
    errand = site_of(request).outgoing.of(number)
    row = _row(desk, actor, number)
    state = row.request.state
    ready = state in {State.APPROVED, State.WITHHELD}
    answers = [
        {
            "release": each.release,
            "kind": each.release.kind.label,
            "at": f"{each.release.released_at.astimezone(JAPAN):%Y-%m-%d %H:%M}",
            "way": "" if each.release.manner == AS_ASKED else way_text(way_of(each.release)),
            "visit": each is row.answers[-1]
            and each.release.manner.way is Way.IN_PERSON
            and state is State.RELEASED
            and user.can["approve"],
            "deliveries": [
                (f"{note.at.astimezone(JAPAN):%Y-%m-%d %H:%M}", note.text) for note in each.deliveries
            ],
            "difference": _difference(difference_to_earlier(desk, number, each.release)),
        }
        for each in row.answers
    ]
    values: dict[str, Any] = {
        "number": number,
        "state_label": row.request.state_label,
        "fields": [pair for pair in zip(COLUMNS, cells(row), strict=True) if pair[1]],
        "answers": answers,
        "errand": errand,
        "since": "" if errand is None else f"{errand.since.astimezone(JAPAN):%H:%M}",
        "may_release": ready and user.can["approve"] and not (errand and errand.running),
        "may_draft": ready,
        "may_again": state is State.RELEASED,
        "calls": [call for call in row.calls if call.number],
        "password": password,
        "way": _next_way(row),
        "breaches": row.breaches,
    }
    return site_of(request).render(request, "ledger_request.html", values)


def _next_way(row: LedgerRow) -> dict[str, Any] | None:
    """Return the way chosen for the next answer, if it differs from the request."""
    if row.way is None or row.way.manner == AS_ASKED or row.request.state is State.RELEASED:
        return None
    numbers = {call.call_id: call.number for call in row.calls}
    passages = tuple((numbers.get(each.call_id, 0), each) for each in row.way.manner.passages)
    return {"settled": row.way.settled, "told": way_text(GivenWay(row.way.manner.way, passages))}


def _row(desk: Desk, actor: Actor, number: str) -> LedgerRow:
    rows = ledger(desk, actor, LedgerQuery(number=number))
    if not rows:
        msg = "その番号の請求はありません"
        raise NotFoundError(msg)
    return rows[0]


def _difference(difference: Difference | None) -> dict[str, Any] | None:
    if difference is None:
        return None
    ranges = [
        (call.number, what, f"{each.start:.2f}–{each.end:.2f}秒", kind_of(each))
        for call in difference.calls
        for what, found in (("新たに伏せた", call.added), ("伏せるのをやめた", call.removed))
        for each in found
    ]
    ranges += [
        (call.number, what, f"{start:.2f}–{end:.2f}秒", "第三者の声")
        for call in difference.calls
        for what, found in (
            ("同意により開示した", call.consented),
            ("同意による開示をやめた", call.withdrawn),
        )
        for start, end in found
    ]
    calls = [
        (call.number, "新たに開示" if call.appeared else "今回は開示していません")
        for call in difference.calls
        if call.appeared or call.gone
    ]
    return {
        "earlier": difference.earlier,
        "ranges": ranges,
        "calls": calls,
        "files": difference.files,
        "ways": None if difference.ways is None else tuple(map(way_text, difference.ways)),
    }


def _chunks(desk: Desk, actor: Actor, file_id: str) -> Iterator[bytes]:
    with open_stream(desk, actor, file_id) as stream:
        while chunk := stream.read(1 << 20):
            yield chunk


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, 200, _attachment(name), kind)


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
