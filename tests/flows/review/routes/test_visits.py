"""The sound of a visit by its addresses: for the session that began it, and only while it lasts."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.answers.ways import approve_way, choose_way
from flows.desk.cases import files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Call, FileKind
from flows.desk.kinds.ways import Manner, Way
from pipeline.audio.recording import read_recording
from tests.desk_builders import ANALYST, OTHER
from tests.release_builders import SECRETS, released
from tests.review_site import Person, send, signed_in
from tests.sentinels import found_in

WAV_HEADER_BYTES = 44


@pytest.fixture
def desk(releasing_desk: Desk) -> Desk:
    """One whose calls go out."""
    return releasing_desk


@pytest.fixture
def answered(desk: Desk, approved_call: Call) -> tuple[str, str]:
    """Number and call of a request that was answered in person."""
    call, request = approved_call, approved_call.request_id
    choose_way(desk, ANALYST, request, Manner(Way.IN_PERSON))
    approve_way(desk, OTHER, request)
    released(desk, request)
    return requests.get(desk, request).number, call.call_id


def begun(app: FastAPI, number: str) -> Person:
    """An approver in a visit."""
    person = signed_in(app, "kobayakawa")
    assert send(person, f"/ledger/{number}/visit", present="本人").status_code == 303
    return person


def played(person: Person, number: str, call_id: str) -> str:
    """An address of the call's sound."""
    answer = person.post(f"/api/visits/{number}/play", {"call_id": call_id, "start": 1.5})
    assert answer.status_code == 200
    return answer.json()["url"]


def test_the_very_copy_that_was_released_sounds(app: FastAPI, desk: Desk, answered, tmp_path: Path):
    """Whole or in part, never as a file to keep, with nothing of what was said in it."""
    number, call_id = answered
    person = begun(app, number)
    url = played(person, number, call_id)
    whole = person.get(url)
    part = person.get(url, headers={"Range": "bytes=44-143"})
    found = [f for f in files.list_files(desk, call_id=call_id) if f.kind is FileKind.MASKED_AUDIO]
    (tmp_path / "copy.wav").write_bytes(desk.store.read(found[-1].store_key))
    samples = read_recording(tmp_path / "copy.wav").samples

    assert whole.content[WAV_HEADER_BYTES:] == samples.T.astype("<i2").tobytes()
    assert (part.status_code, part.content) == (206, whole.content[44:144])
    assert "content-disposition" not in whole.headers
    assert whole.headers["cache-control"] == "no-store"
    page = person.get(f"/ledger/{number}/visit").text
    assert found_in(page.encode(), SECRETS) == []
    assert "/ledger.csv" not in page
    assert 'href="/calls"' not in page


def test_the_log_knows_of_the_sound_before_it_leaves(app: FastAPI, desk: Desk, answered):
    """And of what the page says it played, within the length of the call."""
    number, call_id = answered
    person = begun(app, number)
    played(person, number, call_id)
    granted = audit.entries(desk)[-1]
    told = person.post(
        f"/api/visits/{number}/heard", {"call_id": call_id, "stretches": [[1.5, 2.0], [3, 99]]}
    )
    heard = [each for each in audit.entries(desk) if each.action == "visit.heard"]

    assert (granted.action, granted.actor.name, granted.detail["from_ms"]) == (
        "visit.play",
        "kobayakawa",
        1500,
    )
    assert [(each.detail["from_ms"], each.detail["to_ms"]) for each in heard] == [(1500, 2000), (3000, 4000)]
    assert [what for _, what in told.json()["played"]] == [
        "通話1 00:01.5-00:02.0",
        "通話1 00:03.0-00:04.0",
    ]


def test_the_address_ends_with_the_visit(app: FastAPI, answered):
    """So do playing and telling."""
    number, call_id = answered
    person = begun(app, number)
    url = played(person, number, call_id)
    assert send(person, f"/ledger/{number}/visit/end").status_code == 303

    assert person.get(url).status_code == 404
    assert person.post(f"/api/visits/{number}/play", {"call_id": call_id}).status_code == 404
    stretches = {"call_id": call_id, "stretches": [[0.0, 1.0]]}
    assert person.post(f"/api/visits/{number}/heard", stretches).status_code == 404


def test_another_session_of_the_same_person_hears_nothing(app: FastAPI, answered):
    """It may end the visit, and is told whose it is."""
    number, call_id = answered
    url = played(begun(app, number), number, call_id)
    other = signed_in(app, "kobayakawa")

    assert other.get(url).status_code == 404
    assert other.post(f"/api/visits/{number}/play", {"call_id": call_id}).status_code == 404
    page = other.get(f"/ledger/{number}/visit").text
    assert "別のサインインで聴取を始めています" in page
    assert "visit.js" not in page
    assert send(other, f"/ledger/{number}/visit", present="本人").status_code == 409
    assert send(other, f"/ledger/{number}/visit/end").status_code == 303


@pytest.mark.parametrize(
    "body",
    [
        {"call_id": "c0"},
        {"call_id": "../x"},
        {"call_id": "c0", "start": -1},
        {"call_id": "c0", "start": "NaN"},
        {},
    ],
)
def test_anything_else_is_refused(app: FastAPI, answered, body: dict):
    """No other call, no other shape."""
    person = begun(app, answered[0])

    assert person.post(f"/api/visits/{answered[0]}/play", body).status_code in {404, 422}


def test_no_visit_for_a_request_that_is_not_answered_so(app: FastAPI, desk: Desk, released_call: Call):
    """No page, no beginning."""
    request = released_call.request_id
    number = requests.get(desk, request).number
    person = signed_in(app, "kobayakawa")

    assert person.get(f"/ledger/{number}/visit").status_code == 404
    assert send(person, f"/ledger/{number}/visit", present="本人").status_code == 409
