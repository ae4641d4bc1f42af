"""What an SQLite database has beside our rows: tables, indexes, triggers and views that we did not make.

Rows are guarded by the tree of seals; these are not rows, and change what rows do.  A trigger keeps what is
erased, an index without an entry hides a row from whoever looks for it, a table made anew without its key
holds a row twice.  On PostgreSQL nothing is looked at: there the server's roles say who may make such things.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sqlalchemy import Connection, create_engine, text

from flows.desk.storage.tables import Table

Shape = frozenset[tuple[str, ...]]
"""Each object by kind, table and parts, without the names that SQLite gives."""


def strange_objects(connection: Connection) -> tuple[str, ...]:
    """Return what is more, less or other than what we made: the kind and, of a table of ours, its name."""
    if connection.dialect.name != "sqlite":
        return ()
    differing = set(_shape(connection)) ^ set(_ours())
    ours = Table.metadata.tables
    return tuple(sorted({f"{kind}:{table}" if table in ours else kind for kind, table, *_ in differing}))


def unsound_indexes(connection: Connection) -> bool:
    """Return whether an index lacks a row of its table, or has another one."""
    if connection.dialect.name != "sqlite":
        return False
    return connection.execute(text("PRAGMA integrity_check(1)")).scalar() != "ok"


@cache
def _ours() -> Shape:
    """Return the shape of a new database."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            Table.metadata.create_all(connection)
            return _shape(connection)
    finally:
        engine.dispose()


def _shape(connection: Connection) -> Shape:
    found = connection.execute(text("SELECT type, name, tbl_name FROM sqlite_master")).all()
    tables = sorted(name for kind, name, _ in found if kind == "table" and not name.startswith("sqlite_"))
    return frozenset(
        (
            *((kind, table) for kind, _, table in found if kind not in {"table", "index"}),
            *(("table", table) for table in tables),
            *(part for table in tables for part in _parts(connection, table)),
        )
    )


def _parts(connection: Connection, table: str) -> Iterator[tuple[str, ...]]:
    """Yield the columns of a table, and its indexes."""
    for row in connection.execute(text("SELECT name, pk, hidden FROM pragma_table_xinfo(:t)"), {"t": table}):
        yield "column", table, *map(str, row)
    listed = 'SELECT name, "unique", partial FROM pragma_index_list(:t)'
    for name, unique, partial in connection.execute(text(listed), {"t": table}).all():
        over = 'SELECT name, "desc", coll FROM pragma_index_xinfo(:n) WHERE key ORDER BY seqno'
        columns = connection.execute(text(over), {"n": name}).all()
        yield "index", table, str(unique), str(partial), *(str(part) for row in columns for part in row)
