"""Swap the channels of a call, for telephone systems that put the caller first."""

from __future__ import annotations

from pathlib import Path

from pipeline.audio.recording import read_recording
from pipeline.audio.wav import write_pieces

_BLOCK_SAMPLES = 1 << 20  # samples worked on at once where a whole-call temporary would double memory


def write_turned(source: Path, target: Path) -> bool:
    """Write a two-channel call with its channels swapped; sample values stay.

    The result depends only on the decoded samples, so the same call always gives the same file.

    Args:
        source: The call, in any format that ``read_recording`` takes.
        target: A WAV in an existing folder, in the call's own G.711 law or as 16-bit PCM.

    Returns:
        Whether the channels were swapped; nothing is written for a call with one channel.

    Raises:
        UnreadableAudioError: the call cannot be read.
    """
    call = read_recording(source, target.parent)
    if call.channels != 2:
        return False
    pieces = (call.samples[::-1, at : at + _BLOCK_SAMPLES] for at in range(0, call.length, _BLOCK_SAMPLES))
    write_pieces(target, pieces, (call.channels, call.length), call.rate, call.law)
    return True
