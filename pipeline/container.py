"""Does a file end where it says it ends?

Decoders make the best of a file that was cut off, which is right for listening and wrong for
a copy that must be complete.  What FFmpeg does not report is read here from the container:
the size in a WAV header, the end mark of an Ogg stream, the last frame of an MP3.
"""

from __future__ import annotations

import os
from typing import BinaryIO, Final

__all__ = ["ends_early", "mp3_counts_frames", "mp3_frame_bytes"]

# A WAV may end this much early: some recorders count their own header as audio.
_TOLERATED: Final = 0.25

_OGG_HEADER: Final = 27
_OGG_LAST: Final = 4  # flag of the last page of a stream (RFC 3533)

_MP3_HEADER: Final = 2048  # bytes: the longest frame there is, in which that header stands

# Kilobits per second of MPEG audio layer III by index, MPEG-1 and MPEG-2/2.5 (ISO 11172-3, 13818-3).
_MP3_RATES: Final = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)


def ends_early(file: BinaryIO) -> bool:
    """Whether a WAV or Ogg file is shorter than its own structure says.

    Args:
        file: Open for reading; its position is moved.

    Returns:
        ``False`` for whole files, for sizes left open by a writer that could not seek back,
        and for every other container.
    """
    file.seek(0)
    head = file.read(12)
    if head[:4] == b"RIFF" and head[8:] == b"WAVE":
        return _wav_ends_early(file)
    if head[:4] == b"OggS":
        return _ogg_ends_early(file)
    return False


def _wav_ends_early(file: BinaryIO) -> bool:
    # FFmpeg shortens the promised size to what is there, so a cut-off WAV would pass unseen.
    bytes_per_second = 0
    while len(chunk := file.read(8)) == 8:
        name, size = chunk[:4], int.from_bytes(chunk[4:], "little")
        at = file.tell()
        if name == b"fmt ":
            bytes_per_second = int.from_bytes(file.read(12)[8:], "little")
        elif name == b"data":
            missing = at + size - file.seek(0, os.SEEK_END)
            return size != 0xFFFF_FFFF and missing > _TOLERATED * bytes_per_second
        file.seek(at + size + size % 2)
    return False


def _ogg_ends_early(file: BinaryIO) -> bool:
    size = file.seek(0, os.SEEK_END)
    at, last = 0, False
    while at < size:
        file.seek(at)
        header = file.read(_OGG_HEADER)
        if len(header) < _OGG_HEADER or header[:4] != b"OggS":
            # Half a header is a cut; something else after the last page is not part of the stream.
            return not last
        segments = file.read(header[26])
        at += _OGG_HEADER + header[26] + sum(segments)
        last = bool(header[5] & _OGG_LAST)
    return at > size or not last


def mp3_counts_frames(file: BinaryIO) -> bool:
    """Whether an MP3 begins with the header that says how many frames follow (Xing, Info or VBRI).

    Args:
        file: Open for reading; its position is moved.
    """
    file.seek(0)
    head = file.read(10)
    if head[:3] == b"ID3" and len(head) == 10:
        # The tag's size: four times seven bits.
        file.seek(
            10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        )
        head = b""
    first = head + file.read(_MP3_HEADER)
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))


def mp3_frame_bytes(header: bytes) -> int:
    """Bytes of the MPEG layer III frame that begins with these four; 0 when they begin none.

    Args:
        header: At least four bytes.
    """
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, padding = header[1] >> 3 & 3, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or rate == 3 or header[2] >> 4 == 15:
        return 0
    first = version == 3
    kilobits = _MP3_RATES[0 if first else 1][header[2] >> 4]
    hertz = (44_100, 48_000, 32_000)[rate] >> {3: 0, 2: 1, 0: 2}[version]
    return (144 if first else 72) * kilobits * 1000 // hertz + padding if kilobits else 0
