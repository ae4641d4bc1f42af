"""A recording that is put into the inbox goes into the store, and from the inbox."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.desk.cases import calls, catalogue, files
from flows.desk.cases.requests import receive
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import NotIdentifiedError
from flows.runs.inbox import inbox_folder, list_inbox, take_from_inbox
from tests.builders import voice_file
from tests.desk_builders import CLERK, Clock, desk_settings, identified, new_request
from tests.ready_desks import as_made, copy_desk


@pytest.fixture
def desk(tmp_path: Path):
    """A desk of its own."""
    copy_desk(tmp_path, Clock, as_made)
    with open_desk(desk_settings(tmp_path), Clock()) as opened:
        yield opened


@pytest.fixture
def file_id(desk: Desk) -> str:
    """A recording in the inbox; its id."""
    inbox_folder(desk).mkdir()
    voice_file(inbox_folder(desk) / "長谷川隆.wav", 2.0)
    return list_inbox(desk)[0].file_id


def test_nothing_in_clear_is_left(desk: Desk, file_id: str):
    """The call's recording is the very file, sealed; its name is nowhere."""
    sound = (inbox_folder(desk) / "長谷川隆.wav").read_bytes()
    call_id = take_from_inbox(desk, CLERK, file_id, identified(desk).number)

    assert list(inbox_folder(desk).iterdir()) == []
    with calls.open_recording(desk, call_id) as copy:
        assert copy.read_bytes() == sound
    everything = b"".join(path.read_bytes() for path in desk.settings.home.rglob("*") if path.is_file())
    assert sound[2000:2200] not in everything
    assert take_from_inbox(desk, CLERK, file_id, calls.get_call(desk, call_id).request_id) == call_id


@pytest.mark.parametrize("point", ["put_into_store", "hand_over", "attach_call", "hash_of"])
def test_a_killed_run_is_finished_by_the_next(desk: Desk, file_id: str, monkeypatch, point: str):
    """Wherever it was: one recording, one call, nothing lost and nothing left in clear."""
    request = identified(desk).number

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"flows.runs.inbox.{point}", killed)
        with pytest.raises(KeyboardInterrupt):
            take_from_inbox(desk, CLERK, file_id, request)
    assert [file.file_id for file in list_inbox(desk)] == [file_id]
    call_id = take_from_inbox(desk, CLERK, file_id, request)

    assert [call.call_id for call in calls.list_calls(desk)] == [call_id]
    assert len(catalogue.search(desk, catalogue.RecordingQuery())) == 1
    assert len(files.list_files(desk)) == 1
    assert list_inbox(desk) == ()


def test_a_request_that_takes_no_call_leaves_the_file(desk: Desk, file_id: str):
    """Nothing of it is stored before the identity check is recorded."""
    request = receive(desk, CLERK, new_request())
    with pytest.raises(NotIdentifiedError):
        take_from_inbox(desk, CLERK, file_id, request.number)

    assert [file.file_id for file in list_inbox(desk)] == [file_id]
    assert files.list_files(desk) == ()


def test_what_is_no_file_of_its_own_is_not_listed(desk: Desk, file_id: str):
    """A link, whose end may lie anywhere, or a pipe, which would hang."""
    (inbox_folder(desk) / "link.wav").symlink_to(inbox_folder(desk) / "長谷川隆.wav")
    os.mkfifo(inbox_folder(desk) / "pipe.wav")

    assert [file.file_id for file in list_inbox(desk)] == [file_id]
