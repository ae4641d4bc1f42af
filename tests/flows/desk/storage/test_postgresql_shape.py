"""What somebody does to a PostgreSQL database beside its rows: it is noticed.

Each is done by whoever has the database and not the key, and taken back with its transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine

from flows.desk.storage.table_shapes import strange_objects
from flows.desk.storage.tables import Table
from tests.servers import postgres, postgres_programs

pytestmark = pytest.mark.skipif(postgres_programs() is None, reason="PostgreSQL is not installed")

KEEPING = """
    CREATE FUNCTION elsewhere.keep() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN INSERT INTO elsewhere.kept SELECT OLD.*; RETURN OLD; END$$
"""

TAMPERED: dict[str, tuple[set[str], tuple[str, ...]]] = {
    "a trigger that keeps what is erased": (
        {"trigger:requests"},
        (
            "CREATE SCHEMA elsewhere",
            "CREATE TABLE elsewhere.kept AS SELECT * FROM requests",
            KEEPING,
            "CREATE TRIGGER t BEFORE DELETE ON requests FOR EACH ROW EXECUTE FUNCTION elsewhere.keep()",
        ),
    ),
    "a rule that erases nothing": (
        {"rule:requests"},
        ("CREATE RULE r AS ON DELETE TO requests DO INSTEAD NOTHING",),
    ),
    "foreign keys that are not checked": ({"trigger:calls"}, ("ALTER TABLE calls DISABLE TRIGGER ALL",)),
    "a foreign key taken away": (
        {"constraint:calls"},
        ("ALTER TABLE calls DROP CONSTRAINT calls_request_id_fkey",),
    ),
    "rows that some users do not see": (
        {"table:accounts", "policy:accounts"},
        (
            "ALTER TABLE accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            "CREATE POLICY p ON accounts USING (id <> 'x')",
        ),
    ),
    "rows of another table in ours": (
        {"table", "table:accounts"},
        ("CREATE TABLE more () INHERITS (accounts)",),
    ),
    "rows of another schema's table in ours": (
        {"table:accounts"},
        ("CREATE SCHEMA elsewhere", "CREATE TABLE elsewhere.more () INHERITS (accounts)"),
    ),
    "a table that a crash empties": ({"table:seals"}, ("ALTER TABLE seals SET UNLOGGED",)),
    "a table before ours on the search path": (
        {"schema"},
        (
            "CREATE SCHEMA kaiji",
            "CREATE TABLE kaiji.accounts (LIKE public.accounts INCLUDING ALL)",
        ),
    ),
    "a table beside ours": ({"table"}, ("CREATE TABLE kept AS SELECT * FROM accounts",)),
    "a view": ({"table"}, ("CREATE VIEW people AS SELECT * FROM accounts",)),
    "a table's own name with a view behind it": (
        {"table", "table:accounts", "rule:accounts"},
        (
            "ALTER TABLE accounts RENAME TO people",
            "CREATE VIEW accounts AS SELECT * FROM people WHERE id <> 'x'",
        ),
    ),
    "a materialized view": ({"table"}, ("CREATE MATERIALIZED VIEW people AS SELECT * FROM accounts",)),
    "a function": (
        {"function"},
        ("CREATE FUNCTION lower(varchar) RETURNS text AS 'SELECT $1' LANGUAGE sql",),
    ),
    "an operator that finds nothing equal": (
        {"function", "operator"},
        (
            "CREATE FUNCTION never(varchar, varchar) RETURNS bool AS 'SELECT false' LANGUAGE sql",
            "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = never)",
        ),
    ),
    "an index of ours taken away": ({"index:calls"}, ("DROP INDEX queue",)),
    "an index of ours over other columns": (
        {"index:calls"},
        ("DROP INDEX queue", "CREATE INDEX queue ON calls (attached_at, state)"),
    ),
    "an index of ours over some rows": (
        {"index:calls"},
        ("DROP INDEX queue", "CREATE INDEX queue ON calls (state, attached_at) WHERE state = 'x'"),
    ),
    "an index of ours that compares otherwise": (
        {"index:calls"},
        ("DROP INDEX queue", 'CREATE INDEX queue ON calls (state COLLATE "C", attached_at)'),
    ),
    "an index of ours with more in it": (
        {"index:calls"},
        ("DROP INDEX queue", "CREATE INDEX queue ON calls (state, attached_at) INCLUDE (id)"),
    ),
    "an index of ours that counts as unfinished": (
        {"index:calls"},
        ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'queue'::regclass",),
    ),
    "a table without its key": (
        {"constraint:seals", "index:seals"},
        ("ALTER TABLE seals DROP CONSTRAINT seals_pkey",),
    ),
    "a column of theirs": ({"column:accounts"}, ("ALTER TABLE accounts ADD COLUMN extra text DEFAULT 'x'",)),
    "a column with another type": (
        {"column:accounts"},
        ("ALTER TABLE accounts ALTER COLUMN roles TYPE varchar(3)",),
    ),
    "a column that fills itself": (
        {"column:accounts"},
        ("ALTER TABLE accounts ALTER COLUMN roles SET DEFAULT 'admin'",),
    ),
    "a column that may be empty": (
        {"column:accounts"},
        ("ALTER TABLE accounts ALTER COLUMN roles DROP NOT NULL",),
    ),
    "a rule about values": (
        {"constraint:accounts"},
        ("ALTER TABLE accounts ADD CONSTRAINT c CHECK (id <> 'x') NOT VALID",),
    ),
    "a table of ours taken away": (
        {"column:seals", "constraint:seals", "index:seals", "table:seals"},
        ("DROP TABLE seals",),
    ),
}

OUR_OWN = (
    "ANALYZE",
    "ALTER TABLE calls SET (autovacuum_enabled = false)",
    "CREATE SCHEMA elsewhere CREATE TABLE theirs (id int)",
    "CREATE EXTENSION pg_stat_statements",
    "REINDEX TABLE calls",
    "GRANT SELECT ON calls TO PUBLIC",
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """A database with our tables."""
    with postgres() as where:
        made = create_engine(f"postgresql+psycopg://{where}/kaiji")
        Table.metadata.create_all(made)
        yield made
        made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is taken back."""
    with engine.connect() as opened:
        yield opened
        opened.rollback()


@pytest.mark.parametrize("tampered", TAMPERED)
def test_it_is_noticed(connection: Connection, tampered: str):
    """As what it is, and of which table."""
    kinds, statements = TAMPERED[tampered]
    assert strange_objects(connection) == ()
    for statement in statements:
        connection.exec_driver_sql(statement)

    assert set(strange_objects(connection)) >= kinds


@pytest.mark.parametrize("done", OUR_OWN)
def test_what_an_administrator_does_is_nobody_s(connection: Connection, done: str):
    """Statistics, another schema, an extension, privileges."""
    connection.exec_driver_sql(done)

    assert strange_objects(connection) == ()


def test_nothing_is_left_by_looking(connection: Connection):
    """The tables that are made to be compared with are gone."""
    strange_objects(connection)
    found = connection.exec_driver_sql("SELECT count(*) FROM pg_class WHERE relpersistence = 't'")

    assert found.scalar() == 0
