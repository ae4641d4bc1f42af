"""Lists are taken in by the page as by the commands: all or nothing, with every mistake."""

from __future__ import annotations

import base64
import os
import time
from pathlib import Path

import pytest

from flows.desk.cases import catalogue, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from tests.builders import voice_file
from tests.review_site import Person, send

GOOD = "受付番号,受付日時,受付方法,氏名\nA-1,2026-11-20,郵送,鈴木花子\nA-2,2026-11-21,窓口,佐藤健一\n"
BAD = "受付番号,受付日時,受付方法,氏名\nA-1,2026-11-20,郵送,鈴木花子\nA-2,きのう,飛脚,\n"


def sent(text: str, encoding: str = "utf-8", kind: str = "csv") -> dict[str, str]:
    """A file as the page's script puts it into the form."""
    return {"kind": kind, "content": base64.urlsafe_b64encode(text.encode(encoding)).decode()}


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_requests_of_a_file_are_taken_in(clerk: Person, desk: Desk, encoding: str):
    """All of them, in the name of who sent it; Excel's Shift_JIS too."""
    page = send(clerk, "/imports/requests", **sent(GOOD, encoding))
    assert (page.status_code, "2件を受け付けました" in page.text) == (200, True)

    assert [one.content.requester.names[0].text for one in requests.list_requests(desk)] == [
        "鈴木花子",
        "佐藤健一",
    ]
    received = [entry for entry in audit.entries(desk) if entry.action == "request.receive"]
    assert {(entry.actor.name, entry.actor.role.value) for entry in received} == {("hirata", "intake")}


def test_every_mistake_is_told_and_nothing_is_taken_in(clerk: Person, desk: Desk):
    """By row and column, and no value is repeated; the same file twice is a mistake too."""
    page = send(clerk, "/imports/requests", **sent(BAD))
    assert page.status_code == 422
    assert "誤りが3件" in page.text
    for told in ('<td class="amount">3</td>', "受付日時", "受付方法", "氏名"):
        assert told in page.text
    assert not any(text in page.text for text in ("飛脚", "きのう", "鈴木"))
    assert requests.list_requests(desk) == ()
    send(clerk, "/imports/requests", **sent(GOOD))
    assert "すでに取り込まれています" in send(clerk, "/imports/requests", **sent(GOOD)).text
    assert len(requests.list_requests(desk)) == 2


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"kind": "exe", "content": "eA=="}, 422),
        ({"kind": "csv", "content": "%%%"}, 422),
        ({"kind": "json", "content": "eA=="}, 422),
        ({"kind": "yaml", "content": "eA=="}, 422),
        ({"kind": "csv", "content": "x" * 300_000}, 413),
    ],
)
def test_what_is_no_file_is_refused(clerk: Person, desk: Desk, given: dict[str, str], status: int):
    """Without a trace of it on the disk."""
    assert send(clerk, "/imports/requests", **given).status_code == status
    assert requests.list_requests(desk) == ()
    assert list(desk.settings.work.rglob("sent.*")) == []


def test_recordings_are_taken_from_a_folder_and_a_list(administrator: Person, desk: Desk, tmp_path: Path):
    """By an administrator, as often as one likes."""
    folder = tmp_path / "calls"
    folder.mkdir()
    for name in ("20261110-101500_M-77.wav", "other.wav"):
        os.utime(voice_file(folder / name, 2.0), (time.time() - 3600,) * 2)
    where = {"folder": str(folder), "pattern": "{start:%Y%m%d-%H%M%S}_{customer}.wav"}
    page = send(administrator, "/imports/scan", **where).text
    assert "1件 取り込みました" in page
    assert "1件 名前の形が違います" in page
    assert "1件 登録済みです" in send(administrator, "/imports/scan", **where).text
    listed = f"call_id,started_at,file,customer_id\nc-1,2026-11-11 10:00,{folder}/other.wav,M-78\n"
    assert "1件 取り込みました" in send(administrator, "/imports/recordings", **sent(listed)).text
    missing = sent(listed.replace("other", "none").replace("c-1", "c-2"))
    refused = send(administrator, "/imports/recordings", **missing)
    assert (refused.status_code, "録音ファイルがありません" in refused.text) == (422, True)

    found = catalogue.search(desk, catalogue.RecordingQuery())
    assert sorted(one.content.customer_id for one in found) == ["M-77", "M-78"]
    assert send(administrator, "/imports/scan", folder=str(folder), pattern="{x}").status_code == 422
    assert (
        send(administrator, "/imports/scan", folder=str(tmp_path / "no"), pattern="{start:%Y}").status_code
        == 409
    )


def test_each_sees_the_forms_of_their_role(clerk: Person, administrator: Person):
    """A clerk names no place on the machine, an administrator takes no requests in."""
    assert 'action="/imports/requests"' in clerk.get("/imports").text
    assert "/imports/scan" not in clerk.get("/imports").text
    assert send(clerk, "/imports/scan", folder="/", pattern="{start:%Y}").status_code == 403
    assert send(clerk, "/imports/recordings", **sent("call_id\n")).status_code == 403
    assert send(administrator, "/imports/requests", **sent(GOOD)).status_code == 403


def test_a_recording_is_entered_by_hand(administrator: Person, desk: Desk, tmp_path: Path):
    """As a list of one row is: the same checks, and the page says that it is saved."""
    file = voice_file(tmp_path / "one.wav", 2.0)
    fields = {
        "call_id": "手-1",
        "started_at": "2026-11-03T10:15",
        "file": str(file),
        "numbers": "090-1234-5678",
        "customer_id": "M-77",
        "operator": "山本",
    }
    page = send(administrator, "/imports/recording", **fields)
    assert (page.status_code, "1件 登録しました" in page.text) == (200, True)
    (found,) = catalogue.search(desk, catalogue.RecordingQuery(customer_id="M-77"))
    assert (found.content.uri, found.content.numbers) == (str(file), ("09012345678",))
    wrong = send(administrator, "/imports/recording", **fields | {"call_id": "手-2", "started_at": "きのう"})
    assert (wrong.status_code, "開始日時" in wrong.text, "きのう" in wrong.text) == (422, True, False)
    assert len(catalogue.search(desk, catalogue.RecordingQuery(customer_id="M-77"))) == 1


def test_the_samples_can_be_taken_in(clerk: Person, administrator: Person, tmp_path: Path):
    """Each list's, as it is offered beside its form; a recording's file has to be there."""
    for person, name in ((clerk, "requests"), (administrator, "recordings")):
        assert f"/static/sample-{name}.csv" in person.get("/imports").text
    told = clerk.get("/static/sample-requests.csv").content.decode("utf-8-sig")
    assert "1件を受け付けました" in send(clerk, "/imports/requests", **sent(told)).text
    told = clerk.get("/static/sample-recordings.csv").content.decode("utf-8-sig")
    place = "/srv/recordings/20260910-140322.wav"
    assert place in told
    file = str(voice_file(tmp_path / "one.wav", 2.0))
    page = send(administrator, "/imports/recordings", **sent(told.replace(place, file)))
    assert "1件 取り込みました" in page.text
