"""What a recipient does with a package, by ordinary tools."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path

import av
import pytest
import pyzipper

from flows.desk.answers.releases import package_password
from flows.desk.cases.files import erase_file
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import NotAllowedError, NotFoundError
from flows.desk.kinds.values import Actor, Call, Role
from flows.outputs import OutputFolderError
from flows.releasing import package
from flows.releasing.fetch import fetch_folder, fetch_zip
from flows.releasing.instructions import instructions
from flows.releasing.package import PackageError, new_password
from pipeline.audio.recording import read_recording
from tests.desk_builders import CLERK
from tests.release_builders import APPROVER, SECRETS, approved, asked, released, run, tool, words_of
from tests.sentinels import found_in


@pytest.fixture
def request_id(released_call: Call) -> str:
    """A released request with one call."""
    return released_call.request_id


@pytest.fixture
def archive(desk: Desk, request_id: str, out: Path) -> Path:
    """Its ZIP, taken out."""
    return fetch_zip(desk, APPROVER, request_id, out)[0]


@pytest.fixture
def folder(desk: Desk, request_id: str, out: Path) -> Path:
    """Its files, taken out for a CD-R."""
    return fetch_folder(desk, APPROVER, request_id, out)


NAMES = [
    *("SHA256SUMS", "manifest.json", "回答書.docx", "通話1_文字起こし.docx", "通話1_文字起こし.txt"),
    *("通話1_音声.mp3", "通話1_音声.wav", "開封手順.txt"),
]


def test_a_company_that_gives_sound_alone_says_so_once(desk: Desk, tmp_path: Path, out: Path):
    """No transcript is in the package, and the letter tells of none, whatever the requester asked for."""
    desk.settings.review_text = "none"
    request = asked(desk)
    approved(desk, tmp_path, request)
    released(desk, request)
    folder = fetch_folder(desk, APPROVER, request, out)

    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"通話1_音声.wav", "通話1_音声.mp3"} <= names
    assert not [name for name in names if "文字起こし" in name]
    assert "文字起こし" not in words_of(next(folder.rglob("回答書.docx")))


@pytest.mark.skipif(tool("7z") is None, reason="7z (p7zip) is not installed")
def test_7z_opens_it_with_the_password_and_not_without(desk: Desk, request_id: str, archive: Path, out: Path):
    """Names in Japanese come out right; a wrong password gives nothing."""
    password = package_password(desk, APPROVER, request_id)
    good = run("7z", "x", f"-p{password}", archive, f"-o{out / 'good'}", "-y")
    bad = run("7z", "x", f"-p{password}x", archive, f"-o{out / 'bad'}", "-y")
    listed = run("7z", "l", "-slt", archive).stdout

    assert good.returncode == 0, good.stderr
    assert sorted(path.name for path in (out / "good" / "R-2026-0001").iterdir()) == NAMES
    assert bad.returncode != 0
    assert "Wrong password" in bad.stdout + bad.stderr
    assert [path for path in (out / "bad").rglob("*") if path.is_file() and path.stat().st_size] == []
    assert set(re.findall(r"^Method = (.*)$", listed, re.MULTILINE)) == {"AES-256 Deflate"}


def test_pythons_own_tools_see_it_as_it_is(desk: Desk, request_id: str, archive: Path):
    """Every entry is encrypted, named in UTF-8, and a wrong password is refused."""
    with zipfile.ZipFile(archive) as plain:
        entries = plain.infolist()
    assert sorted(entry.filename for entry in entries) == [f"R-2026-0001/{name}" for name in NAMES]
    for entry in entries:
        assert entry.flag_bits & 0x1
        assert entry.filename.isascii() or entry.flag_bits & 0x800
        # Of the clear text there is no checksum beside it: AE-2.
        assert entry.CRC == 0

    with pyzipper.AESZipFile(archive) as sealed:
        sealed.setpassword(package_password(desk, APPROVER, request_id).encode())
        assert sealed.testzip() is None
    with pyzipper.AESZipFile(archive) as sealed:
        sealed.setpassword(b"wrong")
        with pytest.raises(RuntimeError):
            sealed.read(entries[0].filename)


def test_the_zip_tells_no_name_and_no_password(desk: Desk, request_id: str, archive: Path, out: Path):
    """Neither do the files beside it."""
    password = package_password(desk, APPROVER, request_id)
    for path in out.iterdir():
        assert found_in(path.read_bytes(), (*SECRETS, "鈴木", "花子", password)) == []
    assert sorted(path.name for path in out.iterdir()) == [
        "R-2026-0001.zip",
        "R-2026-0001_開封手順.txt",
    ]
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    assert archive.name == "R-2026-0001.zip"


@pytest.mark.skipif(tool("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_checks_every_file(folder: Path):
    """And finds out a changed one."""
    assert run("sha256sum", "--strict", "-c", "SHA256SUMS", cwd=folder).returncode == 0
    listed = (folder / "SHA256SUMS").read_text(encoding="utf-8")
    assert {line[66:] for line in listed.splitlines()} == {p.name for p in folder.iterdir()} - {"SHA256SUMS"}
    text = folder / "通話1_文字起こし.txt"
    text.write_text(text.read_text(encoding="utf-8") + "x", encoding="utf-8")
    done = run("sha256sum", "-c", "SHA256SUMS", cwd=folder)

    assert done.returncode != 0
    assert "通話1_文字起こし.txt: FAILED" in done.stdout


def test_the_manifest_says_the_same(folder: Path):
    """Of every file but itself and the sums."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    assert {each["name"] for each in manifest["files"]} == set(NAMES) - {"SHA256SUMS", "manifest.json"}
    for each in manifest["files"]:
        raw = (folder / each["name"]).read_bytes()
        assert (each["sha256"], each["bytes"]) == (hashlib.sha256(raw).hexdigest(), len(raw))


def test_no_file_holds_what_was_masked(folder: Path):
    """Text, Word with all its parts, letter, manifest, names."""
    for path in folder.iterdir():
        raw = [path.read_bytes()]
        if path.suffix == ".docx":
            with zipfile.ZipFile(path) as parts:
                raw += [parts.read(name) for name in parts.namelist()]
        for each in raw:
            assert found_in(each, SECRETS) == [], path.name
        assert found_in(path.name.encode(), (*SECRETS, "鈴木", "花子")) == []
    assert "[氏名]" in words_of(folder / "通話1_文字起こし.docx")
    assert (
        words_of(folder / "通話1_文字起こし.docx").splitlines()[1:]
        == (folder / "通話1_文字起こし.txt").read_text(encoding="utf-8").splitlines()
    )


def test_the_mp3_carries_no_tag(folder: Path):
    """Nothing before the first frame, nothing after the last, and no metadata."""
    raw = (folder / "通話1_音声.mp3").read_bytes()
    with av.open(str(folder / "通話1_音声.mp3")) as container:
        tags = {**container.metadata, **container.streams.audio[0].metadata}

    assert raw[0] == 0xFF
    assert raw[1] & 0xE0 == 0xE0
    assert raw[-128:-125] != b"TAG"
    assert not any(mark in raw for mark in (b"APETAGEX", b"Xing", b"Info", b"Lavf", b"Lavc"))
    assert tags == {}
    wav, mp3 = (read_recording(folder / f"通話1_音声.{kind}") for kind in ("wav", "mp3"))
    assert abs(wav.duration - mp3.duration) < 0.5
    assert (wav.rate, wav.channels) == (mp3.rate, mp3.channels)


@pytest.mark.parametrize("name", ["回答書.docx", "通話1_文字起こし.docx"])
def test_word_files_name_nobody_and_no_time(folder: Path, name: str):
    """Properties are empty, the parts bear no dates, and the font is named for Japanese too."""
    with zipfile.ZipFile(folder / name) as parts:
        core = parts.read("docProps/core.xml").decode()
        document = parts.read("word/document.xml").decode()
        names = parts.namelist()
        dates = {info.date_time for info in parts.infolist()}

    assert re.sub(r"<[^>]*>|\s", "", core) == ""
    assert not [each for each in names if each.endswith(("app.xml", "custom.xml", ".jpeg"))]
    assert dates == {(1980, 1, 1, 0, 0, 0)}
    assert 'w:eastAsia="ＭＳ 明朝"' in document


def test_the_instructions_open_in_any_editor(folder: Path):
    """UTF-8 with its mark, lines as Windows ends them; what is in it is told."""
    raw = (folder / "開封手順.txt").read_bytes()
    text = raw.decode("utf-8-sig")

    assert raw.startswith(b"\xef\xbb\xbf")
    assert text.count("\n") == text.count("\r\n")
    assert all(each in text for each in ("R-2026-0001", "certutil", "sha256sum", "通話1_音声.mp3"))
    # Whoever reads it inside has opened it already.
    assert "7-Zip" not in text


def test_a_transcript_that_somebody_read_is_not_called_a_machines(folder: Path):
    """One that nobody has read is; where there is no transcript, nothing is said of one."""
    assert "機械で作成" in (folder / "開封手順.txt").read_text("utf-8-sig")
    for files, unread, said in (
        (("通話1.txt",), True, True),
        (("通話1.txt",), False, False),
        (("a.mp3",), True, False),
    ):
        told = instructions("R-2026-0001", "R-2026-0001", files, outside=False, unread=unread)
        assert ("機械で作成" in told.decode("utf-8-sig")) == said


def test_how_a_zip_is_opened_is_told_beside_it(desk: Desk, request_id: str, out: Path):
    """Free programs by name for each system, and what else the company can do."""
    _, told = fetch_zip(desk, APPROVER, request_id, out)
    text = told.read_text(encoding="utf-8-sig")

    assert all(each in text for each in ("7-Zip", "The Unarchiver", "Keka", "7z x R-2026-0001.zip", "CD-R"))
    assert "合言葉" in text


def test_a_package_is_taken_out_once_to_a_place(desk: Desk, request_id: str, out: Path):
    """Nothing that lies there is written over."""
    fetch_zip(desk, APPROVER, request_id, out)
    fetch_folder(desk, APPROVER, request_id, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    for again in (fetch_zip, fetch_folder):
        with pytest.raises(OutputFolderError, match="すでに"):
            again(desk, APPROVER, request_id, out)

    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_the_password_is_for_the_responsible_and_on_record(desk: Desk, request_id: str, out: Path):
    """Nobody else opens it, as a folder neither; who looked is told afterwards."""
    from flows.desk.integrity import audit

    password = package_password(desk, APPROVER, request_id)
    for role in (Role.INTAKE, Role.ANALYST, Role.SYSTEM):
        with pytest.raises(NotAllowedError):
            package_password(desk, Actor("窪田", role), request_id)
        with pytest.raises(NotAllowedError):
            fetch_folder(desk, Actor("窪田", role), request_id, out)
    told = [entry for entry in audit.entries(desk) if entry.action == "release.password"]

    assert re.fullmatch(r"([A-Za-z2-9]{5}-){4}[A-Za-z2-9]{5}", password)
    assert [entry.actor.name for entry in told] == [APPROVER.name]
    assert list(out.iterdir()) == []
    assert password not in repr(audit.entries(desk))


def test_an_erased_package_has_no_password_any_more(desk: Desk, request_id: str, out: Path):
    """When its time is over."""
    from flows.desk.answers.releases import releases

    for file_id in releases(desk, request_id)[0].file_ids:
        erase_file(desk, CLERK, file_id)
    with pytest.raises(NotFoundError, match="保存期間"):
        package_password(desk, APPROVER, request_id)
    with pytest.raises(NotFoundError):
        fetch_zip(desk, APPROVER, request_id, out)


def test_a_folder_for_a_disc_needs_no_password(desk: Desk, approved_call: Call, out: Path, monkeypatch):
    """``KAIJI_PACKAGE=folder``: nothing is encrypted but in our own store; the letter says nothing of it."""
    request = approved_call.request_id
    monkeypatch.setitem(desk.settings.__dict__, "package", "folder")
    answer = released(desk, request)
    folder = fetch_folder(desk, Actor("窪田", Role.INTAKE), request, out)

    assert not answer.encrypted
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    assert "合言葉" not in words_of(folder / "回答書.docx")
    assert "合言葉" not in (folder / "開封手順.txt").read_text(encoding="utf-8-sig")
    with pytest.raises(NotFoundError, match="暗号化していない"):
        package_password(desk, APPROVER, request)


def test_a_package_that_does_not_read_back_is_not_released(tmp_path: Path):
    """A bit that turned on the way to the disk."""
    (tmp_path / "a.txt").write_text("abc", encoding="utf-8")
    described = package.described(tmp_path / "a.txt")
    (tmp_path / "a.txt").write_text("abd", encoding="utf-8")
    from tests.desk_builders import NOW

    for password in ("", "word"):
        with pytest.raises(PackageError):
            package.pack(tmp_path, [described], tmp_path / f"R-{len(password)}.zip", NOW, password)


def test_passwords_are_never_the_same():
    """A thousand of them, of letters that are not mistaken for each other."""
    made = {new_password() for _ in range(1000)}

    assert len(made) == 1000
    assert not set("".join(made)) & set("0O1lIo")
