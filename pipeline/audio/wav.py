"""Write and read WAV files that hold samples and nothing else."""

from __future__ import annotations

import os
import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.audio.g711 import LAWS, codes_of, decoded
from pipeline.audio.stored import StoredSamples, width
from pipeline.audio.tape import MAX_BYTES
from pipeline.errors import UnreadableAudioError

Samples = npt.NDArray[np.int16]

_SILENCE_RMS: Final = 32768 * 10 ** (-60 / 20)
_SILENCE_FRAME_SECONDS: Final = 0.02
_BLOCK_SAMPLES: Final = 1 << 20  # samples worked on at once where a whole-call temporary would double memory


def write_wav(path: Path, samples: Samples, rate: int, law: str) -> None:
    """Write a WAV file that holds the samples and nothing else: no tag, no date, no encoder name.

    The file appears whole or not at all: it is written beside ``path`` under a random name, flushed to the
    disk, then renamed.  Decoding it gives exactly ``samples``.  Samples from a file of the same G.711 law
    give the same bytes, except that mu-law's negative zero (0x7F) becomes positive zero (0xFF).

    Args:
        path: Path of the file; an existing file is replaced.
        samples: int16, shape (channels, n).
        rate: Samples per second.
        law: One of ``LAWS``.

    Raises:
        ValueError: ``samples`` holds a value that ``law`` cannot encode, or is too long for WAV.
        OSError: the folder cannot be written.
    """
    pieces = (samples[:, at : at + _BLOCK_SAMPLES] for at in range(0, samples.shape[1], _BLOCK_SAMPLES))
    write_pieces(path, pieces, samples.shape, rate, law)


def write_pieces(path: Path, pieces: Iterable[Samples], shape: tuple[int, ...], rate: int, law: str) -> None:
    """Write a WAV file as ``write_wav``, from samples that are computed while they are written.

    Args:
        path: Path of the file; an existing file is replaced.
        pieces: int16, each of shape (channels, some), in order of time.
        shape: (channels, samples) of all pieces together.
        rate: Samples per second.
        law: One of ``LAWS``.

    Raises:
        ValueError: as ``write_wav``, or the pieces do not add up to ``shape``.
        OSError: the folder cannot be written.
    """
    if law not in LAWS:
        msg = f"not a law: {law!r}"
        raise ValueError(msg)
    header = _wav_header(shape[0], shape[1], rate, law)
    partial = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with partial.open("xb") as file:
            file.write(header)
            size = 0
            for piece in pieces:
                size += file.write(_encoded(piece, law))
            if size != shape[0] * shape[1] * width(law):
                msg = f"{size} bytes of audio, promised for {shape}"
                raise ValueError(msg)
            file.write(b"\0" * (size % 2))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def header_of(channels: int, length: int, rate: int) -> bytes:
    """Return the bytes before the samples of a PCM WAV by ``write_wav``.

    Args:
        channels: Number of channels.
        length: Samples in each.
        rate: Samples per second.

    Raises:
        ValueError: the samples are too long for WAV.
    """
    return _wav_header(channels, length, rate, "pcm16")


def _wav_header(channels: int, length: int, rate: int, law: str) -> bytes:
    size = channels * length * width(law)
    if size > MAX_BYTES:
        msg = f"{size} bytes of audio do not fit in a WAV file"
        raise ValueError(msg)
    each = channels * width(law)
    tag = {"pcm16": 1, "alaw": 6, "mulaw": 7}[law]
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * each, each, 8 * width(law))
    if law == "pcm16":
        chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt
    else:
        fmt += struct.pack("<H", 0)
        chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"fact" + struct.pack("<II", 4, length)
    chunks += b"data" + struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks) + size + size % 2) + b"WAVE" + chunks


def _encoded(samples: Samples, law: str) -> bytes:
    """Return the samples as bytes of the data chunk."""
    piece = np.ascontiguousarray(samples.T)
    if law == "pcm16":
        return piece.astype("<i2", copy=False).tobytes()
    codes = codes_of(law)[piece.view(np.uint16)]
    if not np.array_equal(decoded(law)[codes], piece):
        msg = f"samples hold values that {law} cannot"
        raise ValueError(msg)
    return codes.tobytes()


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """A recording by ``write_wav``, whose samples stay in the file.

    Attributes:
        samples: Sliced like a ``Recording``'s.
        rate: Samples per second.
        law: One of ``LAWS``.
    """

    samples: StoredSamples = field(repr=False)
    rate: int
    law: str

    @property
    def channels(self) -> int:
        """Number of channels, 1 or 2."""
        return self.samples.shape[0]

    @property
    def length(self) -> int:
        """Number of samples in each channel."""
        return self.samples.shape[1]

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.length / self.rate


def open_wav(path: Path) -> StoredRecording:
    """Open a file by ``write_wav``; its samples are read slice by slice.

    The header must equal, byte for byte, the one that ``write_wav`` writes for the same format and length,
    and the file must end with the samples: nothing can be hidden in it.

    Args:
        path: The file.

    Returns:
        The recording; its samples stay in the file.

    Raises:
        UnreadableAudioError: the file is not by ``write_wav``, or it is silent throughout.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(58)
    except OSError:
        raise UnreadableAudioError("ファイルがありません") from None
    law = {1: "pcm16", 6: "alaw", 7: "mulaw"}.get(int.from_bytes(head[20:22], "little"), "")
    channels, rate = int.from_bytes(head[22:24], "little"), int.from_bytes(head[24:28], "little")
    offset = 44 if law == "pcm16" else 58
    data = int.from_bytes(head[offset - 4 : offset], "little")
    if not law or not channels or data % (channels * width(law)) or data > MAX_BYTES:
        raise UnreadableAudioError("書き出した音声ではありません")
    length = data // (channels * width(law))
    if head[:offset] != _wav_header(channels, length, rate, law) or size != offset + data + data % 2:
        raise UnreadableAudioError("書き出した音声ではありません")
    stored = StoredSamples(path, (channels, length), law, offset)
    if is_silent(stored, rate):
        raise UnreadableAudioError("無音です(全体が-60dBFSより小さい)")
    return StoredRecording(stored, rate, law)


def is_silent(samples: Samples | StoredSamples, rate: int) -> bool:
    """Whether no frame of 20 ms is louder than -60 dBFS on any channel.

    Args:
        samples: int16, shape (channels, n).
        rate: Samples per second.
    """
    frame = int(rate * _SILENCE_FRAME_SECONDS)
    step = frame * max(1, _BLOCK_SAMPLES // frame)
    for channel in range(samples.shape[0]):
        for start in range(0, samples.shape[1], step):
            piece = samples[channel, start : start + step].astype(np.float32)
            whole = piece[: len(piece) // frame * frame].reshape(-1, frame)
            if len(whole) and np.sqrt((whole**2).mean(axis=1)).max() >= _SILENCE_RMS:
                return False
    return True
