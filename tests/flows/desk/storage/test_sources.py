"""Recordings where the company keeps them: only a file is opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.desk.cases import calls, catalogue
from flows.desk.cases.files import list_files
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import NotFoundError, RecordingUnreadableError
from flows.desk.kinds.values import NewRecording
from flows.desk.storage.sources import open_source
from flows.runs import inbox
from flows.runs.inbox import inbox_folder, list_inbox, take_from_inbox
from tests.desk_builders import CLERK, NOW, identified

pytestmark = pytest.mark.timeout(60)


def odd(path: Path, kind: str) -> Path:
    """Something that is no file where a recording should be."""
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(f"/dev/{kind}")
    return path


KINDS = ["fifo", "zero", "null", "loop", "folder"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_attaching_what_is_no_file_is_refused_at_once(desk: Desk, tmp_path: Path, kind: str, form: str):
    """A pipe would be waited for, a device read without end."""
    place = form.format(odd(tmp_path / "call.wav", kind))
    added = catalogue.add_recordings(desk, CLERK, [NewRecording("PBX-1", NOW, place)])
    with pytest.raises(RecordingUnreadableError):
        calls.attach_call(desk, CLERK, identified(desk).request_id, added.new[0])


@pytest.mark.parametrize("kind", KINDS)
def test_the_inbox_does_not_offer_it(desk: Desk, kind: str):
    """Nor take it, where it came into the place of a file that was offered."""
    inbox_folder(desk).mkdir(parents=True)
    place = inbox_folder(desk) / "call.wav"
    place.write_bytes(b"sound")
    (file,) = list_inbox(desk)
    place.unlink()
    odd(place, kind)

    assert list_inbox(desk) == ()
    with pytest.raises(NotFoundError):
        take_from_inbox(desk, CLERK, file.file_id, identified(desk).number)


@pytest.mark.parametrize("kind", KINDS)
def test_what_takes_a_files_place_while_it_is_taken_is_refused(desk: Desk, monkeypatch, kind: str):
    """Between the look at the folder and the reading: nothing is waited for, nothing named."""
    inbox_folder(desk).mkdir(parents=True)
    place = inbox_folder(desk) / "call.wav"
    place.write_bytes(b"sound")
    (file,) = list_inbox(desk)
    number = identified(desk).number
    check = inbox.check_attach

    def replaced(*told: object) -> None:
        check(*told)
        place.unlink()
        odd(place, kind)

    monkeypatch.setattr(inbox, "check_attach", replaced)
    with pytest.raises(RecordingUnreadableError):
        take_from_inbox(desk, CLERK, file.file_id, number)
    assert list_files(desk) == ()


def test_a_link_in_a_circle_lies_nowhere(desk: Desk, tmp_path: Path):
    """Where recordings have to lie in a folder, it is outside, and no error of the program."""
    settings = desk.settings.model_copy(update={"recordings": str(tmp_path)})
    with pytest.raises(RecordingUnreadableError):
        open_source(settings, str(odd(tmp_path / "call.wav", "loop"))).__enter__()


def test_a_file_is_read_by_path_and_by_address(desk: Desk, tmp_path: Path):
    """As before."""
    (tmp_path / "a b.wav").write_bytes(b"sound")
    for place in (str(tmp_path / "a b.wav"), f"file://{tmp_path}/a b.wav"):
        with open_source(desk.settings, place) as file:
            assert file.read() == b"sound"
