"""Made-up sound and files of it in every format, for tests that read and write audio."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile

Samples = npt.NDArray[np.int16]


def babble(rate: int, seconds: float, channels: int = 1, seed: int = 0) -> Samples:
    """Something like speech: gliding harmonics in syllables, below 1.2 kHz, other on each channel."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(rate * seconds)) / rate
    out = []
    for _ in range(channels):
        pitch, pace = rng.uniform(110, 230), rng.uniform(3, 5)
        phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * time))) / rate
        voice = sum(np.sin(k * phase + rng.uniform(0, 6)) / k for k in range(1, 6))
        syllables = 0.55 + 0.45 * np.sin(2 * np.pi * pace * time + rng.uniform(0, 6))
        out.append(np.rint(voice * syllables * 6000).astype(np.int16))
    return np.stack(out)


def white(rate: int, seconds: float, channels: int = 1, seed: int = 0) -> Samples:
    """White noise at -20 dBFS: unlike itself at any other time, so that a residue cannot hide."""
    rng = np.random.default_rng(seed)
    return (
        np.rint(rng.normal(0, 3277, (channels, round(rate * seconds)))).clip(-32768, 32767).astype(np.int16)
    )


@dataclass(frozen=True)
class Format:
    """A way to store a call: FFmpeg's names, the file's ending, and what decoding must give.

    ``error`` is the largest RMS difference to the input, as a share of the input's RMS, after
    the best alignment within ``delay`` seconds; 0 means bit-identical.
    """

    name: str
    container: str
    codec: str
    suffix: str
    rate: int = 8000
    channels: int = 1
    error: float = 0.0
    delay: float = 0.0


FORMATS = (
    Format("pcm-u8", "wav", "pcm_u8", "wav", error=0.05),
    Format("pcm-s16", "wav", "pcm_s16le", "wav", channels=2),
    Format("pcm-s16-48k", "wav", "pcm_s16le", "wav", rate=48000),
    Format("pcm-s24", "wav", "pcm_s24le", "wav", rate=16000),
    Format("pcm-s32", "wav", "pcm_s32le", "wav", rate=44100, channels=2),
    Format("pcm-f32", "wav", "pcm_f32le", "wav", rate=22050, channels=2),
    Format("pcm-f64", "wav", "pcm_f64le", "wav", rate=11025),
    Format("mulaw", "wav", "pcm_mulaw", "wav", channels=2, error=0.05),
    Format("alaw", "wav", "pcm_alaw", "wav", error=0.05),
    Format("mp3-8k", "mp3", "libmp3lame", "mp3", error=0.4, delay=0.2),
    Format("mp3-44k", "mp3", "libmp3lame", "mp3", rate=44100, channels=2, error=0.2, delay=0.05),
    Format("m4a", "mp4", "aac", "m4a", rate=16000, error=0.3, delay=0.1),
    Format("opus", "ogg", "libopus", "ogg", rate=48000, error=0.5, delay=0.02),
    Format("flac", "flac", "flac", "flac", channels=2),
    Format("amr", "amr", "libopencore_amrnb", "amr", error=0.9, delay=0.02),
)


def encode(
    path: Path, samples: Samples, form: Format, *, tags: dict[str, str] | None = None, **options: str
) -> Path:
    """Write ``samples`` (channels, n) to ``path`` as ``form`` says."""
    layout = "mono" if samples.shape[0] == 1 else "stereo"
    with av.open(str(path), "w", format=form.container, options=options) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(form.codec, rate=form.rate, layout=layout)
        context = stream.codec_context
        frame = av.AudioFrame.from_ndarray(samples, format="s16p", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = form.rate, 0, Fraction(1, form.rate)
        resampler = av.AudioResampler(format=context.format, layout=layout, rate=form.rate)
        queue = av.AudioFifo()
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            queue.write(piece)
        size = context.frame_size or 1024
        while (piece := queue.read(size) or queue.read(size, partial=True)) is not None:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def encode_gsm(path: Path, samples: Samples, rate: int) -> Path:
    """Write a WAV of GSM 06.10, which FFmpeg reads and does not write."""
    soundfile.write(path, samples[0], rate, format="WAV", subtype="GSM610")
    return path
