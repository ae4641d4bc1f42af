"""Write the masked audio as MP3 without tags or tables."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from pipeline.audio.recording import Recording, read_recording
from pipeline.errors import CallUnsafeError, UnreadableAudioError

_MPEG_RATES: Final = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""Sample rates of MPEG-1, -2 and -2.5 audio (ISO 11172-3, 13818-3); another rate becomes the next higher."""

_BITS_PER_SECOND: Final = ((8_000, 32_000), (12_000, 40_000), (24_000, 64_000), (48_000, 96_000))
"""Pairs (highest sample rate, bits per second and channel): speech without audible loss."""

_WITHOUT_TAGS: Final = {"id3v2_version": "0", "write_id3v1": "0", "write_xing": "0"}
"""FFmpeg options: no ID3 tags and no Xing table, which would name the encoder."""

_MAX_EXCESS_SECONDS: Final = 0.5
"""Greatest length of an MP3 beyond its source: the encoder's delay and its last frames."""

_BLOCK_SAMPLES: Final = 1 << 20


def write_mp3(path: Path, recording: Recording) -> None:
    """Write a recording as MP3 at a constant bit rate; the same samples give the same bytes.

    Args:
        path: Path of the file.
        recording: The masked recording.  Masking precedes encoding, so that no frame mixes masked and
            original sound.

    Raises:
        CallUnsafeError: the file cannot be read back with the same channels and length.
    """
    layout = "mono" if recording.channels == 1 else "stereo"
    rate = next((known for known in _MPEG_RATES if known >= recording.rate), _MPEG_RATES[-1])
    bits = next(bits for up_to, bits in _BITS_PER_SECOND if rate <= up_to)
    with av.open(str(path), "w", format="mp3", options=_WITHOUT_TAGS) as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout=layout)
        stream.bit_rate = bits * recording.channels
        stream.codec_context.format = "s16p"
        resampler = av.AudioResampler(format="s16p", layout=layout, rate=rate)
        for at in range(0, recording.length, _BLOCK_SAMPLES):
            frame = _frame(recording.samples[:, at : at + _BLOCK_SAMPLES], recording.rate, layout)
            for piece in resampler.resample(frame):
                container.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    _check(path, recording)


def _frame(samples: npt.NDArray[np.int16], rate: int, layout: str) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16p", layout=layout)
    frame.sample_rate = rate
    return frame


def _check(path: Path, recording: Recording) -> None:
    """Decode the file and compare its channels and length with the recording's."""
    try:
        back = read_recording(path)
    except UnreadableAudioError:
        # The error below names the failure, without the library's words.
        back = None
    whole = back is not None and back.channels == recording.channels
    if back is None or not whole or not 0 <= back.duration - recording.duration <= _MAX_EXCESS_SECONDS:
        msg = "MP3 を読み直せません"
        raise CallUnsafeError(msg)
