"""The rows that steer anything, sealed: who has the database and not the key can change none of them.

Threat: somebody writes the database as they like (roles, states, hashes, whole rows), takes rows
out, and puts older rows back that the desk itself wrote once.  They do not have the key.

Rows that belong together lie in one folder: a request with its checks, notes and calls; a call's
plans, decisions, approvals and files; an account.  A tree of hashes (R. C. Merkle, CRYPTO '87)
stands over them: row, folder, page (by the first byte of the folder's hash), root.  The root is in
the sealed head (``head``), which no older one can stand in for (``witness``).  So a row that was
changed, added, taken out, moved to another folder or put back from before fits no longer.

Nobody has to ask for the check.  Each transaction of ``Desk.change`` and ``Desk.read`` is watched:
the folder of every row that it loads is held against the root before its outcome is let out, and
a change leaves the root that its own writes make.  A change computes that from rows it has held
against the root before, never from what merely stands in the database.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Float, delete, event, insert, select, true
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Session

from flows.desk.errors import SealBrokenError
from flows.desk.review_tables import AccountRow, AttemptRow, HeardRow, SessionRow
from flows.desk.tables import (
    ApprovalRow,
    CallRow,
    CounterRow,
    DecisionRow,
    FileRow,
    IdentityRow,
    ListRow,
    NoteRow,
    PlanRow,
    RecordingRow,
    ReleaseRow,
    RequestRow,
    SealPageRow,
    SealRow,
    Table,
)

__all__ = ["BELONGS", "UNSEALED", "SealTree", "build", "faults", "remove", "require_folder", "watch"]


@dataclass(frozen=True, slots=True)
class Belongs:
    """To which folder the rows of a table belong.

    Attributes:
        kind: Of the folder.
        owner: Column with its id.
        unless: Those rows do not in which this column is set.
        fixed: The sealed column is large and written once with its row: bound to it by its own
            seal, it needs no hash here.
    """

    table: type[Table]
    kind: str
    owner: str
    unless: str = ""
    fixed: bool = False


BELONGS = (
    Belongs(RequestRow, "request", "id"),
    Belongs(IdentityRow, "request", "request_id"),
    Belongs(NoteRow, "request", "request_id"),
    Belongs(CallRow, "request", "request_id"),
    Belongs(ReleaseRow, "request", "request_id"),
    Belongs(FileRow, "request", "request_id", unless="call_id"),
    Belongs(FileRow, "call", "call_id"),
    Belongs(PlanRow, "call", "call_id"),
    Belongs(DecisionRow, "call", "call_id"),
    Belongs(ApprovalRow, "call", "call_id"),
    Belongs(HeardRow, "call", "call_id"),
    Belongs(RecordingRow, "recording", "id"),
    Belongs(ListRow, "list", "kind", fixed=True),
    Belongs(CounterRow, "counter", "name"),
    Belongs(AccountRow, "account", "id"),
    Belongs(SessionRow, "session", "id"),
    Belongs(AttemptRow, "attempt", "id"),
)

UNSEALED: Mapping[str, str] = {
    "desk": "its one sealed value never changes; the version of the tables is in the head",
    "audit": "chained, and the head knows its length and last hash",
    "audit_head": "held against the witness",
    "search_terms": "only help to find; what is found is checked",
    "unique_terms": "only help to find; what is found is checked",
    "presence": "only says who else has a call open",
    "seals": "the tree itself",
    "seal_pages": "the tree itself",
}
"""Tables that need no place in the tree, and why."""

KINDS: Mapping[str, tuple[Belongs, ...]] = {
    kind: tuple(each for each in BELONGS if each.kind == kind) for kind in {each.kind for each in BELONGS}
}
OF_TABLE: Mapping[str, tuple[Belongs, ...]] = {
    name: tuple(each for each in BELONGS if each.table.__tablename__ == name)
    for name in {each.table.__tablename__ for each in BELONGS}
}

AT_ONCE = 500
"""Parameters of one statement: fewer than any database takes."""

Key = tuple[str, str]
"""Table and primary key of a row."""

Folder = dict[Key, str]
"""Hashes of a folder's rows."""

NAME = "tree"
"""Under which a session knows its tree."""


class SealTree:
    """The tree as one transaction sees and changes it.

    Args:
        session: Watched from now on.
        root: Of the head.
    """

    def __init__(self, session: Session, root: str) -> None:
        self._session = session
        self._root = root
        self._pages: dict[str, str] | None = None
        self._page: dict[str, dict[str, str]] = {}
        self._folders: dict[str, Folder] = {}
        self._written: set[str] = set()
        self._read: dict[str, set[tuple[Key, str]]] = defaultdict(set)
        """Rows as they were loaded, by folder, until that is known."""
        self._own: set[tuple[Key, str]] = set()
        """Hashes of rows that this transaction wrote: it may load them again."""

    # ---- what the session does ----

    def loaded(self, row: Any) -> None:
        """A row came out of the database."""
        if row.__tablename__ not in OF_TABLE:
            return
        name, key, found = _folder_of(row), _key(row), _hash_of(row)
        if name not in self._folders:
            self._read[name].add((key, found))
        elif self._folders[name].get(key) != found and (key, found) not in self._own:
            raise _broken(name)

    def before_flush(self) -> None:
        """Rows are about to be written: their folders are loaded as they are before."""
        changed = (*self._session.new, *self._session.dirty, *self._session.deleted)
        self._load({_folder_of(row) for row in changed if row.__tablename__ in OF_TABLE})

    def after_flush(self) -> None:
        """Rows were written."""
        for row in (*self._session.new, *self._session.dirty):
            if row.__tablename__ in OF_TABLE:
                self._write(row, _hash_of(row))
        for row in self._session.deleted:
            if row.__tablename__ in OF_TABLE:
                self._write(row, None)

    def _write(self, row: Any, found: str | None) -> None:
        name, key = _folder_of(row), _key(row)
        folder = self._folders[name]
        if folder.get(key) == found:
            return
        self._written.add(name)
        if found is None:
            folder.pop(key, None)
        else:
            folder[key] = found
            self._own.add((key, found))

    # ---- checking ----

    def check(self, names: Iterable[str] = ()) -> None:
        """Hold what was loaded, and some folders more, against the root.

        Raises:
            SealBrokenError: when something of them is not what the desk wrote last.
        """
        self._load({*names, *self._read})

    def _load(self, names: Collection[str]) -> None:
        """Load folders that are not yet known, and hold them against the root."""
        missing = sorted({name for name in names if name not in self._folders})
        if not missing:
            return
        found = _folders(self._session, missing)
        self._load_pages({_page_of(name) for name in missing})
        for name in missing:
            if _digest(found[name]) != self._page[_page_of(name)].get(name):
                raise _broken(name)
            if any(found[name].get(key) != hashed for key, hashed in self._read.pop(name, ())):
                raise _broken(name)
            self._folders[name] = found[name]

    def _load_pages(self, pages: Collection[str]) -> None:
        connection = self._session.connection()
        if self._pages is None:
            rows = connection.execute(select(SealPageRow.__table__.c.page, SealPageRow.__table__.c.digest))
            self._pages = {page: digest for page, digest in rows}
            if _top(self._pages) != self._root:
                raise _broken("root")
        for page in sorted(pages):
            if page in self._page:
                continue
            seals = SealRow.__table__.c
            rows = connection.execute(select(seals.folder, seals.digest).where(seals.page == page))
            held = {folder: digest for folder, digest in rows}
            if _page_digest(held) != self._pages.get(page):
                raise _broken("page")
            self._page[page] = held

    # ---- closing ----

    @property
    def changed(self) -> bool:
        """Whether rows of it were written."""
        return bool(self._written)

    def close(self) -> str:
        """Check what was loaded, write the tree anew over what was written; returns the root.

        Raises:
            SealBrokenError: when something loaded is not what the desk wrote last.
        """
        self.check()
        if not self._written:
            return self._root
        seals: list[tuple[str, str, str | None]] = []
        for name in sorted(self._written):
            page, digest = _page_of(name), _digest(self._folders[name])
            held = self._page[page]
            if digest is None:
                held.pop(name, None)
            else:
                held[name] = digest
            seals.append((name, page, digest))
        assert self._pages is not None
        pages = {page: _page_digest(self._page[page]) for _, page, _ in seals}
        for page, value in pages.items():
            if value is None:
                self._pages.pop(page, None)
            else:
                self._pages[page] = value
        _store(self._session, seals, pages)
        return _top(self._pages)


def watch(session: Session, root: str) -> SealTree:
    """Watch a session from now on; for ``Desk.change`` and ``Desk.read``."""
    tree = SealTree(session, root)
    session.info[NAME] = tree
    event.listen(session, "loaded_as_persistent", lambda _, row: tree.loaded(row))
    event.listen(session, "before_flush", lambda *_: tree.before_flush())
    event.listen(session, "after_flush", lambda *_: tree.after_flush())
    event.listen(session, "do_orm_execute", _refuse_bulk)
    return tree


def _refuse_bulk(state: Any) -> None:
    """A statement that changes rows unseen would leave them without their seal."""
    table = getattr(state.statement, "table", None)
    if not state.is_select and getattr(table, "name", None) in OF_TABLE:
        msg = "rows of the tree are changed one by one"
        raise AssertionError(msg)


def require_folder(session: Session, kind: str, owner: str) -> None:
    """Check a folder although no row of it may have been found: what is missing may have been taken out.

    Raises:
        SealBrokenError: when it is not what the desk wrote last.
    """
    tree: SealTree | None = session.info.get(NAME)
    if tree is not None:
        tree.check([f"{kind}:{owner}"])


def remove(session: Session, rows: Iterable[Table]) -> int:
    """Take rows out, one by one; returns how many."""
    gone = list(rows)
    for row in gone:
        session.delete(row)
    session.flush()
    return len(gone)


# ---- the whole of it ----


def build(session: Session) -> str:
    """Make the tree of all rows as they stand; returns the root.

    Only for a desk that has none yet, or whose old one was checked in this transaction.
    """
    found = _everything(session)
    connection = session.connection()
    connection.execute(delete(SealRow.__table__))
    connection.execute(delete(SealPageRow.__table__))
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for name, folder in found.items():
        digest = _digest(folder)
        if digest is not None:
            held[_page_of(name)][name] = digest
    seals = [(name, page, digest) for page, names in held.items() for name, digest in names.items()]
    pages = {page: _page_digest(names) for page, names in held.items()}
    _store(session, seals, pages)
    return _top({page: digest for page, digest in pages.items() if digest is not None})


def faults(session: Session, root: str) -> tuple[str, ...]:
    """Check all rows; returns the folders that are not what the desk wrote last."""
    seals, pages = SealRow.__table__.c, SealPageRow.__table__.c
    connection = session.connection()
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for folder, page, digest in connection.execute(select(seals.folder, seals.page, seals.digest)):
        held[page][folder] = digest
    tops = {page: digest for page, digest in connection.execute(select(pages.page, pages.digest))}
    wrong = [] if _top(tops) == root else ["root"]
    wrong += [
        f"page:{page}" for page in sorted(held.keys() | tops) if _page_digest(held[page]) != tops.get(page)
    ]
    known = {folder: digest for names in held.values() for folder, digest in names.items()}
    try:
        found = {name: _digest(folder) for name, folder in _everything(session).items()}
    except SealBrokenError:
        return (*wrong, "unreadable")
    wrong += sorted(name for name in known.keys() | found if known.get(name) != found.get(name))
    return tuple(wrong)


def _everything(session: Session) -> dict[str, Folder]:
    folders: dict[str, Folder] = defaultdict(dict)
    for belongs in BELONGS:
        for name, key, found in _rows(session, belongs, true()):
            folders[name][key] = found
    return folders


def _folders(session: Session, names: Sequence[str]) -> dict[str, Folder]:
    """Folders as they stand in the database, empty ones too."""
    folders: dict[str, Folder] = {name: {} for name in names}
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name in names:
        kind, _, owner = name.partition(":")
        by_kind[kind].append(owner)
    for kind, owners in by_kind.items():
        for belongs in KINDS[kind]:
            column = belongs.table.__table__.c[belongs.owner]
            for at in range(0, len(owners), AT_ONCE):
                for name, key, found in _rows(session, belongs, column.in_(owners[at : at + AT_ONCE])):
                    folders[name][key] = found
    return folders


def _rows(session: Session, belongs: Belongs, which: Any) -> Iterator[tuple[str, Key, str]]:
    table = belongs.table.__table__
    columns = _columns(belongs)
    statement = select(*columns).where(which)
    if belongs.unless:
        statement = statement.where(table.c[belongs.unless].is_(None))
    elif len(OF_TABLE[belongs.table.__tablename__]) > 1:
        statement = statement.where(table.c[belongs.owner].is_not(None))
    names = [column.name for column in columns]
    primary = [names.index(column.name) for column in table.primary_key.columns]
    owner = names.index(belongs.owner)
    try:
        found = session.connection().execute(statement).all()
    except (ValueError, TypeError):
        # SQLite keeps a word in a column of numbers if somebody writes one.
        raise _broken(belongs.kind) from None
    for row in found:
        key = (belongs.table.__tablename__, "\0".join(str(row[place]) for place in primary))
        yield f"{belongs.kind}:{row[owner]}", key, _hash(key, zip(columns, row, strict=True))


def _store(
    session: Session, seals: Sequence[tuple[str, str, str | None]], pages: Mapping[str, str | None]
) -> None:
    connection = session.connection()
    for table, column, rows in (
        (SealRow.__table__, "folder", [{"folder": n, "page": p, "digest": d} for n, p, d in seals]),
        (SealPageRow.__table__, "page", [{"page": page, "digest": digest} for page, digest in pages.items()]),
    ):
        names = [row[column] for row in rows]
        for at in range(0, len(names), AT_ONCE):
            connection.execute(delete(table).where(table.c[column].in_(names[at : at + AT_ONCE])))
        kept = [row for row in rows if row["digest"] is not None]
        if kept:
            connection.execute(insert(table), kept)


# ---- hashes ----


def _belongs(row: Any) -> Belongs:
    several = OF_TABLE[row.__tablename__]
    return next(each for each in several if not each.unless or getattr(row, each.unless) is None)


def _folder_of(row: Any) -> str:
    belongs = _belongs(row)
    return f"{belongs.kind}:{getattr(row, belongs.owner)}"


def _columns(belongs: Belongs) -> list[Any]:
    return [
        column
        for column in belongs.table.__table__.columns
        if not (belongs.fixed and column.name == "sealed")
    ]


def _key(row: Any) -> Key:
    primary = row.__table__.primary_key.columns
    return row.__tablename__, "\0".join(str(getattr(row, column.name)) for column in primary)


def _hash_of(row: Any) -> str:
    values = inspected(row).dict
    columns = _columns(_belongs(row))
    return _hash(_key(row), ((column, values.get(column.name)) for column in columns))


def _hash(key: Key, values: Iterable[tuple[Any, Any]]) -> str:
    """Of a row: its place, and every column by name."""
    return _sha256([key, {column.name: _plain(column, value) for column, value in values}])


def _plain(column: Any, value: Any) -> Any:
    """The same whether it was just set or comes from one database or another."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    if isinstance(column.type, Float) and isinstance(value, int):
        return float(value)
    return value


def _digest(folder: Folder) -> str | None:
    return _sha256(sorted(folder.items())) if folder else None


def _page_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:2]


def _page_digest(held: Mapping[str, str]) -> str | None:
    return _sha256(sorted(held.items())) if held else None


def _top(pages: Mapping[str, str]) -> str:
    return _sha256(sorted(pages.items()))


def _sha256(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _broken(name: str) -> SealBrokenError:
    kind = name.partition(":")[0]
    msg = (
        f"データベースの行が、窓口が最後に書いたものと違います({kind})。kaiji audit verify で確かめてください"
    )
    return SealBrokenError(msg)
