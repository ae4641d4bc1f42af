from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

import pytest

from flows.desk import catalogue, requests
from flows.desk.calls import attach_call
from flows.desk.catalogue import RecordingQuery
from flows.desk.desk import Desk
from flows.desk.errors import ConflictError, DatabaseGoneError
from flows.intake import drop_folder
from flows.intake.drop_folder import Taken, take_folder
from flows.intake.tabular import FileError
from tests.builders import voice_file
from tests.desk_builders import CHECK, CLERK

REQUEST = {
    "reference": "A-1",
    "received_at": "2026-11-20",
    "channel": "郵送",
    "requester": {"names": [{"text": "鈴木花子"}]},
    "member_number": "M-77",
    "recordings": [{"file": "鈴木.wav", "started_at": "2026-10-10 10:15", "numbers": "0120444444"}],
}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An empty drop folder."""
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def dropped(inbox: Path, name: str = "鈴木花子", **changes: object) -> Path:
    """A request's file."""
    path = inbox / f"{name}.json"
    path.write_text(json.dumps(REQUEST | changes), encoding="utf-8")
    return path


def take(desk: Desk, inbox: Path) -> Taken:
    """What comes of a folder whose files are all finished."""
    return take_folder(desk, CLERK, inbox, settled=0.0)


def reasons(inbox: Path) -> list[dict[str, str]]:
    """What the error files say, all of them."""
    files = sorted((inbox / "failed").glob("*.error.json"))
    return [fault for file in files for fault in json.loads(file.read_text(encoding="utf-8"))["faults"]]


def test_a_pair_is_taken_in(desk: Desk, inbox: Path):
    """The request waits for its identity check; the recording is its customer's, measured, in done/."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.5)
    taken = take(desk, inbox)
    found = catalogue.search(desk, RecordingQuery(customer_id="M-77"))

    assert [one.number for one in taken.requests] == ["R-2026-0001"]
    assert found[0].content.duration == 1.5
    assert Path(found[0].content.uri).is_file()
    assert Path(found[0].content.uri).parents[1] == inbox / "done"
    assert [path.name for path in inbox.iterdir() if path.is_file()] == [".kaiji-lock"]
    assert list((inbox / "taking").iterdir()) == []


def test_a_taken_recording_can_be_attached(desk: Desk, inbox: Path):
    """After the identity check."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    request = take(desk, inbox).requests[0]
    requests.record_identity(desk, CLERK, request.number, CHECK)
    recording = catalogue.search(desk, RecordingQuery(number="0120444444"))[0]

    assert attach_call(desk, CLERK, request.number, recording.recording_id).bytes > 0


def test_nothing_happens_twice(desk: Desk, inbox: Path):
    """A second run finds nothing; the same file dropped again is set aside."""
    dropped(inbox, recordings=[], reference="")
    take(desk, inbox)

    assert take(desk, inbox) == Taken()
    dropped(inbox, "again", recordings=[], reference="")
    assert take(desk, inbox).failed == 1
    assert reasons(inbox) == [{"column": "", "reason": "すでに取り込まれています(R-2026-0001)"}]
    assert len(requests.list_requests(desk)) == 1


def test_mistakes_are_set_aside_without_personal_data(desk: Desk, inbox: Path):
    """Each with its places and reasons; the good ones beside them go on."""
    dropped(inbox, "a", recordings=[])
    dropped(inbox, "b", requester={"names": [], "鈴木花子": 1, "suzuki_hanako": 1}, recordings=[])
    (inbox / "g.json").write_text('{"suzuki_hanako": 1, "suzuki_hanako": 2}', encoding="utf-8")
    dropped(inbox, "c", reference="A-3")
    dropped(inbox, "d", reference="A-4", recordings=[{"file": "../鈴木.wav", "started_at": "2026-10-10"}])
    dropped(inbox, "e", reference="A-5", recordings=[{"file": "bad.wav", "started_at": "2026-10-10"}])
    (inbox / "bad.wav").write_bytes(b"no audio")
    (inbox / "f.json").write_text("{鈴木", encoding="utf-8")
    for path in inbox.glob("*.json"):
        os.utime(path, (time.time() - 3600,) * 2)
    taken = take(desk, inbox)
    told = reasons(inbox)

    assert (len(taken.requests), taken.failed) == (1, 6)
    assert {"column": "recordings[0].file", "reason": "録音ファイルがありません"} in told
    assert {"column": "recordings[0].file", "reason": "音声として読めません"} in told
    assert {"column": "requester.(知らないキー)", "reason": "知らないキーです"} in told
    assert [name for name in ("鈴木", "suzuki") if name in json.dumps(told, ensure_ascii=False)] == []
    assert sorted(path.name for path in (inbox / "failed").rglob("[a-g].json")) == [
        f"{c}.json" for c in "bcdefg"
    ]
    assert catalogue.search(desk, RecordingQuery()) == ()


def test_what_is_being_copied_waits(desk: Desk, inbox: Path):
    """A file just written, a recording not there yet: for a later run; in the end it is set aside."""
    path = dropped(inbox)
    assert take_folder(desk, CLERK, inbox).waiting == 1
    os.utime(path, (time.time() - 120,) * 2)
    assert take_folder(desk, CLERK, inbox).waiting == 1
    voice_file(inbox / "鈴木.wav", 1.0)
    assert take_folder(desk, CLERK, inbox).waiting == 1
    (inbox / "鈴木.wav").unlink()
    os.utime(path, (time.time() - 3600,) * 2)
    assert take_folder(desk, CLERK, inbox).failed == 1


@pytest.mark.parametrize("point", ["_parcel", "measure", "add_recordings", "receive", "after", "between"])
def test_a_killed_run_is_finished_by_the_next(desk: Desk, inbox: Path, monkeypatch, point: str):
    """Wherever it was: one request, one recording, both files in done/."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    where = {"add_recordings": drop_folder.catalogue, "receive": drop_folder.requests}.get(point, drop_folder)
    name = {"after": "_received", "between": "_named"}.get(point, point)
    real = getattr(where, name)
    calls = []

    def killed(*args: object, **kwargs: object) -> object:
        calls.append(None)
        if point == "between" and len(calls) == 1:
            return real(*args, **kwargs)
        if point == "after":
            real(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(where, name, killed)
        with pytest.raises(KeyboardInterrupt):
            take(desk, inbox)
    taken = take(desk, inbox)

    assert [one.number for one in taken.requests] == ["R-2026-0001"]
    assert len(requests.list_requests(desk)) == 1
    assert len(catalogue.search(desk, RecordingQuery())) == 1
    assert len(list((inbox / "done").rglob("*.*"))) == 2


def test_a_desk_that_is_gone_sets_nothing_aside(desk: Desk, inbox: Path):
    """The files wait; it is no fault of theirs."""
    dropped(inbox, recordings=[])
    database = desk.settings.home / "desk.sqlite3"
    database.rename(database.with_suffix(".away"))
    with pytest.raises(DatabaseGoneError):
        take(desk, inbox)
    database.with_suffix(".away").rename(database)

    assert len(take(desk, inbox).requests) == 1


def test_two_at_once_are_refused(desk: Desk, inbox: Path):
    """By a lock that a killed process loses."""
    with (inbox / ".kaiji-lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ConflictError):
            take(desk, inbox)

    assert take(desk, inbox) == Taken()


def test_a_folder_that_is_not_there_is_refused(desk: Desk, inbox: Path):
    """None is made: it may be a disk that is not mounted."""
    with pytest.raises(FileError):
        take(desk, inbox / "missing")

    assert not (inbox / "missing").exists()
