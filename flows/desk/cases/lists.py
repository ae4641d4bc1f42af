"""The company's lists, of its staff and of its own data; every import is a new version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

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

__all__ = ["Lists", "current_lists", "import_company", "import_staff", "lists_of"]

L = TypeVar("L", StaffList, CompanyList)

STAFF: Shape[StaffList] = Shape(StaffList)
COMPANY: Shape[CompanyList] = Shape(CompanyList)


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
    return _import(desk, actor, "staff", (staff, STAFF, len(staff.names)))


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
    return _import(desk, actor, "company", (company, COMPANY, entries))


def _import(desk: Desk, actor: Actor, kind: str, given: tuple[L, Shape[L], int]) -> int:
    value, adapter, entries = given
    with desk.change(actor) as change:
        last = _row(change.session, kind, None)
        if last is not None and take_sealed(last, adapter, change.keyring) == value:
            return last.version
        row = ListRow(
            id=new_id("l"),
            kind=kind,
            version=1 if last is None else last.version + 1,
            imported_at=change.now,
            entries=entries,
        )
        put_sealed(row, value, adapter, change.keyring)
        change.session.add(row)
        change.record(f"list.{kind}", Subject(), {"version": row.version, "entries": entries})
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
    staff_version, staff = _read(
        session, keyring, ("staff", StaffList(), STAFF), None if versions is None else versions.staff
    )
    company_version, company = _read(
        session, keyring, ("company", CompanyList(), COMPANY), None if versions is None else versions.company
    )
    return Lists(staff, company, ListVersions(staff_version, company_version))


def _read(
    session: Session, keyring: Keyring, wanted: tuple[str, L, Shape[L]], version: int | None
) -> tuple[int, L]:
    kind, empty, adapter = wanted
    row = None if version == 0 else _row(session, kind, version)
    if row is not None:
        return row.version, take_sealed(row, adapter, keyring)
    if version:
        msg = f"一覧 {kind} の第{version}版はありません"
        raise NotFoundError(msg)
    return 0, empty


def _row(session: Session, kind: str, version: int | None) -> ListRow | None:
    require_folders(session, [f"list:{kind}"])
    statement = select(ListRow).where(ListRow.kind == kind)
    if version is not None:
        statement = statement.where(ListRow.version == version)
    return session.scalars(statement.order_by(ListRow.version.desc()).limit(1)).first()
