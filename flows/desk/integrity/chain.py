"""The audit log of who did what: append-only, each entry chained to the previous one by its hash.

An entry is written in the transaction of the change that it records.  The sealed head contains the number
of entries and the last hash, so a log that was rewritten or truncated by somebody with the database but
without the key is detected.
"""

from __future__ import annotations

import contextlib
import enum
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.integrity.digests import digest_key
from flows.desk.integrity.head import GENESIS, Head, put_head, take_head
from flows.desk.kinds.errors import DeskError
from flows.desk.kinds.values import Actor
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import AuditRow, new_id
from flows.files.keyed_digest import Digested, DigestKey, KeyedDigest

Detail = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of an entry: ids and a keyed digest."""

    request_id: str | None = None
    call_id: str | None = None
    file_digest: KeyedDigest | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An action to be recorded.

    Attributes:
        action: A code word such as ``call.attach``.
        subject: The subject of the action.
        detail: Counts and code words; no personal data.
    """

    action: str
    subject: Subject = Subject()
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One opened entry.

    Attributes:
        seq: Number from 1, without gaps.
        at: Time in UTC, ISO 8601.
        actor: The person or flow that acted.
        action: A code word such as ``call.attach``.
        subject: The subject of the action.
        detail: Counts and code words; no personal data.
        entry_id: Random id.
        hash: Hash over the entry and the previous hash.
    """

    seq: int
    at: str
    actor: Actor
    action: str
    subject: Subject
    detail: Detail
    entry_id: str
    hash: str


@dataclass(frozen=True, slots=True)
class _Private:
    actor: Actor
    detail: dict[str, str | int] = field(default_factory=dict)


PRIVATE: Shape[_Private] = Shape(_Private)


class Fault(enum.StrEnum):
    """A kind of fault in the audit log, or of the desk."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    HEAD = "head"
    OLDER = "older"
    ROWS = "rows"
    TABLES = "tables"


FAULT_LABELS: Mapping[Fault, str] = {
    Fault.CHANGED: "書き換えられています",
    Fault.MISSING: "ありません",
    Fault.REORDERED: "順序が変わっています",
    Fault.TRUNCATED: "末尾から失われています",
    Fault.HEAD: "記録の先頭の控えと合いません",
    Fault.OLDER: "データベースが、外に置いた控えより古いか、書き換えられています",
    Fault.ROWS: "行が、窓口が最後に書いたものと違います",
    Fault.TABLES: "データベースの表・索引・仕掛けが、窓口の作ったものと違います",
}
"""Japanese meaning of each kind of fault."""


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One fault and the number of its entry; 0 for the head.

    Attributes:
        folder: For a fault of rows, kind and id of their folder; of tables, what it is.
    """

    kind: Fault
    seq: int
    folder: str = ""


def begin(session: Session, keyring: Keyring) -> None:
    """Write the head of an empty audit log."""
    put_head(session, keyring, Head(0, GENESIS))


def append(session: Session, keyring: Keyring, actor: Actor, event: Event) -> None:
    """Add an entry in the transaction of the change that it records.

    Args:
        session: A writing session, of which only one is open at a time.
        keyring: Keys of this desk.
        actor: The person or flow that acts.
        event: The action.
    """
    head = take_head(session, keyring)
    private, subject = _Private(actor, dict(event.detail)), event.subject
    row = AuditRow(
        seq=head.count + 1,
        id=new_id("e"),
        at=datetime.now(UTC).isoformat(timespec="microseconds"),
        action=event.action,
        request_id=subject.request_id,
        call_id=subject.call_id,
        file_sha256=subject.file_digest,
        previous=head.hash,
    )
    row.hash = _hash(row, private, digest_key(session, keyring))
    put_sealed(row, private, PRIVATE, keyring)
    session.add(row)
    put_head(session, keyring, replace(head, count=row.seq, hash=row.hash))
    session.flush()


def _hash(row: AuditRow, private: _Private, key: DigestKey) -> str:
    """Return the keyed hash over everything but the entry's number, which the chain itself proves.

    It is keyed because the person and the counts, which are sealed, can be guessed.
    """
    return key.of(Digested.ENTRY, _plain_hash(row, private))


def _plain_hash(row: AuditRow, private: _Private) -> str:
    content = [
        row.id,
        row.previous,
        row.at,
        private.actor.name,
        private.actor.role.value,
        row.action,
        row.request_id,
        row.call_id,
        row.file_sha256,
        private.detail,
    ]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def entries(session: Session, keyring: Keyring) -> Iterator[AuditEntry]:
    """Return the audit log from its beginning.

    Raises:
        DeskError: when an entry cannot be opened.
    """
    for row in session.scalars(select(AuditRow).order_by(AuditRow.seq)).yield_per(1000):
        yield _entry(row, keyring)


def entries_about(
    session: Session, keyring: Keyring, request_id: str, actions: Sequence[str]
) -> tuple[AuditEntry, ...]:
    """Return the entries about one request with some actions, in order.

    Raises:
        DeskError: when an entry cannot be opened.
    """
    statement = select(AuditRow).where(AuditRow.request_id == request_id, AuditRow.action.in_(actions))
    return tuple(_entry(row, keyring) for row in session.scalars(statement.order_by(AuditRow.seq)))


def _entry(row: AuditRow, keyring: Keyring) -> AuditEntry:
    private = take_sealed(row, PRIVATE, keyring)
    file = None if row.file_sha256 is None else KeyedDigest(row.file_sha256)
    subject = Subject(row.request_id, row.call_id, file)
    return AuditEntry(row.seq, row.at, private.actor, row.action, subject, private.detail, row.id, row.hash)


def verify(session: Session, keyring: Keyring) -> tuple[AuditFault, ...]:
    """Check the whole audit log.

    Args:
        session: A reading session.
        keyring: Keys of this desk.

    Returns:
        The faults in order; empty when there is none.
    """
    links: list[_Link] = []
    key = _key(session, keyring)
    faults: list[AuditFault] = []
    for row in session.scalars(select(AuditRow).order_by(AuditRow.seq)).yield_per(1000):
        links.append(_Link(row.seq, row.previous, row.hash))
        if key is None or not _intact(row, keyring, key):
            faults.append(AuditFault(Fault.CHANGED, row.seq))
    head = _head(session, keyring)
    # Fewer entries than recorded, but the right last one: some were removed and the rest renumbered.
    closed_up = (
        head is not None and bool(links) and head.hash == links[-1].hash and links[-1].seq < head.count
    )
    faults += _number_faults(links)
    faults += _chain_faults(links, closed_up=closed_up)
    if not closed_up:
        faults += _head_faults(head, links)
    return tuple(sorted(set(faults), key=lambda fault: (fault.seq, fault.kind)))


@dataclass(frozen=True, slots=True)
class _Link:
    seq: int
    previous: str
    hash: str


def _intact(row: AuditRow, keyring: Keyring, key: DigestKey) -> bool:
    try:
        return _hash(row, take_sealed(row, PRIVATE, keyring), key) == row.hash
    except DeskError:
        return False


def _key(session: Session, keyring: Keyring) -> DigestKey | None:
    """Return the key for digests, if it exists and is the one that the desk wrote."""
    try:
        return digest_key(session, keyring)
    except DeskError:
        return None


def _head(session: Session, keyring: Keyring) -> Head | None:
    """Return the head, if it exists and is the one that the desk wrote."""
    try:
        return take_head(session, keyring)
    except DeskError:
        return None


def _number_faults(links: Sequence[_Link]) -> Iterator[AuditFault]:
    numbers = {link.seq for link in links}
    last = max(numbers, default=0)
    yield from (AuditFault(Fault.MISSING, seq) for seq in range(1, last + 1) if seq not in numbers)


def key_hashes(session: Session, keyring: Keyring) -> None:
    """Key the hashes and digests of a log that has plain ones (up to version 3 of the tables).

    A whole log stays whole.  An entry that was tampered with keeps its fault, as does a missing one.
    """
    key = digest_key(session, keyring)
    keyed = {GENESIS: GENESIS}
    for row in session.scalars(select(AuditRow).order_by(AuditRow.seq)).all():
        before, private, intact = row.hash, None, False
        with contextlib.suppress(DeskError):
            private = take_sealed(row, PRIVATE, keyring)
            intact = _plain_hash(row, private) == before
        row.previous = keyed.get(row.previous) or key.of(Digested.ENTRY, row.previous)
        row.file_sha256 = row.file_sha256 and key.of(Digested.FILE, row.file_sha256)
        row.hash = key.of(Digested.ENTRY, before)
        if private is not None and intact:
            private = replace(private, detail=_keyed_detail(private.detail, key))
            put_sealed(row, private, PRIVATE, keyring)
            row.hash = _hash(row, private, key)
        keyed[before] = row.hash
    head = take_head(session, keyring)
    put_head(session, keyring, replace(head, hash=keyed.get(head.hash) or key.of(Digested.ENTRY, head.hash)))
    session.flush()


def _keyed_detail(detail: Detail, key: DigestKey) -> dict[str, str | int]:
    kinds = {"plan": Digested.PLAN, "place": Digested.PLACE}
    return {
        name: key.of(kinds[name], value) if name in kinds and isinstance(value, str) and value else value
        for name, value in detail.items()
    }


def _chain_faults(links: Sequence[_Link], *, closed_up: bool) -> Iterator[AuditFault]:
    """Follow the chain from each entry without a predecessor, and compare it with the numbers."""
    following = {link.previous: link for link in links}
    hashes = {link.hash for link in links}
    numbers = {link.seq for link in links}
    seen: set[str] = set()
    for start in links:
        if start.previous in hashes:
            continue
        begins = start.previous == GENESIS
        if not begins and closed_up:
            yield AuditFault(Fault.MISSING, start.seq)
        elif not begins and start.seq - 1 in numbers:
            # This entry's previous hash differs from the hash of the entry before it.
            yield AuditFault(Fault.CHANGED, start.seq - 1)
        place = 1 if begins else start.seq
        link: _Link | None = start
        while link is not None and link.hash not in seen:
            seen.add(link.hash)
            if link.seq != place:
                yield AuditFault(Fault.REORDERED, link.seq)
            link, place = following.get(link.hash), place + 1
    # Two entries with the same predecessor, or a cycle: no chain reaches them.
    yield from (AuditFault(Fault.CHANGED, link.seq) for link in links if link.hash not in seen)


def _head_faults(head: Head | None, links: Sequence[_Link]) -> Iterator[AuditFault]:
    if head is None:
        yield AuditFault(Fault.HEAD, 0)
        return
    last = links[-1].seq if links else 0
    yield from (AuditFault(Fault.TRUNCATED, seq) for seq in range(last + 1, head.count + 1))
    yield from (AuditFault(Fault.CHANGED, link.seq) for link in links if link.seq > head.count)
    if last == head.count and links and links[-1].hash != head.hash:
        yield AuditFault(Fault.HEAD, 0)
