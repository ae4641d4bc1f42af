"""Decode a call, resample it for recognisers, and convert seconds to samples.

Every stage works on the one decode made by ``read_recording``, so that times cannot drift between recognition
and masking.

Error messages are for people and in Japanese; they name the cause, never the file, because file names of
calls hold names and numbers.
"""

from __future__ import annotations

import errno
import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import av
import numpy as np
import numpy.typing as npt

from pipeline.audio.containers.container import FORMATS, extent_of
from pipeline.audio.containers.extent import Extent, contradictory, cut_off
from pipeline.audio.containers.frames import mp3_frame_bytes
from pipeline.audio.stored import StoredSamples, Track
from pipeline.audio.tape import Tape
from pipeline.audio.wav import is_silent
from pipeline.errors import NO_ROOM, UnreadableAudioError
from pipeline.file_bytes import FileBytes, NotAFileError, SeekableFile, open_file
from pipeline.time_span import TimeSpan

Samples = npt.NDArray[np.int16]

RECOGNISER_RATE: Final = 16_000

_MIN_SECONDS: Final = 0.3  # shorter than any word with its neighbours; nothing to recognise
# A file may end this much before the length it declares: encoders round to whole frames
# (72 ms for MP3 at 8 kHz, 128 ms for AAC at 8 kHz).
_MAX_SHORTFALL_SECONDS: Final = 0.25
_BLOCK_SAMPLES: Final = 1 << 20  # samples worked on at once where a whole-call temporary would double memory
# Samples on each side of a stretch that influence its resampled values.  FFmpeg's filter spans 32 samples
# of the lower rate, which are 96 at 48 kHz.
_FILTER_REACH_SAMPLES: Final = 256


@dataclass(frozen=True, slots=True)
class Recording:
    """One call, decoded once.

    Attributes:
        samples: int16, *shape* (channels, n); one or two channels.  Those of a long call may lie in a file.
        rate: Samples per second, as in the file.
        law: ``"mulaw"`` or ``"alaw"`` when the file holds that G.711 law, else ``"pcm16"``.
        sha256: Hex digest of the file's bytes.
    """

    samples: Samples | StoredSamples = field(repr=False)
    rate: int
    law: str
    sha256: str

    @property
    def channels(self) -> int:
        """Number of channels, 1 or 2."""
        return int(self.samples.shape[0])

    @property
    def length(self) -> int:
        """Number of samples in each channel."""
        return int(self.samples.shape[1])

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.length / self.rate


# --- seconds and samples ----------------------------------------------------------------


def to_samples(span: TimeSpan, rate: int, length: int) -> tuple[int, int]:
    """Convert seconds to sample indices: the only place where this is done.

    Rounds outward, so that the samples always cover the span.  A bound within a millionth of a sample of a
    whole index is that index, because ``n / rate * rate`` is not always ``n``.

    Args:
        span: Seconds from the start of the recording.
        rate: Samples per second.
        length: Samples in the recording; the result is clipped to it.

    Returns:
        Half-open ``(start, end)`` with ``0 <= start <= end <= length``.
    """
    first = min(span.start * rate + 1e-6, float(length))
    last = min(span.end * rate - 1e-6, float(length))
    start = math.floor(first)
    return start, max(start, math.ceil(last))


def to_span(start: int, end: int, rate: int) -> TimeSpan:
    """Convert sample indices to seconds; ``to_samples`` is the inverse."""
    return TimeSpan(start / rate, end / rate)


# --- reading -----------------------------------------------------------------------------


def read_recording(path: Path, aside: Path | None = None) -> Recording:
    """Decode a call to int16, whole or not at all.

    Reads what PyAV decodes in the containers of telephony and offices (WAV with PCM, G.711 or GSM, MP3, M4A,
    Ogg, FLAC, AMR and a few more), 8 to 48 kHz, one or two channels.  The file is opened once: the digest and
    the samples are of the same bytes.  Memory is the samples (2 bytes each) plus one block.

    Args:
        path: The file.
        aside: Folder for the samples of a long call.  They are kept there in an unnamed file, which vanishes
            with the last reference to it; memory is then one block.  By default they stay in memory.

    Returns:
        The recording, at the file's own rate.

    Raises:
        UnreadableAudioError: the file is missing, empty, not audio, damaged, ends before its declared length,
            is shorter than 0.3 s, silent, or has more than two channels or more than one audio stream.  The
            message gives the cause in Japanese, without the file's name.
    """
    try:
        with open_file(path) as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            if file.tell() == 0:
                raise UnreadableAudioError("空のファイルです(0バイト)")
            samples, rate, law = _decode(file, Tape(aside))
    except FileNotFoundError:
        raise UnreadableAudioError("ファイルがありません") from None
    except IsADirectoryError:
        raise UnreadableAudioError("ファイルではなくフォルダです") from None
    except NotAFileError:
        raise UnreadableAudioError("ふつうのファイルではありません(パイプや装置は読みません)") from None
    except PermissionError:
        raise UnreadableAudioError("ファイルを読む権限がありません") from None
    except OSError as error:
        if error.errno in NO_ROOM:
            # The folder for the samples of long calls is full; the call itself can be read.
            raise
        raise UnreadableAudioError(f"ファイルを読めません({_named(error)})") from None
    seconds = samples.shape[1] / rate
    if seconds < _MIN_SECONDS:
        raise UnreadableAudioError(f"短すぎます({seconds:.2f}秒、下限は{_MIN_SECONDS}秒)")
    if is_silent(samples, rate):
        raise UnreadableAudioError("無音です(全体が-60dBFSより小さい)")
    return Recording(samples, rate, law, sha256)


def _named(error: OSError) -> str:
    """Describe a system error without its own text, which may contain the file's name."""
    return (
        "リンクが循環しています"
        if error.errno == errno.ELOOP
        else errno.errorcode.get(error.errno or 0, "OSError")
    )


def _decode(file: BinaryIO, tape: Tape) -> tuple[Samples | StoredSamples, int, str]:
    """Return samples, rate and law of the only audio stream."""
    file.seek(0)
    # ``max_size`` is for WAV: FFmpeg returns 0.1 s of PCM at a time by default, and each packet has a cost.
    options = {"format_whitelist": FORMATS, "err_detect": "crccheck", "max_size": "65536"}
    try:
        with av.open(SeekableFile(file), mode="r", options=options, metadata_errors="replace") as container:
            streams = container.streams.audio
            if len(streams) != 1:
                msg = f"音声が{len(streams)}本入っています(1本だけ扱えます)"
                raise UnreadableAudioError(msg)
            stream = streams[0]
            if stream.codec_context is None:
                raise UnreadableAudioError("対応していない圧縮方式です")
            extent = extent_of(FileBytes(file), container.format.name)
            codec = stream.codec_context.name
            payload = _read_tape(container, stream, tape)
            promised = stream.duration * stream.time_base if stream.duration and stream.time_base else 0
    except av.FFmpegError:
        # The library's own text can hold the file's name.
        msg = "音声として読めません(壊れているか、対応していない形式です)"
        raise UnreadableAudioError(msg) from None
    except (ValueError, OverflowError):
        msg = "音声として読めません(ヘッダーが壊れています)"
        raise UnreadableAudioError(msg) from None
    samples = tape.joined()
    _check_extent(extent, samples.shape[1], samples.shape[1] / tape.rate, payload)
    if extent.counted and float(promised) - samples.shape[1] / tape.rate > _MAX_SHORTFALL_SECONDS:
        raise cut_off()
    return samples, tape.rate, {"pcm_mulaw": "mulaw", "pcm_alaw": "alaw"}.get(codec, "pcm16")


def _check_extent(extent: Extent, length: int, seconds: float, payload: int) -> None:
    """Refuse a file whose decoded length differs from what its container states."""
    if extent.samples is not None and length != extent.samples:
        raise cut_off() if length < extent.samples else contradictory()
    if extent.payload is not None and payload != extent.payload:
        raise cut_off() if payload < extent.payload else contradictory()
    if extent.seconds - seconds > _MAX_SHORTFALL_SECONDS:
        raise cut_off()


def _read_tape(container: Any, stream: Any, tape: Tape) -> int:
    """Decode all frames to the tape, and return the number of bytes that they take in the file."""
    head, size, payload = b"", 0, 0
    for packet in container.demux(stream):
        for frame in packet.decode():
            tape.append(frame)
        if packet.size:
            head, size = bytes(memoryview(packet)[:4]), packet.size
            payload += size
    # FFmpeg pads the last frame of an MP3 that is cut off inside it, so the cut would go unnoticed.
    if stream.codec_context.name.startswith("mp3") and size < mp3_frame_bytes(head):
        raise cut_off()
    return payload


def for_recogniser(samples: Samples, rate: int) -> npt.NDArray[np.float32]:
    """Resample one channel to the 16 kHz float32 that recognisers take.

    Band-limited (FFmpeg's polyphase resampler), without delay: second ``t`` of the result is second ``t`` of
    the input.

    Args:
        samples: int16, one channel, shape (n,).
        rate: Samples per second.

    Returns:
        float32 in [-1, 1), shape (round(n * 16000 / rate),), contiguous.
    """
    if rate == RECOGNISER_RATE:
        return samples.astype(np.float32) / np.float32(32768)
    wanted = round(len(samples) * RECOGNISER_RATE / rate)
    out = np.zeros(wanted, np.float32)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RECOGNISER_RATE)
    at = 0
    for frame in _frames(samples, rate):
        for piece in resampler.resample(frame):
            values = piece.to_ndarray()[0][: wanted - at]
            out[at : at + len(values)] = values
            at += len(values)
    return out


class Resampled:
    """One channel in the format of ``for_recogniser``, resampled slice by slice on demand.

    Four hours at 16 kHz would take 0.9 GiB.  A slice holds exactly the values of the whole channel resampled.

    Args:
        samples: int16, one channel, shape (n,); not copied.
        rate: Samples per second.
    """

    def __init__(self, samples: Track, rate: int) -> None:
        self._samples = samples
        self._rate = rate
        common = math.gcd(rate, RECOGNISER_RATE)
        # The filter's phases repeat after this many samples of the input and of the output.
        self._period, self._wide = rate // common, RECOGNISER_RATE // common

    def __len__(self) -> int:
        """Return the number of samples of the whole channel at 16 kHz."""
        return round(len(self._samples) * RECOGNISER_RATE / self._rate)

    def __getitem__(self, part: slice) -> npt.NDArray[np.float32]:
        """Return a stretch, float32, shape (stop - start,); bounds work as for arrays, steps are ignored."""
        start, stop, _ = part.indices(len(self))
        stop = max(start, stop)
        low = max(0, start * self._rate // RECOGNISER_RATE - _FILTER_REACH_SAMPLES) // self._period
        high = math.ceil(stop * self._rate / RECOGNISER_RATE) + _FILTER_REACH_SAMPLES
        heard = for_recogniser(self._samples[low * self._period : high], self._rate)
        first = start - low * self._wide
        return heard[first : first + stop - start]


def _frames(samples: Samples, rate: int) -> Iterator[av.AudioFrame | None]:
    """Yield the samples as frames for the resampler, and ``None`` to flush it."""
    for start in range(0, len(samples), _BLOCK_SAMPLES):
        piece = np.ascontiguousarray(samples[start : start + _BLOCK_SAMPLES])[np.newaxis]
        frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
        frame.sample_rate = rate
        frame.pts = start
        yield frame
    yield None
