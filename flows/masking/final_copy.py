"""The copy that a person approves: made from a given plan, verified, sealed, and stored as a new revision.

The same plan on the same recording gives the same bytes, so a release can make the copy again and compare
it with what was approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows import outputs
from flows.desk.cases.calls import get_call, open_recording
from flows.desk.cases.files import NewFile, drop_unnamed, list_files, open_stream
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, NotFoundError
from flows.desk.kinds.states import Step, step_call
from flows.desk.kinds.values import Actor, Call, FileKind
from flows.desk.work.corrections import decisions_on_text
from flows.desk.work.plans import revise
from flows.masking.proofread import proof_note
from flows.masking.visit_copy import VISIT_WAV, visit_copy
from flows.workspace import (
    JOB,
    PLAN,
    RECOGNISED,
    RECORDING,
    SECOND_HEARING,
    TRANSCRIPT,
    VERIFIED,
    Job,
    MemoryWorkspace,
)
from pipeline.audio.recording import read_recording
from pipeline.correcting.corrected import Corrected, corrected
from pipeline.errors import ReviewRuleError
from pipeline.masking.plan import transcript_sha256
from pipeline.reviewing.wordings import read_at, wording_after
from pipeline.types import CallCase, Leak, MaskAction, MaskPlan, Transcript
from pipeline.verifying.verify import values

MASKED_FILES = {
    FileKind.MASKED_AUDIO: outputs.MASKED_WAV,
    FileKind.MASKED_TEXT: outputs.MASKED_TEXT,
    FileKind.MASKED_JSON: outputs.MASKED_JSON,
}
"""The kinds of masked files, and the name of each in the working folder."""


def files_of(plan: MaskPlan) -> dict[FileKind, str]:
    """Return the kinds of files that a person approves of a call, and the path of each as it is made."""
    return MASKED_FILES | ({FileKind.VISIT_AUDIO: VISIT_WAV} if plan.heard_in_person else {})


def make_final(
    desk: Desk, actor: Actor, call_id: str, plan: MaskPlan, *, expected: int | None = None
) -> Call:
    """Make a call's masked files from a plan, and store plan and files as the newest revision.

    The copy is not listened to again here; ``last_check`` has done that, and a release does it once more.
    What was recognised under a mask must not stand elsewhere either, where a person has written it otherwise.

    Args:
        desk: The desk.
        actor: The person who decided.
        call_id: A call in review.
        plan: The plan with all decisions folded in.
        expected: Number of decisions of the call when they were folded in.

    Returns:
        The call, still in review.

    Raises:
        ImpossibleStepError: when the call is not in review.
        ConflictError: when the plan belongs to another call, recording or transcript, or when somebody has
            decided since.
        ReviewRuleError: when masked words occur unmasked elsewhere, or are also audible on another channel,
            so that a person must decide on those; nothing is changed.
        CallUnsafeError: when masked data can still be heard or read; nothing is changed.
    """
    # Here: pages that only show a copy load nothing that detects.
    from flows.stages import unsafe, verify_written

    step_call(get_call(desk, call_id).state, Step.DECIDE, call_id)
    if plan.call_id != call_id:
        msg = f"{call_id}: 計画が別の通話のものです"
        raise ConflictError(msg)
    with open_recording(desk, call_id) as audio, desk.store.private_folder() as folder:
        call = render(desk, actor, (audio, folder), plan)
        visit = visit_copy(call)
        copies = [each for each in (call, visit) if each is not None]
        leaks = [leak for each in copies for leak in verify_written(each, each.get(RECOGNISED))]
        if leaks and all(leak.kind in {"CROSSTALK", "TEXT"} for leak in leaks):
            raise _said_elsewhere(leaks)
        if leaks:
            raise unsafe(leaks)
        stored: list[NewFile] = []
        try:
            for kind, name in files_of(plan).items():
                stored.append(NewFile(kind, desk.store.put(folder / name)))
            return revise(desk, actor, call_id, plan, tuple(stored), expected=expected)
        except BaseException:
            drop_unnamed(desk, stored)
            raise


def _said_elsewhere(leaks: Sequence[Leak]) -> ReviewRuleError:
    """Return the places by time; only the page may show the words."""
    words, copies = ([leak for leak in leaks if leak.kind == kind] for kind in ("TEXT", "CROSSTALK"))
    said = []
    if words:
        said.append(
            f"伏せる所と同じ言葉が、伏せない所にもあります({_places(words)})。"
            "「似た音を探す」でそこも伏せるか、この所を残すか決めてください"
        )
    if copies:
        said.append(
            f"伏せる声が、もう一方のチャンネルにも小さく入っています({_places(copies)})。"
            "同じ区間を両方のチャンネルで伏せる所として加えてください"
        )
    msg = "。".join(said)
    return ReviewRuleError(msg, tuple(leak.item_id for leak in leaks if leak.item_id))


def _places(leaks: Sequence[Leak]) -> str:
    times = (f"{int(leak.where.start) // 60}:{int(leak.where.start) % 60:02d}" for leak in leaks)
    return "、".join(dict.fromkeys(times))


def render(desk: Desk, actor: Actor, places: tuple[Path, Path], plan: MaskPlan) -> MemoryWorkspace:
    """Write a call's masked files under the names of ``MASKED_FILES``, without verifying them.

    The words are the corrected ones, also in the workspace's transcript, into which the plan's items then
    point: the verified text is the text that people read.  A note above the text states whether it was
    proofread.

    Args:
        desk: The desk.
        actor: The person for whom the transcript is opened, which the audit log records.
        places: The recording as ``open_recording`` gives it, and the folder for the files.
        plan: The plan to apply.

    Returns:
        The workspace that ``flows.stages.verify`` needs.

    Raises:
        ConflictError: when the plan belongs to another recording or transcript.
        NotFoundError: when the transcript is erased.
    """
    return render_with_words(desk, actor, places, plan)[0]


def render_with_words(
    desk: Desk, actor: Actor, places: tuple[Path, Path], plan: MaskPlan
) -> tuple[MemoryWorkspace, Corrected]:
    """Write a call's masked files as ``render`` does, and return the corrected words, too."""
    audio, folder = places
    recording, transcript = read_recording(audio, folder), transcript_of(desk, actor, plan.call_id)
    if (plan.audio_sha256, plan.transcript_sha256) != (recording.sha256, transcript_sha256(transcript)):
        msg = f"{plan.call_id}: 計画が別の録音か文字起こしのものです"
        raise ConflictError(msg)
    call = MemoryWorkspace(folder)
    call.put(JOB, Job(plan.call_id, audio, folder, CallCase("")))
    call.put(RECORDING, recording)
    made = decisions_on_text(desk, plan.call_id, plan.transcript_sha256)
    now = corrected(transcript, wording_after(made))
    call.put(RECOGNISED, values(transcript, plan, MaskAction.MASK))
    call.put(TRANSCRIPT, now.transcript)
    # The second hearing is not stored; its words were used when the call was masked.
    call.put(SECOND_HEARING, None)
    call.put(PLAN, now.plan(plan))
    call.put(VERIFIED, None)
    outputs.write_masked(folder, recording, now.transcript, now.plan(plan), proof_note(read_at(made)))
    return call, now


def transcript_of(desk: Desk, actor: Actor, call_id: str) -> Transcript:
    """Return the transcript that a call's plan refers to; the audit log records that it was opened.

    Raises:
        NotFoundError: when it is erased.
    """
    found = [file for file in list_files(desk, call_id=call_id) if file.kind is FileKind.TRANSCRIPT]
    if not found:
        msg = f"{call_id}: 文字起こしは保存期間を過ぎて消されています"
        raise NotFoundError(msg)
    with open_stream(desk, actor, found[-1].file_id) as stream:
        return TRANSCRIPT.load(stream.read())
