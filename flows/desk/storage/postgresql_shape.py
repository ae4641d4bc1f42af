"""The shape of the tables in a PostgreSQL database, and of what in it may change what rows do.

Read from the system catalogs (https://www.postgresql.org/docs/current/catalogs.html).  What an extension
owns is left out, because only the server's administrator can install one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateIndex, CreateTable

from flows.desk.storage.tables import Table

_TEMPORARY: Final = "pg_temp"
"""Schema of a session's temporary tables; it comes first on the search path."""

_OWN: Final = "kaiji shape"
"""Key of the shape in what SQLAlchemy keeps with a driver's connection."""

_OF_A_TABLE: Final = {
    # A row can be in a table that inherits from ours.  An unlogged table is empty after a crash.
    "table": """
        SELECT o.relkind, replace(o.relpersistence::text, 't', 'p'), o.relrowsecurity, o.relforcerowsecurity,
               EXISTS (SELECT FROM pg_inherits WHERE o.oid IN (inhparent, inhrelid))
        FROM pg_class o WHERE o.oid = :table""",
    "column": """
        SELECT attname, format_type(atttypid, atttypmod), attnotnull, attgenerated, attidentity, attcollation,
               pg_get_expr(adbin, adrelid)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = :table AND attnum > 0 AND NOT attisdropped""",
    "constraint": """
        SELECT contype, pg_get_constraintdef(oid), convalidated, condeferrable
        FROM pg_constraint WHERE conrelid = :table""",
    "index": """
        SELECT indisunique, indisvalid, indisready, indislive, indcollation, indclass, indoption, amname,
               pg_get_expr(indpred, indrelid),
               (SELECT string_agg(pg_get_indexdef(indexrelid, number, false), ',' ORDER BY number)
                FROM generate_series(1, indnatts) AS number)
        FROM pg_index JOIN pg_class o ON o.oid = indexrelid JOIN pg_am ON pg_am.oid = o.relam
        WHERE indrelid = :table""",
    # The internal ones check foreign keys; each can be disabled.
    "trigger": "SELECT tgisinternal, tgenabled FROM pg_trigger WHERE tgrelid = :table",
    "rule": "SELECT rulename FROM pg_rewrite WHERE ev_class = :table",
    "policy": "SELECT polname FROM pg_policy WHERE polrelid = :table",
}
"""The parts of a table by kind."""

# An operator for exactly a column's type is taken instead of the system's, and can hide rows.
_BESIDE: Final = """
    SELECT DISTINCT kind FROM (
        SELECT 'table' AS kind, 'pg_class'::regclass AS catalog, oid FROM pg_class
        WHERE relnamespace = ANY(:schemas) AND relkind NOT IN ('i', 'I', 'S') AND oid <> ALL(:tables)
        UNION ALL
        SELECT 'function', 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = ANY(:schemas)
        UNION ALL
        SELECT 'operator', 'pg_operator'::regclass, oid FROM pg_operator WHERE oprnamespace = ANY(:schemas)
    ) AS beside
    WHERE NOT EXISTS (
        SELECT FROM pg_depend WHERE deptype = 'e' AND classid = beside.catalog AND objid = beside.oid
    )"""
"""The kinds of what lies beside our tables on the search path and is no extension's."""


def found_shape(connection: Connection) -> Iterator[tuple[str, ...]]:
    """Yield the parts of our tables as they are found by their names, and what lies beside them."""
    tables = _tables(connection)
    yield from _parts(connection, tables)
    schemas = set(connection.scalars(text("SELECT unnest(current_schemas(false))::regnamespace::oid")))
    homes = {schema for schema, _ in tables.values()}
    if len(homes) > 1:
        # A table of our name in a schema that comes earlier on the search path hides ours.
        yield "schema", ""
    bound = {"schemas": sorted(schemas | homes), "tables": [table for _, table in tables.values()]}
    for kind in connection.scalars(text(_BESIDE), bound):
        yield kind, ""


def own_shape(connection: Connection) -> frozenset[tuple[str, ...]]:
    """Return the parts of our tables as this server makes them: made as temporary ones, and taken back.

    The role of the database needs the privilege TEMPORARY, which PostgreSQL gives to everybody by default.
    """
    # The driver's connection keeps it: other connections may be to another server.
    own: frozenset[tuple[str, ...]] | None = connection.info.get(_OWN)
    if own is None:
        own = connection.info[_OWN] = _made_and_taken_back(connection)
    return own


def _made_and_taken_back(connection: Connection) -> frozenset[tuple[str, ...]]:
    into = {"schema_translate_map": {None: _TEMPORARY}}
    with connection.begin_nested() as made:
        for table in Table.metadata.sorted_tables:
            connection.execute(CreateTable(table), execution_options=into)
            for index in table.indexes:
                connection.execute(CreateIndex(index), execution_options=into)
        shape = frozenset(_parts(connection, _tables(connection)))
        made.rollback()
    return shape


def _tables(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return the schema and the object id of each of our tables that is found by its name."""
    finding = text("SELECT relnamespace, oid FROM pg_class WHERE oid = to_regclass(:name)")
    found = {
        name: connection.execute(finding, {"name": name}).one_or_none() for name in Table.metadata.tables
    }
    return {name: (row[0], row[1]) for name, row in found.items() if row is not None}


def _parts(connection: Connection, tables: dict[str, tuple[int, int]]) -> Iterator[tuple[str, ...]]:
    for name, (_, table) in tables.items():
        for kind, reading in _OF_A_TABLE.items():
            for row in connection.execute(text(reading), {"table": table}):
                yield kind, name, *map(str, row)
