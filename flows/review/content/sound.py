"""Decoded calls in memory, and serving them: original or masked, as a whole or in part.

Nothing is transcoded and nothing is written to disk: a masked copy is made from the requested samples at
each request.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from flows.desk.cases.calls import open_recording
from flows.desk.cases.files import list_files, open_clear, open_stream
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import FileMissingError, RecordingUnreadableError
from flows.desk.kinds.values import Actor, FileKind
from flows.workspace import SKETCH
from pipeline.audio.recording import Recording, read_recording
from pipeline.audio.wav import header_of
from pipeline.errors import CallUnsafeError
from pipeline.masking.audio import fill, masked_windows
from pipeline.masking.sketch import Sketch, sketch_of
from pipeline.types import MaskPlan

Samples = npt.NDArray[np.int16]

PIECE_SAMPLES = 1 << 15
"""Samples of each channel that are made at a time."""

WAV_HEADER_BYTES = 44
"""Bytes of the header of a PCM WAV file."""

SAMPLE_BYTES = 2
"""Bytes of one sample."""

UNUSED_SECONDS = 1800.0
"""Seconds without a listener after which a call is dropped when the next one is opened."""

MAX_SKETCHES = 32
"""Sketches in memory; that of an hour with two channels has 0.7 MB."""


class OpenedSound:
    """A decoded call in memory.

    Args:
        recording: Its samples.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.used = time.monotonic()

    @property
    def held(self) -> int:
        """Bytes of memory that it takes."""
        return self.recording.channels * self.recording.length * SAMPLE_BYTES


class Sketches:
    """The sketches (waveforms) of the calls that were opened last.

    Args:
        desk: The desk.
        shelf: Provides the sound of calls that were masked before sketches were stored.
    """

    def __init__(self, desk: Desk, shelf: Shelf) -> None:
        self._desk = desk
        self._shelf = shelf
        self._kept: OrderedDict[str, tuple[Sketch, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, actor: Actor, call_id: str, sha256: str) -> Sketch:
        """Return a call's sketch.

        Args:
            actor: The person who looks at it, whom the audit log records when it is read from the store.
            call_id: The call's id.
            sha256: SHA-256 of its recording.

        Raises:
            RecordingUnreadableError: when there is no sketch and the sound cannot be read either.
        """
        key, now = f"{call_id} {sha256}", time.monotonic()
        with self._lock:
            for old in [each for each, (_, since) in self._kept.items() if now - since > UNUSED_SECONDS]:
                del self._kept[old]
            if key in self._kept:
                return self._kept[key][0]
        sketch = self._stored(actor, call_id)
        if sketch is None or sketch.sha256 != sha256:
            sketch = sketch_of(self._shelf.get(actor, call_id, sha256).recording)
        with self._lock:
            self._kept[key] = (sketch, now)
            while len(self._kept) > MAX_SKETCHES:
                self._kept.popitem(last=False)
        return sketch

    def _stored(self, actor: Actor, call_id: str) -> Sketch | None:
        found = [file for file in list_files(self._desk, call_id=call_id) if file.kind is FileKind.SKETCH]
        if not found:
            return None
        with open_stream(self._desk, actor, found[-1].file_id) as stream:
            return SKETCH.load(stream.read())


class Shelf:
    """The calls that were decoded last, up to a limit of memory.

    Args:
        desk: The desk.
        most: Limit in bytes.
    """

    def __init__(self, desk: Desk, most: int) -> None:
        self._desk = desk
        self._most = most
        self._kept: OrderedDict[str, OpenedSound] = OrderedDict()
        self._lock = threading.Lock()
        self._decoding: dict[str, threading.Lock] = {}

    def get(self, actor: Actor, call_id: str, sha256: str) -> OpenedSound:
        """Return a call's sound, decoding it at most once.

        Args:
            actor: The person for whom a stored copy is opened, when the company's file cannot be read.
            call_id: The call's id.
            sha256: SHA-256 of its recording.

        Raises:
            RecordingUnreadableError: when neither the company's file nor our copy can be read.
        """
        key = f"{call_id} {sha256}"
        with self._lock:
            turn = self._decoding.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                self._forget()
                if key in self._kept:
                    self._kept.move_to_end(key)
                    self._kept[key].used = time.monotonic()
                    return self._kept[key]
            opened = OpenedSound(self._decoded(actor, call_id))
            with self._lock:
                self._kept[key] = opened
                while len(self._kept) > 1 and sum(each.held for each in self._kept.values()) > self._most:
                    self._kept.popitem(last=False)
        with self._lock:
            self._decoding.pop(key, None)
        return opened

    def _forget(self) -> None:
        """Drop unused calls, so that sound that was erased from the store does not stay in memory."""
        oldest = time.monotonic() - UNUSED_SECONDS
        for key in [key for key, opened in self._kept.items() if opened.used < oldest]:
            del self._kept[key]

    def _decoded(self, actor: Actor, call_id: str) -> Recording:
        try:
            with open_recording(self._desk, call_id) as path:
                return read_recording(path)
        except RecordingUnreadableError:
            raw = [f for f in list_files(self._desk, call_id=call_id) if f.kind is FileKind.RAW]
            if not raw:
                raise
        try:
            with open_clear(self._desk, actor, raw[-1].file_id) as path:
                return read_recording(path)
        except FileMissingError:
            msg = f"通話 {call_id}: 録音が元の場所にも保管場所にもありません"
            raise RecordingUnreadableError(msg) from None


@dataclass(frozen=True, slots=True)
class View:
    """A WAV file whose bytes are computed on reading.

    Attributes:
        recording: The call.
        first: Index of the first sample.
        last: Index behind the last sample.
        plan: The plan to mask by; ``None`` for the original.
    """

    recording: Recording
    first: int
    last: int
    plan: MaskPlan | None = None
    windows: tuple[tuple[tuple[int, int], ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        recording, plan = self.recording, self.plan
        windows: tuple[tuple[tuple[int, int], ...], ...] = ()
        if plan is not None:
            _check(plan, recording)
            windows = tuple(
                masked_windows(plan, channel, recording.rate, recording.length)
                for channel in range(recording.channels)
            )
        object.__setattr__(self, "windows", windows)

    @property
    def size(self) -> int:
        """Size of the file in bytes."""
        return WAV_HEADER_BYTES + (self.last - self.first) * self.recording.channels * SAMPLE_BYTES

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes ``[start, stop)`` of the file, a piece at a time."""
        head = header_of(self.recording.channels, self.last - self.first, self.recording.rate)
        if start < WAV_HEADER_BYTES:
            yield head[start : min(stop, WAV_HEADER_BYTES)]
        width = self.recording.channels * SAMPLE_BYTES
        at = max(start, WAV_HEADER_BYTES)
        while at < stop:
            sample, inside = divmod(at - WAV_HEADER_BYTES, width)
            samples = min(PIECE_SAMPLES, -(-(stop - WAV_HEADER_BYTES) // width) - sample)
            data = self._samples(self.first + sample, self.first + sample + samples).T.astype("<i2").tobytes()
            piece = data[inside : inside + stop - at]
            yield piece
            at += len(piece)

    def _samples(self, start: int, stop: int) -> Samples:
        recording = self.recording
        out = recording.samples[:, start:stop]
        if self.plan is None:
            return out
        out = out.copy()
        for channel, windows in enumerate(self.windows):
            for first, last in windows:
                low, high = max(first, start), min(last, stop)
                if low < high:
                    sound = _filled(last - first, recording.rate, self.plan.policy.fill, recording.law)
                    out[channel, low - start : high - start] = sound[low - first : high - first]
        return out


@lru_cache(maxsize=16)
def _filled(length: int, rate: int, kind: str, law: str) -> Samples:
    return fill(length, rate, kind, law)


def _check(plan: MaskPlan, recording: Recording) -> None:
    """Check the plan as ``mask_audio`` does, so that nothing unmasked is served as masked."""
    for item in plan.masked:
        outside = item.time.start >= recording.duration
        if outside or not item.channels or not set(item.channels) <= set(range(recording.channels)):
            msg = f"item {item.item_id}: cannot be masked"
            raise CallUnsafeError(msg)
