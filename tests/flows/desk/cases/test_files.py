from __future__ import annotations

from datetime import timedelta

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Held, Withdrawn
from flows.desk.cases import files
from flows.desk.integrity import audit
from flows.desk.integrity.desk import MARKER
from flows.desk.kinds.errors import ConflictError, FileMissingError, NotFoundError, StorageGoneError
from flows.desk.kinds.values import JAPAN, FileKind
from tests.desk_builders import CLERK, MANAGER, OTHER, identified, in_review

LETTER = "回答書 鈴木花子".encode()


@pytest.fixture
def letter(desk):
    """A letter of a request that is over."""
    number = identified(desk).number
    made = files.add_file(desk, CLERK, number, files.NewFile(FileKind.LETTER, desk.store.put(LETTER)))
    do(desk, CLERK, Withdrawn(number, "電話で取下げ"))
    return made


def test_who_opened_a_file_is_on_record(desk, letter):
    """26条: after a leak it has to be known who saw what."""
    with files.open_clear(desk, OTHER, letter.file_id) as path:
        assert path.read_bytes() == LETTER
    with files.open_stream(desk, OTHER, letter.file_id) as stream:
        assert stream.read() == LETTER

    told = [entry for entry in audit.entries(desk) if entry.action == "file.open"]
    assert [(entry.actor.name, entry.subject.file_digest) for entry in told] == [
        (OTHER.name, letter.digest)
    ] * 2


def test_files_are_kept_as_long_as_their_kind(desk, tmp_path):
    """Raw copies, drafts and what is released each have their period."""
    call = in_review(desk, tmp_path)
    days = {
        file.kind: (file.delete_after - file.made_at.astimezone(JAPAN).date()).days
        for file in files.list_files(desk, call_id=call.call_id)
        if file.delete_after
    }

    drafts = dict.fromkeys((FileKind.REVIEW, *files.MASKED_KINDS), desk.settings.retain_draft_days)
    assert days == drafts | {FileKind.RAW: desk.settings.retain_raw_days}


def test_a_file_is_due_after_its_last_day(desk, letter):
    """On the last day it is still kept."""
    assert files.due_files(desk, letter.delete_after) == ()
    assert files.due_files(desk, letter.delete_after + timedelta(days=1)) == (letter,)


def test_a_file_of_an_open_request_is_at_work(desk, tmp_path, clock):
    """Whatever its day: a request may be paused for long."""
    call = in_review(desk, tmp_path)
    day = clock.now.date() + timedelta(days=10_000)
    assert files.due_files(desk, day) == ()

    do(desk, CLERK, Withdrawn(call.request_id, "電話で取下げ"))
    assert files.due_files(desk, day) == tuple(
        sorted(files.list_files(desk, call_id=call.call_id), key=lambda file: file.file_id)
    )


def test_an_erased_file_is_gone_and_proven_so(desk, letter):
    """From the store, from the lists; the record says that it is gone."""
    files.erase_file(desk, CLERK, letter.file_id)

    assert not desk.store.exists(letter.store_key)
    assert files.list_files(desk) == ()
    last = audit.entries(desk)[-1]
    assert (last.action, last.subject.file_digest, last.detail["gone"]) == ("file.erase", letter.digest, 1)
    with pytest.raises(NotFoundError):
        files.erase_file(desk, CLERK, letter.file_id)


def test_an_erasing_that_was_killed_is_done_again(desk, letter):
    """The file was gone already, the row was not."""
    desk.store.delete(letter.store_key)

    files.erase_file(desk, CLERK, letter.file_id)

    assert files.list_files(desk) == ()


def test_a_store_that_keeps_the_file_is_not_believed(desk, letter, monkeypatch):
    """No proof of deletion is written over a file that is still there."""
    monkeypatch.setattr(type(desk.store), "delete", lambda *_: None)

    with pytest.raises(StorageGoneError):
        files.erase_file(desk, CLERK, letter.file_id)
    assert files.list_files(desk) == (letter,)


def test_a_legal_hold_keeps_files_whatever_the_day(desk, letter):
    """Those there are, and those that come."""
    assert do(desk, MANAGER, Held(letter.request_id)).legal_hold
    later = files.add_file(
        desk, CLERK, letter.request_id, files.NewFile(FileKind.PACKAGE, desk.store.put(b"zip"))
    )
    day = letter.delete_after + timedelta(days=1)

    assert later.legal_hold
    assert files.due_files(desk, day) == ()
    with pytest.raises(ConflictError):
        files.erase_file(desk, CLERK, letter.file_id)
    do(desk, MANAGER, Held(letter.request_id, off=True))
    assert len(files.due_files(desk, day)) == 2


def test_a_hold_without_files_yet_holds_what_comes(desk):
    """It is the request that is held."""
    request = identified(desk).number
    do(desk, MANAGER, Held(request))

    stored = desk.store.put(b"zip")

    assert files.add_file(desk, CLERK, request, files.NewFile(FileKind.PACKAGE, stored)).legal_hold


def test_orphans_are_swept_and_nothing_else(desk, letter, tmp_path):
    """Files that no row names, when they are old enough; unfinished ones too."""
    orphan = desk.store.put(b"made and never handed in")
    part = tmp_path / "home" / "store" / orphan.key[:2] / ".part-1"
    part.write_bytes(b"half")
    assert files.sweep_orphans(desk) == 0

    desk.settings.orphan_seconds = 0
    assert files.sweep_orphans(desk) == 2

    assert {name for name, _ in desk.store.listing()} == {letter.store_key, MARKER}


def test_a_file_that_is_named_during_the_sweep_stays(desk, letter, monkeypatch):
    """At an age of nothing: whoever names it while the store is looked through keeps it."""
    desk.settings.orphan_seconds = 0
    stored = desk.store.put(b"zip")
    listing = type(desk.store).listing

    def slow(store):
        found = list(listing(store))
        files.add_file(desk, CLERK, letter.request_id, files.NewFile(FileKind.PACKAGE, stored))
        return iter(found)

    monkeypatch.setattr(type(desk.store), "listing", slow)
    assert files.sweep_orphans(desk) == 0
    assert desk.store.read(stored.key) == b"zip"


def test_a_file_that_was_swept_is_not_named(desk, letter):
    """Whoever is late is refused, and nothing names what is gone."""
    desk.settings.orphan_seconds = 0
    stored = desk.store.put(b"zip")
    assert files.sweep_orphans(desk) == 1

    before = files.list_files(desk)
    with pytest.raises(FileMissingError):
        files.add_file(desk, CLERK, letter.request_id, files.NewFile(FileKind.PACKAGE, stored))
    assert files.list_files(desk) == before
