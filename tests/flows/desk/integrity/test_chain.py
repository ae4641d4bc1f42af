"""The record under attack: by somebody with the database and, for a while, without the key."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection

import pytest

from flows.desk.integrity import audit
from flows.desk.integrity.audit import AuditFault, Fault
from flows.desk.integrity.chain import PRIVATE, Subject, _hash
from flows.desk.integrity.desk import Desk
from flows.desk.integrity.digests import digest_key
from flows.desk.sealing.sealed import take_sealed
from flows.desk.storage.tables import AuditRow
from tests.desk_builders import CLERK, identified, raw_database


@pytest.fixture
def told(desk: Desk) -> Desk:
    """A desk with a record of seven entries: its making, and three requests of two steps each."""
    for _ in range(3):
        identified(desk)
    return desk


def test_an_untouched_record_has_no_fault(told):
    """Seven entries, numbered without gaps, each with who and what."""
    found = audit.entries(told)

    assert audit.verify(told) == ()
    assert [entry.seq for entry in found] == list(range(1, 8))
    assert found[0].action == "desk.make"
    assert (found[1].action, found[1].actor.name) == ("request.receive", "受付窪田")


def rewritten(desk: Desk, seq: int) -> None:
    """Change an entry as one would who knows how hashes are made."""
    with desk.database.write() as session:
        row = session.get_one(AuditRow, seq)
        row.action = "request.forged"
        key = digest_key(session, desk.keyring)
        row.hash = _hash(row, take_sealed(row, PRIVATE, desk.keyring), key)


def rewritten_to_the_end(desk: Desk, seq: int) -> None:
    """Change an entry and chain all that follow anew."""
    rewritten(desk, seq)
    with desk.database.write() as session:
        for later in range(seq + 1, 8):
            row = session.get_one(AuditRow, later)
            row.previous = session.get_one(AuditRow, later - 1).hash
            key = digest_key(session, desk.keyring)
            row.hash = _hash(row, take_sealed(row, PRIVATE, desk.keyring), key)


def sql(*statements: str) -> Callable[[Desk], None]:
    """Change the record by plain SQL."""

    def change(desk: Desk) -> None:
        raw: Connection = raw_database(desk)
        for statement in statements:
            raw.execute(statement)
        raw.close()

    return change


def remarked(desk: Desk) -> None:
    """Make an entry name a key that nobody has."""
    with desk.database.write() as session:
        row = session.get_one(AuditRow, 3)
        row.sealed = row.sealed[:1] + b"none" + row.sealed[5:]


RENUMBER = "UPDATE audit SET seq={} WHERE seq={}"
ADD = """INSERT INTO audit
    SELECT 8, 'e0', at, action, NULL, NULL, NULL, hash, 'f', sealed FROM audit WHERE seq=7"""

ATTACKS = {
    "another action": (sql("UPDATE audit SET action='x' WHERE seq=3"), {(Fault.CHANGED, 3)}),
    "another time": (sql("UPDATE audit SET at='2020' WHERE seq=7"), {(Fault.CHANGED, 7)}),
    "another request": (sql("UPDATE audit SET request_id=NULL WHERE seq=2"), {(Fault.CHANGED, 2)}),
    "another person": (
        sql("UPDATE audit SET sealed=(SELECT sealed FROM audit WHERE seq=1) WHERE seq=3"),
        {(Fault.CHANGED, 3)},
    ),
    "taken out": (sql("DELETE FROM audit WHERE seq=4"), {(Fault.MISSING, 4)}),
    "the first taken out": (sql("DELETE FROM audit WHERE seq=1"), {(Fault.MISSING, 1)}),
    "two taken out": (sql("DELETE FROM audit WHERE seq IN (3, 4)"), {(Fault.MISSING, 3), (Fault.MISSING, 4)}),
    "taken out and closed up": (
        sql(
            "DELETE FROM audit WHERE seq=4",
            *(RENUMBER.format(n - 1, n) for n in (5, 6, 7)),
        ),
        {(Fault.MISSING, 4)},
    ),
    "the first taken out and closed up": (
        sql("DELETE FROM audit WHERE seq=1", *(RENUMBER.format(n - 1, n) for n in range(2, 8))),
        {(Fault.MISSING, 1)},
    ),
    "another key's mark": (remarked, {(Fault.CHANGED, 3)}),
    "two exchanged": (
        sql(
            "UPDATE audit SET seq=99 WHERE seq=3",
            "UPDATE audit SET seq=3 WHERE seq=5",
            "UPDATE audit SET seq=5 WHERE seq=99",
        ),
        {(Fault.REORDERED, 3), (Fault.REORDERED, 5)},
    ),
    "cut short": (sql("DELETE FROM audit WHERE seq>=6"), {(Fault.TRUNCATED, 6), (Fault.TRUNCATED, 7)}),
    "all gone": (sql("DELETE FROM audit"), {(Fault.TRUNCATED, seq) for seq in range(1, 8)}),
    "the head gone": (sql("DELETE FROM audit_head"), {(Fault.HEAD, 0)}),
    "the head forged": (
        sql("UPDATE audit_head SET sealed=(SELECT sealed FROM audit WHERE seq=7)"),
        {(Fault.HEAD, 0)},
    ),
    "rewritten": (lambda desk: rewritten(desk, 3), {(Fault.CHANGED, 3)}),
    "the last rewritten": (lambda desk: rewritten(desk, 7), {(Fault.HEAD, 0)}),
    "rewritten to the end": (lambda desk: rewritten_to_the_end(desk, 3), {(Fault.HEAD, 0)}),
    "one added": (
        sql(ADD),
        {(Fault.CHANGED, 8)},
    ),
    "a ring": (sql("UPDATE audit SET previous=hash WHERE seq=4"), None),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_attack_is_found_and_placed(told, attack):
    """Which entries are wrong, and how; no other is blamed."""
    change, faults = ATTACKS[attack]
    change(told)

    found = audit.verify(told)

    if faults is None:
        assert AuditFault(Fault.CHANGED, 4) in found
    else:
        assert found == tuple(
            sorted((AuditFault(*fault) for fault in faults), key=lambda fault: (fault.seq, fault.kind))
        )


def test_a_change_and_its_entry_are_one(told):
    """When the change fails, nothing is told of it."""
    before = len(audit.entries(told))

    def fail() -> None:
        with told.change(CLERK) as change:
            change.record("x", Subject())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert len(audit.entries(told)) == before
    assert audit.verify(told) == ()
