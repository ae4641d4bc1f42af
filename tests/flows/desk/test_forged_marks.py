"""Search marks under attack: what is found by a value is what the desk wrote, all of it, or an error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from flows.desk.cases import catalogue, requests
from flows.desk.cases.catalogue import DaySpan, RecordingQuery
from flows.desk.cases.requests import RequestQuery
from flows.desk.integrity import audit
from flows.desk.integrity.audit import Fault
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import DeskError, SealBrokenError
from flows.desk.kinds.values import NewRecording, Request, Role
from flows.desk.people import accounts
from flows.intake.known import known_references
from tests.desk_builders import CLERK, NOW, desk_settings, identified, raw_database
from tests.homes import unpack_home
from tests.review_site import PASSWORD, quick_passwords

MINE, THEIRS = "09012345678", "09099999999"


@pytest.fixture
def asked(desk: Desk) -> tuple[Desk, Request]:
    """A request, its requester's recording, and another caller's."""
    request = identified(desk, reference="受付-1", member_number="M-1")
    for name, number in (("mine", MINE), ("theirs", THEIRS)):
        new = NewRecording(
            name,
            NOW,
            f"/calls/{name}.wav",
            numbers=(number,),
            customer_id=f"C-{name}",
            operator=f"担当{name}",
        )
        catalogue.add_recordings(desk, CLERK, [new])
    return desk, request


def change(desk: Desk, statement: str) -> None:
    """What somebody does who has the database and not the key."""
    with closing(raw_database(desk)) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        assert database.execute(statement).rowcount


PARTS = {
    "mine": "(SELECT subject_id FROM unique_terms WHERE kind='source' ORDER BY rowid LIMIT 1)",
    "theirs": "(SELECT subject_id FROM unique_terms WHERE kind='source' ORDER BY rowid LIMIT 1 OFFSET 1)",
    "my_mark": (
        "(SELECT t.mark FROM search_terms t, unique_terms u WHERE t.kind='number'"
        " AND t.subject_id=u.subject_id AND u.kind='source' ORDER BY u.rowid LIMIT 1)"
    ),
}
"""Pieces of the statements below: ids of both recordings, and the mark of the requester's number."""

FORGERIES = {
    "another caller's beside mine": "INSERT INTO search_terms VALUES ({theirs}, 'number', {my_mark})",
    "another caller's instead of mine": (
        "UPDATE search_terms SET subject_id={theirs} WHERE kind='number' AND subject_id={mine}"
    ),
    "both exchanged": (
        "UPDATE search_terms SET subject_id=CASE subject_id WHEN {mine} THEN {theirs} ELSE {mine} END"
        " WHERE kind='number' AND subject_id IN ({mine}, {theirs})"
    ),
    "mine hidden": "DELETE FROM search_terms WHERE kind='number' AND subject_id={mine}",
    "every mark gone": "DELETE FROM search_terms",
    "my number as another kind": (
        "UPDATE search_terms SET kind='customer' WHERE kind='number' AND subject_id={mine}"
    ),
    "their mark made mine": (
        "UPDATE search_terms SET mark={my_mark} WHERE kind='number' AND subject_id={theirs}"
    ),
    "my recording's row gone": "DELETE FROM recordings WHERE id={mine}",
    "my recording at another time": "UPDATE recordings SET started_at='2001-01-01' WHERE id={mine}",
    "a recording that does not exist": "INSERT INTO search_terms VALUES ('g0', 'number', {my_mark})",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_nobody_elses_recording_is_offered_and_none_is_hidden(asked, forgery):
    """Whatever is written: looking for the requester's recordings is refused, and the check finds it."""
    desk, request = asked
    assert [one.content.source_id for one in catalogue.search_for(desk, request)] == ["mine"]
    change(desk, FORGERIES[forgery].format_map(PARTS))

    with pytest.raises(SealBrokenError):
        catalogue.search_for(desk, request, DaySpan(NOW.date(), NOW.date()))
    assert Fault.ROWS in {fault.kind for fault in audit.verify(desk)}


QUERIES: dict[str, Callable[[Desk], object]] = {
    "number": lambda desk: requests.find(desk, RequestQuery(number=MINE)),
    "member": lambda desk: requests.find(desk, RequestQuery(member_number="M-1")),
    "name": lambda desk: requests.find(desk, RequestQuery(name="鈴木花子")),
    "operator": lambda desk: catalogue.search(desk, RecordingQuery(operator="担当mine")),
    "customer": lambda desk: catalogue.search(desk, RecordingQuery(customer_id="C-mine")),
}


@pytest.mark.parametrize("kind", QUERIES)
def test_a_search_does_not_say_that_there_is_nothing(asked, kind):
    """By any kind of value."""
    desk, _ = asked
    assert QUERIES[kind](desk)
    change(desk, f"DELETE FROM search_terms WHERE kind='{kind}'")  # noqa: S608

    with pytest.raises(SealBrokenError):
        QUERIES[kind](desk)


def test_a_value_that_is_unique_stays_unique(asked, monkeypatch):
    """A reference is not taken in twice, a recording not listed twice, a login not given twice."""
    quick_passwords(monkeypatch)
    desk, _ = asked
    accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), PASSWORD)
    change(desk, "DELETE FROM unique_terms")
    again = NewRecording("mine", NOW, "/calls/other.wav")
    for step in (
        lambda: identified(desk, reference="受付-1"),
        lambda: known_references(desk, ["受付-1"]),
        lambda: catalogue.add_recordings(desk, CLERK, [again]),
        lambda: catalogue.search(desk, RecordingQuery(source_id="mine")),
        lambda: accounts.add_account(desk, CLERK, "kubota", (Role.ADMIN,), PASSWORD),
        lambda: accounts.check_password(desk, "kubota", PASSWORD),
        lambda: accounts.set_password(desk, CLERK, "kubota", PASSWORD),
    ):
        with pytest.raises(SealBrokenError):
            step()


def test_a_value_that_nobody_has_is_still_just_not_found(asked):
    """A mark without a folder is none, not a broken one."""
    desk, _ = asked

    assert catalogue.search(desk, RecordingQuery(number="0312345678", source_id="none")) == ()
    assert requests.find(desk, RequestQuery(name="だれでもない")) == ()
    assert known_references(desk, ["受付-9"]) == {}


def test_an_upgrade_does_not_seal_marks_that_somebody_forged(tmp_path):
    """Marks of before were under no seal: they are made anew from what is sealed."""
    unpack_home("0.22.0", tmp_path)
    settings = desk_settings(tmp_path)
    with closing(raw_database_of(settings.home)) as database:
        before = marks(database)
        database.execute(
            "INSERT OR IGNORE INTO search_terms SELECT r.id, t.kind, t.mark FROM recordings r, search_terms t"
        )
        database.execute("DELETE FROM unique_terms WHERE kind='login'")
        assert marks(database) != before

    with open_desk(settings) as desk:
        assert audit.verify(desk) == ()
        with closing(raw_database(desk)) as database:
            assert marks(database) == before


def raw_database_of(home: Path):
    """A database that no desk has opened yet."""
    import sqlite3

    return sqlite3.connect(home / "desk.sqlite3", isolation_level=None)


def marks(database) -> list[set[tuple[object, ...]]]:
    """All marks."""
    tables = ("subject_id, kind, mark FROM search_terms", "subject_id, kind, mark FROM unique_terms")
    return [set(database.execute(f"SELECT {each}").fetchall()) for each in tables]


def test_an_upgrade_of_a_forged_database_is_refused(tmp_path):
    """The tree of the version before is held against the rows it had."""
    unpack_home("0.22.0", tmp_path)
    settings = desk_settings(tmp_path)
    with closing(raw_database_of(settings.home)) as database:
        database.execute("UPDATE recordings SET duration=1")

    with pytest.raises(DeskError) as raised:
        open_desk(settings)
    assert raised.value.code == "seal_broken"
