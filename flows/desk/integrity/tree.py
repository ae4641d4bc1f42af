"""Hash tree of rows: a person with the database but without the key cannot change a row unnoticed.

Threat: an attacker writes the database at will (roles, states, hashes, whole rows), removes rows, and puts
back older rows that the desk itself once wrote, but does not have the key.

Rows that belong together form a folder: a request with its checks, notes and calls; a call's plans,
decisions, approvals and files; an account; a search mark with all whom it leads to.  Above them is a Merkle
tree (R. C. Merkle, CRYPTO '87): row, folder, page (by the first byte of the folder's hash), root.  The root
is in the sealed head (``head``), and the witness prevents the use of an older head (``witness``).  A row that
was changed, added, removed, moved to another folder or restored from an earlier state no longer matches the
root.

The check is automatic.  In each transaction of ``Desk.change`` and ``Desk.read`` the folder of every loaded
row is compared with the root before the result is returned.  A change computes the new root only from rows
that it has compared with the old root, never from unchecked rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, event, insert, select
from sqlalchemy.orm import Session

from flows.desk.integrity.rows import (
    EVERY_VERSION,
    MAX_PARAMETERS,
    OF_TABLE,
    Folder,
    Key,
    all_folders,
    broken,
    folder_hash,
    folder_of,
    folders_of,
    key_of,
    page_of,
    row_hash,
    sha256,
)
from flows.desk.kinds.errors import SealBrokenError
from flows.desk.storage.tables import SealPageRow, SealRow, Table

SESSION_KEY = "tree"
"""Key under which a session's ``info`` holds its tree."""


class SealTree:
    """The tree in one transaction.

    Args:
        session: Session whose rows are checked from now on.
        root: Root hash in the head.
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

    # ---- events of the session ----

    def loaded(self, row: Any) -> None:
        """Note that a row was loaded from the database."""
        if row.__tablename__ not in OF_TABLE:
            return
        name, key, found = folder_of(row), key_of(row), row_hash(row)
        if name not in self._folders:
            self._read[name].add((key, found))
        elif self._folders[name].get(key) != found and (key, found) not in self._own:
            raise broken(name)

    def before_flush(self) -> None:
        """Load the folders of rows before the rows are written."""
        changed = (*self._session.new, *self._session.dirty, *self._session.deleted)
        self._load({folder_of(row) for row in changed if row.__tablename__ in OF_TABLE})

    def after_flush(self) -> None:
        """Note the hashes of rows that were written."""
        for row in (*self._session.new, *self._session.dirty):
            if row.__tablename__ in OF_TABLE:
                self._write(row, row_hash(row))
        for row in self._session.deleted:
            if row.__tablename__ in OF_TABLE:
                self._write(row, None)

    def _write(self, row: Any, found: str | None) -> None:
        name, key = folder_of(row), key_of(row)
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
        """Compare the loaded rows, and further folders, with the root.

        Raises:
            SealBrokenError: when one of them was tampered with.
        """
        self._load({*names, *self._read})

    def _load(self, names: Collection[str]) -> None:
        """Load folders that are not loaded yet, and compare them with the root."""
        missing = sorted({name for name in names if name not in self._folders})
        if not missing:
            return
        found = folders_of(self._session, missing)
        self._load_pages({page_of(name) for name in missing})
        for name in missing:
            if folder_hash(found[name]) != self._page[page_of(name)].get(name):
                raise broken(name)
            if any(found[name].get(key) != hashed for key, hashed in self._read.pop(name, ())):
                raise broken(name)
            self._folders[name] = found[name]

    def _load_pages(self, pages: Collection[str]) -> None:
        connection = self._session.connection()
        if self._pages is None:
            rows = connection.execute(select(SealPageRow.__table__.c.page, SealPageRow.__table__.c.digest))
            self._pages = dict(rows.all())
            if _top(self._pages) != self._root:
                raise broken("root")
        for page in sorted(pages):
            if page in self._page:
                continue
            seals = SealRow.__table__.c
            rows = connection.execute(select(seals.folder, seals.digest).where(seals.page == page))
            held = dict(rows.all())
            if _page_digest(held) != self._pages.get(page):
                raise broken("page")
            self._page[page] = held

    # ---- closing ----

    @property
    def changed(self) -> bool:
        """Whether rows of the tree were written."""
        return bool(self._written)

    def close(self) -> str:
        """Check the loaded rows, update the tree for the written ones, and return the new root.

        Raises:
            SealBrokenError: when a loaded row was tampered with.
        """
        self.check()
        if not self._written:
            return self._root
        seals: list[tuple[str, str, str | None]] = []
        for name in sorted(self._written):
            page, digest = page_of(name), folder_hash(self._folders[name])
            held = self._page[page]
            if digest is None:
                held.pop(name, None)
            else:
                held[name] = digest
            seals.append((name, page, digest))
        pages = {page: _page_digest(self._page[page]) for _, page, _ in seals}
        _store(self._session, seals, pages)
        above = {**(self._pages or {}), **pages}
        return _top({page: digest for page, digest in above.items() if digest is not None})


def watch(session: Session, root: str) -> SealTree:
    """Check a session's rows from now on; for ``Desk.change`` and ``Desk.read``."""
    tree = SealTree(session, root)
    session.info[SESSION_KEY] = tree
    event.listen(session, "loaded_as_persistent", lambda _, row: tree.loaded(row))
    event.listen(session, "before_flush", lambda *_: tree.before_flush())
    event.listen(session, "after_flush", lambda *_: tree.after_flush())
    event.listen(session, "do_orm_execute", _refuse_bulk)
    return tree


def _refuse_bulk(state: Any) -> None:
    """Refuse bulk statements, which change rows without updating the tree."""
    table = getattr(state.statement, "table", None)
    if not state.is_select and getattr(table, "name", None) in OF_TABLE:
        msg = "rows of the tree are changed one by one"
        raise AssertionError(msg)


def require_folders(session: Session, names: Iterable[str]) -> None:
    """Check folders even if no row of them was found, because the rows may have been removed.

    Raises:
        SealBrokenError: when one of them was tampered with.
    """
    tree: SealTree | None = session.info.get(SESSION_KEY)
    if tree is not None:
        tree.check(names)


def remove(session: Session, rows: Iterable[Table]) -> int:
    """Delete rows one by one, and return their number."""
    gone = list(rows)
    for row in gone:
        session.delete(row)
    session.flush()
    return len(gone)


def build(session: Session) -> str:
    """Build the tree of all present rows, and return the root.

    Only for a desk without a tree, or one whose old tree was checked in this transaction.
    """
    found = all_folders(session)
    connection = session.connection()
    connection.execute(delete(SealRow))
    connection.execute(delete(SealPageRow))
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for name, folder in found.items():
        digest = folder_hash(folder)
        if digest is not None:
            held[page_of(name)][name] = digest
    seals = [(name, page, digest) for page, names in held.items() for name, digest in names.items()]
    pages = {page: _page_digest(names) for page, names in held.items()}
    _store(session, seals, pages)
    return _top({page: digest for page, digest in pages.items() if digest is not None})


def faults(session: Session, root: str, schema: int = EVERY_VERSION) -> tuple[str, ...]:
    """Check all rows, and return the folders that were tampered with.

    Args:
        session: A session of any kind.
        root: Root hash in the head.
        schema: Version of the tables that wrote the tree.
    """
    seals, pages = SealRow.__table__.c, SealPageRow.__table__.c
    connection = session.connection()
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for folder, page, digest in connection.execute(select(seals.folder, seals.page, seals.digest)):
        held[page][folder] = digest
    tops = dict(connection.execute(select(pages.page, pages.digest)).all())
    wrong = [] if _top(tops) == root else ["root"]
    wrong += [
        f"page:{page}" for page in sorted(held.keys() | tops) if _page_digest(held[page]) != tops.get(page)
    ]
    known = {folder: digest for names in held.values() for folder, digest in names.items()}
    try:
        found = {name: folder_hash(folder) for name, folder in all_folders(session, schema).items()}
    except SealBrokenError:
        return (*wrong, "unreadable")
    wrong += sorted(name for name in known.keys() | found if known.get(name) != found.get(name))
    return tuple(wrong)


def _store(
    session: Session, seals: Sequence[tuple[str, str, str | None]], pages: Mapping[str, str | None]
) -> None:
    connection = session.connection()
    folders = [folder for folder, _, _ in seals]
    for at in range(0, len(folders), MAX_PARAMETERS):
        connection.execute(delete(SealRow).where(SealRow.folder.in_(folders[at : at + MAX_PARAMETERS])))
    connection.execute(delete(SealPageRow).where(SealPageRow.page.in_(list(pages))))
    kept = [{"folder": folder, "page": page, "digest": digest} for folder, page, digest in seals if digest]
    if kept:
        connection.execute(insert(SealRow), kept)
    above = [{"page": page, "digest": digest} for page, digest in pages.items() if digest]
    if above:
        connection.execute(insert(SealPageRow), above)


def _page_digest(held: Mapping[str, str]) -> str | None:
    return sha256(sorted(held.items())) if held else None


def _top(pages: Mapping[str, str]) -> str:
    return sha256(sorted(pages.items()))
