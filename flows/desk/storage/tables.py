"""The tables of the database.

Stored in clear are random ids, public numbers, states, times, counts, code words, keyed digests and our own
Japanese reasons.  Everything that could identify a person is in a ``sealed`` column.

A column ``…sha256`` holds a keyed digest (``flows.files.keyed_digest``), except for that of a recording's
whole sound file (``calls.sha256``, ``plans.audio_sha256``), which nobody can guess.  Up to version 3 of the
tables all were plain; the names stayed: the rows of such a database are checked by them before the upgrade.

SQLAlchemy reads the annotations when the classes are made.  Without ``from __future__ import annotations``
they are no strings, which it would have to evaluate one by one whenever a command starts.
"""

import secrets
from datetime import UTC, date, datetime

from sqlalchemy import (
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def new_id(prefix: str) -> str:
    """Return a random id of 64 bits, enough that no two are equal."""
    return prefix + secrets.token_hex(8)


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC; SQLite itself stores no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC; a time without zone is a bug."""
        if value is not None and value.tzinfo is None:
            msg = "a time without zone"
            raise ValueError(msg)
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Add the zone UTC."""
        if value is None or value.tzinfo is not None:
            return None if value is None else value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        datetime: UtcDateTime(),
        bytes: LargeBinary(),
        str: String(255),
    }

    @property
    def row_id(self) -> str:
        """Id of the row, to which a sealed value is bound."""
        return str(getattr(self, "id"))  # noqa: B009 (the subclasses have it)


class DeskRow(Table):
    """The single row that identifies the desk; ``sealed`` proves the key."""

    __tablename__ = "desk"
    id: Mapped[int] = mapped_column(primary_key=True)
    desk_id: Mapped[str]
    schema_version: Mapped[int]
    ready: Mapped[bool]
    made_at: Mapped[datetime]
    sealed: Mapped[bytes]


class DigestKeyRow(Table):
    """The single row with the desk's key for digests, sealed."""

    __tablename__ = "digest_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]


class CounterRow(Table):
    """The last public number of each year."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class RequestRow(Table):
    """A request (開示請求)."""

    __tablename__ = "requests"
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(index=True)
    channel: Mapped[str]
    received_at: Mapped[datetime]
    due_on: Mapped[date] = mapped_column(index=True)
    paused_on: Mapped[date | None]
    wanted: Mapped[str]
    delivery: Mapped[str]
    fee_yen: Mapped[int]
    fee_paid: Mapped[bool]
    state_since: Mapped[datetime]
    legal_hold: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes]


class IdentityRow(Table):
    """An identity check (本人確認); append-only."""

    __tablename__ = "identity_checks"
    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"), index=True)
    method: Mapped[str]
    checked_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    sealed: Mapped[bytes]


class NoteRow(Table):
    """A note to a request, such as a pause of its clock; append-only."""

    __tablename__ = "request_notes"
    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    due_on: Mapped[date]
    sealed: Mapped[bytes]


class RecordingRow(Table):
    """A recording in the catalogue."""

    __tablename__ = "recordings"
    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    duration: Mapped[float | None]
    catalogued_at: Mapped[datetime]
    sealed: Mapped[bytes]


class TermRow(Table):
    """A search mark of a recording or request, instead of the value."""

    __tablename__ = "search_terms"
    __table_args__ = (Index("search_by_mark", "kind", "mark"),)
    subject_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)


class UniqueTermRow(Table):
    """A search mark of a unique value: a recording's call id, or a request's reference."""

    __tablename__ = "unique_terms"
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject_id: Mapped[str] = mapped_column(index=True)


class CallRow(Table):
    """A recording attached to a request, with the claim of a worker."""

    __tablename__ = "calls"
    __table_args__ = (UniqueConstraint("request_id", "recording_id"), Index("queue", "state", "attached_at"))
    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"), index=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id"), index=True)
    state: Mapped[str]
    state_since: Mapped[datetime]
    attached_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    attempts: Mapped[int] = mapped_column(default=0)
    claim_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    failure_kind: Mapped[str | None]
    failure_reason: Mapped[str | None] = mapped_column(String(1000))
    revision: Mapped[int | None]


class ListRow(Table):
    """A version of the staff list or of the company list."""

    __tablename__ = "policy_lists"
    __table_args__ = (UniqueConstraint("kind", "version"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    imported_at: Mapped[datetime]
    entries: Mapped[int]
    sealed: Mapped[bytes]


class PlanRow(Table):
    """A revision of a call's plan."""

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("call_id", "revision"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    revision: Mapped[int]
    made_at: Mapped[datetime]
    staff_version: Mapped[int]
    company_version: Mapped[int]
    plan_sha256: Mapped[str] = mapped_column(String(64))
    audio_sha256: Mapped[str] = mapped_column(String(64))
    transcript_sha256: Mapped[str] = mapped_column(String(64))
    masked: Mapped[int]
    kept: Mapped[int]
    to_review: Mapped[int]
    sealed: Mapped[bytes]


class DecisionRow(Table):
    """An analyst's decision on one item; append-only."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("call_id", "position"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    position: Mapped[int]
    revision: Mapped[int]
    item_id: Mapped[str]
    action: Mapped[str]
    ground: Mapped[int]
    decided_at: Mapped[datetime]
    sealed: Mapped[bytes]


class ApprovalRow(Table):
    """An approval of one revision of a call; append-only."""

    __tablename__ = "approvals"
    id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    revision: Mapped[int]
    approved_at: Mapped[datetime]
    sealed: Mapped[bytes]


class ReleaseRow(Table):
    """A released answer; append-only."""

    __tablename__ = "releases"
    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"), index=True)
    kind: Mapped[str]
    released_at: Mapped[datetime]
    package_sha256: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]


class FileRow(Table):
    """A file in the store, which belongs to the desk once this row exists."""

    __tablename__ = "files"
    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"), index=True)
    call_id: Mapped[str | None] = mapped_column(ForeignKey("calls.id"), index=True)
    kind: Mapped[str]
    revision: Mapped[int]
    store_key: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    made_at: Mapped[datetime]
    delete_after: Mapped[date | None] = mapped_column(index=True)
    legal_hold: Mapped[bool] = mapped_column(default=False)
    deleted_at: Mapped[datetime | None]


class AuditRow(Table):
    """An entry of the audit log; ``sealed`` has the actor and the counts."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(unique=True)
    at: Mapped[str]
    action: Mapped[str]
    request_id: Mapped[str | None] = mapped_column(index=True)
    call_id: Mapped[str | None] = mapped_column(index=True)
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]


class AuditHeadRow(Table):
    """The sealed head."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]


class SealRow(Table):
    """The hash of a folder of rows that belong together (``tree``)."""

    __tablename__ = "seals"
    folder: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[str] = mapped_column(String(2), index=True)
    digest: Mapped[str] = mapped_column(String(64))


class SealPageRow(Table):
    """The hash of a page of folders; the root over all pages is in the head."""

    __tablename__ = "seal_pages"
    page: Mapped[str] = mapped_column(String(2), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
