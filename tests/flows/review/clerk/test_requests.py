"""The page of a request: each step by its form, what the ledger says of it, and who may not."""

from __future__ import annotations

import io
import logging
import re
import wave
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.book.door import do
from flows.desk.book.requests import Withheld
from flows.desk.cases import calls, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Answer, NoteKind
from tests.builders import voice_file
from tests.desk_builders import CLERK, answered, catalogued, identified, in_review, new_request
from tests.flow_builders import waiting_voice
from tests.review_site import Person, send, signed_in
from tests.test_privacy import Everything

PHONE = "09012345678"


@pytest.fixture
def number(desk: Desk) -> str:
    """Public number of a request that was just taken in."""
    return requests.receive(desk, CLERK, new_request(fee_yen=300)).number


def last(desk: Desk, action: str) -> audit.AuditEntry:
    """The last entry of an action."""
    return [entry for entry in audit.entries(desk) if entry.action == action][-1]


STEPS = {
    "identify": ({"method": "driving_licence", "note": "氏名と住所"}, "request.identify"),
    "pause": ({"reason": "書類待ち"}, "request.pause"),
    "extend": ({"due": "2027-01-31", "reason": "多数のため"}, "request.extend"),
    "note": ({"text": "電話で確認"}, "request.remark"),
    "paid": ({}, "request.fee"),
    "withdraw": ({"reason": "本人の申出"}, "request.withdraw"),
    "withhold": ({"answer": "none_held", "reason": "録音がない"}, "request.withhold"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_in_the_name_of_the_person(clerk: Person, desk: Desk, number: str, step: str):
    """As the command takes it: the same entry in the audit log, by whoever is signed in."""
    fields, action = STEPS[step]
    answer = send(clerk, f"/requests/{number}/{step}", **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/requests/{number}")
    entry = last(desk, action)

    assert (entry.actor.name, entry.actor.role.value) == ("hirata", "intake")
    page = clerk.get(f"/requests/{number}").text
    for text in fields.values():
        if not text.isascii():
            assert text in page


def test_what_the_steps_do(clerk: Person, desk: Desk, number: str):
    """Clock, fee, identity and the end of a request are as after the commands."""
    send(clerk, f"/requests/{number}/pause", reason="書類待ち")
    assert requests.get(desk, number).paused_on is not None
    send(clerk, f"/requests/{number}/resume")
    send(clerk, f"/requests/{number}/extend", due="2027-01-31", reason="多数のため")
    send(clerk, f"/requests/{number}/paid")
    now = requests.get(desk, number)
    assert (now.paused_on, now.due_on, now.content.fee_paid) == (None, date(2027, 1, 31), True)
    send(clerk, f"/requests/{number}/identify", method="passport", at="2026-11-25T09:30", note="")
    assert requests.get(desk, number).state is State.IDENTIFIED
    send(clerk, f"/requests/{number}/withhold", answer="none_held", reason="録音がない")
    assert requests.get(desk, number).answer is Answer.NONE_HELD
    send(clerk, f"/requests/{number}/withdraw", reason="本人の申出")
    assert requests.get(desk, number).state is State.WITHDRAWN


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (("identify", {"method": "telepathy"}), 422),
        (("identify", {"method": "passport", "at": "2099-01-01T00:00"}), 422),
        (("pause", {"reason": " "}), 422),
        (("resume", {}), 409),
        (("extend", {"due": "2026-11-26", "reason": "早める"}), 409),
        (("withhold", {"answer": "full", "reason": "x"}), 409),
        (("withhold", {"answer": "withheld", "reason": ""}), 422),
        (("objection", {"text": "不服"}), 409),
    ],
)
def test_what_the_desk_refuses_is_refused(
    clerk: Person, desk: Desk, number: str, sent: tuple[str, dict[str, str]], status: int
):
    """With its own sentence; nothing has changed."""
    step, fields = sent
    before = requests.get(desk, number)
    answer = send(clerk, f"/requests/{number}/{step}", **fields)
    assert answer.status_code == status
    assert f'href="/requests/{number}"' in answer.text
    assert requests.get(desk, number) == before


def test_a_request_that_is_looked_at_is_on_record(app: FastAPI, desk: Desk, number: str):
    """By whoever looks, in their own role; an analyst does not see who asks."""
    for login, role in (("hirata", "intake"), ("kobayakawa", "approver"), ("saiki", "admin")):
        page = signed_in(app, login).get(f"/requests/{number}")
        assert "鈴木花子" in page.text
        entry = last(desk, "request.show")
        assert (entry.actor.name, entry.actor.role.value) == (login, role)
        assert ("本人確認を記録" in page.text) == (login == "hirata")
    assert signed_in(app, "kubota").get(f"/requests/{number}").status_code == 403


def test_the_list_tells_of_nobody(clerk: Person, desk: Desk, number: str):
    """Numbers, states and dates; people are found by what is written into a form."""
    other = identified(desk).number
    page = clerk.get("/requests").text
    assert number in page
    assert "鈴木" not in page
    rows = clerk.get("/requests?state=identified").text.partition("<tbody>")[2]
    assert other in rows
    assert number not in rows
    found = send(clerk, "/requests/find", name="すずきはなこ", phone="090-1234-5678", member="").text
    assert {number, other} <= set(re.findall(r"R-\d{4}-\d{4}", found))
    assert last(desk, "requests.search").detail["found"] == 2
    assert "合う請求はありません" in send(clerk, "/requests/find", name="長谷川", phone="", member="").text
    assert send(clerk, "/requests/find", name=" ", phone="", member="").status_code == 422


def test_a_recording_is_found_and_attached(clerk: Person, desk: Desk, tmp_path: Path):
    """By the requester's own number; what is attached is no longer offered."""
    number = identified(desk).number
    mine = catalogued(desk, tmp_path, "mine", numbers=(PHONE,))
    other = catalogued(desk, tmp_path, "other", numbers=("0312345678",), operator="山本")
    page = send(clerk, f"/requests/{number}/search").text
    assert mine.recording_id in page
    assert other.recording_id not in page
    assert last(desk, "recordings.search").detail["found"] == 1
    looked = send(clerk, f"/requests/{number}/look-for", customer="", phone="", operator="山本").text
    assert other.recording_id in looked
    chosen = [mine.recording_id, other.recording_id]
    assert send(clerk, f"/requests/{number}/attach", recording=chosen).status_code == 303

    attached = calls.list_calls(desk, request=number)
    assert {each.recording_id for each in attached} == set(chosen)
    assert last(desk, "call.attach").actor.name == "hirata"
    assert "すべて追加済" in send(clerk, f"/requests/{number}/search").text


def test_a_found_recording_is_heard_before_it_is_attached(clerk: Person, desk: Desk, tmp_path: Path):
    """Its first ten seconds, by whoever may attach it; the record says who heard what for which request."""
    asked = identified(desk)
    file = voice_file(tmp_path / "long.wav", 12.0)
    mine = catalogued(desk, tmp_path, "mine", numbers=(PHONE,), uri=str(file))
    page = send(clerk, f"/requests/{asked.number}/search").text
    assert f'data-listen="{mine.recording_id}"' in page
    answer = clerk.post(f"/api/requests/{asked.number}/listen", {"recording": mine.recording_id})

    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert sound.getnframes() == 10 * sound.getframerate()
    entry = last(desk, "recordings.listen")
    assert (entry.actor.name, entry.subject.request_id) == ("hirata", asked.request_id)
    assert dict(entry.detail) == {"recording": mine.recording_id, "to_ms": 10_000}
    assert calls.list_calls(desk, request=asked.number) == ()


def test_before_the_identity_check_nothing_is_heard(clerk: Person, desk: Desk, number: str, tmp_path: Path):
    """As nothing may be attached; nothing is heard of what is no recording either."""
    mine = catalogued(desk, tmp_path, "mine", numbers=(PHONE,))
    before = len(audit.entries(desk))
    for other in (mine.recording_id, "g0"):
        refused = clerk.post(f"/api/requests/{number}/listen", {"recording": other})
        assert refused.status_code in {404, 409}
    assert len(audit.entries(desk)) == before


def test_a_file_of_the_inbox_is_attached(clerk: Person, desk: Desk):
    """It is listed by name and taken by its id; afterwards it lies sealed and no longer in the inbox."""
    number = identified(desk).number
    inbox = desk.settings.home / "inbox"
    inbox.mkdir()
    (inbox / "折返し.wav").write_bytes(b"RIFF" * 100)
    page = clerk.get(f"/requests/{number}").text
    assert "折返し.wav" in page
    (file_id,) = re.findall(r'name="file" value="(\w+)"', page)
    send(clerk, f"/requests/{number}/inbox", file=[file_id])

    assert len(calls.list_calls(desk, request=number)) == 1
    assert not (inbox / "折返し.wav").exists()


def test_before_the_identity_check_nothing_is_attached(
    clerk: Person, desk: Desk, number: str, tmp_path: Path
):
    """The page offers it as little as the desk allows it."""
    recording = catalogued(desk, tmp_path)
    assert "録音を探す" not in clerk.get(f"/requests/{number}").text
    refused = send(clerk, f"/requests/{number}/attach", recording=[recording.recording_id])

    assert (refused.status_code, "本人確認" in refused.text) == (409, True)
    assert calls.list_calls(desk, request=number) == ()


def test_calls_are_put_back_withheld_and_taken_out(clerk: Person, desk: Desk, tmp_path: Path):
    """Each by its button, where its state allows it."""
    call = in_review(desk, tmp_path)
    path = f"/calls/{call.call_id}"
    assert "加えた時のまま" in send(clerk, f"{path}/check").text
    send(clerk, f"{path}/requeue")
    assert calls.get_call(desk, call.call_id).state is State.REQUESTED
    send(clerk, f"{path}/withhold", reason="第三者の権利", ground=1)
    assert calls.get_call(desk, call.call_id).state is State.WITHHELD
    (note,) = requests.notes(desk, call.request_id)
    assert (note.kind, note.by, note.text, note.code) == (NoteKind.WITHHOLD, "hirata", "第三者の権利", "1")
    send(clerk, f"{path}/withdraw")
    assert calls.get_call(desk, call.call_id).state is State.WITHDRAWN
    assert send(clerk, f"{path}/requeue").status_code == 409
    assert send(clerk, f"{path}/withhold", reason=" ", ground=1).status_code == 422


def test_a_changed_recording_is_told(clerk: Person, desk: Desk, tmp_path: Path):
    """The check says so and does nothing."""
    call = waiting_voice(desk, tmp_path)
    for file in tmp_path.rglob("*.wav"):
        file.write_bytes(b"another")

    assert send(clerk, f"/calls/{call.call_id}/check").status_code == 409


def test_an_objection_is_noted_after_an_answer(clerk: Person, desk: Desk):
    """The page offers it then, and the ledger has it."""
    number = identified(desk).number
    do(desk, CLERK, Withheld(number, "録音がない", Answer.NONE_HELD))
    answered(desk, number)
    assert "申出を記録" in clerk.get(f"/requests/{number}").text
    send(clerk, f"/requests/{number}/objection", text="納得できない")

    assert "納得できない" in {note.text for note in requests.notes(desk, number)}


def test_only_an_administrator_holds(app: FastAPI, desk: Desk, clerk: Person, number: str):
    """And lets go again."""
    assert send(clerk, f"/requests/{number}/hold", off="false").status_code == 403
    admin = signed_in(app, "saiki")
    send(admin, f"/requests/{number}/hold", off="false")
    assert requests.get(desk, number).legal_hold
    assert last(desk, "request.hold").actor.name == "saiki"
    assert "保全中" in clerk.get(f"/requests/{number}").text
    send(admin, f"/requests/{number}/hold", off="true")
    assert not requests.get(desk, number).legal_hold


def test_the_log_holds_nothing_of_it(clerk: Person, number: str):
    """Of a search, a note and a withheld request, whatever level is asked for."""
    told, root = Everything(), logging.getLogger()
    root.addHandler(told)
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        send(clerk, "/requests/find", name="鈴木花子", phone="", member="")
        send(clerk, f"/requests/{number}/note", text="鈴木花子さんから電話")
        send(clerk, f"/requests/{number}/withhold", answer="full", reason="鈴木花子")
        clerk.get(f"/requests/{number}")
    finally:
        root.removeHandler(told)
        root.setLevel(level)

    assert told.lines
    assert "鈴木" not in "\n".join(told.lines)
