"""What somebody does to the database beside its rows, or to the rows that no tree holds: it is noticed.

Each is done by whoever has the database and not the key.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Withdrawn
from flows.desk.integrity import audit
from flows.desk.integrity.audit import Fault
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import SealBrokenError
from flows.desk.people import accounts
from flows.desk.record.erasure import erase_request
from tests.desk_builders import CLERK, desk_settings, identified, raw_database
from tests.flows.desk.integrity.test_tree import fill
from tests.homes import VERSIONS, unpack_home
from tests.review_site import PASSWORD, quick_passwords

ANEW = "CREATE TABLE made (id VARCHAR, roles VARCHAR, made_at, password_at, disabled_at, sealed BLOB)"
TAKEN_PLACE = ("DROP TABLE accounts", "ALTER TABLE made RENAME TO accounts")

ENTRY = (
    "INSERT INTO audit SELECT {}, 'x', at, action, request_id, call_id, file_sha256, previous, hash, sealed"
    " FROM audit WHERE seq=1"
)

TAMPERED: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "a trigger that keeps what is erased": (
        Fault.TABLES,
        (
            "CREATE TABLE kept AS SELECT * FROM requests",
            "CREATE TRIGGER t BEFORE DELETE ON requests BEGIN INSERT INTO kept SELECT * FROM requests; END",
        ),
    ),
    "a trigger that does nothing yet": (
        Fault.TABLES,
        ("CREATE TRIGGER t AFTER UPDATE ON calls WHEN 0 BEGIN SELECT 1; END",),
    ),
    "a table beside ours": (Fault.TABLES, ("CREATE TABLE kept AS SELECT * FROM accounts",)),
    "a view": (Fault.TABLES, ("CREATE VIEW people AS SELECT * FROM accounts",)),
    "an index of ours taken away": (Fault.TABLES, ("DROP INDEX queue",)),
    "an index of ours over other columns": (
        Fault.TABLES,
        ("DROP INDEX queue", "CREATE INDEX queue ON calls(attached_at, state)"),
    ),
    "an index of ours over some rows": (
        Fault.TABLES,
        ("DROP INDEX queue", "CREATE INDEX queue ON calls(state, attached_at) WHERE state='x'"),
    ),
    "an index that says it has all rows": (
        Fault.TABLES,
        (
            "DROP INDEX queue",
            "CREATE INDEX queue ON calls(state, attached_at) WHERE state='x'",
            "PRAGMA writable_schema=ON",
            "UPDATE sqlite_master SET sql=substr(sql, 1, instr(sql, ' WHERE') - 1) WHERE name='queue'",
        ),
    ),
    "an index that compares otherwise": (
        Fault.TABLES,
        ("DROP INDEX queue", "CREATE INDEX queue ON calls(state COLLATE NOCASE, attached_at)"),
    ),
    "a column of theirs": (Fault.TABLES, ("ALTER TABLE accounts ADD COLUMN extra DEFAULT 'x'",)),
    "a table without its key": (
        Fault.TABLES,
        (ANEW, "INSERT INTO made SELECT * FROM accounts", *TAKEN_PLACE),
    ),
    "an account twice, the other one first": (
        Fault.ROWS,
        (
            ANEW,
            "INSERT INTO made SELECT id, 'admin', made_at, password_at, disabled_at, sealed FROM accounts",
            "INSERT INTO made SELECT * FROM accounts",
            *TAKEN_PLACE,
        ),
    ),
    "an account twice, the other one last": (
        Fault.ROWS,
        (
            ANEW,
            "INSERT INTO made SELECT * FROM accounts",
            "INSERT INTO made SELECT id, 'admin', made_at, password_at, disabled_at, sealed FROM accounts",
            *TAKEN_PLACE,
        ),
    ),
    "the very same account twice": (
        Fault.ROWS,
        (ANEW, *["INSERT INTO made SELECT * FROM accounts"] * 2, *TAKEN_PLACE),
    ),
    "a second desk": (
        Fault.ROWS,
        ("INSERT INTO desk SELECT 2, desk_id, schema_version, ready, made_at, sealed FROM desk",),
    ),
    "a second key of digests": (Fault.ROWS, ("INSERT INTO digest_key SELECT 2, sealed FROM digest_key",)),
    "no key of digests": (Fault.CHANGED, ("DELETE FROM digest_key",)),
    "a second head": (Fault.ROWS, ("INSERT INTO audit_head SELECT 2, sealed FROM audit_head",)),
    "a list's words garbled": (Fault.ROWS, ("UPDATE policy_lists SET sealed=x'00'",)),
    "a list's words from another row": (
        Fault.ROWS,
        ("UPDATE policy_lists SET sealed=(SELECT sealed FROM requests LIMIT 1)",),
    ),
    "a seal on another page": (Fault.ROWS, ("UPDATE seals SET page='zz' WHERE rowid=1",)),
    "a seal of nothing": (Fault.ROWS, ("INSERT INTO seals VALUES ('request:q0', '00', '0')",)),
    "a page of nothing": (Fault.ROWS, ("INSERT INTO seal_pages VALUES ('zz', '0')",)),
    "a word of search in other letters": (
        Fault.ROWS,
        ("UPDATE search_terms SET kind='Number' WHERE kind='number'",),
    ),
    "an entry behind the last": (
        Fault.MISSING,
        (ENTRY.format("seq + 999"),),
    ),
    "an entry before the first": (
        Fault.CHANGED,
        (ENTRY.format("0"),),
    ),
}


def run(desk: Desk, statements: tuple[str, ...]) -> None:
    """What somebody does who has the database."""
    with closing(raw_database(desk)) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        for statement in statements:
            database.execute(statement)


@pytest.fixture
def full(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with a row in every table of the tree."""
    quick_passwords(monkeypatch)
    fill(desk, tmp_path)
    return desk


@pytest.mark.parametrize("tampered", TAMPERED)
def test_it_is_noticed(full: Desk, tampered: str):
    """By the check of everything, which found nothing before."""
    kind, statements = TAMPERED[tampered]
    assert audit.verify(full) == ()
    run(full, statements)

    assert kind in {fault.kind for fault in audit.verify(full)}


@pytest.mark.parametrize("tampered", [name for name in TAMPERED if name.startswith("an account twice")])
def test_whoever_is_there_twice_does_not_sign_in(full: Desk, tampered: str):
    """As none of the two; the other one has the roles of an administrator."""
    run(full, TAMPERED[tampered][1])

    with pytest.raises(SealBrokenError):
        accounts.check_password(full, "kubota", PASSWORD)


def test_nothing_is_erased_where_a_trigger_would_keep_it(desk: Desk):
    """The erasure is refused and can be repeated once the trigger is gone."""
    number = identified(desk).number
    do(desk, CLERK, Withdrawn(number, "取下げ"))
    run(desk, TAMPERED["a trigger that keeps what is erased"][1])
    with pytest.raises(SealBrokenError):
        erase_request(desk, CLERK, number)
    run(desk, ("DROP TRIGGER t", "DROP TABLE kept"))

    assert erase_request(desk, CLERK, number)
    assert audit.verify(desk) == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_before_has_the_tables_of_now(tmp_path: Path, version: str):
    """Whichever version made it: nothing of it is taken for somebody else's."""
    unpack_home(version, tmp_path / "home")
    with open_desk(desk_settings(tmp_path)) as desk:
        faults = audit.verify(desk)

    assert [fault for fault in faults if fault.kind is Fault.TABLES] == []


def test_what_sqlite_keeps_for_itself_is_nobody_s(desk: Desk):
    """Its statistics, say, which an administrator has made."""
    with closing(raw_database(desk)) as database:
        database.execute("ANALYZE")
        assert database.execute(
            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'sqlite_stat%'"
        ).fetchone()[0]

    assert audit.verify(desk) == ()
    assert sqlite3.sqlite_version_info >= (3, 16)  # table-valued pragmas
