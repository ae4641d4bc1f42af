from __future__ import annotations

import base64
import hashlib
import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from flows.desk.book.calls import CallWithheld
from flows.desk.book.door import do
from flows.desk.cases import calls, catalogue, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ImpossibleStepError, NotAllowedError
from flows.desk.kinds.values import Call, Wanted
from flows.desk.kinds.ways import Manner, Passage, Way
from flows.exchange.redacted_vcon import write_vcons
from flows.intake.systems.take_vcon import take_vcon
from flows.intake.systems.vcon import read_vcon
from flows.outputs import OutputFolderError
from flows.releasing.fetch import fetch_folder
from pipeline.audio.recording import read_recording
from tests.desk_builders import CLERK, SECOND, identified
from tests.flows.releasing.test_ways import settled
from tests.release_builders import APPROVER, SECRETS, approved, asked, released
from tests.sentinels import found_in

KEYS = {
    "": {"uuid", "extensions", "created_at", "redacted_from", "parties", "dialog", "analysis"},
    "redacted_from": {"type"},
    "parties": {"role"},
    "dialog": {"type", "start", "duration", "parties", "mediatype", "filename", "encoding", "body"},
    "analysis": {"type", "dialog", "vendor", "product", "mediatype", "filename", "encoding", "body"},
}
"""All parameters that a redacted vCon of ours has: none of them is a link, a hash, or another vCon's id."""


def made(desk: Desk, request: str, out: Path) -> list[dict[str, Any]]:
    """The vCons of an answer."""
    return [
        json.loads(path.read_text(encoding="utf-8")) for path in write_vcons(desk, APPROVER, request, out)
    ]


def objects(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a vCon, with the parameter that holds it."""
    yield "", document
    for key, value in document.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield key, each


def sound_of(piece: dict[str, Any]) -> bytes:
    """The recording in a piece of dialog."""
    return base64.urlsafe_b64decode(piece["body"] + "=" * (-len(piece["body"]) % 4))


def test_a_vcon_holds_what_was_released(desk: Desk, tmp_path: Path, out: Path):
    """The very bytes of the package: the sound, the words; the times; who speaks on which channel."""
    request = asked(desk)
    first, second = approved(desk, tmp_path, request), approved(desk, tmp_path, request, channels=2)
    released(desk, request)
    package = fetch_folder(desk, APPROVER, request, out)
    documents = made(desk, request, out)

    assert len(documents) == 2
    for number, (document, call) in enumerate(zip(documents, (first, second), strict=True), start=1):
        (piece,), (text,) = document["dialog"], document["analysis"]
        wav = package / f"通話{number}_音声.wav"
        assert sound_of(piece) == wav.read_bytes()
        assert text["body"] == (package / f"通話{number}_文字起こし.txt").read_text(encoding="utf-8")
        assert piece["duration"] == round(read_recording(wav).duration, 3)
        started_at = catalogue.get_recording(desk, call.recording_id).content.started_at
        assert piece["start"] == started_at.isoformat()
        assert UUID(document["uuid"]).version == 8
    assert len({document["uuid"] for document in documents}) == 2
    assert audit.entries(desk)[-1].action == "release.vcon"


def test_a_redacted_vcon_points_at_nothing(desk: Desk, tmp_path: Path, out: Path):
    """No link, hash, id or parent of the recording; no party's data; nothing that was masked."""
    request = asked(desk)
    call = approved(desk, tmp_path, request, channels=2)
    released(desk, request)
    (path,) = write_vcons(desk, APPROVER, request, out)
    document = json.loads(path.read_text(encoding="utf-8"))
    recording = catalogue.get_recording(desk, call.recording_id).content
    original = Path(recording.uri).read_bytes()
    leads = [
        *(call.call_id, call.recording_id, call.request_id, recording.source_id, recording.uri),
        *(Path(recording.uri).name, "鈴木", "スズキ", "09012345678", "丸亀", "http", "urn:"),
    ]
    for name in ("md5", "sha1", "sha256", "sha384", "sha512"):
        digest = hashlib.new(name, original).digest()
        leads += [digest.hex(), base64.urlsafe_b64encode(digest).decode().rstrip("=")]

    content = path.read_bytes() + b"".join(map(sound_of, document["dialog"]))
    assert found_in(content, (*SECRETS, *leads)) == []
    assert all(set(found) <= KEYS[key] for key, found in objects(document))
    assert document["parties"] == [{"role": "agent"}, {"role": "customer"}]
    assert document["redacted_from"] == {"type": "personal data of other people and confidential terms"}
    (piece,) = document["dialog"]
    (tmp_path / "heard.wav").write_bytes(sound_of(piece))
    masked = np.asarray(read_recording(tmp_path / "heard.wav").samples)
    assert (masked != np.asarray(read_recording(Path(recording.uri)).samples)).any()
    assert path.name == f"{requests.get(desk, request).number}_通話1.vcon.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_vcon_goes_round(desk: Desk, tmp_path: Path, out: Path):
    """Out, and in again for another request: the same sound, start and channels."""
    request = asked(desk)
    call = approved(desk, tmp_path, request, channels=2)
    released(desk, request)
    (path,) = write_vcons(desk, APPROVER, request, out)
    (read,) = read_vcon(path, desk.clock())
    (again,) = take_vcon(desk, CLERK, identified(desk).number, path)
    wav = fetch_folder(desk, APPROVER, request, out) / "通話1_音声.wav"

    assert read.operator_channel == 0
    assert read.started_at == catalogue.get_recording(desk, call.recording_id).content.started_at
    with calls.open_recording(desk, again) as copy:
        assert copy.read_bytes() == wav.read_bytes()


def test_words_only_without_the_sound(desk: Desk, tmp_path: Path, out: Path):
    """The piece of dialog stands there with its time, and is empty."""
    request = asked(desk, wanted=Wanted.TRANSCRIPT)
    approved(desk, tmp_path, request)
    released(desk, request)
    (document,) = made(desk, request, out)

    assert document["dialog"][0].keys() == {"type", "start", "parties"}
    assert len(document["analysis"]) == 1


def test_sound_only_without_the_words(desk: Desk, tmp_path: Path, out: Path):
    """Nothing is added to what was asked for."""
    request = asked(desk, wanted=Wanted.AUDIO)
    approved(desk, tmp_path, request)
    released(desk, request)
    (document,) = made(desk, request, out)

    assert document["analysis"] == []
    assert document["dialog"][0]["body"]


def test_chosen_passages_only(desk: Desk, tmp_path: Path, out: Path):
    """Each is a piece of its own, at its own time."""
    request = asked(desk)
    call = approved(desk, tmp_path, request, seconds=8.0)
    passages = (Passage(call.call_id, 0.0, 2.0), Passage(call.call_id, 4.0, 6.0))
    settled(desk, request, Manner(Way.PASSAGES, passages=passages))
    released(desk, request)
    (document,) = made(desk, request, out)
    started_at = catalogue.get_recording(desk, call.recording_id).content.started_at

    assert [(each["start"], each["duration"]) for each in document["dialog"]] == [
        ((started_at + timedelta(seconds=seconds)).isoformat(), 2.0) for seconds in (0, 4)
    ]
    assert document["analysis"][0]["dialog"] == [0, 1]


def test_what_was_not_handed_out_is_in_no_vcon(desk: Desk, approved_call: Call, tmp_path: Path, out: Path):
    """A withheld call has none; an answer in person, or of a letter alone, has none at all."""
    request = approved_call.request_id
    withheld = approved(desk, tmp_path, request)
    do(desk, SECOND, CallWithheld(withheld.call_id, "第三者の権利", 1))
    released(desk, request)
    assert len(made(desk, request, out)) == 1

    in_person = asked(desk)
    approved(desk, tmp_path, in_person)
    settled(desk, in_person, Manner(Way.IN_PERSON))
    released(desk, in_person)
    with pytest.raises(ImpossibleStepError):
        write_vcons(desk, APPROVER, in_person, out)


def test_nothing_is_left_where_one_cannot_be_written(
    desk: Desk, approved_call: Call, tmp_path: Path, out: Path
):
    """What is there stays, and the other call's is taken away again."""
    request = approved_call.request_id
    approved(desk, tmp_path, request)
    released(desk, request)
    number = requests.get(desk, request).number
    there = out / f"{number}_通話2.vcon.json"
    there.write_text("other")

    with pytest.raises(OutputFolderError, match="すでにあります"):
        write_vcons(desk, APPROVER, request, out)
    assert [path.name for path in out.iterdir()] == [there.name]
    assert there.read_text() == "other"


def test_who_may_not_open_the_package_gets_no_vcon(desk: Desk, released_call: Call, out: Path):
    """It is the package without its password."""
    request = released_call.request_id

    with pytest.raises(NotAllowedError):
        write_vcons(desk, CLERK, request, out)
    assert not list(out.iterdir())
