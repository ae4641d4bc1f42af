from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest

from flows.desk.book.calls import CallRequeued, CallWithdrawn, CallWithheld
from flows.desk.book.door import do
from flows.desk.cases import calls, catalogue, lists, requests
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.errors import (
    DuplicateError,
    ImpossibleStepError,
    NotFoundError,
    RecordingChangedError,
    RecordingUnreadableError,
    StorageFullError,
)
from flows.desk.kinds.states import State
from flows.desk.kinds.values import CompanyList, NewRecording, StaffList
from pipeline.audio.recording import read_recording
from pipeline.audio.wav import write_wav
from pipeline.types import CaseName, MaskAction, Party
from tests.audio_files import babble
from tests.desk_builders import (
    CLERK,
    NOW,
    PERSON,
    SECOND,
    attached,
    catalogued,
    desk_settings,
    identified,
    in_review,
)


def recording_of(folder: Path) -> Path:
    """The file of the call ``one``."""
    return folder / "鈴木花子-one.wav"


def test_an_attached_call_waits_to_be_processed(desk, tmp_path):
    """Its request with it."""
    request = identified(desk)
    call = attached(desk, tmp_path, "one", request.request_id)

    assert call.state is State.REQUESTED
    assert call.bytes == recording_of(tmp_path).stat().st_size
    assert requests.get(desk, request.number).state is State.REQUESTED
    assert requests.get(desk, request.number).calls == (call.call_id,)
    assert calls.list_calls(desk, [State.REQUESTED]) == (call,)
    assert calls.list_calls(desk, [State.FAILED], request.number) == ()


def test_a_recording_is_attached_to_a_request_once(desk, tmp_path):
    """To another request it may be attached too."""
    first, second = identified(desk), identified(desk)
    recording = catalogued(desk, tmp_path).recording_id
    call = calls.attach_call(desk, CLERK, first.number, recording)

    with pytest.raises(DuplicateError, match=call.call_id):
        calls.attach_call(desk, CLERK, first.number, recording)
    assert calls.attach_call(desk, CLERK, second.number, recording).call_id != call.call_id


def test_a_copy_of_the_recording_is_private_and_gone_afterwards(desk, tmp_path):
    """It has the call's id for its name, and what its format is known by."""
    call = attached(desk, tmp_path)

    with calls.open_recording(desk, call.call_id) as path:
        assert path.read_bytes() == recording_of(tmp_path).read_bytes()
        assert path.name == f"{call.call_id}.wav"
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    assert not path.exists()


@pytest.mark.parametrize("change", [b"RIFF another", b""])
def test_a_recording_that_changed_is_refused(desk, tmp_path, change):
    """Neither opened nor found unchanged; no copy is left."""
    call = attached(desk, tmp_path)
    recording_of(tmp_path).write_bytes(change)

    with pytest.raises(RecordingChangedError, match=call.call_id), calls.open_recording(desk, call.call_id):
        pytest.fail("a recording that changed was opened")
    with pytest.raises(RecordingChangedError):
        calls.check_unchanged(desk, call.call_id)
    assert not list((tmp_path / "work").iterdir())


def test_an_unchanged_recording_passes(desk, tmp_path):
    """Touched, and yet the same."""
    call = attached(desk, tmp_path)
    recording_of(tmp_path).touch()

    calls.check_unchanged(desk, call.call_id)


def test_the_operator_comes_first_whichever_channel_is_theirs(desk, tmp_path):
    """What is behind takes channel 0 for the operator's; the recording is checked as it lies there."""
    sound = babble(8000, 1.0, 2)
    write_wav(tmp_path / "left.wav", sound, 8000, "pcm16")
    opened = []
    for channel in (0, 1):
        recording = NewRecording(f"PBX-{channel}", NOW, str(tmp_path / "left.wav"), operator_channel=channel)
        added = catalogue.add_recordings(desk, CLERK, [recording])
        call = calls.attach_call(desk, CLERK, identified(desk).request_id, added.new[0])
        calls.check_unchanged(desk, call.call_id)
        with calls.open_recording(desk, call.call_id) as path:
            opened.append(np.asarray(read_recording(path).samples))
            assert path.name == f"{call.call_id}.wav"
        assert not path.exists()

    assert np.array_equal(opened[0], sound)
    assert np.array_equal(opened[1], sound[::-1])


def test_a_recording_that_went_away_is_told_without_its_name(desk, tmp_path):
    """A file's name may be a person's."""
    call = attached(desk, tmp_path)
    recording_of(tmp_path).unlink()

    with pytest.raises(RecordingUnreadableError) as raised, calls.open_recording(desk, call.call_id):
        pytest.fail("a missing recording was opened")

    assert "鈴木" not in str(raised.value)
    assert raised.value.__context__ is None


def test_no_room_for_the_copy_is_told(desk, tmp_path, monkeypatch):
    """As the disk's failure, not as the recording's."""
    call = attached(desk, tmp_path)
    monkeypatch.setattr(Path, "open", _open_full)

    with pytest.raises(StorageFullError), calls.open_recording(desk, call.call_id):
        pytest.fail("it was opened")


def _open_full(path: Path, mode: str = "r", buffering: int = -1):
    """Linux has a device that is always full."""
    full = path.suffix == ".wav" and "w" in mode
    return open("/dev/full" if full else path, mode, buffering)  # noqa: PTH123


@pytest.mark.parametrize("uri", ["http://example.invalid/a.wav", "https://127.0.0.1/a.wav", "zip://x"])
def test_recordings_are_not_fetched_from_anywhere(desk, tmp_path, uri):
    """A list of recordings must not make the desk call other machines."""
    recording = catalogued(desk, tmp_path, uri=uri)

    with pytest.raises(RecordingUnreadableError, match="KAIJI_RECORDINGS"):
        calls.attach_call(desk, CLERK, identified(desk).number, recording.recording_id)


@pytest.mark.parametrize(
    ("uri", "inside"), [("{}/in/a.wav", True), ("{}/in/../b.wav", False), ("{}/b.wav", False)]
)
def test_recordings_lie_where_the_settings_say(tmp_path, uri, inside):
    """A path that leads out again does not."""
    (tmp_path / "in").mkdir()
    for name in ("in/a.wav", "b.wav"):
        (tmp_path / name).write_bytes(b"RIFF")
    with open_desk(desk_settings(tmp_path, recordings=str(tmp_path / "in"))) as desk:
        recording = catalogued(desk, tmp_path, uri=uri.format(tmp_path))
        request = identified(desk).number
        if inside:
            assert calls.attach_call(desk, CLERK, request, recording.recording_id).bytes == 4
        else:
            with pytest.raises(RecordingUnreadableError):
                calls.attach_call(desk, CLERK, request, recording.recording_id)


def test_the_case_of_a_call_is_its_person_and_the_lists(desk, tmp_path):
    """In the form that the pipeline takes, with the versions of the lists."""
    call = attached(desk, tmp_path)
    staff, terms = (CaseName("山本", "ヤマモト"),), (CaseName("特別値引き枠"),)
    actions = ((Party.STAFF, MaskAction.MASK),)
    lists.import_staff(desk, CLERK, StaffList(staff))
    lists.import_company(desk, CLERK, CompanyList((CaseName("青空通信"),), ("0120444444",), terms, actions))

    prepared = calls.case_of(desk, call.call_id)

    assert prepared.case.case_id == "R-2026-0001"
    assert prepared.case.requester == PERSON
    assert (prepared.case.staff, prepared.case.confidential_terms) == (staff, terms)
    assert prepared.case.action_for(Party.STAFF) is MaskAction.MASK
    assert (prepared.lists.staff, prepared.lists.company) == (1, 1)


def test_a_call_may_be_withheld_and_taken_up_again(desk, tmp_path):
    """Its request follows."""
    call = in_review(desk, tmp_path)

    assert do(desk, SECOND, CallWithheld(call.call_id, "支障")).state is State.WITHHELD
    assert requests.get(desk, call.request_id).state is State.WITHHELD
    assert do(desk, SECOND, CallRequeued(call.call_id)).state is State.REQUESTED
    assert do(desk, SECOND, CallWithdrawn(call.call_id)).state is State.WITHDRAWN
    with pytest.raises(ImpossibleStepError):
        do(desk, SECOND, CallRequeued(call.call_id))
    assert requests.get(desk, call.request_id).state is State.IDENTIFIED


def test_an_unknown_call_is_not_found(desk):
    """By an id that nobody gave."""
    with pytest.raises(NotFoundError):
        calls.get_call(desk, "c0")


LISTED = (CaseName("山本 太郎", "ヤマモト タロウ"), CaseName("牧"))


@pytest.mark.parametrize(
    ("operator", "added", "spoke"),
    [
        ("山本太郎", (), (LISTED[0],)),
        ("山本　太郎", (), (LISTED[0],)),
        ("牧", (), (LISTED[1],)),
        # A surname that the list has only with a given name stands for itself, as one that it lacks does.
        ("山本", (CaseName("山本"),), (CaseName("山本"),)),
        ("石井", (CaseName("石井"),), (CaseName("石井"),)),
        # Ids of recording systems are no names.
        ("op-17", (), ()),
        ("AGENT_3", (), ()),
        ("0042", (), ()),
        ("", (), ()),
    ],
)
def test_the_operator_of_the_recording_was_on_the_call(
    operator: str, added: tuple[CaseName, ...], spoke: tuple[CaseName, ...]
):
    """By the name that the recording system wrote, on the list or not."""
    assert calls.who_spoke(operator, LISTED) == ((*LISTED, *added), spoke)
