"""Mask many calls in this process; the models are loaded once, and one call's failure stops no other."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows import outputs
from flows.files.shown import is_text
from flows.folders.leftovers import NotOursError
from flows.listener import Listener
from flows.loaded_models import Models
from flows.stages import Stage, recipe
from flows.workspace import JOB, LISTENER, PLAN, TRANSCRIPT, Job, MemoryWorkspace, Workspace
from pipeline.errors import (
    NO_ROOM,
    CallUnsafeError,
    CaseFileError,
    InternalError,
    PipelineError,
    UnreadableAudioError,
)
from pipeline.file_bytes import open_file
from pipeline.types import CallCase, MaskPlan, MaskPolicy, Transcript

__all__ = [
    "Order",
    "Outcome",
    "RunStage",
    "attempt",
    "exit_status",
    "mask_calls",
    "outcome_of",
    "run_stage",
    "sanitised",
]

RunStage = Callable[[Stage, Workspace, Models], int]
"""Runs a stage of a call and returns its count."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order to mask several calls.

    Attributes:
        out: Folder for the products.
        case: Returns the case of a call's file; may raise ``CaseFileError``.
        policy: Padding and fill of masks.
        transcript: Returns the file with a call's words, or ``None``.
        model: Name or path of the speech model.
        listen_again: Whether the finished audio is recognised once more.
    """

    out: Path = field(repr=False)
    case: Callable[[Path], CallCase] = field(repr=False)
    policy: MaskPolicy = field(default_factory=MaskPolicy)
    transcript: Callable[[Path], Path | None] = field(default=lambda _: None, repr=False)
    model: str = "base"
    listen_again: bool = True

    def job(self, audio: Path) -> Job:
        """Return the order for one call.

        Raises:
            CaseFileError: when the call has no case, or a malformed one.
            UnreadableAudioError: when the call's file name is not valid UTF-8.
        """
        if not is_text(audio):
            raise UnreadableAudioError("ファイル名が UTF-8 の文字ではありません。名前を変えてください")
        return Job(
            call_id=_call_id(audio),
            audio=audio,
            out=self.out,
            case=self.case(audio),
            policy=self.policy,
            transcript=self.transcript(audio),
            model=self.model,
            listen_again=self.listen_again,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of one call: a plan that was carried out and proven, or an error.

    Attributes:
        listener: The listener that was used; ``None`` where the call did not get so far.
    """

    audio: Path = field(repr=False)
    error: PipelineError | None = None
    plan: MaskPlan | None = None
    transcript: Transcript | None = None
    listener: Listener | None = None


def run_stage(stage: Stage, call: Workspace, models: Models) -> int:
    """Run a stage of a call."""
    return stage(call, models)


def mask_calls(
    calls: Sequence[Path], order: Order, models: Models, run: RunStage = run_stage
) -> Iterator[Outcome]:
    """Mask calls one after another.

    Args:
        calls: Audio files with different stems.
        order: Options for each call.
        models: Loads each model when a call first needs it.
        run: Runs each stage.

    Yields:
        One outcome for each call, in the given order.
    """
    for audio in calls:
        made: list[Workspace] = []
        error = attempt(audio, order.out, functools.partial(_mask, audio, order, models, made, run))
        yield outcome_of(audio, error, made)


def _mask(audio: Path, order: Order, models: Models, made: list[Workspace], run: RunStage) -> None:
    with outputs.staging() as folder:
        workspace = MemoryWorkspace(folder)
        made.append(workspace)
        workspace.put(JOB, order.job(audio))
        recipe(lambda stage: run(stage, workspace, models))


def attempt(audio: Path, out: Path, mask: Callable[[], None]) -> PipelineError | None:
    """Mask one call so that a failure leaves only the error file.

    Args:
        audio: The call's file.
        out: Folder for the products.
        mask: Masks the call and publishes its files.

    Returns:
        The error, with a message without personal data; ``None`` on success.
    """
    try:
        outputs.withdraw(out, audio.stem)
        mask()
    except Exception as raised:  # noqa: BLE001
        # The only broad except of a run: a bug in a library must not stop the other calls of a night.
        error = sanitised(raised)
    else:
        return None
    if isinstance(error, NotOursError):
        # The folder belongs to somebody else, so not even an error file is written.
        return error
    with contextlib.suppress(outputs.OutputFolderError, NotOursError):
        # Where the error file cannot be written either, the caller prints the reason.
        outputs.write_error(out, audio.stem, error)
    return error


def sanitised(raised: Exception) -> PipelineError:
    """Return one of our errors unchanged, and of any other only its type and place.

    The message of a library's exception may quote the call.
    """
    if isinstance(raised, CaseFileError):
        return CaseFileError(str(raised), raised.kept)
    if isinstance(raised, PipelineError):
        return type(raised)(str(raised))
    if isinstance(raised, OSError) and raised.errno in NO_ROOM:
        return outputs.no_room()
    at = traceback.extract_tb(raised.__traceback__)[-1]
    return InternalError(f"内部の誤り {type(raised).__name__} ({Path(at.filename).name}:{at.lineno})")


def outcome_of(audio: Path, error: PipelineError | None, made: Sequence[Workspace]) -> Outcome:
    """Return a call's outcome, from its workspace: the only one in ``made``, where the call got so far."""
    listener = None
    for workspace in made:
        with contextlib.suppress(PipelineError):
            listener = workspace.get(LISTENER)
    if error is not None:
        return Outcome(audio, error, listener=listener)
    (workspace,) = made
    return Outcome(audio, None, workspace.get(PLAN), workspace.get(TRANSCRIPT), listener)


def exit_status(outcomes: Sequence[Outcome]) -> int:
    """Return 0 when all calls are masked, 3 when one could not be masked safely, else 2 for bad input."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if any(isinstance(error, CallUnsafeError) for error in errors):
        return 3
    return 2 if errors else 0


def _call_id(audio: Path) -> str:
    """Return a random id, because file names of calls can hold names and numbers."""
    try:
        with open_file(audio) as file:
            return "c" + hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return "c-unreadable"
