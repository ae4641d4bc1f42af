"""Samples that stay in a file and are read slice by slice, so that a long call takes no memory."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, overload

import numpy as np
import numpy.typing as npt

from pipeline.audio.g711 import decoded

Samples = npt.NDArray[np.int16]


class Track(Protocol):
    """int16 samples of one channel: an array, or an object that is sliced like one."""

    def __len__(self) -> int:
        """Return the number of samples."""

    def __getitem__(self, part: slice, /) -> Samples:
        """Return a slice of the samples."""


class StoredSamples:
    """Samples in a file, indexed like an array of shape (channels, n).

    Args:
        source: Path of the file; or the open file, which is closed with the last reference to the samples.
        shape: Channels, and samples in each.
        law: Encoding, one of ``g711.LAWS``.
        offset: Bytes before the first sample.
    """

    def __init__(self, source: Path | BinaryIO, shape: tuple[int, int], law: str, offset: int) -> None:
        self.shape = shape
        self._source, self._law, self._offset = source, law, offset
        if not isinstance(source, Path):
            weakref.finalize(self, source.close)

    @overload
    def __getitem__(self, part: int) -> StoredChannel: ...
    @overload
    def __getitem__(self, part: tuple[int | slice, slice]) -> Samples: ...
    def __getitem__(self, part: int | tuple[int | slice, slice]) -> Samples | StoredChannel:
        if isinstance(part, int):
            return StoredChannel(self, range(self.shape[0])[part])
        start, stop, _ = part[1].indices(self.shape[1])
        data = self._bytes(start, max(start, stop))
        values = np.frombuffer(data, "<i2" if self._law == "pcm16" else np.uint8)
        # A copy, so that a stretch of one channel does not hold on to the other's.
        chosen = values.reshape(-1, self.shape[0]).T[part[0]].copy()
        return chosen.astype(np.int16, copy=False) if self._law == "pcm16" else decoded(self._law)[chosen]

    def __iter__(self) -> Iterator[StoredChannel]:
        return (self[channel] for channel in range(self.shape[0]))

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Return all samples, in memory."""
        return np.asarray(self[:, :], dtype)

    def _bytes(self, start: int, stop: int) -> bytes:
        frame = self.shape[0] * width(self._law)
        at, size = self._offset + start * frame, (stop - start) * frame
        if isinstance(self._source, Path):
            with self._source.open("rb") as file:
                data = os.pread(file.fileno(), size, at)
        else:
            data = os.pread(self._source.fileno(), size, at)
        if len(data) != size:
            msg = "a file of samples is shorter than it was"
            raise OSError(msg)
        return data


class StoredChannel:
    """One channel of stored samples."""

    def __init__(self, samples: StoredSamples, channel: int) -> None:
        self._samples, self._channel = samples, channel

    def __len__(self) -> int:
        return self._samples.shape[1]

    def __getitem__(self, part: slice) -> Samples:
        return self._samples[self._channel, part]


def width(law: str) -> int:
    """Return the bytes per sample of a law."""
    return 2 if law == "pcm16" else 1
