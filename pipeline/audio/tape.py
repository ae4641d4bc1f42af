"""Collect decoded frames in large blocks, in memory or in an unnamed file."""

from __future__ import annotations

import tempfile
import weakref
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import numpy as np
import numpy.typing as npt

from pipeline.audio.stored import StoredSamples
from pipeline.errors import UnreadableAudioError

Samples = npt.NDArray[np.int16]

_MIN_RATE: Final = 8_000
_MAX_RATE: Final = 48_000
MAX_BYTES: Final = 0xFFFF_0000  # what a WAV header can count, less room for the header
_MAX_SECONDS: Final = 8 * 3600  # twice the longest call; a small file can claim days of silence
_BLOCK_SAMPLES: Final = (
    1 << 25
)  # samples per growing block: 64 MiB, so that the allocator maps and returns it


_FILE_BLOCK_SAMPLES: Final = (
    1 << 22
)  # samples of each channel from which they go to a file: 9 minutes at 8 kHz, 16 MiB


class Tape:
    """Collects decoded frames in large blocks; the peak of memory is little more than the samples.

    Args:
        aside: Folder for the samples of a long call, which are kept in an unnamed file there; the file
            vanishes with the last reference to them.  By default all samples stay in memory.
    """

    def __init__(self, aside: Path | None = None) -> None:
        self.rate = 0
        self._channels = 0
        self._filled = self._laid = 0
        self._blocks: list[Samples] = []
        self._block = _BLOCK_SAMPLES if aside is None else _FILE_BLOCK_SAMPLES
        self._aside = aside
        self._file: BinaryIO | None = None

    def append(self, frame: Any) -> None:
        """Add a frame; the first one fixes rate and channels, and later ones must agree."""
        channels = frame.layout.nb_channels
        if self.rate == 0:
            self._start(frame.sample_rate, channels)
        elif (frame.sample_rate, channels) != (self.rate, self._channels):
            raise UnreadableAudioError("途中でサンプリング周波数かチャンネル数が変わっています")
        piece = _int16(frame, channels)
        if (self._length + piece.shape[1]) * channels * 2 > MAX_BYTES:
            raise UnreadableAudioError("長すぎます(WAVに書ける長さを超えています)")
        if self._length + piece.shape[1] > _MAX_SECONDS * self.rate:
            raise UnreadableAudioError(f"長すぎます({_MAX_SECONDS // 3600}時間を超えています)")
        while piece.shape[1]:
            if self._filled == self._block:
                if self._blocks and self._aside is not None:
                    self._lay_aside(self._aside)
                else:
                    self._blocks.append(np.empty((channels, self._block), np.int16))
                self._filled = 0
            room = min(self._block - self._filled, piece.shape[1])
            self._blocks[-1][:, self._filled : self._filled + room] = piece[:, :room]
            self._filled += room
            piece = piece[:, room:]

    def joined(self) -> Samples | StoredSamples:
        """Return all samples, shape (channels, n); each block is freed as it is copied."""
        if not self._blocks:
            msg = "音声が1サンプルも入っていません"
            raise UnreadableAudioError(msg)
        if self._file is not None and self._aside is not None:
            self._lay_aside(self._aside)
            self._blocks.clear()
            self._file.flush()
            self._closing.detach()
            return StoredSamples(self._file, (self._channels, self._laid), "pcm16", 0)
        if len(self._blocks) == 1:
            return self._blocks.pop()[:, : self._filled].copy()
        samples = np.empty((self._channels, self._length), np.int16)
        self._blocks.reverse()
        start = 0
        while self._blocks:
            block = self._blocks.pop()
            stop = min(start + self._block, samples.shape[1])
            samples[:, start:stop] = block[:, : stop - start]
            start = stop
        return samples

    @property
    def _length(self) -> int:
        return (
            self._laid + max(0, len(self._blocks) - 1) * self._block + (self._filled if self._blocks else 0)
        )

    def _lay_aside(self, folder: Path) -> None:
        """Write the only block to the file and reuse it."""
        if self._file is None:
            self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
            self._closing = weakref.finalize(self, self._file.close)
        self._file.write(self._blocks[0][:, : self._filled].T.astype("<i2").tobytes())
        self._laid += self._filled
        self._filled = 0

    def _start(self, rate: int, channels: int) -> None:
        if not _MIN_RATE <= rate <= _MAX_RATE:
            raise UnreadableAudioError(f"サンプリング周波数が範囲外です({rate}Hz、8000から48000まで)")
        if channels not in (1, 2):
            raise UnreadableAudioError(f"{channels}チャンネルあります(1か2だけ扱えます)")
        self.rate, self._channels, self._filled = rate, channels, self._block


def _int16(frame: Any, channels: int) -> Samples:
    """Return a frame's samples as int16, shape (channels, n)."""
    raw: npt.NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        raw = raw.reshape(-1, channels).T
    kind = raw.dtype
    if kind == np.uint8:
        wide = (raw.astype(np.int32) - 128) * 256
    elif kind.kind == "i":
        wide = raw >> (8 * kind.itemsize - 16)
    else:
        finite = np.nan_to_num(raw.astype(np.float64), nan=0.0, posinf=1.0, neginf=-1.0)
        wide = np.clip(np.rint(finite * 32768), -32768, 32767)
    return wide.astype(np.int16)
