"""One call of a request, from the queue to the analysts: what a worker does.

Claimed, copied from where the company keeps it and proven unchanged, masked by the same recipe as
``kaiji mask``, the products sealed into the store, plan and files handed in by one transaction.
Whatever stops it leaves no clear text behind, and the call either in the queue or set aside with
its reason.
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
    Processed,
    claim_call,
    extend_claim,
    fail_call,
    finish_processing,
    release_claim,
)
from flows.masking.mask_calls import sanitised
from flows.settings import Settings
from flows.stages import Models, Stage, recipe
from flows.workspace import JOB, PLAN, RECORDING, SKETCH, TRANSCRIPT, Job, MemoryWorkspace
from models.company.yaml_lines import RecognizerFileError
from pipeline.errors import ModelError, PipelineError
from pipeline.masking.sketch import sketch_of
from pipeline.types import MaskPlan

__all__ = [
    "GaveUpError",
    "MachineError",
    "PutBackError",
    "SetAsideError",
    "is_of_the_machine",
    "load_models",
    "mask_case_call",
]

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}

TRANSIENT_ERRORS = (DatabaseBusyError, DatabaseGoneError, StorageGoneError)
"""Of the surroundings, not of the call: a server that restarts is there again in a minute."""

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
"""Of the machine: the next call would meet the same."""

RENEWALS_PER_LEASE = 3
"""A claim is renewed so often within its time: two tries may fail."""

TIMEOUT_FAILURE = ("timeout", "時間内に処理が終わりませんでした")

KINDS = {
    outputs.MASKED_WAV: FileKind.MASKED_AUDIO,
    outputs.MASKED_TEXT: FileKind.MASKED_TEXT,
    outputs.MASKED_JSON: FileKind.MASKED_JSON,
    outputs.REVIEW: FileKind.REVIEW,
    outputs.MANIFEST: FileKind.MANIFEST,
}


class GaveUpError(PipelineError):
    """A call was not masked; its state at the desk is settled.

    Args:
        error: Why, without personal data.
    """

    def __init__(self, error: PipelineError) -> None:
        super().__init__(f"{error.code}: {error}")
        self.kind = error.code


class SetAsideError(GaveUpError):
    """The call has failed: a person has to look, the other calls go on."""

    code = "set_aside"


class PutBackError(GaveUpError):
    """The call is in the queue again and may go well next time."""

    code = "put_back"


class MachineError(GaveUpError):
    """The call is in the queue, untouched: the trouble is this machine's, or its surroundings'.

    Args:
        error: Why, without personal data.
    """

    code = "machine"

    def __init__(self, error: PipelineError) -> None:
        super().__init__(error)
        self.passes = isinstance(error, TRANSIENT_ERRORS)
        """Whether waiting may help."""


def is_of_the_machine(error: PipelineError) -> bool:
    """Whether the next call would meet the same."""
    return isinstance(error, TRANSIENT_ERRORS + MACHINE_ERRORS)


class _WorkerLostError(PipelineError):
    code = "worker_lost"


@functools.cache
def load_models(name: str) -> Models:
    """The models, loaded when first needed and once in each process.

    Args:
        name: Name or path of the speech model.
    """
    return Models(name, Settings())


def mask_case_call(desk: Desk, worker: Actor, call_id: str) -> Mapping[str, int]:
    """Mask a call that waits in the queue, or whose worker was killed.

    Args:
        desk: The desk.
        worker: Who does it.
        call_id: Of the call.

    Returns:
        Counts: whole seconds of audio, masked, kept and doubtful items, and how often the plan
        had to be widened.

    Raises:
        ImpossibleStepError: when the call is not to be masked, or another worker has it.
        NotFoundError: when there is no such call.
        ClaimLostError: when it was taken away meanwhile; what was made is void.
        SetAsideError: when it cannot be masked; the desk has the reason.
        PutBackError: when trying again may help.
        MachineError: when no call could be masked as things are.
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
            # Prefect's own time limit: a call that hangs would hang again.
            with contextlib.suppress(DeskError):
                fail_call(desk, worker, claim, TIMEOUT_FAILURE)
            raise
        except Exception as raised:  # noqa: BLE001 (made harmless, and settled at the desk)
            failure = _settled(desk, worker, claim, raised)
        except BaseException:
            # Told to stop: the call is nobody's fault.
            with _told_once(), contextlib.suppress(DeskError):
                release_claim(desk, worker, claim)
            raise
    # Outside of the except clause, so that the original does not hang on it as its context.
    raise failure


@contextlib.contextmanager
def _told_once() -> Iterator[None]:
    """A second request to end does not break off what the first one began.

    Only from there on: until it comes, Prefect has to find its own handler to cancel a run.
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
    """Put the call where its failure sends it; returns what the flow is told."""
    error, again = _explained(raised)
    if isinstance(error, ClaimLostError):
        return error
    try:
        if is_of_the_machine(error):
            release_claim(desk, worker, claim)
            return MachineError(error)
        call = fail_call(desk, worker, claim, (error.code, str(error)), retry=again)
    except ClaimLostError as lost:
        return ClaimLostError(str(lost))
    except DeskError as other:
        # The claim runs out by itself.
        return MachineError(error if is_of_the_machine(error) else other)
    return PutBackError(error) if call.state is State.REQUESTED else SetAsideError(error)


def _explained(raised: Exception) -> tuple[PipelineError, bool]:
    """What went wrong, without personal data, and whether it may go well another time."""
    cause = raised.__context__ if isinstance(raised, outputs.OutputFolderError) else raised
    if isinstance(cause, OSError) and cause.errno in NO_ROOM:
        return StorageFullError("作業フォルダに空きがありません"), False
    passes = isinstance(raised, OSError | MemoryError | outputs.OutputFolderError | RecordingUnreadableError)
    return sanitised(raised), passes


def _mask(desk: Desk, worker: Actor, claim: Claim, still_ours: Callable[[], None]) -> Mapping[str, int]:
    prepared = case_of(desk, claim.call_id)
    with open_recording(desk, claim.call_id) as audio, desk.store.private_folder() as folder:
        job = Job(claim.call_id, audio, folder, prepared.case, model=desk.settings.model)
        made = _run_recipe(job, still_ours)
        _hand_in(desk, worker, claim, (made, prepared.lists))
    return made.counts


@dataclass(frozen=True, slots=True)
class _Made:
    """What the recipe left: the plan, its counts, and where each file lies."""

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
    }
    return _Made(plan, counts, files)


def _hand_in(desk: Desk, worker: Actor, claim: Claim, work: tuple[_Made, ListVersions]) -> None:
    """Seal the files into the store and make them the call's; on any failure none is left."""
    made, versions = work
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
    """Remove stored files that became nobody's; what cannot be removed now is swept later."""
    with contextlib.suppress(DeskError):
        if get_call(desk, claim.call_id).state is State.IN_REVIEW:
            # Handed in after all: only the answer was lost.
            return
        for new in stored:
            desk.store.delete(new.stored.key)


@contextlib.contextmanager
def _renewed(desk: Desk, worker: Actor, claim: Claim) -> Iterator[Callable[[], None]]:
    """Renew a claim in the background for as long as the context lasts.

    Yields:
        Raises ``ClaimLostError`` once the call is no longer this worker's.
    """
    over, lost = threading.Event(), threading.Event()

    def beat() -> None:
        while not over.wait(desk.settings.lease_seconds / RENEWALS_PER_LEASE):
            # A database that is away for a moment is asked again at the next beat.
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
