from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flows.desk.cases import calls, catalogue, files, requests
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DeskError, NotIdentifiedError
from flows.desk.kinds.values import FileKind
from flows.intake.faults import IntakeError
from flows.intake.systems import take_vcon as takes
from flows.intake.systems.take_vcon import take_vcon
from flows.intake.tabular import FileError
from pipeline.audio.recording import read_recording
from tests.desk_builders import CLERK, identified, new_request
from tests.exported_calls import SECRETS
from tests.vcons import CUSTOMER_FIRST, Vcon, body, vcon, write_vcon

pytestmark = pytest.mark.usefixtures("no_network")

DEEP = json.loads("[" * 800 + "]" * 800)


def test_the_recordings_of_a_vcon_become_calls(desk: Desk, tmp_path: Path):
    """Byte for byte, each with its own start; the text and what others said are left alone."""
    request = identified(desk)
    document = vcon(tmp_path)
    made = take_vcon(desk, CLERK, request.number, write_vcon(tmp_path, document))
    recordings = [
        catalogue.get_recording(desk, calls.get_call(desk, each).recording_id).content for each in made
    ]

    assert [each.started_at for each in recordings] == [
        datetime(2026, 10, 10, 1, 15, tzinfo=UTC),
        datetime(2026, 10, 10, 1, 20, tzinfo=UTC),
    ]
    assert {each.numbers for each in recordings} == {("0120444444", "09012345678")}
    assert [each.duration for each in recordings] == [2.0, 2.2]
    for call_id, piece in zip(made, document["dialog"][::2], strict=True):
        with calls.open_recording(desk, call_id) as path:
            assert base64.urlsafe_b64encode(path.read_bytes()).decode().rstrip("=") == piece["body"]
    assert {each.kind for each in files.list_files(desk, request=request.number)} == {FileKind.ORIGINAL}
    assert not list((tmp_path / "work").iterdir())


def test_a_vcon_taken_twice_changes_nothing(desk: Desk, tmp_path: Path):
    """Another request gets its own."""
    request, other = identified(desk), identified(desk)
    path = write_vcon(tmp_path, vcon(tmp_path))
    first = take_vcon(desk, CLERK, request.number, path)

    assert take_vcon(desk, CLERK, request.number, path) == first
    assert not set(first) & set(take_vcon(desk, CLERK, other.number, path))
    assert len(catalogue.search(desk, RecordingQuery())) == 4


def test_what_was_stopped_half_way_is_finished(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The recordings are registered all at once; attaching goes on where it was stopped."""
    request = identified(desk)
    path = write_vcon(tmp_path, vcon(tmp_path))
    once = iter([calls.attach_call])

    def stopped(*given: Any) -> Any:
        try:
            return next(once)(*given)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(takes, "attach_call", stopped)
    with pytest.raises(KeyboardInterrupt):
        take_vcon(desk, CLERK, request.number, path)
    monkeypatch.undo()

    assert len(calls.list_calls(desk)) == 1
    made = take_vcon(desk, CLERK, request.number, path)
    assert {each.call_id for each in calls.list_calls(desk)} == set(made)
    assert len(catalogue.search(desk, RecordingQuery())) == 2


def test_the_roles_say_which_channel_is_the_operators(desk: Desk, tmp_path: Path):
    """Channel 1 here: the copy that is worked on begins with the operator."""
    request = identified(desk)
    document = vcon(tmp_path, parties=CUSTOMER_FIRST)
    (call_id, _) = take_vcon(desk, CLERK, request.number, write_vcon(tmp_path, document))
    (tmp_path / "given.wav").write_bytes(base64.urlsafe_b64decode(document["dialog"][0]["body"] + "=="))
    given = np.asarray(read_recording(tmp_path / "given.wav").samples)

    with calls.open_recording(desk, call_id) as path:
        assert np.array_equal(np.asarray(read_recording(path).samples), given[::-1])


def test_without_roles_it_has_to_be_told(desk: Desk, tmp_path: Path):
    """Nothing is guessed."""
    request = identified(desk)
    document = vcon(tmp_path)
    for party in document["parties"]:
        del party["role"]
    path = write_vcon(tmp_path, document)
    with pytest.raises(IntakeError) as raised:
        take_vcon(desk, CLERK, request.number, path)

    assert "--operator-channel" in raised.value.faults[0].line
    assert len(take_vcon(desk, CLERK, request.number, path, 1)) == 2


def test_one_channel_may_be_of_both(desk: Desk, tmp_path: Path):
    """A list of parties is the mix of one channel, or one for each: the sound decides."""
    request = identified(desk)
    path = write_vcon(tmp_path, vcon(tmp_path, channels=1))

    assert len(take_vcon(desk, CLERK, request.number, path)) == 2


def test_identity_comes_first(desk: Desk, tmp_path: Path):
    """As with every recording."""
    request = requests.receive(desk, CLERK, new_request())
    with pytest.raises(NotIdentifiedError):
        take_vcon(desk, CLERK, request.number, write_vcon(tmp_path, vcon(tmp_path)))


Spoil = Callable[[Vcon, Path], object]
"""Spoils a good vCon; what it returns, if anything, is written in its place."""


def top(**change: object) -> Spoil:
    """Parameters of the whole, changed."""
    return lambda document, _: document.update(change)


def without(key: str) -> Spoil:
    """A parameter of the whole, left out."""
    return lambda document, _: document.pop(key) and None


def piece(**change: object) -> Spoil:
    """Parameters of the last recording, changed."""
    return lambda document, _: document["dialog"][-1].update(change)


def party(**change: object) -> Spoil:
    """Parameters of the last party, changed."""
    return lambda document, _: document["parties"][-1].update(change)


def raw(content: bytes) -> Spoil:
    """Other bytes."""
    return lambda _, __: content


def bent(change: Callable[[str], str]) -> Spoil:
    """The text, spoiled."""
    return lambda document, _: change(json.dumps(document)).encode()


def sound(seconds: float = 2.2, channels: int = 2, change: Callable[[bytes], bytes] = bytes) -> Spoil:
    """Another recording in the last piece."""

    def spoil(document: Vcon, folder: Path) -> None:
        content = change(base64.urlsafe_b64decode(body(folder, seconds, channels) + "=="))
        document["dialog"][-1]["body"] = base64.urlsafe_b64encode(content).decode()

    return spoil


HOSTILE: dict[str, Spoil] = {
    "nothing": raw(b""),
    "no JSON": raw("長谷川隆".encode()),
    "cut off": bent(lambda text: text[:-7]),
    "another encoding": raw("{}".encode("utf-16")),
    "zero bytes": raw(bytes(999)),
    "a list": raw(b"[]"),
    "null": raw(b"null"),
    "nested too deep": raw(b'{"dialog":' + b"[" * 100_000),
    "a number with too many digits": bent(lambda text: text[:-1] + ', "n": ' + "9" * 6_000 + "}"),
    "a key that stands twice": bent(lambda text: text[:-1] + ', "h0stile": 1, "h0stile": 2}'),
    "signed": raw(b'{"payload": "e30", "signatures": []}'),
    "encrypted": raw(b'{"ciphertext": "e30", "recipients": []}'),
    "a version of tomorrow": top(vcon="9.9.9"),
    "a version that is a number": top(vcon=0.4),
    "no id": without("uuid"),
    "an id that is none": top(uuid="長谷川"),
    "an id that is a path": top(uuid="../../../../../../../../etc/h0stile/x"),
    "an id that is a number": top(uuid=7),
    "no time of making": without("created_at"),
    "a demand": top(critical=["h0stile"]),
    "a demand of an earlier draft": top(must_support=["h0stile"]),
    "demands that are none": top(critical="h0stile"),
    "parties that are an object": top(parties={"長谷川": 1}),
    "a party that is a name": top(parties=["長谷川", "h0stile"]),
    "a number that is a number": party(tel=9012345678),
    "a role that is a list": party(role=["長谷川"]),
    "too many parties": top(parties=[{}] * 1_001),
    "no dialog": without("dialog"),
    "an empty dialog": top(dialog=[]),
    "a dialog that is an object": top(dialog={"長谷川": 1}),
    "a dialog of texts": top(dialog=["長谷川"]),
    "a deep dialog": top(dialog=DEEP),
    "too much dialog": top(dialog=[{"type": "text"}] * 1_001),
    "a type of tomorrow": piece(type="hologram"),
    "a type that is null": piece(type=None),
    "a link to another host": piece(url="https://h0stile.example/長谷川.wav"),
    "a link in place of the sound": piece(url="http://127.0.0.1:8400/h0stile.wav", body=None),
    "a link to a file": piece(url="file:///etc/h0stile.wav", content_hash="sha512-AA"),
    "no media type": piece(mediatype=None),
    "a media type that is no sound": piece(mediatype="text/html"),
    "a video": piece(mediatype="video/x-mp4"),
    "no body": piece(body=None),
    "an empty body": piece(body=""),
    "a body that is an object": piece(body={"長谷川": 1}),
    "another alphabet": piece(body="++//"),
    "white space in the body": piece(body="AAAA AAAA"),
    "a letter too many": piece(body="AAAAA"),
    "an encoding that is none": piece(encoding="none"),
    "an encoding of tomorrow": piece(encoding="base128"),
    "no start": piece(start=None),
    "a start without a zone": piece(start="2026-10-10T10:15:00"),
    "a zone of 99 hours": piece(start="2026-10-10T10:15:00+99:00"),
    "a start in the future": piece(start="2099-01-01T00:00:00Z"),
    "a start of a clock that began anew": piece(start="1970-01-01T00:00:00Z"),
    "a start before the calendar": piece(start="0001-01-01T00:00:00+14:00"),
    "a start that is a number": piece(start=1791594900),
    "a length below nothing": piece(duration=-1),
    "a length without end": piece(duration=float("inf")),
    "a length that is no number": piece(duration=float("nan")),
    "a length that is a text": piece(duration="長谷川"),
    "another length": piece(duration=600),
    "a party that is not there": piece(parties=[0, 7]),
    "a party below nothing": piece(parties=[0, -1]),
    "a party that is true": piece(parties=[0, True]),
    "a party by name": piece(parties=["長谷川", 0]),
    "parties for three channels": piece(parties=[0, 1, 1]),
    "parties for one channel": piece(parties=0),
    "deep parties": piece(parties=DEEP),
    "a sound that is none": sound(change=lambda _: "長谷川".encode() * 99),
    "a sound that ends early": sound(change=lambda whole: whole[:9000]),
    "silence": sound(change=lambda whole: whole[:44] + bytes(len(whole) - 44)),
    "five channels": sound(change=lambda whole: whole[:22] + b"\5\0" + whole[24:]),
    "no sample": sound(change=lambda whole: whole[:44]),
}


def test_there_are_forty():
    """What the issue asks for."""
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("spoil", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_vcon_is_refused_whole(desk: Desk, tmp_path: Path, spoil: Spoil):
    """Its first recording is good: not even that comes in, and what is told holds nothing of the file."""
    request = identified(desk)
    document: Any = vcon(tmp_path)
    content = spoil(document, tmp_path)
    path = write_vcon(tmp_path, document)
    if isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(DeskError) as raised:
        take_vcon(desk, CLERK, request.number, path)

    faults = raised.value.faults if isinstance(raised.value, IntakeError) else ()
    told = "\n".join([str(raised.value), *(each.line for each in faults)])
    assert isinstance(raised.value, IntakeError | FileError)
    assert not [each for each in SECRETS if each in told]
    assert len(told) < 2_000
    assert catalogue.search(desk, RecordingQuery()) == ()
    assert calls.list_calls(desk) == ()
    assert {name for name, _ in desk.store.listing()} == {"desk-marker"}
    assert not list((tmp_path / "work").glob("*"))


@pytest.mark.parametrize("kind", ["folder", "pipe", "missing", "circle"])
def test_what_is_no_file_is_refused(desk: Desk, tmp_path: Path, kind: str):
    """Without waiting for it."""
    path = tmp_path / "長谷川.vcon.json"
    make = {
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
        "missing": lambda: None,
        "circle": lambda: path.symlink_to(path),
    }
    make[kind]()
    with pytest.raises(FileError) as raised:
        take_vcon(desk, CLERK, identified(desk).number, path)

    assert "長谷川" not in str(raised.value)
