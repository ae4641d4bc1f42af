"""The review page's tables: accounts, sessions, attempts to sign in, heard stretches, open calls."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from flows.desk.storage.tables import Table

NAMES = ("accounts", "sessions", "sign_in_attempts", "heard", "presence")


class AccountRow(Table):
    """An account; ``sealed`` contains the login and the password's hash."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(primary_key=True)
    roles: Mapped[str]
    made_at: Mapped[datetime]
    password_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    sealed: Mapped[bytes]


class SessionRow(Table):
    """A session; ``id`` is the SHA-256 of the cookie, ``sealed`` contains the person."""

    __tablename__ = "sessions"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    sealed: Mapped[bytes]


class AttemptRow(Table):
    """Recent failed sign-ins; ``id`` is the search mark of a login or an address."""

    __tablename__ = "sign_in_attempts"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)


class HeardRow(Table):
    """Stretches of a call's masked copy that somebody listened to: append-only."""

    __tablename__ = "heard"
    id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    revision: Mapped[int]
    decisions: Mapped[int]
    heard_at: Mapped[datetime]
    sealed: Mapped[bytes]


class PresenceRow(Table):
    """A person who has a call open; ``sealed`` contains the login."""

    __tablename__ = "presence"
    __table_args__ = (UniqueConstraint("call_id", "session_id"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    session_id: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime]
    sealed: Mapped[bytes]
