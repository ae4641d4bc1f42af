"""Is a file whole, and what has to come out of it?

Decoders make the best of a file: they end quietly where it was cut off, or where its header says it
ends though more follows.  That is right for listening and wrong for a copy that must be complete.  So
each container is read here by its own structure, independently of the decoder: it must fill the file to
its last byte (zeros behind it are padding), and where it counts its samples the decoder must give that many.

A length that a format allows to be left open, because its writer could not seek back, means: to the end
of the file.  WAV and W64 (size 0 or all ones), AU (all ones), CAF (-1) and FLAC (0 samples) have it, and
so do the formats without a length at all: AMR, GSM, ADTS and MP3 without a count.  Of those only a break
inside a sample or frame shows; cut between two, such a file is a shorter whole call to anybody.
Containers that are closed by an end mark (Ogg, Matroska, fragmented MP4) are refused without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pipeline.audio.containers.boxes import account_mp4
from pipeline.audio.containers.chunks import account_aiff, account_au, account_caf, account_w64, account_wav
from pipeline.audio.containers.ebml import account_matroska
from pipeline.audio.containers.extent import Extent
from pipeline.audio.containers.frames import account_adts, account_amr, account_gsm, account_mp3
from pipeline.audio.containers.pages import account_flac, account_ogg
from pipeline.errors import UnreadableAudioError
from pipeline.file_bytes import FileBytes

__all__ = ["FORMATS", "extent_of"]

_READERS: Final[Mapping[str, Callable[[FileBytes], Extent]]] = {
    "aac": account_adts,
    "aiff": account_aiff,
    "amr": account_amr,
    "amrnb": account_amr,
    "amrwb": account_amr,
    "au": account_au,
    "caf": account_caf,
    "flac": account_flac,
    "gsm": account_gsm,
    "matroska": account_matroska,
    "mov": account_mp4,
    "mp3": account_mp3,
    "ogg": account_ogg,
    "w64": account_w64,
    "wav": account_wav,
}
"""By the first of the names that FFmpeg's demuxer goes by."""

FORMATS: Final = ",".join(sorted(_READERS))
"""Containers a call may come in, as FFmpeg's ``format_whitelist``.  The list is closed because FFmpeg also
knows formats that are play-lists: a text file could otherwise make it open other files or addresses."""


def extent_of(data: FileBytes, demuxer: str) -> Extent:
    """What a whole file of a container has to give.

    Args:
        data: The file.
        demuxer: FFmpeg's name of what it takes the file for, perhaps several with commas.

    Raises:
        UnreadableAudioError: cut off, or with sound that its header does not tell of, or not what
            FFmpeg takes it for.
    """
    reader = _READERS.get(demuxer.split(",", maxsplit=1)[0])
    if reader is None:
        msg = "対応していない形式です"
        raise UnreadableAudioError(msg)
    return reader(data)
