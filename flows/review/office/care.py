"""Routes for the state of the desk: keys, data due for erasure, and whether the record is whole.

Nothing is erased or sealed anew here: who does that holds the keys, which are not for a browser.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request, Response

from flows.desk.integrity import audit
from flows.desk.integrity.chain import FAULT_LABELS, AuditFault, Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Role
from flows.desk.record.periods import find_due, label_of
from flows.desk.record.rotation import keys_in_use
from flows.review.guarding.access import User, require
from flows.review.guarding.site import site_of

router = APIRouter()

Admin = Annotated[User, require(Role.ADMIN)]


@router.get("/care")
def care_page(request: Request, _: Admin) -> Response:
    """Return how many values each key has sealed, and the data that is due for erasure today."""
    return _page(request)


@router.post("/care/verify")
def verify(request: Request, _: Admin) -> Response:
    """Check the whole audit log and ledger, and report the faults."""
    desk = site_of(request).desk
    return _page(request, _Verified(audit.verify(desk), len(audit.entries(desk))))


@router.post("/care/audit.csv")
def export(request: Request, user: Admin) -> Response:
    """Return the audit log as CSV; that it was taken is on record too."""
    desk = site_of(request).desk
    text = io.StringIO(newline="")
    with desk.change(user.acting(Role.ADMIN)) as change:
        change.record("audit.export", Subject())
    audit.export_csv(desk, text)
    headers = {"Content-Disposition": 'attachment; filename="kaiji-audit.csv"'}
    content = text.getvalue().encode("utf-8-sig")
    return Response(content, 200, headers, "text/csv; charset=utf-8")


@dataclass(frozen=True, slots=True)
class _Verified:
    """Result of a check of the audit log: its faults, and the number of its entries."""

    faults: Sequence[AuditFault]
    entries: int


def _page(request: Request, verified: _Verified | None = None) -> Response:
    site = site_of(request)
    due = find_due(site.desk)
    faults = [] if verified is None else verified.faults
    values = {
        "keys": _keys(site.desk),
        "due": [(label_of(kind), count) for kind, count in due.counts().items()],
        "due_count": due.count,
        "verified": None if verified is None else verified.entries,
        "faults": [
            (fault.folder or (f"{fault.seq}番" if fault.seq else "記録全体"), FAULT_LABELS[fault.kind])
            for fault in faults
        ],
    }
    return site.render(request, "care.html", values)


def _keys(desk: Desk) -> list[tuple[str, str, int]]:
    """Return each key's id, its place and how much it seals; a key itself is never shown."""
    in_use = keys_in_use(desk)
    given = [one.key_id for one in desk.keyring.keys]
    known = [
        (key_id, "前の鍵" if place else "いまの鍵", in_use.get(key_id, 0))
        for place, key_id in enumerate(given)
    ]
    return [*known, *((key_id, "ありません", in_use[key_id]) for key_id in sorted(set(in_use) - set(given)))]
