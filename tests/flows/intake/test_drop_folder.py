from __future__ import annotations

import fcntl
import json
import os
import re
import time
from pathlib import Path

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Held, Withdrawn
from flows.desk.cases import catalogue, files, handed_over, requests
from flows.desk.cases.calls import attach_call, check_unchanged, open_recording
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.integrity import audit
from flows.desk.integrity.desk import MARKER, Desk, open_desk
from flows.desk.kinds.errors import (
    ConflictError,
    DatabaseGoneError,
    RecordingUnreadableError,
    StorageGoneError,
)
from flows.desk.kinds.values import FileKind
from flows.desk.record.erasure import erase_request
from flows.desk.record.periods import erase_due, find_due
from flows.desk.record.rotation import rotate
from flows.desk.sealing.keys import add_key
from flows.folders.open_folder import OpenFolder
from flows.intake import drop_folder
from flows.intake.drop_folder import Taken, take_folder
from flows.intake.drop_stay import OWN_FOLDER, clear_stays
from flows.intake.tabular import FileError
from tests.builders import voice_file
from tests.desk_builders import CLERK, MANAGER, attached, catalogued, identified, identity

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


def left(inbox: Path) -> list[str]:
    """What lies in a folder and in those of it, beside the empty ones that it always has."""
    own = {"taking", "taking/.lock", "done", "failed"}
    found = (str(path.relative_to(inbox)) for path in inbox.rglob("*"))
    return sorted(name for name in found if name not in own)


def reasons(inbox: Path) -> list[dict[str, str]]:
    """What the error files say, all of them."""
    files = sorted((inbox / "failed").glob("*.error.json"))
    return [fault for file in files for fault in json.loads(file.read_text(encoding="utf-8"))["faults"]]


def test_a_pair_is_taken_in(desk: Desk, inbox: Path):
    """The request waits for its identity check; the recording is its customer's, measured, in the store."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.5)
    taken = take(desk, inbox)
    found = catalogue.search(desk, RecordingQuery(customer_id="M-77"))

    assert [one.number for one in taken.requests] == ["R-2026-0001"]
    assert found[0].content.duration == 1.5
    assert found[0].content.uri == f"kaiji:{found[0].recording_id}.wav"
    (receipt,) = left(inbox)
    assert re.fullmatch(r"done/x[0-9a-f]{16}\.json", receipt)
    told = json.loads((inbox / receipt).read_text())
    assert (told["request"], told["files"]) == ("R-2026-0001", 2)


def test_nothing_in_clear_is_left_of_it(desk: Desk, inbox: Path):
    """Neither in the folder nor anywhere else: the very bytes are in the store, sealed."""
    document = dropped(inbox).read_bytes()
    sound = voice_file(inbox / "鈴木.wav", 1.0).read_bytes()
    take(desk, inbox)
    stored = {
        file.digest: desk.store.read(file.store_key) for file in files.list_files(desk, request="R-2026-0001")
    }

    assert sorted(stored.values()) == sorted([document, sound])
    everything = b"".join(path.read_bytes() for path in inbox.parent.rglob("*") if path.is_file())
    assert "鈴木花子".encode() not in everything
    assert sound[:200] not in everything
    assert sound[2000:2200] not in everything
    assert list(inbox.parent.rglob("*鈴木*")) == []


def test_it_is_erased_with_its_request(desk: Desk, inbox: Path):
    """First the files when their time is over, then the people; the folder holds a number."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    request = take(desk, inbox).requests[0]
    do(desk, CLERK, Withdrawn(request.number, "電話で取下げ"))
    keys = [file.store_key for file in files.list_files(desk, request=request.number)]
    assert find_due(desk).count == 0

    desk.clock.pass_(days=desk.settings.retain_raw_days + 1)
    erase_due(desk, CLERK, find_due(desk))
    assert [key for key in keys if desk.store.exists(key)] == []
    desk.clock.pass_(days=desk.settings.retain_ledger_days)
    assert find_due(desk).requests == (request.request_id,)
    erase_due(desk, CLERK, find_due(desk))
    assert catalogue.search(desk, RecordingQuery()) == ()
    assert "鈴木" not in "".join(path.read_text() for path in inbox.rglob("*.json"))
    assert take(desk, inbox) == Taken()


def test_a_hold_keeps_it(desk: Desk, inbox: Path):
    """As everything else of the request."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    request = take(desk, inbox).requests[0]
    do(desk, CLERK, Withdrawn(request.number, "電話で取下げ"))
    do(desk, MANAGER, Held(request.number))
    desk.clock.pass_(days=10_000)

    assert find_due(desk).count == 0


def test_a_recording_that_another_open_request_has_too_stays(desk: Desk, inbox: Path):
    """Its file is at work there, though its own request is closed."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    first = take(desk, inbox).requests[0]
    (recording,) = catalogue.search(desk, RecordingQuery())
    other = identified(desk)
    call = attach_call(desk, CLERK, other.number, recording.recording_id)
    do(desk, CLERK, Withdrawn(first.number, "電話で取下げ"))
    desk.clock.pass_(days=desk.settings.retain_raw_days + 1)
    erase_due(desk, CLERK, find_due(desk))
    check_unchanged(desk, call.call_id)

    do(desk, CLERK, Withdrawn(other.number, "電話で取下げ"))
    erase_due(desk, CLERK, find_due(desk))
    with pytest.raises(RecordingUnreadableError, match="保存期間"):
        check_unchanged(desk, call.call_id)


def test_a_list_cannot_name_a_recording_in_the_store(desk: Desk, inbox: Path, tmp_path: Path):
    """Only its own entry of the catalogue leads there."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    take(desk, inbox)
    (recording,) = catalogue.search(desk, RecordingQuery())
    foreign = catalogued(desk, tmp_path, uri=recording.content.uri)

    with pytest.raises(RecordingUnreadableError):
        attach_call(desk, CLERK, identified(desk).number, foreign.recording_id)


def test_the_call_is_the_same_after_a_new_key(desk: Desk, inbox: Path, tmp_path: Path):
    """Files sealed anew get another name in the store."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    take(desk, inbox)
    (recording,) = catalogue.search(desk, RecordingQuery())
    call = attach_call(desk, CLERK, identified(desk).number, recording.recording_id)
    add_key(tmp_path / "home" / "key", desk.keyring)
    with open_desk(desk.settings) as again:
        rotate(again, CLERK)
        with open_recording(again, call.call_id) as copy:
            assert copy.suffix == ".wav"


def test_an_original_elsewhere_is_not_touched(desk: Desk, inbox: Path, tmp_path: Path):
    """Another name of the same file, such as the company's own archive: it may be one that nobody meant."""
    kept = voice_file(tmp_path / "archive.wav", 1.0)
    before = kept.read_bytes()
    dropped(inbox)
    (inbox / "鈴木.wav").hardlink_to(kept)

    assert take(desk, inbox).failed == 1
    assert kept.read_bytes() == before
    assert "ハードリンク" in reasons(inbox)[0]["reason"]


@pytest.mark.parametrize("kind", ["link", "dangling", "loop", "folder", "pipe"])
@pytest.mark.parametrize("name", ["鈴木花子.json", "鈴木.wav"])
def test_what_is_no_file_of_its_own_is_set_aside(desk: Desk, inbox: Path, kind: str, name: str):
    """Nothing behind a link is read or removed, nothing hangs, and the others go on."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    elsewhere = (inbox / name).rename(inbox.parent / "elsewhere")
    {
        "link": lambda path: path.symlink_to(elsewhere),
        "dangling": lambda path: path.symlink_to(inbox.parent / "nothing"),
        "loop": lambda path: path.symlink_to(path),
        "folder": lambda path: path.mkdir(),
        "pipe": os.mkfifo,
    }[kind](inbox / name)
    dropped(inbox, "good", reference="A-2", recordings=[])
    for path in inbox.glob("*.json"):
        if not path.is_symlink() and path.is_file():
            os.utime(path, (time.time() - 3600,) * 2)
    taken = take(desk, inbox)

    # A folder is no request, and is left where it lies.
    folder = (kind, name) == ("folder", "鈴木花子.json")
    assert (len(taken.requests), taken.failed) == (1, 0 if folder else 1)
    assert (inbox / name).is_dir() is (kind == "folder")
    assert elsewhere.is_file()


@pytest.mark.parametrize("which", ["鈴木花子.json", "鈴木.wav"])
def test_a_file_that_changes_while_it_is_taken_is_not_lost(desk: Desk, inbox: Path, monkeypatch, which: str):
    """What is in the store is what was sealed; what somebody still wrote is set aside and told."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    real = drop_folder.receive

    def changed(*args: object) -> object:
        (path,) = (inbox / "taking").rglob(which)
        with path.open("ab") as file:
            file.write(b" more")
        return real(*args)

    monkeypatch.setattr(drop_folder, "receive", changed)
    taken = take(desk, inbox)

    assert (len(taken.requests), taken.failed) == (1, 1)
    assert "取り込んだ後に変わった" in reasons(inbox)[0]["reason"]
    (kept,) = (inbox / "failed").rglob(which)
    assert kept.read_bytes().endswith(b" more")


def test_a_store_that_gives_back_something_else_takes_nothing(desk: Desk, inbox: Path, monkeypatch):
    """The clear files stay until the sealed ones are proven."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    with monkeypatch.context() as patch:
        patch.setattr("flows.desk.cases.handed_over.hash_of", lambda _: "0" * 64)
        with pytest.raises(StorageGoneError):
            take(desk, inbox)
    assert len([path for path in (inbox / "taking").rglob("x*/*") if path.is_file()]) == 2
    assert requests.list_requests(desk) == ()

    assert len(take(desk, inbox).requests) == 1


# --- what was set aside ----------------------------------------------------------------------


def old(folder: Path, days: float) -> None:
    """Let time go by for all in it."""
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (time.time() - days * 86_400,) * 2)


@pytest.mark.parametrize("by", ["the next run", "retention"])
def test_what_was_set_aside_stays_for_a_while(desk: Desk, inbox: Path, by: str):
    """Then it goes, reason and all, and the record says how many; what is not ours stays."""
    dropped(inbox, requester={"names": []}, recordings=[])
    voice_file(inbox / "stray.wav", 1.0)
    assert (take(desk, inbox).failed, take(desk, inbox).unnamed) == (1, 1)
    (inbox / "failed" / "somebody's").mkdir()
    old(inbox / "failed", desk.settings.retain_failed_days - 0.1)
    take(desk, inbox)
    assert len(list((inbox / "failed").rglob("*.json"))) == 2

    old(inbox / "failed", desk.settings.retain_failed_days + 0.1)
    if by == "retention":
        assert clear_stays(desk, CLERK) == 1
    else:
        take(desk, inbox)
    assert left(inbox) == ["failed/somebody's", "stray.wav"]
    proof = audit.entries(desk)[-1]
    assert (proof.action, proof.detail) == ("drop.erase", {"requests": 1})


def test_a_folder_that_is_not_mounted_is_no_failure_of_retention(desk: Desk, inbox: Path):
    """Nor is one that is no longer used."""
    take(desk, inbox)
    inbox.rename(inbox.with_name("away"))

    assert clear_stays(desk, CLERK) == 0


def test_what_an_earlier_version_left_goes_with_its_request(desk: Desk, inbox: Path, tmp_path: Path):
    """It is a recording's place until then."""
    folder = inbox / "done" / "x0123456789abcdef"
    folder.mkdir(parents=True)
    dropped(folder)
    sound = voice_file(folder / "鈴木.wav", 1.0)
    call = attached(desk, tmp_path)
    catalogued(desk, tmp_path, "two", uri=str(sound.absolute()))
    assert take(desk, inbox) == Taken()
    assert sound.is_file()
    (recording,) = catalogue.search(desk, RecordingQuery(source_id="PBX-two"))
    attach_call(desk, CLERK, call.request_id, recording.recording_id)
    do(desk, CLERK, Withdrawn(call.request_id, "電話で取下げ"))
    erase_request(desk, CLERK, call.request_id)
    clear_stays(desk, CLERK)

    assert left(inbox) == []


def test_a_taken_recording_can_be_attached(desk: Desk, inbox: Path):
    """After the identity check."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    request = take(desk, inbox).requests[0]
    do(desk, CLERK, identity(request.number))
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


POINTS = {
    "the document is read": (drop_folder, "_received", False),
    "a recording is measured": (drop_folder, "measured_sound", False),
    "the first file is sealed": (drop_folder, "put_into_store", False),
    "the last file is sealed": (drop_folder, "receive", False),
    "the request is written": (handed_over, "receive_within", True),
    "the files are named": (handed_over, "name_files", True),
    "all of it is there": (drop_folder, "receive", True),
    "the clear files are compared": (drop_folder, "named_digests", True),
    "the first clear file is gone": (OpenFolder, "remove", True),
    "the folder is empty": (OpenFolder, "remove_empty", False),
}
"""What a run is doing when it is killed, and whether that is done."""


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_is_finished_by_the_next(desk: Desk, inbox: Path, monkeypatch, point: str):
    """Wherever it was: one request, one recording, two files in the store, none in clear; none is lost."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    where, name, done = POINTS[point]
    real = getattr(where, name)

    def killed(*args: object, **kwargs: object) -> object:
        if name == "remove" and not str(args[1]).endswith((".json", ".wav")):
            return real(*args, **kwargs)
        if name == "remove_empty" and not OWN_FOLDER.fullmatch(str(args[1])):
            return real(*args, **kwargs)
        if done:
            real(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(where, name, killed)
        with pytest.raises(KeyboardInterrupt):
            take(desk, inbox)
    if requests.list_requests(desk) == ():
        assert len([path for path in (inbox / "taking").rglob("x*/*") if path.is_file()]) == 2
    take(desk, inbox)

    assert [one.number for one in requests.list_requests(desk)] == ["R-2026-0001"]
    assert len(catalogue.search(desk, RecordingQuery())) == 1
    named = files.list_files(desk, request="R-2026-0001")
    assert [file.kind for file in named] == [FileKind.ORIGINAL] * 2
    assert [path for path in left(inbox) if not path.startswith("done/x")] == []
    # Nor is a sealed file left that no row names.
    assert {name for name, _ in desk.store.listing()} == {MARKER, *(file.store_key for file in named)}


def test_a_request_that_was_erased_meanwhile_does_not_come_back(desk: Desk, inbox: Path, monkeypatch):
    """A run was killed before it removed the clear files, and none came until the ledger was erased."""
    dropped(inbox, recordings=[])
    remove = OpenFolder.remove

    def killed(folder: OpenFolder, name: str) -> None:
        if name == "鈴木花子.json":
            raise KeyboardInterrupt
        remove(folder, name)

    with monkeypatch.context() as patch:
        patch.setattr(OpenFolder, "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            take(desk, inbox)
    do(desk, CLERK, Withdrawn("R-2026-0001", "電話で取下げ"))
    desk.clock.pass_(days=desk.settings.retain_ledger_days + 1)
    erase_due(desk, CLERK, find_due(desk))

    assert take(desk, inbox).failed == 1
    assert len(requests.list_requests(desk)) == 1


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
    take(desk, inbox)
    with (inbox / "taking" / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ConflictError):
            take(desk, inbox)

    assert take(desk, inbox) == Taken()


def test_a_folder_that_is_not_there_is_refused(desk: Desk, inbox: Path):
    """None is made: it may be a disk that is not mounted."""
    with pytest.raises(FileError):
        take(desk, inbox / "missing")

    assert not (inbox / "missing").exists()
