"""Small things for tests of the desk: say only what the test is about."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.answers import releases
from flows.desk.answers.basis import read_basis
from flows.desk.answers.releases import Release, ReleasedCall
from flows.desk.book.door import do
from flows.desk.book.requests import Identified
from flows.desk.cases import calls, catalogue, requests
from flows.desk.cases.files import MASKED_KINDS, NewFile
from flows.desk.integrity import chain
from flows.desk.integrity.desk import MARKER, Desk
from flows.desk.integrity.head import put_head, take_head
from flows.desk.kinds.values import (
    Actor,
    Call,
    FileKind,
    FoundRecording,
    IdentityCheck,
    IdentityMethod,
    ListVersions,
    NewRecording,
    NewRequest,
    Request,
    Role,
)
from flows.desk.sealing.sealed import sealed_json, take_sealed
from flows.desk.storage import review_tables
from flows.desk.storage.tables import ApprovalRow, AuditHeadRow, AuditRow, DeskRow, PlanRow
from flows.desk.work import claims, plans
from flows.desk.work.plan_json import PLAN
from flows.desk.work.reviews import load_review, record
from flows.settings import Settings
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.types import CaseName, MaskPlan, MaskPolicy, Requester

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)

CLERK = Actor("受付窪田", Role.INTAKE)
OTHER = Actor("審査小早川", Role.APPROVER)
ANALYST = Actor("確認田辺", Role.ANALYST)
WORKER = Actor("worker-1", Role.SYSTEM)
SECOND = Actor(OTHER.name, Role.INTAKE)
MANAGER = Actor("管理佐伯", Role.ADMIN)

PERSON = Requester(
    (CaseName("鈴木花子", "スズキハナコ"),),
    ("09012345678",),
    (CaseName("香川県丸亀市土器町3-21", "カガワケンマルガメシ"),),
)
CHECK = IdentityCheck(IdentityMethod.DRIVING_LICENCE, NOW, "氏名と住所を照合")


def identity(request: str) -> Identified:
    """The step that records ``CHECK``."""
    return Identified(request, CHECK.method, CHECK.checked_at, CHECK.note)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def pass_(self, **how_long: float) -> None:
        """Let time go by."""
        self.now += timedelta(**how_long)


def desk_settings(folder: Path, **more: object) -> Settings:
    """A desk of its own in a folder."""
    return Settings(home=folder / "home", work=folder / "work").model_copy(update=more)


def new_request(**more: object) -> NewRequest:
    """A request by post."""
    return NewRequest(**{"requester": PERSON, "received_at": NOW, "channel": "post"} | more)


def identified(desk: Desk, **more: object) -> Request:
    """A request whose person is known."""
    request = requests.receive(desk, CLERK, new_request(**more))
    return do(desk, CLERK, identity(request.request_id))


def catalogued(desk: Desk, folder: Path, name: str = "one", **more: object) -> FoundRecording:
    """A recording in the catalogue, and its file."""
    file = folder / f"鈴木花子-{name}.wav"
    file.write_bytes(f"RIFF {name}".encode() * 50)
    content = {"source_id": f"PBX-{name}", "started_at": NOW, "uri": str(file)} | more
    added = catalogue.add_recordings(desk, CLERK, [NewRecording(**content)])
    return catalogue.get_recording(desk, added.new[0])


def attached(desk: Desk, folder: Path, name: str = "one", request: str | None = None) -> Call:
    """A call in the queue."""
    owner = request or identified(desk).request_id
    return calls.attach_call(desk, CLERK, owner, catalogued(desk, folder, name).recording_id)


def empty_plan(call_id: str) -> MaskPlan:
    """A plan that masks nothing."""
    return MaskPlan(call_id, 0, "a" * 64, "b" * 64, MaskPolicy(), ())


def processed(desk: Desk, call_id: str) -> claims.Processed:
    """What processing made: a plan, and five files in the store."""
    files = tuple(
        NewFile(kind, desk.store.put(f"{kind} 鈴木花子".encode()))
        for kind in (FileKind.RAW, FileKind.REVIEW, *MASKED_KINDS)
    )
    return claims.Processed(empty_plan(call_id), ListVersions(0, 0), files, {"segments": 3})


def in_review(desk: Desk, folder: Path, name: str = "one", request: str | None = None) -> Call:
    """A call that waits for an analyst."""
    call = attached(desk, folder, name, request)
    claim = claims.claim_call(desk, WORKER, call.call_id)
    assert claim is not None
    return claims.finish_processing(desk, WORKER, claim, processed(desk, call.call_id))


def decided(
    desk: Desk, call: Call, kind: ReviewKind, *items: str, by: Actor = ANALYST, **more: object
) -> None:
    """A decision on the newest revision, as the page records it."""
    made = ReviewDecision(0, kind, items, "", NOW, **{"reason": "理由"} | more)
    record(desk, by, load_review(desk, call.call_id), lambda number: (replace(made, number=number),))


def completed(desk: Desk, call: Call, by: Actor = ANALYST) -> None:
    """Somebody said that nothing is left to decide."""
    decided(desk, call, ReviewKind.COMPLETE, by=by, reason="")


def approve(desk: Desk, call: Call, note: str = "", by: Actor = OTHER) -> Call:
    """The newest revision of a call, completed by one person and approved by another."""
    completed(desk, call)
    return plans.approve(desk, by, call.call_id, calls.get_call(desk, call.call_id).revision or 0, note)


def answered(desk: Desk, request: str, **more: object) -> Request:
    """The answer that follows from how a request stands, without any file, as it went out."""
    basis = read_basis(desk, request)
    told = tuple(
        ReleasedCall(
            number,
            each.call_id,
            each.recording_id,
            each.revision,
            each.plan_digest,
            withheld=not each.revision,
            played_digest=basis.played(each),
        )
        for number, each in enumerate(basis.answered, start=1)
    )
    answer = Release(
        **{
            "kind": basis.kind,
            "package_sha256": "f" * 64,
            "released_at": NOW,
            "calls": told,
            "manner": basis.manner,
        }
        | more
    )
    return releases.release(desk, OTHER, basis, answer)


def as_before(desk: Desk, version: int) -> None:
    """Make a desk what an older program left: nothing sealed by the tree, and no head in the store."""
    with desk.database.write() as session:
        dropped = ["seals", "seal_pages", *(review_tables.NAMES if version < 2 else ())]
        for name in dropped:
            session.connection().exec_driver_sql(f"DROP TABLE {name}")
        plain = _plain_again(session, desk)
        for row in session.scalars(select(ApprovalRow)):
            told = json.loads(desk.keyring.open(row.sealed, f"approvals:{row.id}"))
            told = {name: value for name, value in told.items() if name not in {"call_id", "request_id"}}
            told["plan_sha256"] = plain[told.pop("plan_digest")]
            row.sealed = desk.keyring.seal(json.dumps(told).encode(), f"approvals:{row.id}")
        head = take_head(session, desk.keyring)
        told = json.dumps({"count": head.count, "hash": head.hash}).encode()
        session.get_one(AuditHeadRow, 1).sealed = desk.keyring.seal(told, "audit_head:1")
        session.get_one(DeskRow, 1).schema_version = version
        desk_id = session.get_one(DeskRow, 1).desk_id
    desk.store.put(json.dumps({"desk": desk_id}).encode(), MARKER)


def _plain_again(session: Session, desk: Desk) -> dict[str, str]:
    """Put plain hashes back where there are keyed ones, but of files, whose are lost; those of the plans."""
    plain = {}
    for plan in session.scalars(select(PlanRow)):
        made = hashlib.sha256(sealed_json(plan, desk.keyring)).hexdigest()
        plain[plan.plan_sha256], plan.plan_sha256 = made, made
        plan.transcript_sha256 = take_sealed(plan, PLAN, desk.keyring).transcript_sha256
    head = take_head(session, desk.keyring)
    last = chain.GENESIS
    for entry in session.scalars(select(AuditRow).order_by(AuditRow.seq)):
        entry.previous = last
        entry.hash = last = chain._plain_hash(entry, take_sealed(entry, chain.PRIVATE, desk.keyring))
    put_head(session, desk.keyring, replace(head, hash=last))
    session.flush()
    session.connection().exec_driver_sql("DROP TABLE digest_key")
    session.info.clear()
    return plain


def raw_database(desk: Desk) -> sqlite3.Connection:
    """The database as somebody sees it who has the disk and not the key."""
    return sqlite3.connect(desk.settings.home / "desk.sqlite3", isolation_level=None)
