"""What a database has beside our rows: tables, indexes, triggers and views that we did not make.

Rows are guarded by the tree of seals; these are not rows, and change what rows do.  A trigger keeps what is
erased, an index without an entry hides a row from whoever looks for it, a table made anew without its key
holds a row twice.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from flows.desk.storage import postgresql_shape, sqlite_shape
from flows.desk.storage.tables import Table


def strange_objects(connection: Connection) -> tuple[str, ...]:
    """Return what is more, less or other than what we made: the kind and, of a table of ours, its name."""
    if connection.dialect.name == "sqlite":
        found, own = sqlite_shape.found_shape(connection), sqlite_shape.own_shape()
    else:
        found, own = postgresql_shape.found_shape(connection), postgresql_shape.own_shape(connection)
    ours = Table.metadata.tables
    differing = set(found) ^ own
    return tuple(sorted({f"{kind}:{table}" if table in ours else kind for kind, table, *_ in differing}))


def unsound_indexes(connection: Connection) -> bool:
    """Return whether an index lacks a row of its table, or has another one.

    On PostgreSQL nothing is looked at: whoever can damage an index there can write the server's files.
    """
    if connection.dialect.name != "sqlite":
        return False
    return connection.execute(text("PRAGMA integrity_check(1)")).scalar() != "ok"
