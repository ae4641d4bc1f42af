from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Held, Remarked, Withdrawn
from flows.desk.cases import calls, catalogue, files, requests
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.cases.requests import RequestQuery
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotFoundError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN, Agent, NoteKind, Request
from flows.desk.record.erasure import due_requests, erase_request
from flows.desk.record.rotation import rotate
from flows.desk.storage.tables import Table
from flows.desk.work import plans
from pipeline.types import CaseName, Requester
from tests.desk_builders import (
    CLERK,
    MANAGER,
    OTHER,
    SECOND,
    Clock,
    attached,
    identified,
    in_review,
    raw_database,
)


@pytest.fixture
def closed(desk: Desk, tmp_path: Path) -> Request:
    """A request with all that a request can have, withdrawn, its files erased."""
    agent = Agent(CaseName("長谷川隆", "ハセガワタカシ"), "power_of_attorney", "委任状")
    number = identified(desk, member_number="M-55", agent=agent, reference="受付-17").number
    call = in_review(desk, tmp_path, request=number)
    do(desk, SECOND, Remarked(number, "鈴木花子さんから電話"))
    plans.decide(desk, OTHER, call.call_id, (plans.Decision(1, "m1", "mask", 1, desk.clock(), "第三者"),))
    do(desk, CLERK, Withdrawn(number, "電話で取下げ"))
    for file in files.list_files(desk):
        files.erase_file(desk, CLERK, file.file_id)
    return requests.get(desk, number)


def last_day(desk: Desk, clock: Clock):
    """On which the people of a request that was closed now are still kept."""
    return clock.now.astimezone(JAPAN).date() + timedelta(days=desk.settings.retain_ledger_days)


def sealed_values(desk: Desk) -> dict[str, list[bytes]]:
    """What stands sealed in the database, the record left out."""
    with closing(raw_database(desk)) as database:
        tables = [
            name
            for name, table in Table.metadata.tables.items()
            if "sealed" in table.c and not name.startswith("audit")
        ]
        return {
            name: [row[0] for row in database.execute(f"SELECT sealed FROM {name}")]  # noqa: S608
            for name in tables
        }


def test_a_request_is_due_after_its_last_day(desk, closed, clock):
    """On the last day its people are still kept."""
    day = last_day(desk, clock)

    assert due_requests(desk, day) == ()
    assert due_requests(desk, day + timedelta(days=1)) == (closed.request_id,)


def test_its_people_are_gone(desk, closed):
    """Nobody is found or shown any more; number, state, days and channel stay, and the record is whole."""
    assert erase_request(desk, OTHER, closed.number) > 0
    after = requests.get(desk, closed.number)

    assert after.content.requester == Requester()
    assert after.content.agent is None
    assert after.content.reference == after.content.member_number == ""
    assert (after.number, after.state, after.due_on) == (closed.number, State.WITHDRAWN, closed.due_on)
    assert after.content.received_at == closed.content.received_at
    for query in (RequestQuery(name="鈴木花子"), RequestQuery(member_number="M-55")):
        assert requests.find(desk, query) == ()
    assert catalogue.search(desk, RecordingQuery()) == ()
    assert [note.kind for note in requests.notes(desk, closed.number)] == [NoteKind.ERASE]
    assert plans.decisions(desk, closed.calls[0]) == ()
    with pytest.raises(NotFoundError):
        plans.get_plan(desk, closed.calls[0])
    assert audit.verify(desk) == ()
    proof = audit.entries(desk)[-1]
    assert (proof.action, proof.subject.request_id, proof.detail["gone"]) == (
        "request.erase",
        closed.request_id,
        1,
    )


def test_nothing_sealed_of_it_is_left_on_the_disk(desk, closed, tmp_path):
    """Not even for somebody who has the key: the database's file holds none of the old values."""
    before = {value for values in sealed_values(desk).values() for value in values}
    erase_request(desk, OTHER, closed.number)
    kept = {value for values in sealed_values(desk).values() for value in values}
    gone = before - kept
    desk.close()
    raw = b"".join(path.read_bytes() for path in (tmp_path / "home").glob("desk.sqlite3*"))

    assert len(gone) >= 6
    # A long value may be spread over pages; its beginning is random and its own.
    assert [value for value in gone if value[:40] in raw] == []
    assert all(value[:40] in raw for value in kept)


def test_erasing_twice_does_nothing_twice(desk, closed, clock):
    """Nor is it due again."""
    erase_request(desk, OTHER, closed.number)
    entries = len(audit.entries(desk))

    assert erase_request(desk, OTHER, closed.number) == 0
    assert len(audit.entries(desk)) == entries
    assert due_requests(desk, last_day(desk, clock) + timedelta(days=1)) == ()


def test_an_open_request_keeps_its_people(desk, tmp_path, clock):
    """However old it is."""
    call = attached(desk, tmp_path)

    assert due_requests(desk, last_day(desk, clock) + timedelta(days=1)) == ()
    with pytest.raises(ImpossibleStepError):
        erase_request(desk, OTHER, call.request_id)


def test_a_hold_keeps_its_people(desk, closed, clock):
    """Whatever the day."""
    do(desk, MANAGER, Held(closed.number))

    assert due_requests(desk, last_day(desk, clock) + timedelta(days=1)) == ()
    with pytest.raises(ConflictError):
        erase_request(desk, OTHER, closed.number)
    assert requests.get(desk, closed.number) == replace(closed, legal_hold=True)


def test_a_file_keeps_its_people(desk, tmp_path):
    """First the files go; what is in them would be nobody's otherwise."""
    call = in_review(desk, tmp_path)
    do(desk, CLERK, Withdrawn(call.request_id, "電話で取下げ"))

    with pytest.raises(ConflictError):
        erase_request(desk, OTHER, call.request_id)
    assert requests.get(desk, call.request_id).content.requester.names


def test_a_recording_that_another_request_has_stays(desk, closed):
    """It is emptied with the last of them."""
    recording = calls.get_call(desk, closed.calls[0]).recording_id
    other = identified(desk).number
    calls.attach_call(desk, CLERK, other, recording)
    erase_request(desk, OTHER, closed.number)
    assert catalogue.get_recording(desk, recording).content.uri

    do(desk, CLERK, Withdrawn(other, "電話で取下げ"))
    erase_request(desk, OTHER, other)
    assert catalogue.get_recording(desk, recording).content.uri == ""


def test_the_desk_goes_on_after_it(desk, closed, tmp_path):
    """Keys are replaced, the same number of the company's may come again, lists are shown."""
    from flows.desk.sealing.keys import add_key

    erase_request(desk, OTHER, closed.number)
    add_key(tmp_path / "home" / "key", desk.keyring)
    with open_desk(desk.settings) as again:
        rotate(again, OTHER)
        identified(again, reference="受付-17")

        assert len(requests.list_requests(again)) == 2
        assert audit.verify(again) == ()
