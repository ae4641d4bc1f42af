"""Check that a file is complete, and say how many samples its decoder has to give.

Decoders are lenient: they end without an error where a file is cut off, or where its header says it ends
though more follows.  That is right for listening and wrong for a copy that must be complete.  So each
container is parsed here independently of the decoder: it must fill the file to its last byte (trailing zeros
are padding), and where it counts its samples the decoder must give that many.

Some formats allow a writer that cannot seek back to leave the length open; it then means: to the end of
the file.  WAV and W64 (size 0 or all ones), AU (all ones), CAF (-1) and FLAC (0 samples) have it, and
so do the formats without any length: AMR, GSM, ADTS and MP3 without a count.  A cut inside a sample or frame
of these is found; a file cut between two cannot be told from a shorter call.
Containers that end with a mark (Ogg, Matroska, fragmented MP4) are refused without it.
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
"""Keyed by the first name of FFmpeg's demuxer."""

FORMATS: Final = ",".join(sorted(_READERS))
"""Containers a call may come in, as FFmpeg's ``format_whitelist``.  The list is closed because FFmpeg also
knows formats that are play-lists: a text file could otherwise make it open other files or addresses."""


def extent_of(data: FileBytes, demuxer: str) -> Extent:
    """Parse a file and return how much sound it states.

    Args:
        data: The file.
        demuxer: FFmpeg's name for the format, perhaps several separated by commas.

    Returns:
        What the container states; a field is empty where the format does not state it.

    Raises:
        UnreadableAudioError: when the file is cut off, holds data that its header does not account for, or
            is not in the format that FFmpeg detected.
    """
    reader = _READERS.get(demuxer.split(",", maxsplit=1)[0])
    if reader is None:
        msg = "対応していない形式です"
        raise UnreadableAudioError(msg)
    return reader(data)
