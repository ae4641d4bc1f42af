from __future__ import annotations

import json
import os
from pathlib import Path
from typing import BinaryIO

import pytest
import pyzipper
from pydantic import SecretStr

from flows.desk.answers.releases import package_password
from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ImpossibleStepError, NotAllowedError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call, NoteKind
from flows.exchange.outbox import OutboxError, place_package, place_released
from flows.folders import open_folder
from flows.practice.mark import MARK
from tests.desk_builders import CLERK
from tests.release_builders import APPROVER, SECRETS, released
from tests.sentinels import everything_under, found_in
from tests.servers import s3, s3_options


@pytest.fixture
def watched(desk: Desk, tmp_path: Path) -> Path:
    """A folder that another system watches."""
    folder = tmp_path / "受渡し"
    folder.mkdir()
    desk.settings.outbox = str(folder)
    return folder


def test_a_package_lies_whole_in_the_watched_folder(desk: Desk, released_call: Call, watched: Path):
    """Encrypted, under its number, with its instructions; recorded; nothing else is left there."""
    request = released_call.request_id
    name = place_package(desk, APPROVER, request)
    number = requests.get(desk, request).number

    assert name == number
    assert {path.name for path in watched.iterdir()} == {f"{number}.zip", f"{number}_開封手順.txt"}
    with pyzipper.AESZipFile(watched / f"{number}.zip") as archive:
        archive.setpassword(package_password(desk, APPROVER, request).encode())
        assert archive.testzip() is None
    assert found_in(everything_under(watched), SECRETS) == []
    assert [note.kind for note in requests.notes(desk, request)][-1] is NoteKind.PLACED
    assert "release.place" in [entry.action for entry in audit.entries(desk)]


def test_it_is_put_there_again_when_it_was_fetched(desk: Desk, released_call: Call, watched: Path):
    """The same bytes; where it still lies nothing changes."""
    request = released_call.request_id
    archive = watched / f"{place_package(desk, APPROVER, request)}.zip"
    first, inode = archive.read_bytes(), archive.stat().st_ino
    place_package(desk, APPROVER, request)
    assert archive.stat().st_ino == inode
    archive.unlink()
    place_package(desk, APPROVER, request)

    assert archive.read_bytes() == first


def test_another_file_of_the_name_is_not_written_over(desk: Desk, released_call: Call, watched: Path):
    """Somebody has to look."""
    request = released_call.request_id
    there = watched / f"{requests.get(desk, request).number}.zip"
    there.write_bytes(b"other")

    with pytest.raises(OutboxError, match="内容の違うファイル"):
        place_package(desk, APPROVER, request)
    assert there.read_bytes() == b"other"
    assert NoteKind.PLACED not in [note.kind for note in requests.notes(desk, request)]


def test_a_watcher_never_sees_half_a_package(
    desk: Desk, released_call: Call, watched: Path, monkeypatch: pytest.MonkeyPatch
):
    """A copy that breaks off leaves nothing under the package's name, and no part."""
    request = released_call.request_id

    def broken(file: BinaryIO, content: BinaryIO) -> None:
        file.write(content.read(100))
        raise OSError(28, "長谷川")

    monkeypatch.setattr(open_folder, "_fill", broken)
    with pytest.raises(OutboxError) as raised:
        place_package(desk, APPROVER, request)

    assert list(watched.iterdir()) == []
    assert str(raised.value) == "受渡し場所(KAIJI_OUTBOX)に置けません(OSError)"


@pytest.mark.parametrize(
    "place", ["/nowhere/長谷川", "https://h0stile.example/長谷川", "s3://h0stile/長谷川", None]
)
def test_a_place_that_is_none_is_told_without_its_address(desk: Desk, released_call: Call, place: str | None):
    """And the release stands."""
    request = released_call.request_id
    desk.settings.outbox = place
    desk.settings.outbox_options = SecretStr(
        '{"endpoint_url": "http://127.0.0.1:9", "key": "a", "secret": "b"}'
    )
    if place is None or not place.startswith("s3"):
        desk.settings.outbox_options = None
    with pytest.raises(OutboxError) as raised:
        place_package(desk, APPROVER, request)

    assert "長谷川" not in str(raised.value)
    assert "h0stile" not in str(raised.value)
    told = place_released(desk, APPROVER, request)
    assert told is None if place is None else "開示は済んでいます" in str(told)
    assert requests.get(desk, request).state is State.RELEASED


@pytest.mark.parametrize("kind", ["pipe", "link to a folder", "dangling link", "folder"])
def test_what_is_laid_under_a_packages_name_is_an_error(
    desk: Desk, released_call: Call, tmp_path: Path, watched: Path, kind: str
):
    """It neither hangs nor writes elsewhere."""
    request = released_call.request_id
    name = f"{requests.get(desk, request).number}.zip"
    (tmp_path / "elsewhere").mkdir()
    {
        "pipe": os.mkfifo,
        "link to a folder": lambda path: path.symlink_to(tmp_path / "elsewhere"),
        "dangling link": lambda path: path.symlink_to(tmp_path / "elsewhere" / "new"),
        "folder": lambda path: path.mkdir(),
    }[kind](watched / name)

    with pytest.raises(OutboxError):
        place_package(desk, APPROVER, request)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_package_in_clear_is_not_put_out(desk: Desk, approved_call: Call, watched: Path):
    """Whoever may read the folder could read it."""
    desk.settings.package = "folder"
    request = approved_call.request_id
    released(desk, request)

    with pytest.raises(ImpossibleStepError):
        place_package(desk, APPROVER, request)
    assert list(watched.iterdir()) == []


def test_what_was_practised_is_not_put_out(desk: Desk, released_call: Call, watched: Path):
    """Another system would take it for somebody's answer."""
    request = released_call.request_id
    (desk.settings.home / MARK).touch()

    assert place_released(desk, APPROVER, request) is None
    with pytest.raises(ImpossibleStepError):
        place_package(desk, APPROVER, request)
    assert list(watched.iterdir()) == []


def test_who_may_not_release_puts_nothing_out(desk: Desk, released_call: Call, watched: Path):
    """Nor does somebody who may only fetch."""
    request = released_call.request_id

    with pytest.raises(NotAllowedError):
        place_package(desk, CLERK, request)
    assert list(watched.iterdir()) == []


def test_a_prefix_of_a_bucket(desk: Desk, released_call: Call, tmp_path: Path):
    """An S3 server: the same two files, once, and again when they are fetched."""
    request = released_call.request_id
    with s3(tmp_path) as address:
        import s3fs

        desk.settings.outbox = "s3://kaiji/to/crm"
        desk.settings.outbox_options = SecretStr(json.dumps(s3_options(address)))
        name = place_package(desk, APPROVER, request)
        place_package(desk, APPROVER, request)
        fs = s3fs.S3FileSystem(**s3_options(address), use_listings_cache=False)
        found = sorted(fs.find("kaiji/to/crm"))
        fs.pipe(f"kaiji/to/crm/{name}.zip", b"other")
        with pytest.raises(OutboxError, match="内容の違うファイル"):
            place_package(desk, APPROVER, request)

    assert found == [f"kaiji/to/crm/{name}.zip", f"kaiji/to/crm/{name}_開封手順.txt"]
