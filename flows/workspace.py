"""Values that one call's stages pass to each other.

In one process they stay in memory.  Between Prefect tasks, which may run in different processes, they are
files in a folder that only its owner may read and that is removed after the run.  Prefect never sees them.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter

from flows.folders.held_folder import remove_left, swept_folder
from flows.listener import Listener
from pipeline.audio.recording import Recording
from pipeline.audio.stored import StoredSamples
from pipeline.errors import PipelineError
from pipeline.masking.sketch import Sketch
from pipeline.types import (
    CallCase,
    EntitySpan,
    Finding,
    Leak,
    MaskPlan,
    MaskPolicy,
    Transcript,
)

T = TypeVar("T")

RUN_PREFIX = "run-"
"""Prefix of the folders of runs."""


SAMPLES_PER_WRITE = 1 << 20
"""Samples of each channel that are written at a time."""


@dataclass(frozen=True, slots=True)
class Job:
    """The order to mask one call.

    Attributes:
        call_id: Random id without personal data, for logs, errors and Prefect.
        audio: The call's file.  File names can be personal, so it is left out of ``repr``.
        out: Folder for the products, which are named after the call's file.
        case: Whose request it is.
        policy: Padding around masks, and what fills them.
        transcript: File with the words, in place of speech recognition.
        model: Name or path of the speech model.
        listen_again: Whether the finished audio is recognised once more.
        note: The line above the masked text; empty for none.
    """

    call_id: str
    audio: Path = field(repr=False)
    out: Path = field(repr=False)
    case: CallCase
    policy: MaskPolicy = field(default_factory=MaskPolicy)
    transcript: Path | None = field(default=None, repr=False)
    model: str = "base"
    listen_again: bool = True
    note: str = ""

    @property
    def stem(self) -> str:
        """Prefix of the products' file names."""
        return self.audio.stem


class Slot(Generic[T]):
    """A named value of one type, stored as JSON."""

    def __init__(self, name: str, adapter: TypeAdapter[T]) -> None:
        self.name = name
        self._adapter = adapter

    def dump(self, value: T) -> bytes:
        """Return the value as bytes."""
        return self._adapter.dump_json(value)

    def load(self, raw: bytes) -> T:
        """Return the value that ``dump`` turned into bytes."""
        return self._adapter.validate_json(raw)

    def write(self, path: Path, value: T) -> None:
        """Write the value to a file."""
        path.write_bytes(self.dump(value))

    def read(self, path: Path) -> T:
        """Read a value that ``write`` wrote."""
        return self.load(path.read_bytes())


class _RecordingSlot(Slot[Recording]):
    """A decoded call, stored as one JSON line and raw samples, so that it is never in memory as a whole."""

    def __init__(self) -> None:
        self.name = "recording"

    def write(self, path: Path, value: Recording) -> None:
        """Write a JSON line with rate, law, hash and shape, then the interleaved 16-bit samples."""
        shape = value.channels, value.length
        head = {"rate": value.rate, "law": value.law, "sha256": value.sha256, "shape": shape}
        with path.open("wb") as file:
            file.write(json.dumps(head).encode() + b"\n")
            for at in range(0, value.length, SAMPLES_PER_WRITE):
                file.write(value.samples[:, at : at + SAMPLES_PER_WRITE].T.astype("<i2").tobytes())

    def read(self, path: Path) -> Recording:
        """Read the recording; its samples stay in the file."""
        with path.open("rb") as file:
            head = json.loads(file.readline())
            samples = StoredSamples(path, tuple(head["shape"]), "pcm16", file.tell())
        return Recording(samples, head["rate"], head["law"], head["sha256"])


class _SketchSlot(Slot[Sketch]):
    """The waveform of a call, stored as one JSON line and the peaks as bytes."""

    def __init__(self) -> None:
        self.name = "sketch"

    def dump(self, value: Sketch) -> bytes:
        """Return a JSON line with the other fields, then the peaks of each channel."""
        head = {
            "sha256": value.sha256,
            "rate": value.rate,
            "length": value.length,
            "quiet": value.quiet,
            "channels": value.channels,
        }
        return b"".join((json.dumps(head).encode(), b"\n", *value.peaks))

    def load(self, raw: bytes) -> Sketch:
        """Return the sketch that ``dump`` turned into bytes."""
        line, peaks = raw.split(b"\n", 1)
        head = json.loads(line)
        size = len(peaks) // head["channels"]
        quiet = tuple((start, end) for start, end in head["quiet"])
        each = tuple(peaks[at : at + size] for at in range(0, len(peaks), size))
        return Sketch(head["sha256"], head["rate"], head["channels"], head["length"], quiet, each)


JOB: Slot[Job] = Slot("job", TypeAdapter(Job))
RECORDING: Slot[Recording] = _RecordingSlot()
TRANSCRIPT: Slot[Transcript] = Slot("transcript", TypeAdapter(Transcript))
RECOGNISED: Slot[tuple[tuple[str, str], ...]] = Slot("recognised", TypeAdapter(tuple[tuple[str, str], ...]))
"""What was recognised under each mask, by item, where people may have written it otherwise."""
SKETCH: Slot[Sketch] = _SketchSlot()
LISTENER: Slot[Listener] = Slot("listener", TypeAdapter(Listener))
SECOND_HEARING: Slot[Transcript | None] = Slot("second-hearing", TypeAdapter(Transcript | None))
ENTITIES: Slot[tuple[EntitySpan, ...]] = Slot("entities", TypeAdapter(tuple[EntitySpan, ...]))
FINDINGS: Slot[tuple[Finding, ...]] = Slot("findings", TypeAdapter(tuple[Finding, ...]))
PLAN: Slot[MaskPlan] = Slot("plan", TypeAdapter(MaskPlan))
VERIFIED: Slot[MaskPlan | None] = Slot("verified", TypeAdapter(MaskPlan | None))
LEAKS: Slot[tuple[Leak, ...]] = Slot("leaks", TypeAdapter(tuple[Leak, ...]))


class Workspace(Protocol):
    """Store of one call's values, from which a stage reads what earlier stages made."""

    @property
    def products(self) -> Path:
        """Folder in which the products are made before they are published."""

    def put(self, slot: Slot[T], value: T) -> None:
        """Set a slot's value, replacing an earlier one."""

    def get(self, slot: Slot[T]) -> T:
        """Return a slot's value; raise ``PipelineError`` when no stage has set it."""


class MemoryWorkspace:
    """A workspace in memory, for one process.

    Args:
        products: An existing folder.
    """

    def __init__(self, products: Path) -> None:
        self.products = products
        self._values: dict[str, object] = {}

    def put(self, slot: Slot[T], value: T) -> None:
        """Set a slot's value."""
        self._values[slot.name] = value

    def get(self, slot: Slot[T]) -> T:
        """A slot's value."""
        if slot.name not in self._values:
            raise _unset(slot.name)
        return self._values[slot.name]  # type: ignore[return-value]  # put() took a T for this slot


class FolderWorkspace:
    """A workspace in a folder, which several processes can share.

    Args:
        folder: Made if it does not exist, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.products = folder / "products"
        for path in (folder, self.products):
            path.mkdir(mode=0o700, exist_ok=True)

    def put(self, slot: Slot[T], value: T) -> None:
        """Set a slot's value."""
        slot.write(self._path(slot), value)

    def get(self, slot: Slot[T]) -> T:
        """A slot's value."""
        if not self._path(slot).is_file():
            raise _unset(slot.name)
        return slot.read(self._path(slot))

    @property
    def name(self) -> str:
        """Name of the folder, which is the call's id within the run."""
        return self._folder.name

    def _path(self, slot: Slot[T]) -> Path:
        return self._folder / slot.name


def open_run(root: Path) -> contextlib.AbstractContextManager[Path]:
    """Make the folder of a run, readable by its owner only, and remove it afterwards.

    Args:
        root: Folder of all runs, made if it does not exist.

    Returns:
        A context with the folder, whose random name is the run's id.  It raises ``PipelineError`` when the
        folder cannot be made, or others can write to ``root`` or exchange it.
    """
    return swept_folder(root, RUN_PREFIX, PipelineError)


def remove_left_runs(root: Path) -> None:
    """Remove the folders of runs that were killed.

    Args:
        root: Folder of all runs, made if it does not exist.

    Raises:
        PipelineError: when others can write to ``root`` or exchange it.
    """
    remove_left(root, RUN_PREFIX, PipelineError)


def _unset(name: str) -> PipelineError:
    return PipelineError(f"no stage has set {name} yet")
