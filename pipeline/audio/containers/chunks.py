"""Chunked containers: WAV, RF64, BW64, W64, AIFF, CAF and AU."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.audio.containers.extent import Extent, contradictory, cut_off, divided, surplus
from pipeline.errors import UnreadableAudioError
from pipeline.file_bytes import FileBytes

_ALL_ONES: Final = 0xFFFF_FFFF
_OPEN_64: Final = 1 << 62  # writers that cannot seek leave a size beyond that of any file

# WAVE_FORMAT_PCM, _IEEE_FLOAT, _ALAW, _MULAW: of these bytes and samples are the same count (mmreg.h).
_PLAIN_TAGS: Final = frozenset({1, 3, 6, 7})
_EXTENSIBLE: Final = 0xFFFE

_WHOLE_FILES: Final = frozenset(
    {b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM", b"caff", b".snd", b"OggS", b"fLaC"}
)
"""First four bytes of complete files; a chunk with such a name is a second file."""

# The last twelve bytes of a W64 chunk's GUID (Sony Pictures Digital, Wave64 specification).
_W64_KIN: Final = frozenset(
    bytes.fromhex(tail) for tail in ("f3acd3118cd100c04f8edb8a", "2f91cf11a5d628db04c10000")
)
_W64_RIFF: Final = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")

# Compression types of AIFF-C whose bytes are samples; of G.711 the header gives the bits once decoded.
_AIFF_PLAIN: Final = frozenset(
    {b"NONE", b"twos", b"sowt", b"raw ", b"in24", b"in32", b"fl32", b"FL32", b"fl64", b"FL64", b"23ni"}
)
_AIFF_LAWS: Final = frozenset({b"alaw", b"ALAW", b"ulaw", b"ULAW"})

_AU_WIDTHS: Final = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}
"""Bytes of a sample by encoding: mu-law, linear of 8 to 32 bits, float, double, A-law."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk: its name, where its content begins, and the size that its header states."""

    name: bytes
    at: int
    size: int

    @property
    def end(self) -> int:
        return self.at + self.size


def _printable(name: bytes) -> bool:
    return len(name) == 4 and all(0x20 <= byte < 0x7F for byte in name)


def _riff_chunks(data: FileBytes, order: str, at: int = 12) -> Iterator[_Chunk]:
    """The chunks in order, up to the end of the file or padding; their sizes are not checked here."""
    while at < data.size and not data.empty_from(at):
        name = data.read(at, 4)
        if not _printable(name) or at + 8 > data.size:
            raise surplus()
        if name in _WHOLE_FILES:
            # A second recording behind the first.
            raise divided()
        chunk = _Chunk(name, at + 8, data.number(at + 4, 4, order))
        yield chunk
        at = chunk.end + chunk.size % 2


# --- WAV, RF64, BW64 ----------------------------------------------------------------------------


def account_wav(data: FileBytes) -> Extent:
    """Parse a RIFF, RIFX, RF64 or BW64 file (Microsoft RIFF 1991, EBU Tech 3306)."""
    kind = data.read(0, 4)
    if kind not in {b"RIFF", b"RIFX", b"RF64", b"BW64"} or data.read(8, 4) != b"WAVE":
        raise _no_header()
    return _account_riff(data, "big" if kind == b"RIFX" else "little", long=kind in {b"RF64", b"BW64"})


def _account_riff(data: FileBytes, order: str, *, long: bool) -> Extent:
    long_size, block, found = 0, 0, None
    for chunk in _riff_chunks(data, order):
        if chunk.name == b"ds64":
            long_size = data.number(chunk.at + 8, 8, order)
        elif chunk.name == b"fmt ":
            block = _plain_block(data, chunk.at, chunk.size, order)
        elif chunk.name == b"LIST" and data.read(chunk.at, 4) == b"wavl":
            raise divided()
        if chunk.name != b"data":
            if chunk.end > data.size:
                raise cut_off()
            continue
        if found is not None:
            raise divided()
        found = _wav_sound(data, chunk, long_size if long else None, order)
        if found.end >= data.size:
            break
        if found.size != chunk.size:
            # RF64 only: the chunk's own size field was replaced, so what follows has to be checked by hand.
            _behind(data, found, order)
            break
        _check_pad(data, found)
    return _plain_extent(found, block, data.size)


def _wav_sound(data: FileBytes, chunk: _Chunk, long_size: int | None, order: str) -> _Chunk:
    """The data chunk with its true size, where its header leaves the size open or counts itself."""
    size = chunk.size
    if long_size is not None and size == _ALL_ONES:
        size = long_size if 0 < long_size < _OPEN_64 else _ALL_ONES
    if (size == _ALL_ONES and long_size in {None, 0}) or size == 0:
        return _Chunk(chunk.name, chunk.at, _open_size(data, chunk, order if size == 0 else ""))
    missing = chunk.at + size - data.size
    if missing > 0 and missing not in {chunk.at, chunk.at - 8}:
        raise cut_off()
    # Some recorders include their own header in the size; nothing is missing then.
    return _Chunk(chunk.name, chunk.at, size - max(0, missing))


def _open_size(data: FileBytes, chunk: _Chunk, order: str) -> int:
    """Bytes to the end of the file; a stated size of 0 may also mean no sound, so no chunks may follow it."""
    if order and chunk.at < data.size:
        try:
            follow = [each for each in _riff_chunks(data, order, chunk.at) if each.end > data.size]
        except UnreadableAudioError:
            return data.size - chunk.at
        if not follow:
            raise contradictory()
    return data.size - chunk.at


def _behind(data: FileBytes, sound: _Chunk, order: str) -> None:
    for chunk in _riff_chunks(data, order, sound.end + sound.size % 2):
        if chunk.name == b"data":
            raise divided()
        if chunk.end > data.size:
            raise cut_off()


def _check_pad(data: FileBytes, sound: _Chunk) -> None:
    """Require the padding byte after an odd size to be zero; otherwise it is an uncounted sample."""
    if sound.size % 2 and data.read(sound.end, 1) not in {b"\0", b""}:
        raise surplus()


def _plain_block(data: FileBytes, at: int, size: int, order: str) -> int:
    """Bytes of one sample on all channels; 0 for a compressed codec."""
    tag, channels = data.number(at, 2, order), data.number(at + 2, 2, order)
    align, bits = data.number(at + 12, 2, order), data.number(at + 14, 2, order)
    if tag == _EXTENSIBLE and size >= 26:
        tag = data.number(at + 24, 2, order)
    width = channels * ((bits + 7) // 8)
    return width if tag in _PLAIN_TAGS and width == align else 0


def _plain_extent(sound: _Chunk | None, block: int, end: int) -> Extent:
    if sound is None:
        raise cut_off()
    if not block:
        return Extent()
    if sound.size % block:
        # At the end of the file: cut off inside a sample.  Elsewhere: the stated size is wrong.
        raise cut_off() if sound.end >= end else contradictory()
    return Extent(samples=sound.size // block)


def _no_header() -> UnreadableAudioError:
    return UnreadableAudioError("音声として読めません(ヘッダーが壊れています)")


# --- W64 -----------------------------------------------------------------------------------------


def account_w64(data: FileBytes) -> Extent:
    """Parse a Sony Wave64 file: names are GUIDs, sizes include the header, offsets are multiples of 8."""
    if data.read(0, 16) != _W64_RIFF:
        raise _no_header()
    block, found = 0, None
    for chunk in _w64_chunks(data):
        if chunk.name == b"fmt ":
            block = _plain_block(data, chunk.at, chunk.size, "little")
        elif chunk.name == b"data":
            if found is not None:
                raise divided()
            found = chunk
            if data.read(chunk.end, -chunk.end % 8).strip(b"\0"):
                raise surplus()
    return _plain_extent(found, block, data.size)


def _w64_chunks(data: FileBytes) -> Iterator[_Chunk]:
    at = 40
    while at < data.size and not data.empty_from(at):
        name = data.read(at, 16)
        if name[4:] not in _W64_KIN or at + 24 > data.size:
            raise surplus()
        size = data.number(at + 16, 8, "little")
        if name[:4] == b"data" and (size >= _OPEN_64 or size in {0, 24}):
            size = data.size - at
        if at + size > data.size:
            raise cut_off()
        if size < 24:
            raise contradictory()
        yield _Chunk(name[:4], at + 24, size - 24)
        at = (at + size + 7) & ~7


# --- AIFF ----------------------------------------------------------------------------------------


def account_aiff(data: FileBytes) -> Extent:
    """Parse an AIFF or AIFF-C file (Apple 1989, 1991)."""
    if data.read(0, 4) != b"FORM" or data.read(8, 4) not in {b"AIFF", b"AIFC"}:
        raise _no_header()
    block, frames, found = 0, 0, None
    for chunk in _riff_chunks(data, "big"):
        if chunk.end > data.size:
            raise cut_off()
        if chunk.name == b"COMM":
            frames = data.number(chunk.at + 2, 4)
            block = _aiff_block(data, chunk)
        elif chunk.name == b"SSND":
            if found is not None:
                raise divided()
            lead = 8 + data.number(chunk.at, 4)
            found = _Chunk(chunk.name, chunk.at + lead, chunk.size - lead)
            _check_pad(data, _Chunk(chunk.name, chunk.at, chunk.size))
    if found is None or found.size < 0:
        raise cut_off()
    if block and found.size != frames * block:
        raise contradictory()
    return Extent(samples=frames if block else None)


def _aiff_block(data: FileBytes, chunk: _Chunk) -> int:
    channels, bits = data.number(chunk.at, 2), data.number(chunk.at + 6, 2)
    kind = data.read(chunk.at + 18, 4) if chunk.size >= 22 else b"NONE"
    if kind in _AIFF_LAWS:
        return channels
    return channels * ((bits + 7) // 8) if kind in _AIFF_PLAIN else 0


# --- CAF and AU ----------------------------------------------------------------------------------


def account_caf(data: FileBytes) -> Extent:
    """Parse a Core Audio file (Apple, Core Audio Format specification 1.0)."""
    if data.read(0, 4) != b"caff":
        raise _no_header()
    block, found, counted = 0, None, None
    for chunk in _caf_chunks(data):
        if chunk.name == b"desc" and data.read(chunk.at + 8, 4) in {b"lpcm", b"alaw", b"ulaw"}:
            block = data.number(chunk.at + 16, 4)
        elif chunk.name == b"pakt":
            # The count of valid frames follows the count of packets.
            counted = data.number(chunk.at + 8, 8)
        elif chunk.name == b"data":
            if found is not None:
                raise divided()
            # A four-byte edit count precedes the samples.
            found = _Chunk(chunk.name, chunk.at + 4, max(0, chunk.size - 4))
    if found is not None and not block and counted is not None:
        return Extent(samples=counted)
    return _plain_extent(found, block, data.size)


def _caf_chunks(data: FileBytes) -> Iterator[_Chunk]:
    at = 8
    while at < data.size and not data.empty_from(at):
        name, size = data.read(at, 4), data.number(at + 4, 8)
        if not _printable(name) or at + 12 > data.size:
            raise surplus()
        if name == b"data" and size >> 63:
            size = data.size - at - 12
        chunk = _Chunk(name, at + 12, size)
        if chunk.end > data.size:
            raise cut_off()
        yield chunk
        at = chunk.end


def account_au(data: FileBytes) -> Extent:
    """Parse a NeXT/Sun AU file: one header, then the samples."""
    if data.read(0, 4) != b".snd":
        raise _no_header()
    at, size = data.number(4, 4), data.number(8, 4)
    if size == _ALL_ONES:
        size = data.size - at
    if at + size > data.size:
        raise cut_off()
    if at + size < data.size:
        raise surplus()
    block = _AU_WIDTHS.get(data.number(12, 4), 0) * data.number(20, 4)
    return _plain_extent(_Chunk(b"data", at, size), block, data.size)
