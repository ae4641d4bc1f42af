"""A worker's task: take one call of a request from the queue, mask it, and hand it to the analysts.

The worker claims the call, copies the recording and checks that it is unchanged, masks it by the same
recipe as ``kaiji mask``, seals the products into the store, and stores plan and files in one transaction.
After any interruption no clear text is left, and the call is either in the queue or set aside with a reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows import outputs
from flows.desk.cases.calls import case_of, get_call, open_recording
from flows.desk.cases.files import NewFile
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import (
    ClaimLostError,
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseGoneError,
    DeskError,
    KeyMissingError,
    KeySettingError,
    RecordingUnreadableError,
    SchemaError,
    StorageFullError,
    StorageGoneError,
    WrongKeyError,
)
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Actor, FileKind, ListVersions
from flows.desk.work.claims import (
    Claim,
    Failure,
    Processed,
    claim_call,
    extend_claim,
    fail_call,
    finish_processing,
    release_claim,
)
from flows.loaded_models import Models
from flows.masking.mask_calls import sanitised
from flows.masking.proofread import proof_note
from flows.settings import Settings
from flows.stages import Stage, recipe
from flows.workspace import (
    JOB,
    LISTENER,
    PLAN,
    RECORDING,
    SKETCH,
    TRANSCRIPT,
    Job,
    MemoryWorkspace,
    remove_left_runs,
)
from models.company.yaml_lines import RecognizerFileError
from pipeline.errors import ModelError, PipelineError
from pipeline.masking.sketch import sketch_of
from pipeline.types import MaskPlan, MaskPolicy

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}

TRANSIENT_ERRORS = (DatabaseBusyError, DatabaseGoneError, StorageGoneError)
"""Temporary errors, such as a server that restarts."""

MACHINE_ERRORS = (
    DatabaseFullError,
    KeyMissingError,
    KeySettingError,
    ModelError,
    RecognizerFileError,
    SchemaError,
    StorageFullError,
    WrongKeyError,
)
"""Errors of this machine, which the next call would meet too."""

RENEWALS_PER_LEASE = 3
"""Number of renewals of a claim within its time, so that two renewals may fail."""

TIMEOUT_FAILURE = Failure("timeout", "時間内に処理が終わりませんでした")

KINDS = {
    outputs.MASKED_WAV: FileKind.MASKED_AUDIO,
    outputs.MASKED_TEXT: FileKind.MASKED_TEXT,
    outputs.MASKED_JSON: FileKind.MASKED_JSON,
    outputs.REVIEW: FileKind.REVIEW,
    outputs.MANIFEST: FileKind.MANIFEST,
}


class GaveUpError(PipelineError):
    """A call was not masked; the desk has recorded its new state.

    Args:
        error: The cause, without personal data.
    """

    def __init__(self, error: PipelineError) -> None:
        super().__init__(f"{error.code}: {error}")
        self.kind = error.code
        self.call_id = ""
        """Id of the call, for the log of failures; set by the caller."""


class SetAsideError(GaveUpError):
    """The call has failed and a person has to look at it; the other calls go on."""

    code = "set_aside"


class PutBackError(GaveUpError):
    """The call is in the queue again, and the next attempt may succeed."""

    code = "put_back"


class MachineError(GaveUpError):
    """This machine or a server it needs is at fault; the call is in the queue again, with no attempt counted.

    Args:
        error: The cause, without personal data.
    """

    code = "machine"

    def __init__(self, error: PipelineError) -> None:
        super().__init__(error)
        self.passes = isinstance(error, TRANSIENT_ERRORS)
        """Whether waiting may help."""


def is_of_the_machine(error: PipelineError) -> bool:
    """Return whether the next call would meet the same error."""
    return isinstance(error, TRANSIENT_ERRORS + MACHINE_ERRORS)


class _WorkerLostError(PipelineError):
    code = "worker_lost"


@functools.cache
def load_models(name: str) -> Models:
    """Return the models, each loaded when first needed and once in each process.

    Args:
        name: Name or path of the speech model.
    """
    return Models(name, Settings())


def remove_left_over(desk: Desk) -> None:
    """Remove the clear text that killed workers left.

    Masking the next call does so too; but a worker that was killed after its last call has no next one.

    Raises:
        StorageGoneError, PipelineError: when others can write to the work folder or exchange it.
    """
    desk.store.remove_left_over()
    remove_left_runs(desk.settings.work)
    outputs.remove_left_staging(desk.settings.work)


def mask_case_call(desk: Desk, worker: Actor, call_id: str) -> Mapping[str, int]:
    """Mask a call that waits in the queue, or that a killed worker had claimed.

    Args:
        desk: The desk.
        worker: The worker's name and role.
        call_id: The call's id.

    Returns:
        Counts: whole seconds of audio, masked, kept and doubtful items, how often the plan
        had to be widened, and 1 or 0 under ``heard``: whether the ears listened.

    Raises:
        ImpossibleStepError: when the call is not to be masked, or another worker has it.
        NotFoundError: when there is no such call.
        ClaimLostError: when the claim was lost meanwhile; the products are discarded.
        SetAsideError: when the call cannot be masked; the desk has recorded the reason.
        PutBackError: when another attempt may succeed.
        MachineError: when this machine could mask no call at present.
    """
    try:
        claim = claim_call(desk, worker, call_id)
    except DeskError as error:
        raise (MachineError(error) if is_of_the_machine(error) else error) from None
    if claim is None:
        raise SetAsideError(_WorkerLostError("作業プロセスが処理中に何度も止まりました"))
    with _renewed(desk, worker, claim) as still_ours:
        try:
            return _mask(desk, worker, claim, still_ours)
        except asyncio.CancelledError:
            # Prefect's time limit: a call that hangs would hang again.
            with contextlib.suppress(DeskError):
                fail_call(desk, worker, claim, TIMEOUT_FAILURE)
            raise
        except Exception as raised:  # noqa: BLE001 (made harmless, and settled at the desk)
            failure = _settled(desk, worker, claim, raised)
        except BaseException:
            # The worker was asked to stop, so no attempt is counted.
            with _told_once(), contextlib.suppress(DeskError):
                release_claim(desk, worker, claim)
            raise
    # Raised outside the except clause, so that the original exception is not attached as its context.
    raise failure


@contextlib.contextmanager
def _told_once() -> Iterator[None]:
    """Ignore further requests to end after the first, so that they do not interrupt the clean-up.

    Signals are ignored only after the first one: until then Prefect's own handler must be able to cancel.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _settled(desk: Desk, worker: Actor, claim: Claim, raised: Exception) -> PipelineError:
    """Move the call to the state that its failure calls for; return the error for the flow."""
    error, again = _explained(raised)
    if isinstance(error, ClaimLostError):
        return error
    try:
        if is_of_the_machine(error):
            release_claim(desk, worker, claim)
            return MachineError(error)
        call = fail_call(desk, worker, claim, Failure(error.code, str(error)), retry=again)
    except ClaimLostError as lost:
        return ClaimLostError(str(lost))
    except DeskError as other:
        # The claim will expire.
        return MachineError(error if is_of_the_machine(error) else other)
    return PutBackError(error) if call.state is State.REQUESTED else SetAsideError(error)


def _explained(raised: Exception) -> tuple[PipelineError, bool]:
    """Return the cause without personal data, and whether another attempt may succeed."""
    cause = raised.__context__ if isinstance(raised, outputs.OutputFolderError) else raised
    if isinstance(cause, OSError) and cause.errno in NO_ROOM:
        return StorageFullError("作業フォルダに空きがありません"), False
    passes = isinstance(raised, OSError | MemoryError | outputs.OutputFolderError | RecordingUnreadableError)
    return sanitised(raised), passes


def _mask(desk: Desk, worker: Actor, claim: Claim, still_ours: Callable[[], None]) -> Mapping[str, int]:
    prepared = case_of(desk, claim.call_id)
    with open_recording(desk, claim.call_id) as audio, desk.store.private_folder() as folder:
        policy = MaskPolicy(review_questions=desk.settings.review_questions)
        job = Job(
            claim.call_id,
            audio,
            folder,
            prepared.case,
            policy=policy,
            model=desk.settings.model,
            note=proof_note(None),
        )
        made = _run_recipe(job, still_ours)
        _hand_in(desk, worker, claim, made, prepared.lists)
    return made.counts


@dataclass(frozen=True, slots=True)
class _Made:
    """Results of the recipe: the plan, its counts, and the path of each file."""

    plan: MaskPlan
    counts: Mapping[str, int]
    files: Mapping[FileKind, Path]


def _run_recipe(job: Job, still_ours: Callable[[], None]) -> _Made:
    products = job.out / "products"
    products.mkdir()
    workspace = MemoryWorkspace(products)
    workspace.put(JOB, job)
    models = load_models(job.model)
    widened = 0

    def do(stage: Stage) -> int:
        nonlocal widened
        still_ours()
        widened += stage.__name__ == "widen"
        return stage(workspace, models)

    recipe(do)
    transcript = job.out / "transcript.json"
    transcript.write_bytes(TRANSCRIPT.dump(workspace.get(TRANSCRIPT)))
    files = {kind: job.out / f"{job.stem}.{name}" for name, kind in KINDS.items()}
    plan, recording = workspace.get(PLAN), workspace.get(RECORDING)
    sketch = job.out / "sketch"
    sketch.write_bytes(SKETCH.dump(sketch_of(recording)))
    files |= {FileKind.RAW: job.audio, FileKind.TRANSCRIPT: transcript, FileKind.SKETCH: sketch}
    counts = {
        "seconds": round(recording.duration),
        "masked": len(plan.masked),
        "kept": len(plan.items) - len(plan.masked),
        "to_review": sum(item.needs_review for item in plan.items),
        "widened": widened,
        "heard": int(workspace.get(LISTENER).heard),
    }
    return _Made(plan, counts, files)


def _hand_in(desk: Desk, worker: Actor, claim: Claim, made: _Made, versions: ListVersions) -> None:
    """Seal the files into the store and attach them to the call; on a failure remove them all."""
    stored: list[NewFile] = []
    try:
        for kind, path in made.files.items():
            stored.append(NewFile(kind, desk.store.put(path)))
        processed = Processed(made.plan, versions, tuple(stored), made.counts)
        finish_processing(desk, worker, claim, processed)
    except BaseException:
        _discard(desk, claim, stored)
        raise


def _discard(desk: Desk, claim: Claim, stored: Sequence[NewFile]) -> None:
    """Remove stored files that no row names; the rest is swept later."""
    with contextlib.suppress(DeskError):
        if get_call(desk, claim.call_id).state is State.IN_REVIEW:
            # The change was committed after all; only its confirmation was lost.
            return
        for new in stored:
            desk.store.delete(new.stored.key)


@contextlib.contextmanager
def _renewed(desk: Desk, worker: Actor, claim: Claim) -> Iterator[Callable[[], None]]:
    """Renew a claim in the background for as long as the context lasts.

    Yields:
        A function that raises ``ClaimLostError`` once the claim is lost.
    """
    over, lost = threading.Event(), threading.Event()

    def beat() -> None:
        while not over.wait(desk.settings.lease_seconds / RENEWALS_PER_LEASE):
            # A database that is away for a moment is tried again at the next renewal.
            with contextlib.suppress(DeskError):
                try:
                    extend_claim(desk, worker, claim)
                except ClaimLostError:
                    lost.set()
                    return

    def still_ours() -> None:
        if lost.is_set():
            msg = f"{claim.call_id}: この作業プロセスの担当ではなくなりました"
            raise ClaimLostError(msg)

    thread = threading.Thread(target=beat, name=f"claim-{claim.call_id}", daemon=True)
    thread.start()
    try:
        yield still_ours
    finally:
        over.set()
        thread.join()
