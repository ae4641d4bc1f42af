"""A call's plan as today's program makes it, of the words that recognition stored.

The words are not recognised again.  The second hearing is: it is not stored, and without it, or with what of
it stands beside the lines, other stretches are masked in six of eight sample calls, whatever the program.  It
takes a third of recognition's time.  The finished copy is read again, but not listened to, so that a mask
which only listening brings is not made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flows.desk.cases.calls import case_of, open_recording
from flows.desk.cases.files import list_files, open_stream
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import NotFoundError, RecordingChangedError
from flows.desk.kinds.values import Actor, FileKind
from flows.desk.work.plans import StoredPlan
from flows.workspace import (
    JOB,
    PLAN,
    RECORDING,
    SECOND_HEARING,
    TRANSCRIPT,
    Job,
    MemoryWorkspace,
)
from pipeline.audio.recording import Recording, read_recording
from pipeline.masking.echoed_words import without_echo
from pipeline.masking.plan import transcript_sha256
from pipeline.types import MaskPlan, MaskPolicy, Transcript

if TYPE_CHECKING:
    from flows.loaded_models import Models


@dataclass(frozen=True, slots=True)
class Anew:
    """A call and its plan, made anew.

    Attributes:
        plan: The plan, before any decision.
        transcript: The words, as they were recognised then.
        recording: The call's sound, for as long as it is open.
    """

    plan: MaskPlan
    transcript: Transcript = field(repr=False)
    recording: Recording = field(repr=False)


@contextmanager
def plan_anew(
    desk: Desk, actor: Actor, stored: StoredPlan, load_models: Callable[[str], Models]
) -> Iterator[Anew]:
    """Make a call's plan anew: same words, same request, same versions of the lists.

    Args:
        desk: The desk.
        actor: The person for whom the transcript is opened, which the audit log records.
        stored: A revision of the call's plan, which names words, recording and lists.
        load_models: Loads the models, by the speech model's name.

    Yields:
        The plan and what it was made of.

    Raises:
        NotFoundError: when the transcript is erased.
        RecordingChangedError: when the recording is another one than then.
        RecordingUnreadableError: when it cannot be read.
        UnreadableAudioError: when it is not audio.
        CallUnsafeError: when today's program cannot mask the call.
    """
    transcript = _transcript(desk, actor, stored)
    with open_recording(desk, stored.call_id) as audio, desk.store.private_folder() as folder:
        recording = read_recording(audio, folder)
        if recording.sha256 != stored.plan.audio_sha256:
            msg = f"通話 {stored.call_id}: 録音が計画のものと違います"
            raise RecordingChangedError(msg)
        call = _opened(desk, stored, (audio, folder), (recording, transcript))
        yield Anew(_planned(call, load_models(desk.settings.model)), transcript, recording)


def _transcript(desk: Desk, actor: Actor, stored: StoredPlan) -> Transcript:
    """The words that a revision refers to: those of the last recognition up to it."""
    found = [
        file
        for file in list_files(desk, call_id=stored.call_id)
        if file.kind is FileKind.TRANSCRIPT and file.revision <= stored.revision
    ]
    if found:
        with open_stream(desk, actor, found[-1].file_id) as stream:
            transcript = TRANSCRIPT.load(stream.read())
        if transcript_sha256(transcript) == stored.plan.transcript_sha256:
            return transcript
    msg = f"{stored.call_id}: 文字起こしは保存期間を過ぎて消されています"
    raise NotFoundError(msg)


def _opened(
    desk: Desk, stored: StoredPlan, places: tuple[Path, Path], heard: tuple[Recording, Transcript]
) -> MemoryWorkspace:
    """The workspace of a call that was recognised: what the stages behind recognition need."""
    (audio, folder), (recording, transcript) = places, heard
    call = MemoryWorkspace(folder)
    policy = MaskPolicy(review_questions=desk.settings.review_questions)
    case = case_of(desk, stored.call_id, stored.lists).case
    job = Job(stored.call_id, audio, folder, case, policy, model=desk.settings.model, listen_again=False)
    call.put(JOB, job)
    call.put(RECORDING, recording)
    call.put(TRANSCRIPT, transcript)
    return call


def _planned(call: MemoryWorkspace, models: Models) -> MaskPlan:
    """Run the stages behind recognition, until the written copy holds nothing any more that is masked."""
    from flows.hearing import heard_again
    from flows.stages import ROUNDS, align, attribute, detect, mask, plan, verify, widen

    recording = call.get(RECORDING)
    second = heard_again(recording, models.recogniser, call.get(JOB).call_id)
    call.put(SECOND_HEARING, without_echo(second, recording))
    for stage in (detect, attribute, align, plan, mask):
        stage(call, models)
    for _ in range(ROUNDS):
        if not verify(call, models):
            break
        widen(call, models)
        mask(call, models)
    return call.get(PLAN)
