"""Matroska and WebM: nested elements, each with its size (RFC 8794, RFC 9559)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.audio.containers.extent import Extent, contradictory, cut_off, divided, surplus, unclosed
from pipeline.errors import UnreadableAudioError
from pipeline.file_bytes import FileBytes

_HEADER, _SEGMENT, _CLUSTER, _INFO, _TRACKS = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B
_VOID, _CRC = 0xEC, 0xBF
_SCALE, _DURATION, _TRACK, _TRACK_TYPE = 0x2AD7B1, 0x4489, 0xAE, 0x83
_AUDIO: Final = 2

_IN_SEGMENT: Final = frozenset(
    {_CLUSTER, _INFO, _TRACKS, _VOID, _CRC, 0x114D9B74, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367}
)
"""Also SeekHead, Cues, Attachments, Chapters and Tags."""

_IN_CLUSTER: Final = frozenset({0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0xAF, 0x5854, _VOID, _CRC})
"""Timestamp, blocks, block groups, position, previous size, encrypted blocks, silent tracks."""


@dataclass(frozen=True, slots=True)
class _Element:
    name: int
    at: int
    end: int


def _elements(data: FileBytes, at: int, end: int) -> Iterator[_Element]:
    """The elements of ``[at, end)``; each states its size and lies within the range."""
    while at < end:
        first = data.number(at, 1)
        width = 9 - first.bit_length()
        if width > 4:
            raise surplus()
        name = data.number(at, width)
        at += width
        first = data.number(at, 1)
        width = 9 - first.bit_length()
        if width > 8 or at + width > end:
            raise cut_off()
        size = data.number(at, width) & ((1 << 7 * width) - 1)
        if size == (1 << 7 * width) - 1:
            # Unknown size: written while recording, and never finished.
            raise unclosed()
        at += width
        if at + size > end:
            raise cut_off()
        yield _Element(name, at, at + size)
        at += size


def account_matroska(data: FileBytes) -> Extent:
    """Parse a Matroska or WebM file: one segment fills it, and known elements fill the segment."""
    seconds, kinds = 0.0, set[int]()
    for element in _known(data, _segment(data), _IN_SEGMENT):
        if element.name == _CLUSTER:
            for _ in _known(data, element, _IN_CLUSTER):
                pass
        elif element.name == _INFO:
            seconds = _seconds(data, element)
        elif element.name == _TRACKS:
            kinds |= _kinds(data, element)
    # With a video track the stated duration may be longer than the sound.
    return Extent(seconds=seconds if kinds == {_AUDIO} else 0.0)


def _segment(data: FileBytes) -> _Element:
    segments = []
    for element in _top(data):
        if element.name == _SEGMENT:
            segments.append(element)
        elif element.name not in {_HEADER, _VOID, _CRC}:
            raise surplus()
    if not segments:
        raise cut_off()
    if len(segments) > 1:
        raise divided()
    return segments[0]


def _known(data: FileBytes, outer: _Element, names: frozenset[int]) -> Iterator[_Element]:
    for element in _elements(data, outer.at, outer.end):
        if element.name not in names:
            raise contradictory()
        yield element


def _seconds(data: FileBytes, info: _Element) -> float:
    scale, ticks = 1_000_000, 0.0
    for inner in _elements(data, info.at, info.end):
        if inner.name == _SCALE:
            scale = data.number(inner.at, inner.end - inner.at)
        elif inner.name == _DURATION:
            ticks = _float(data.read(inner.at, inner.end - inner.at))
    return ticks * scale / 1e9


def _top(data: FileBytes) -> Iterator[_Element]:
    """The top-level elements; trailing zeros are padding."""
    at = 0
    while at < data.size and not (at and data.empty_from(at)):
        element = next(_elements(data, at, data.size))
        yield element
        at = element.end


def _kinds(data: FileBytes, tracks: _Element) -> set[int]:
    return {
        data.number(inner.at, inner.end - inner.at)
        for track in _elements(data, tracks.at, tracks.end)
        if track.name == _TRACK
        for inner in _elements(data, track.at, track.end)
        if inner.name == _TRACK_TYPE
    }


def _float(raw: bytes) -> float:
    if len(raw) not in {4, 8}:
        msg = "音声として読めません(ヘッダーが壊れています)"
        raise UnreadableAudioError(msg)
    return float(struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0])
