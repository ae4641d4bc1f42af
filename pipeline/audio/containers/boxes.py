"""MP4, M4A and QuickTime: boxes, and a table of where each frame lies (ISO 14496-12)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pipeline.audio.containers.extent import Extent, contradictory, cut_off, divided, surplus, unclosed
from pipeline.file_bytes import FileBytes

_CONTAINER_BOXES: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex"})
"""Boxes that contain the boxes with the tables."""

_MAX_UNINDEXED_BYTES: Final = 64
"""Bytes of ``mdat`` that no table indexes and that still count as padding."""


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int
    at: int
    end: int


@dataclass(slots=True)
class _Found:
    """What the boxes state, collected in one pass."""

    sound: int = 0
    named: int = 0
    seconds: float = 0.0
    scale: int = 0
    kind: bytes = b""
    ticks: int = 0
    fragments: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    listed: set[int] = field(default_factory=set)
    tables: bool = False


def _boxes(data: FileBytes, at: int, end: int) -> Iterator[_Box]:
    while at < end:
        size, name, lead = data.number(at, 4), data.read(at + 4, 4), 8
        if size == 1:
            size, lead = data.number(at + 8, 8), 16
        elif size == 0 and name.strip(b"\0"):
            size = end - at
        if data.empty_from(at) and end == data.size:
            return
        if size < lead or len(name) < 4 or not all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in name):
            raise surplus()
        if at + size > end:
            raise cut_off()
        yield _Box(name, at, at + lead, at + size)
        at += size


def account_mp4(data: FileBytes) -> Extent:
    """Parse an MP4 file: its boxes fill the file, and its tables index all bytes of ``mdat``."""
    found = _looked_through(data)
    if found.fragments:
        # A fragmented file is written while recording; the list of fragments at its end shows that it is
        # complete: it names the last of those that are there, and none that is not.
        if max(found.listed, default=-1) != found.fragments[-1] or not found.listed.issubset(found.fragments):
            raise unclosed()
        if any(after != before + 1 for before, after in itertools.pairwise(found.numbers)):
            raise cut_off()
        return Extent()
    if not found.tables:
        raise cut_off()
    if found.named > found.sound:
        raise cut_off()
    if found.sound - found.named > _MAX_UNINDEXED_BYTES:
        raise contradictory()
    return Extent(seconds=found.seconds)


def _looked_through(data: FileBytes) -> _Found:
    found = _Found()
    for box in _boxes(data, 0, data.size):
        if box.name == b"mdat":
            found.sound += box.end - box.at
        elif box.name == b"moof":
            found.fragments.append(box.start)
            headers = (each for each in _boxes(data, box.at, box.end) if each.name == b"mfhd")
            found.numbers += [data.number(each.at + 4, 4) for each in headers]
        elif box.name == b"mfra":
            for inner in _boxes(data, box.at, box.end):
                if inner.name == b"tfra":
                    found.listed.update(_listed_fragments(data, inner))
        elif box.name == b"moov":
            if found.tables:
                raise divided()
            _look_into(data, box, found)
    return found


def _look_into(data: FileBytes, box: _Box, found: _Found) -> None:
    for inner in _boxes(data, box.at, box.end):
        if inner.name in _CONTAINER_BOXES:
            _look_into(data, inner, found)
        elif inner.name == b"mdhd":
            found.scale = data.number(inner.at + (20 if data.number(inner.at, 1) == 1 else 12), 4)
        elif inner.name == b"hdlr" and box.name == b"mdia":
            found.kind = data.read(inner.at + 8, 4)
        elif inner.name == b"stts":
            entries = range(inner.at + 8, min(inner.end, inner.at + 8 + 8 * data.number(inner.at + 4, 4)), 8)
            found.ticks = sum(data.number(at, 4) * data.number(at + 4, 4) for at in entries)
        elif inner.name in {b"stsz", b"stz2"}:
            found.tables = True
            found.named += _named_bytes(data, inner)
    if box.name == b"trak" and found.kind == b"soun" and found.scale:
        found.seconds = max(found.seconds, found.ticks / found.scale)


def _listed_fragments(data: FileBytes, box: _Box) -> Iterator[int]:
    """Positions of the fragments that a list of one track names (``tfra``, ISO/IEC 14496-12, 8.8.10)."""
    wide = data.number(box.at, 1) == 1
    lengths, count = data.number(box.at + 11, 1), data.number(box.at + 12, 4)
    # Time and position, then the numbers of track fragment, run and sample, each of one to four bytes.
    size = (16 if wide else 8) + sum((lengths >> shift & 3) + 1 for shift in (4, 2, 0))
    half = 8 if wide else 4
    for at in range(box.at + 16, min(box.end, box.at + 16 + size * count), size):
        yield data.number(at + half, half)


def _named_bytes(data: FileBytes, box: _Box) -> int:
    """Total bytes of all frames in a sample size table (``stsz`` or ``stz2``)."""
    count = data.number(box.at + 8, 4)
    if box.name == b"stz2":
        bits = data.number(box.at + 7, 1)
        if bits == 4:
            packed = data.read(box.at + 12, min((count + 1) // 2, box.end - box.at))
            return sum((byte >> 4) + (byte & 15) for byte in packed)
        size = bits // 8
    elif same := data.number(box.at + 4, 4):
        return same * count
    else:
        size = 4
    last = min(box.end, box.at + 12 + size * count)
    return sum(data.number(at, size) for at in range(box.at + 12, last, size)) if size else 0
