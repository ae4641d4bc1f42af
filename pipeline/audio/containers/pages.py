"""Ogg and FLAC."""

from __future__ import annotations

from typing import Final

from pipeline.audio.containers.extent import (
    Extent,
    contradictory,
    cut_off,
    divided,
    skip_id3,
    surplus,
    unclosed,
)
from pipeline.errors import UnreadableAudioError
from pipeline.file_bytes import FileBytes

_PAGE_HEADER_BYTES: Final = 27
_FIRST_PAGE, _LAST_PAGE = 2, 4  # flags of a page: of the first and of the last one of a stream (RFC 3533)

_ID3V1_BYTES: Final = 128


def account_ogg(data: FileBytes) -> Extent:
    """Parse an Ogg file: pages without a gap, a last page for each stream, nothing after it (RFC 3533)."""
    at = 0
    following: dict[int, int] = {}
    ended: set[int] = set()
    while at < data.size and not (following.keys() == ended and data.empty_from(at)):
        header = data.read(at, _PAGE_HEADER_BYTES)
        if header[:4] != b"OggS" or len(header) < _PAGE_HEADER_BYTES:
            # An incomplete page means a cut; after the last page it is data that no decoder reads.
            raise surplus() if following and following.keys() == ended else cut_off()
        serial, number = (int.from_bytes(header[place : place + 4], "little") for place in (14, 18))
        if header[5] & _FIRST_PAGE:
            if ended:
                raise divided()
            following[serial] = number
        if serial in ended or serial not in following:
            raise contradictory()
        if following[serial] != number:
            # A page is missing or repeated.
            raise contradictory()
        following[serial] = number + 1
        if header[5] & _LAST_PAGE:
            ended.add(serial)
        at += _PAGE_HEADER_BYTES + header[26] + sum(data.read(at + _PAGE_HEADER_BYTES, header[26]))
    if at > data.size:
        raise cut_off()
    if not following or following.keys() != ended:
        raise unclosed()
    return Extent()


def account_flac(data: FileBytes) -> Extent:
    """Parse a FLAC file (RFC 9639): its sample count, and the bytes that its frames must fill."""
    at = skip_id3(data.read(0, 10))
    if data.read(at, 4) != b"fLaC":
        msg = "音声として読めません(ヘッダーが壊れています)"
        raise UnreadableAudioError(msg)
    at += 4
    samples, last = 0, False
    while not last:
        head = data.read(at, 4)
        if len(head) < 4:
            raise cut_off()
        last, kind, size = bool(head[0] & 0x80), head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind == 0:
            # STREAMINFO: 36 bits after block and frame sizes, rate, channels and width; 0 means unknown.
            samples = data.number(at + 4 + 13, 5) & 0xF_FFFF_FFFF
        at += 4 + size
    end = data.size
    if data.read(end - _ID3V1_BYTES, 3) == b"TAG":
        end -= _ID3V1_BYTES
    return Extent(samples=samples or None, payload=max(0, end - at))
