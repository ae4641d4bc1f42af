"""Send speech down lines that made calls do not have: rooms, codecs, lost packets, levels, street noise.

``sample_audio.telephone`` gives each made call one of three codecs and a little noise.  ``worn`` wears a
channel out further, in the order in which a call does it: a room, noise in it, a level, a codec, lost
packets.  Nothing moves in time by more than a codec's delay (5 ms).
"""

from __future__ import annotations

import io
import random
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

RATE: Final = 8000
"""Samples per second of all sounds here."""

WORN_SHARE: Final = 0.6
"""Share of the channels that ``on_a_line`` sends down another line still."""

CODECS: Final = {
    "amr": ("libopencore_amrnb", "amr", (4750, 5900, 7400, 12200)),
    "opus": ("libopus", "ogg", (6000, 8000, 12000, 16000)),
    "g726": ("adpcm_g726", "wav", (16000, 24000, 32000)),
    "mp3": ("libmp3lame", "mp3", (8000, 16000, 24000)),
}
"""PyAV's codec, a container that holds it, and bits per second to choose from: mobile networks, voice over
IP, cordless telephones, recorders."""

_BLOCK: Final = 1600  # samples given at once to a codec that takes any number
_PACKET: Final = RATE // 50  # samples: 20 ms, as most voice over IP sends them


def worn(sound: Sound, rng: random.Random) -> Sound:
    """Wear a channel out.

    Args:
        sound: Shape (n,) at ``RATE``; full scale 1.
        rng: Decides how.

    Returns:
        As many samples, at most full scale.
    """
    noise = np.random.default_rng(rng.getrandbits(32))
    out = sound.astype(np.float32)
    if rng.random() < 0.3:
        out = _in_a_room(out, rng, noise)
    if rng.random() < 0.4:
        out = _with_noise(out, rng, noise)
    if rng.random() < 0.15:
        out = _levelled(out)
    out = out * np.float32(10 ** (rng.uniform(-18.0, 3.0) / 20))
    if rng.random() < 0.5:
        name = rng.choice(sorted(CODECS))
        out = through(out, name, rng.choice(CODECS[name][2]))
    if rng.random() < 0.25:
        out = _with_losses(out, rng)
    return np.clip(out, -1.0, 1.0).astype(np.float32)


def on_a_line(samples: NDArray[np.int16], rate: int, rng: random.Random) -> NDArray[np.int16]:
    """A channel of a recording as it is, or worn out further (``worn``).

    Args:
        samples: Of the channel, 16 bits.
        rate: Samples a second; only the telephone's are worn.
        rng: Decides.
    """
    if rate != RATE or rng.random() > WORN_SHARE:
        return samples
    sound: Sound = samples.astype(np.float32) / np.float32(32768)
    return np.round(worn(sound, rng) * 32767).astype(np.int16)


def through(sound: Sound, codec: str, bits: int) -> Sound:
    """Encode and decode.

    Args:
        sound: Shape (n,) at ``RATE``; full scale 1.
        codec: One of ``CODECS``.
        bits: Per second.

    Returns:
        As many samples.
    """
    name, container, _ = CODECS[codec]
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream: Any = out.add_stream(name, rate=RATE, layout="mono", bit_rate=bits)
        context = stream.codec_context
        context.format = context.codec.audio_formats[0]
        change = av.AudioResampler(context.format, "mono", RATE)
        size = context.frame_size or _BLOCK
        pcm = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)
        for at, row in enumerate(np.pad(pcm, (0, -len(pcm) % size)).reshape(-1, 1, size)):
            frame = av.AudioFrame.from_ndarray(row, "s16", "mono")
            frame.sample_rate, frame.pts = RATE, at * size
            for each in change.resample(frame):
                out.mux(stream.encode(each))
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r") as read:
        back = av.AudioResampler("s16", "mono", RATE)
        parts = [f.to_ndarray()[0] for frame in read.decode(audio=0) for f in back.resample(frame)]
        parts += [f.to_ndarray()[0] for f in back.resample(None)]
    decoded = np.concatenate(parts).astype(np.float32) / 32768
    return np.asarray(np.pad(decoded, (0, max(0, len(sound) - len(decoded))))[: len(sound)])


def _in_a_room(sound: Sound, rng: random.Random, noise: np.random.Generator) -> Sound:
    """A speaker phone: sound that dies away by 60 dB in .1 to .5 s, 2 to 14 dB below the direct one."""
    seconds = rng.uniform(0.1, 0.5)
    time = np.arange(round(seconds * RATE)) / RATE
    tail = noise.normal(size=len(time)) * 10 ** (-3 * time / seconds)
    tail[: round(0.002 * RATE)] = 0
    tail *= 10 ** (-rng.uniform(2.0, 14.0) / 20) / np.sqrt(np.square(tail).sum())
    tail[0] = 1.0
    size = 1 << (len(sound) + len(tail)).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)]
    return wet.astype(np.float32)


def _with_noise(sound: Sound, rng: random.Random, noise: np.random.Generator) -> Sound:
    """A street or a hall: noise with more below than above, that swells and fades; 8 to 30 dB below."""
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    slope = rng.uniform(0.3, 1.2)
    shaped = np.fft.irfft(
        np.fft.rfft(noise.normal(size=len(sound))) / np.maximum(hertz, 80.0) ** slope, len(sound)
    )
    every = round(rng.uniform(0.1, 2.0) * RATE)
    swells = noise.uniform(0.3, 1.0, len(sound) // every + 2)
    shaped *= np.interp(np.arange(len(sound)), np.arange(len(swells)) * every, swells)
    loud = sound[np.abs(sound) > 0.01]
    level = float(np.sqrt(np.square(loud).mean())) if len(loud) else 0.05
    scale = level * 10 ** (-rng.uniform(8.0, 30.0) / 20) / max(1e-9, float(np.sqrt(np.square(shaped).mean())))
    return (sound + scale * shaped).astype(np.float32)


def _levelled(sound: Sound) -> Sound:
    """Automatic gain: what is quiet for half a second is raised, by at most 15 dB."""
    block = RATE // 20
    padded = np.pad(sound, (0, -len(sound) % block)).reshape(-1, block)
    level = np.sqrt(np.square(padded).mean(axis=1) + 1e-8)
    slow = np.convolve(level, np.ones(10) / 10, mode="same")
    gain = np.clip(0.1 / slow, 0.5, 10 ** (15 / 20))
    at = (np.arange(len(gain)) + 0.5) * block
    return (sound * np.interp(np.arange(len(sound)), at, gain)).astype(np.float32)


def _with_losses(sound: Sound, rng: random.Random) -> Sound:
    """Packets are lost in bursts; half of the lines repeat the last one, quieter, the others are still."""
    out = sound.copy()
    share, repeats = rng.uniform(0.005, 0.05), rng.random() < 0.5
    packet = 1
    while (packet + 1) * _PACKET <= len(out):
        if rng.random() < share:
            for lost in range(packet, min(packet + rng.randint(1, 3), len(out) // _PACKET)):
                here = slice(lost * _PACKET, (lost + 1) * _PACKET)
                out[here] = 0.6 * out[(lost - 1) * _PACKET : lost * _PACKET] if repeats else 0.0
                packet = lost
        packet += 1
    return out
