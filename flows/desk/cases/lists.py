"""The company's lists, of its staff and of its own data; every import is a new version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.integrity.tree import require_folders
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.values import Actor, CompanyList, ListVersions, StaffList
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import ListRow, new_id

L = TypeVar("L", StaffList, CompanyList)


@dataclass(frozen=True, slots=True)
class _Kind(Generic[L]):
    """A kind of list: its name in the database, the list before any import, and the shape of its content."""

    name: str
    empty: L
    shape: Shape[L]


STAFF = _Kind("staff", StaffList(), Shape(StaffList))
COMPANY = _Kind("company", CompanyList(), Shape(CompanyList))


@dataclass(frozen=True, slots=True)
class Lists:
    """Both lists with their versions."""

    staff: StaffList = field(repr=False)
    company: CompanyList = field(repr=False)
    versions: ListVersions


def import_staff(desk: Desk, actor: Actor, staff: StaffList) -> int:
    """Make a staff list the current one.

    Returns:
        Its version; a list that equals the current one makes no new version.
    """
    return _import(desk, actor, STAFF, staff, len(staff.names))


def import_company(desk: Desk, actor: Actor, company: CompanyList, *, keep_words: bool = True) -> int:
    """Make a company list the current one; as ``import_staff``.

    Args:
        desk: The desk.
        actor: The person who imports.
        company: The list.
        keep_words: Whether the present ``words`` stay: a company's file knows nothing of them.
    """
    if keep_words:
        company = replace(company, words=current_lists(desk).company.words)
    parts = (company.names, company.phones, company.confidential_terms, company.words, company.products)
    entries = sum(map(len, parts))
    return _import(desk, actor, COMPANY, company, entries)


def _import(desk: Desk, actor: Actor, kind: _Kind[L], value: L, entries: int) -> int:
    with desk.change(actor) as change:
        last = _row(change.session, kind.name, None)
        if last is not None and take_sealed(last, kind.shape, change.keyring) == value:
            return last.version
        row = ListRow(
            id=new_id("l"),
            kind=kind.name,
            version=1 if last is None else last.version + 1,
            imported_at=change.now,
            entries=entries,
        )
        put_sealed(row, value, kind.shape, change.keyring)
        change.session.add(row)
        change.record(f"list.{kind.name}", Subject(), {"version": row.version, "entries": entries})
        return row.version


def current_lists(desk: Desk) -> Lists:
    """Return the current lists; a list that was never imported is empty and has version 0."""
    with desk.read() as session:
        return read_lists(session, desk.keyring)


def lists_of(desk: Desk, versions: ListVersions) -> Lists:
    """Return the lists that a plan was made with.

    Raises:
        NotFoundError: when there is no such version.
    """
    with desk.read() as session:
        return read_lists(session, desk.keyring, versions)


def read_lists(session: Session, keyring: Keyring, versions: ListVersions | None = None) -> Lists:
    """Return lists by version, or the current ones; for the other modules of ``flows.desk``."""
    staff_version, staff = _read(session, keyring, STAFF, None if versions is None else versions.staff)
    company_version, company = _read(
        session, keyring, COMPANY, None if versions is None else versions.company
    )
    return Lists(staff, company, ListVersions(staff_version, company_version))


def _read(session: Session, keyring: Keyring, kind: _Kind[L], version: int | None) -> tuple[int, L]:
    row = None if version == 0 else _row(session, kind.name, version)
    if row is not None:
        return row.version, take_sealed(row, kind.shape, keyring)
    if version:
        msg = f"一覧 {kind.name} の第{version}版はありません"
        raise NotFoundError(msg)
    return 0, kind.empty


def _row(session: Session, kind: str, version: int | None) -> ListRow | None:
    require_folders(session, [f"list:{kind}"])
    statement = select(ListRow).where(ListRow.kind == kind)
    if version is not None:
        statement = statement.where(ListRow.version == version)
    return session.scalars(statement.order_by(ListRow.version.desc()).limit(1)).first()
