"""Import the recordings of a vCon for a request: seal them into the store, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from flows.desk.cases.calls import attach_call, check_attach, list_calls
from flows.desk.cases.catalogue import RecordingQuery, search
from flows.desk.cases.files import NewFile, drop_unnamed
from flows.desk.cases.handed_over import Original, hand_over, put_into_store
from flows.desk.cases.requests import get
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DuplicateError
from flows.desk.kinds.values import Actor, FileKind, NewRecording
from flows.intake.faults import Fault, IntakeError
from flows.intake.recordings import Sound, measured_sound
from flows.intake.systems.vcon import VconRecording, read_vcon

MAX_DIFFERENCE_SECONDS = 1.5
"""Greatest difference between the stated and the actual length: earlier drafts state whole seconds."""


def take_vcon(
    desk: Desk, actor: Actor, request: str, path: Path, operator_channel: int | None = None
) -> tuple[str, ...]:
    """Attach the recordings of a vCon to a request.

    The vCon itself is neither kept nor removed.  Repeating it changes nothing.

    Args:
        desk: The desk.
        actor: The person who does it.
        request: Id or public number.
        path: The vCon.
        operator_channel: Channel on which the operator speaks, where the parties' roles do not show it.

    Returns:
        Ids of the calls, in the order of the vCon.

    Raises:
        NotIdentifiedError: when the identity check is not recorded yet.
        ImpossibleStepError: when the request accepts no calls now.
        FileError: when it is no vCon that can be used.
        IntakeError: with every mistake; nothing was taken in.
    """
    check_attach(desk, request)
    found = read_vcon(path, desk.clock())
    owner = get(desk, request).request_id
    with desk.store.private_folder() as folder:
        written = [_written(folder, each) for each in found]
        recordings = [
            # A file that was handed over is erased with its request, so that each has its own.
            replace(new, source_id=f"{new.source_id}-{owner}")
            for new in _checked(found, [measured_sound(file) for file in written], operator_channel)
        ]
        _hand_over(desk, actor, request, list(zip(written, recordings, strict=True)))
    return tuple(_attached(desk, actor, request, each) for each in recordings)


def _written(folder: Path, each: VconRecording) -> Path:
    file = folder / f"recording-{each.place}{each.suffix}"
    file.write_bytes(each.sound)
    return file


def _checked(
    found: Sequence[VconRecording], sounds: Sequence[Sound | None], told: int | None
) -> list[NewRecording]:
    """Compare the vCon's statements about each recording with the recording itself."""
    faults: list[Fault] = []
    recordings = []
    for each, sound in zip(found, sounds, strict=True):
        channel = told if told is not None else each.operator_channel
        if sound is None:
            faults.append(each.fault("音声として読めません"))
            continue
        if each.seconds is not None and abs(each.seconds - sound.seconds) > MAX_DIFFERENCE_SECONDS:
            faults.append(each.fault("duration が録音の長さと違います"))
        if sound.channels == 2 and each.roles and len(each.roles) != 2:
            faults.append(each.fault("parties の数がチャンネルの数と違います"))
        elif sound.channels == 2 and channel is None:
            reason = "どちらのチャンネルが担当者か、この vCon では分かりません(--operator-channel 0 か 1)"
            faults.append(each.fault(reason))
        new = NewRecording(
            source_id=each.source_id,
            started_at=each.started_at,
            uri=f"vcon{each.suffix}",
            duration=sound.seconds,
            numbers=each.numbers,
            operator_channel=channel or 0,
        )
        recordings.append(new)
    if faults:
        raise IntakeError(faults)
    return recordings


def _hand_over(desk: Desk, actor: Actor, request: str, news: Sequence[tuple[Path, NewRecording]]) -> None:
    """Seal those that the desk does not have yet into the store, and register all of them at once."""
    originals: list[Original] = []
    try:
        for file, recording in news:
            if not search(desk, RecordingQuery(source_id=recording.source_id)):
                originals.append(Original(put_into_store(desk, file), recording))
        if originals:
            hand_over(desk, actor, request, originals)
    except BaseException:
        drop_unnamed(desk, [NewFile(FileKind.ORIGINAL, one.stored) for one in originals])
        raise


def _attached(desk: Desk, actor: Actor, request: str, new: NewRecording) -> str:
    (found,) = search(desk, RecordingQuery(source_id=new.source_id))
    try:
        return attach_call(desk, actor, request, found.recording_id).call_id
    except DuplicateError:
        calls = list_calls(desk, request=request)
        return next(call.call_id for call in calls if call.recording_id == found.recording_id)
