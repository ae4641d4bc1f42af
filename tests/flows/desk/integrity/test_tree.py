"""The tree of seals: every row and every column of it, and what the desk's own writing leaves."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Float, Integer, String, delete, update

from flows.desk.book.door import do
from flows.desk.book.requests import Remarked
from flows.desk.cases import lists, requests
from flows.desk.integrity import audit
from flows.desk.integrity.audit import Fault
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.integrity.rows import BELONGS, UNSEALED
from flows.desk.kinds.errors import SealBrokenError
from flows.desk.kinds.values import Role, StaffList
from flows.desk.people import accounts, presence, sessions
from flows.desk.storage.review_tables import SessionRow
from flows.desk.storage.tables import RequestRow, Table
from flows.desk.work import plans
from pipeline.types import CaseName
from tests.desk_builders import (
    ANALYST,
    CLERK,
    OTHER,
    answered,
    approve,
    as_before,
    desk_settings,
    identified,
    in_review,
    raw_database,
)
from tests.review_site import PASSWORD, quick_passwords

TABLES = {belongs.table.__tablename__ for belongs in BELONGS}


@pytest.fixture
def full(desk: Desk, tmp_path: Path, monkeypatch) -> Desk:
    """A desk with a row in every table of the tree."""
    quick_passwords(monkeypatch)
    fill(desk, tmp_path)
    return desk


def fill(desk: Desk, folder: Path) -> None:
    """A row in every table of the tree."""
    call = in_review(desk, folder)
    do(desk, CLERK, Remarked(call.request_id, "電話あり"))
    lists.import_staff(desk, CLERK, StaffList((CaseName("山本", "ヤマモト"),)))
    presence.add_heard(desk, ANALYST, call.call_id, (1, 1), ((0.0, 1.0),))
    approve(desk, call)
    answered(desk, call.request_id)
    account = accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), PASSWORD)
    sessions.sign_in(desk, account)
    sessions.begin_attempt(desk, [("login", "mori")])


def test_every_table_has_its_place_or_a_reason_for_none():
    """A new table is a decision."""
    assert TABLES | set(UNSEALED) == set(Table.metadata.tables)
    assert not TABLES & set(UNSEALED)


def test_what_the_desk_writes_is_whole(full):
    """Whatever it wrote, and every table was written."""
    assert audit.verify(full) == ()
    with closing(raw_database(full)) as database:
        for table in TABLES:
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone()[0], table  # noqa: S608


COLUMNS = [
    (table, column.name)
    for table in sorted(TABLES)
    for column in Table.metadata.tables[table].columns
    # Bound to its row by its own seal, written once (``Belongs.fixed``).
    if (table, column.name) != ("policy_lists", "sealed")
]


def another(table: str, column: str, value: object) -> object:
    """Another value of the same type."""
    kind = Table.metadata.tables[table].c[column].type
    if value is None and not isinstance(kind, String):
        return 1 if isinstance(kind, Integer | Float) else "2001-01-01"
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str) and value[:4].isdigit():
        return "2001" + value[4:]
    return "x" if value is None or isinstance(value, str) else None


def test_no_column_of_any_row_can_be_changed(full):
    """Each one in turn: the check of everything finds it, and finds nothing once it is put right."""
    with closing(raw_database(full)) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        for table, column in COLUMNS:
            ((row, value),) = database.execute(
                f"SELECT rowid, {column} FROM {table} LIMIT 1"  # noqa: S608
            ).fetchall()
            change = f"UPDATE {table} SET {column}=? WHERE rowid=?"  # noqa: S608
            database.execute(change, (another(table, column, value), row))
            assert Fault.ROWS in {fault.kind for fault in audit.verify(full)}, (table, column)
            database.execute(change, (value, row))
    assert audit.verify(full) == ()


def test_a_column_of_numbers_that_holds_a_word_is_told_too(full):
    """No program error: SQLite keeps whatever it is given."""
    with closing(raw_database(full)) as database:
        database.execute("UPDATE recordings SET duration='x'")

    assert Fault.ROWS in {fault.kind for fault in audit.verify(full)}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_row_can_be_taken_out(full, table):
    """Of any table."""
    with closing(raw_database(full)) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute(f"DELETE FROM {table} WHERE rowid=(SELECT min(rowid) FROM {table})")  # noqa: S608

    assert Fault.ROWS in {fault.kind for fault in audit.verify(full)}


@pytest.mark.parametrize("table", ["seals", "seal_pages"])
@pytest.mark.parametrize("change", ["UPDATE {} SET digest='0'", "DELETE FROM {}"])
def test_the_tree_itself_cannot_be_changed(full, table, change):
    """Neither to fit a forged row nor to be gone."""
    with closing(raw_database(full)) as database:
        database.execute(change.format(table))

    assert audit.verify(full)
    with pytest.raises(SealBrokenError):
        requests.get(full, "R-2026-0001")
    with pytest.raises(SealBrokenError):
        identified(full)


def test_a_change_does_not_seal_what_somebody_else_wrote(full):
    """A forged row beside the one that is changed: the change is refused, and the forgery stays found."""
    with closing(raw_database(full)) as database:
        database.execute("UPDATE request_notes SET kind='withhold'")

    with pytest.raises(SealBrokenError):
        do(full, CLERK, Remarked("R-2026-0001", "x"))

    assert Fault.ROWS in {fault.kind for fault in audit.verify(full)}


def test_a_refusal_that_rests_on_a_forged_row_tells_of_the_forgery(full, tmp_path):
    """Else an attack would look like an everyday refusal."""
    call = in_review(full, tmp_path, "two")
    with closing(raw_database(full)) as database:
        database.execute("UPDATE calls SET state='requested' WHERE id=?", (call.call_id,))

    with pytest.raises(SealBrokenError):
        plans.reopen(full, OTHER, call.call_id)
    with pytest.raises(SealBrokenError):
        plans.approved_plan(full, call.call_id)


def test_rows_are_not_changed_unseen(full):
    """A statement over many rows would leave them without their seal."""
    for statement in (delete(SessionRow), update(RequestRow).values(state="received")):
        with pytest.raises(AssertionError), full.change(CLERK) as change:
            change.session.execute(statement)


@pytest.mark.parametrize("version", [1, 2])
def test_a_database_of_before_is_sealed_once(tmp_path, monkeypatch, version):
    """As it stands, on record; it works on, and what is forged afterwards is found."""
    quick_passwords(monkeypatch)
    with open_desk(desk_settings(tmp_path)) as desk:
        call = in_review(desk, tmp_path)
        approve(desk, call)
        as_before(desk, version)

    with open_desk(desk_settings(tmp_path)) as desk:
        assert audit.verify(desk) == ()
        assert audit.entries(desk)[-1].action == "desk.upgrade"
        assert plans.approved_plan(desk, call.call_id)[1].request_id == call.request_id
        answered(desk, call.request_id)
    with open_desk(desk_settings(tmp_path)) as desk:
        assert [entry.action for entry in audit.entries(desk)].count("desk.upgrade") == 1
        with closing(raw_database(desk)) as database:
            database.execute("UPDATE requests SET state='approved'")
        with pytest.raises(SealBrokenError):
            requests.get(desk, call.request_id)


@pytest.mark.parametrize("killed", ["before", "after"])
def test_an_upgrade_that_was_killed_is_gone_on_with(tmp_path, monkeypatch, killed):
    """Before it was committed, or before the witness was told."""
    with open_desk(desk_settings(tmp_path)) as desk:
        number = identified(desk).number
        as_before(desk, 2)

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        target = (
            "flows.desk.integrity.tree.build"
            if killed == "before"
            else "flows.desk.integrity.opening._check_witness"
        )
        patch.setattr(target, kill)
        with pytest.raises(KeyboardInterrupt):
            open_desk(desk_settings(tmp_path))

    with open_desk(desk_settings(tmp_path)) as desk:
        assert audit.verify(desk) == ()
        assert requests.get(desk, number).number == number
        identified(desk)
