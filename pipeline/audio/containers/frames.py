"""Streams of bare frames, each of which states its length: MP3, AMR, GSM and AAC in ADTS."""

from __future__ import annotations

from typing import Final

from pipeline.audio.containers.extent import Extent, contradictory, cut_off, skip_id3, surplus
from pipeline.errors import UnreadableAudioError
from pipeline.file_bytes import FileBytes

# Kilobits per second of MPEG audio layer III by index, MPEG-1 and MPEG-2/2.5 (ISO 11172-3, 13818-3).
_MP3_RATES: Final = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_VBRI_AT: Final = 36  # bytes from the start of a frame to Fraunhofer's table

# Bytes of an AMR frame with its first by mode (RFC 4867, section 5.3); 0: no frame of that mode.
_AMR_NB: Final = (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1)
_AMR_WB: Final = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1)

_GSM_FRAME_BYTES: Final = 33


def mp3_frame_bytes(header: bytes) -> int:
    """Length in bytes of the MPEG layer III frame with this header; 0 where it is no such header.

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


def account_mp3(data: FileBytes) -> Extent:
    """Parse an MP3: frames and tags fill the file, and there are as many frames as the first one states."""
    at, frames, counted = 0, 0, 0
    while at < data.size:
        head = data.read(at, 10)
        size = mp3_frame_bytes(head)
        if not size:
            tag = skip_id3(head) or _tag_behind(data, at)
            if not tag:
                raise surplus()
            at += tag
            continue
        if at + size > data.size:
            raise cut_off()
        if frames == 0:
            counted = _mp3_count(data.read(at, size), head)
        frames += 1
        at += size
    if counted and not counted <= frames <= counted + 1:
        # Some writers include the counting frame itself, others do not.
        raise cut_off() if frames < counted else contradictory()
    return Extent(counted=counted > 0)


def _tag_behind(data: FileBytes, at: int) -> int:
    """Length in bytes of a tag or padding at this position; 0 where it is neither."""
    head = data.read(at, 32)
    if head[:3] == b"TAG" and at + 128 == data.size:
        return 128
    if head[:8] == b"APETAGEX":
        # The size covers items and footer; an optional header of the footer's size precedes them.
        size = int.from_bytes(head[12:16], "little")
        return size + (32 if head[20 + 3] & 0x20 else 0)
    if head[:11] == b"LYRICSBEGIN" or data.empty_from(at):
        return data.size - at
    return 0


def _mp3_count(frame: bytes, head: bytes) -> int:
    """The number of frames that a Xing, Info or VBRI frame states; 0 for an ordinary frame."""
    first, mono = head[1] >> 3 & 3 == 3, head[3] >> 6 == 3
    at = 4 + ((17 if mono else 32) if first else (9 if mono else 17))
    # Skip the optional two-byte checksum.
    at += 0 if head[1] & 1 else 2
    if frame[at : at + 4] in {b"Xing", b"Info"} and frame[at + 7] & 1:
        return int.from_bytes(frame[at + 8 : at + 12], "big")
    if frame[_VBRI_AT : _VBRI_AT + 4] == b"VBRI":
        return int.from_bytes(frame[_VBRI_AT + 14 : _VBRI_AT + 18], "big")
    return 0


def account_amr(data: FileBytes) -> Extent:
    """Parse an AMR file of one channel: a magic number, then whole frames to the end (RFC 4867)."""
    sizes, at = _AMR_NB, 0
    if data.read(0, 9) == b"#!AMR-WB\n":
        sizes, at = _AMR_WB, 9
    elif data.read(0, 6) == b"#!AMR\n":
        at = 6
    else:
        msg = "音声として読めません(ヘッダーが壊れています)"
        raise UnreadableAudioError(msg)
    first = at
    while at < data.size:
        size = sizes[data.number(at, 1) >> 3 & 15]
        if not size:
            raise surplus()
        at += size
    if at > data.size:
        raise cut_off()
    return Extent(payload=data.size - first, counted=False)


def account_gsm(data: FileBytes) -> Extent:
    """Parse bare GSM 06.10 frames: 33 bytes each, the first four bits 0xD."""
    if data.size % _GSM_FRAME_BYTES:
        raise cut_off()
    if any(data.number(at, 1) >> 4 != 0xD for at in range(0, data.size, _GSM_FRAME_BYTES)):
        raise surplus()
    return Extent(payload=data.size, counted=False)


def account_adts(data: FileBytes) -> Extent:
    """Parse AAC in ADTS: frames and tags fill the file (ISO 13818-7)."""
    at = 0
    while at < data.size:
        head = data.read(at, 10)
        if len(head) >= 7 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
            size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
            if size < 7:
                raise surplus()
        else:
            size = skip_id3(head) or _tag_behind(data, at)
            if not size:
                raise cut_off() if len(head) < 7 else surplus()
        at += size
    if at > data.size:
        raise cut_off()
    return Extent(counted=False)
