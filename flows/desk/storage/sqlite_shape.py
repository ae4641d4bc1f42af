"""The shape of the tables in an SQLite database, and of what in it may change what rows do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sqlalchemy import Connection, create_engine, text

from flows.desk.storage.tables import Table


@cache
def own_shape() -> frozenset[tuple[str, ...]]:
    """Return the shape of a new database."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            Table.metadata.create_all(connection)
            return frozenset(found_shape(connection))
    finally:
        engine.dispose()


def found_shape(connection: Connection) -> Iterator[tuple[str, ...]]:
    """Yield each object by kind, table and parts, without the names that SQLite gives."""
    found = connection.execute(text("SELECT type, name, tbl_name FROM sqlite_master")).all()
    tables = sorted(name for kind, name, _ in found if kind == "table" and not name.startswith("sqlite_"))
    yield from ((kind, table) for kind, _, table in found if kind not in {"table", "index"})
    for table in tables:
        yield "table", table
        yield from _parts(connection, table)


def _parts(connection: Connection, table: str) -> Iterator[tuple[str, ...]]:
    """Yield the columns of a table, and its indexes."""
    for row in connection.execute(text("SELECT name, pk, hidden FROM pragma_table_xinfo(:t)"), {"t": table}):
        yield "column", table, *map(str, row)
    listed = 'SELECT name, "unique", partial FROM pragma_index_list(:t)'
    for name, unique, partial in connection.execute(text(listed), {"t": table}).all():
        over = 'SELECT name, "desc", coll FROM pragma_index_xinfo(:n) WHERE key ORDER BY seqno'
        columns = connection.execute(text(over), {"n": name}).all()
        yield "index", table, str(unique), str(partial), *(str(part) for row in columns for part in row)
