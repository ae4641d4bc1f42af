"""The version of the tables: creating and upgrading them, each in one transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from flows.desk.integrity.chain import key_hashes
from flows.desk.integrity.digests import digest_key, make_digest_key
from flows.desk.kinds.errors import SealBrokenError
from flows.desk.kinds.search_terms import recording_terms, request_terms
from flows.desk.kinds.values import NewRecording, NewRequest
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import SealedRow, blind_marks, sealed_json, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage import review_tables
from flows.desk.storage.review_tables import AccountRow
from flows.desk.storage.tables import (
    ApprovalRow,
    CallRow,
    DigestKeyRow,
    FileRow,
    PlanRow,
    RecordingRow,
    ReleaseRow,
    RequestRow,
    SealPageRow,
    SealRow,
    Table,
    TermRow,
    UniqueTermRow,
)
from flows.files.keyed_digest import Digested, DigestKey

SCHEMA_VERSION = 5

DROPPED = re.compile("inbox:([0-9a-f]{64})")
"""Reference of a request from a drop folder that brought none, as version 3 made it."""

FIRST_SEALED = 3
"""First version with the tree of rows (``tree``); a database of it or later is checked before an upgrade."""

REQUEST: Shape[NewRequest] = Shape(NewRequest)
RECORDING: Shape[NewRecording] = Shape(NewRecording)


def create_tables(session: Session) -> None:
    """Create all tables of the present version."""
    Table.metadata.create_all(session.connection())


def _add_review(session: Session, _: Keyring) -> None:
    """Add the review page's tables."""
    tables = [Table.metadata.tables[name] for name in review_tables.NAMES]
    Table.metadata.create_all(session.connection(), tables=tables)


def _add_tree(session: Session, keyring: Keyring) -> None:
    """Add the tree's tables, and write the call and the request into each approval."""
    tables = [Table.metadata.tables[table.__tablename__] for table in (SealRow, SealPageRow)]
    Table.metadata.create_all(session.connection(), tables=tables)
    pairs = select(ApprovalRow, CallRow.request_id).join(CallRow, CallRow.id == ApprovalRow.call_id)
    for row, request_id in session.execute(pairs).all():
        whole = json.loads(sealed_json(row, keyring))
        whole |= {"call_id": row.call_id, "request_id": request_id}
        _seal(row, whole, keyring)
    session.flush()


def _key_digests(session: Session, keyring: Keyring) -> None:
    """Make the key for digests, and key the plain ones of words, people and documents."""
    Table.metadata.create_all(
        session.connection(), tables=[Table.metadata.tables[DigestKeyRow.__tablename__]]
    )
    make_digest_key(session, keyring)
    key = digest_key(session, keyring)
    for plan in session.scalars(select(PlanRow)).all():
        plan.plan_sha256 = key.of(Digested.PLAN, plan.plan_sha256)
        plan.transcript_sha256 = key.of(Digested.TRANSCRIPT, plan.transcript_sha256)
    for file in session.scalars(select(FileRow)).all():
        file.sha256 = key.of(Digested.FILE, file.sha256)
    for approval in session.scalars(select(ApprovalRow)).all():
        whole = json.loads(sealed_json(approval, keyring))
        _key_plan(whole, key)
        whole["files"] = [[kind, key.of(Digested.FILE, sha256)] for kind, sha256 in whole.get("files", ())]
        _seal(approval, whole, keyring)
    for release in session.scalars(select(ReleaseRow)).all():
        release.package_sha256 = key.of(Digested.FILE, release.package_sha256)
        whole = json.loads(sealed_json(release, keyring))
        for call in whole.get("calls", ()):
            _key_plan(call, key)
        _seal(release, whole, keyring)
    for request in session.scalars(select(RequestRow)).all():
        _key_reference(session, keyring, request)
    session.flush()
    key_hashes(session, keyring)


def _key_plan(whole: dict[str, Any], key: DigestKey) -> None:
    """Key the digests of plan and sound in approvals and released calls."""
    for before, after, what in (
        ("plan_sha256", "plan_digest", Digested.PLAN),
        ("played_sha256", "played_digest", Digested.FILE),
    ):
        sha256 = whole.pop(before, "")
        if sha256:
            whole[after] = key.of(what, sha256)


def _key_reference(session: Session, keyring: Keyring, row: RequestRow) -> None:
    """Key the reference of a request that was dropped without one: the hash of its document."""
    whole = json.loads(sealed_json(row, keyring))
    dropped = DROPPED.fullmatch(whole.get("reference") or "")
    if dropped is None:
        return
    reference = f"inbox:{digest_key(session, keyring).of(Digested.DOCUMENT, dropped[1])}"
    _seal(row, whole | {"reference": reference}, keyring)
    mine = (UniqueTermRow.subject_id == row.id, UniqueTermRow.kind == "reference")
    session.execute(delete(UniqueTermRow).where(*mine))
    mark = blind_marks("reference", reference, keyring)[0]
    session.add(UniqueTermRow(kind="reference", mark=mark, subject_id=row.id))


def _seal(row: SealedRow, whole: dict[str, Any], keyring: Keyring) -> None:
    row.sealed = keyring.seal(
        json.dumps(whole, ensure_ascii=False).encode(), f"{row.__tablename__}:{row.row_id}"
    )


def _make_marks_anew(session: Session, keyring: Keyring) -> None:
    """Make all search marks from the sealed content of the rows: the former marks were not sealed."""
    marks: dict[tuple[str, str], str] = {}
    for table in (TermRow, UniqueTermRow):
        session.execute(delete(table))
    for request in session.scalars(select(RequestRow)):
        new = take_sealed(request, REQUEST, keyring)
        session.add_all(_terms(keyring, request.id, request_terms(new)))
        _take_mark(marks, keyring, request.id, "reference", new.reference)
    for recording in session.scalars(select(RecordingRow)):
        found = take_sealed(recording, RECORDING, keyring)
        session.add_all(_terms(keyring, recording.id, recording_terms(found)))
        _take_mark(marks, keyring, recording.id, "source", found.source_id)
    for account in session.scalars(select(AccountRow)):
        _take_mark(marks, keyring, account.id, "login", json.loads(sealed_json(account, keyring))["login"])
    session.add_all(
        UniqueTermRow(kind=kind, mark=mark, subject_id=owner) for (kind, mark), owner in marks.items()
    )
    session.flush()


def _terms(keyring: Keyring, owner: str, terms: Iterable[tuple[str, str]]) -> Iterable[TermRow]:
    found = {(kind, mark) for kind, value in terms for mark in blind_marks(kind, value, keyring)[:1]}
    return (TermRow(subject_id=owner, kind=kind, mark=mark) for kind, mark in sorted(found))


def _take_mark(
    marks: dict[tuple[str, str], str], keyring: Keyring, owner: str, kind: str, value: str
) -> None:
    for mark in blind_marks(kind, value, keyring)[:1]:
        if marks.setdefault((kind, mark), owner) != owner:
            msg = "データベースの行が、窓口が最後に書いたものと違います(unique)"
            raise SealBrokenError(msg)


MIGRATIONS: Mapping[int, Callable[[Session, Keyring], None]] = {
    1: _add_review,
    2: _add_tree,
    3: _key_digests,
    4: _make_marks_anew,
}
"""The upgrade of each version to the next one."""


def migrate(session: Session, keyring: Keyring, version: int) -> None:
    """Upgrade the tables from a version to the present one.

    Args:
        session: A writing session, so that all steps happen or none.
        keyring: Keys of this desk.
        version: Version of the tables.
    """
    for step in range(version, SCHEMA_VERSION):
        MIGRATIONS[step](session, keyring)
