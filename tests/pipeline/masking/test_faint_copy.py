"""A masked name is in no other channel, however quiet; hum or another voice is no copy of it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.g711 import quantise
from pipeline.audio.recording import Recording, read_recording, to_samples
from pipeline.masking.audio import mask_audio
from pipeline.masking.crosstalk import audible_channels, channels_and_echo, copies_left
from pipeline.types import TimeSpan
from pipeline.verifying.verify import verify_audio
from pipeline.verifying.widen import widen
from tests.builders import transcript, utterance
from tests.strategies import make_item, make_plan

RATE = 8000
SAMPLES = Path(__file__).parents[3] / "sample_audio"
NAME, SHORT = TimeSpan(6.0, 6.8), TimeSpan(6.1, 6.4)


@cache
def voice(call: str = "hotel-nothird", channel: int = 1) -> np.ndarray:
    """Sixteen seconds of somebody's talk over the telephone, with a pause at neither of the spans above."""
    sound = read_recording(SAMPLES / f"{call}.wav").samples[channel].astype(np.float64)
    spoken = np.convolve(np.square(sound), np.ones(round(0.8 * RATE)), "valid")
    at = int(np.argmax(spoken[8 * RATE : len(sound) - 12 * RATE])) + 8 * RATE
    return np.array(sound[at - 6 * RATE : at + 10 * RATE])


def path(kind: str) -> np.ndarray:
    """What a line does to an echo."""
    rng = np.random.default_rng(5)
    if kind == "hybrid":
        return rng.normal(0, 1, 24) * np.exp(-np.arange(24) / 8) / 1.8
    if kind in {"low", "high"}:
        low, high = (200, 900) if kind == "low" else (1500, 3400)
        hertz = np.fft.rfftfreq(128, 1 / RATE)
        return np.roll(np.fft.irfft(((hertz >= low) & (hertz < high)).astype(float)), 64) * np.hanning(128)
    return np.array([{"plain": 1.0, "inverted": -1.0}[kind]])


def noise(kind: str, length: int) -> np.ndarray:
    """What the other channel carries by itself."""
    rng = np.random.default_rng(11)
    level = {"none": 0.0, "dither": 0.5, "quiet": 3.0, "soft": 30.0}[kind]
    return rng.normal(0, level, length) if level else np.zeros(length)


def call(gain: float, delay: float = 0.04, own: str = "quiet", kind: str = "plain", law: str = "pcm16"):
    """Somebody on channel 0, and so quiet an echo on channel 1."""
    said = voice()
    echo = np.convolve(said, path(kind))[: len(said)] * 10 ** (gain / 20)
    late = np.concatenate([np.zeros(round(delay * RATE)), echo])[: len(said)]
    return both(said, late + noise(own, len(said)), law)


def both(one: np.ndarray, two: np.ndarray, law: str = "pcm16") -> Recording:
    """A call of two channels."""
    samples = np.rint(np.stack([one, two])).clip(-32768, 32767).astype(np.int16)
    return Recording(quantise(samples, law), RATE, law, "")


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The largest correlation of two stretches at any delay up to 0.3 s."""
    a, b = one - one.mean(), other - other.mean()
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    if norm == 0:
        return 0.0
    size = 1 << (2 * len(a)).bit_length()
    full = np.abs(np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size))
    reach = min(round(0.3 * RATE), len(a) - 1)
    return float(np.concatenate([full[: reach + 1], full[-reach:]]).max()) / norm


def left(recording: Recording, time: TimeSpan, channels: tuple[int, ...]) -> bool:
    """Whether the other channel of the product still is like the name, beyond what noise can be by chance."""
    plan = make_plan(make_item(time.start, time.end, channels=channels))
    product = mask_audio(recording.samples, RATE, plan, recording.law)
    start, end = to_samples(time, RATE, recording.length)
    alike = likeness(*(each[start:end].astype(float) for each in (recording.samples[0], product[1])))
    return alike > 6 / np.sqrt(end - start)


GAINS, DELAYS = (-30, -40, -45, -50, -55, -60, -65, -70, -75), (0.0, 0.04, 0.25)
OWN, PATHS = ("none", "dither", "quiet", "soft"), ("plain", "inverted", "hybrid", "low", "high")
CASES = [
    *((gain, delay, own, "plain", "pcm16") for gain, delay, own in itertools.product(GAINS, DELAYS, OWN[:3])),
    *((gain, 0.02, own, kind, "pcm16") for gain, own, kind in itertools.product(GAINS[::2], OWN, PATHS[1:])),
    *((gain, 0.1, own, "plain", law) for gain in GAINS[:5] for own in OWN for law in ("mulaw", "alaw")),
]


@pytest.mark.parametrize("own", OWN)
@pytest.mark.parametrize("time", [NAME, SHORT], ids=["name", "short"])
def test_what_can_be_found_by_correlation_is_masked(own: str, time: TimeSpan) -> None:
    """Any gain, delay, line and law: nothing of a name is left that stands out from the channel's noise."""
    there = found = 0
    missed = []
    for gain, delay, noise_, kind, law in CASES:
        if noise_ != own:
            continue
        recording = call(gain, delay, own, kind, law)
        there += left(recording, time, (0,))
        channels = audible_channels(recording, time, (0,))
        found += channels == (0, 1)
        if left(recording, time, channels):
            missed.append((gain, delay, kind, law))
    assert there >= 10  # or nothing was to be found
    assert missed == []


def test_a_mask_lasts_until_its_echo_has_ended() -> None:
    """A name that comes late on the other channel ends late there."""
    channels, echo = channels_and_echo(call(-50, 0.25), NAME, (0,))
    item = replace(make_item(NAME.start, NAME.end, channels=channels), echo=echo)

    assert (channels, item.time_on(0)) == ((0, 1), NAME)
    assert (item.time_on(1).start, item.time_on(1).end) == (6.0, pytest.approx(7.05, abs=0.002))
    assert channels_and_echo(call(-99), NAME, (0,)) == ((0,), ())


@pytest.mark.parametrize("own", OWN)
def test_noise_is_no_copy(own: str) -> None:
    """Whatever is said beside it, at any time."""
    recording = both(voice(), noise(own, len(voice())))
    spans = [TimeSpan(at, at + 0.6) for at in np.arange(1.0, 14.0, 0.5)]
    assert [audible_channels(recording, span, (0,)) for span in spans] == [(0,)] * len(spans)


def test_another_voice_is_no_copy() -> None:
    """Two people at once, each in a call of their own: fewer than one stretch in ten is masked."""
    others = [voice("card-secret", 0), voice("meter-mistake", 0), voice("staff-complaint", 1)]
    spans = [TimeSpan(at, at + 0.6) for at in np.arange(2.0, 13.0, 1.0)]
    heard = [
        len(audible_channels(both(voice(), other), span, (0,))) == 2 for other in others for span in spans
    ]
    assert sum(heard) <= len(heard) / 10


@pytest.mark.parametrize("gain", [-50, -60])
def test_an_echo_under_somebodys_words_takes_none(gain: float) -> None:
    """The other speaks loudly all the while: nothing of the echo is understood, and nothing is taken."""
    own = (
        call(gain).samples[1]
        + 12 * noise("soft", len(voice())) * np.abs(voice("card-secret", 0)).max() / 9000
    )
    assert audible_channels(both(voice(), own), NAME, (0,)) == (0,)


def hum(length: int) -> np.ndarray:
    """Mains hum with its harmonics, 45 dB below full scale."""
    time = np.arange(length) / RATE
    return 150 * np.sum([np.sin(2 * np.pi * 50 * k * time + k) / k for k in range(1, 20)], axis=0)


def test_hum_on_both_lines_is_no_copy() -> None:
    """Mains hum lies under both and is like itself at any delay: what is said is on one."""
    below = hum(len(voice()))
    for scale in (0.1, 1.0):
        recording = both(voice() + scale * below, scale * below + noise("quiet", len(below)))
        spans = [TimeSpan(at, at + 0.8) for at in (2.0, 5.5, 6.5)]
        assert [audible_channels(recording, span, (0,)) for span in spans] == [(0,)] * 3


def test_an_echo_of_each_on_the_other_is_found() -> None:
    """Where the first is silent the second speaks, and is heard on the first: that is no common ground."""
    turns = np.repeat([1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0], 2 * RATE)
    one, two = voice() * turns, voice("card-secret", 0) * (1 - turns)
    recording = both(one + two / 300 + noise("quiet", len(one)), two + one / 300 + noise("dither", len(one)))
    assert audible_channels(recording, NAME, (0,)) == (0, 1)


def test_a_copy_under_another_mask_is_no_leak() -> None:
    """As where an analyst adds on one channel what is found on both: what is said around tells of a copy."""
    recording = call(-20)
    whole = make_item(NAME.start - 0.1, NAME.end + 0.1, item_id="m0000", channels=(0, 1))
    added = make_item(NAME.start, NAME.end, item_id="a0001", channels=(0,))
    plan = make_plan(whole, added)
    product = Recording(mask_audio(recording.samples, RATE, plan), RATE, "pcm16", "")
    assert copies_left(recording, product, added.time, added.channels)
    assert verify_audio(recording, product, plan) == ()
    half = make_item(NAME.start, (NAME.start + NAME.end) / 2, item_id="m0000", channels=(0, 1))
    plan = make_plan(half, added)
    product = Recording(mask_audio(recording.samples, RATE, plan), RATE, "pcm16", "")
    assert [(leak.kind, leak.item_id) for leak in verify_audio(recording, product, plan)] == [
        ("CROSSTALK", "a0001")
    ]


def test_a_copy_left_in_the_product_is_a_leak_and_is_mended() -> None:
    """As where an analyst adds a stretch on one channel."""
    recording = call(-55)
    plan = make_plan(make_item(NAME.start, NAME.end, item_id="m0000", channels=(0,)))
    product = Recording(mask_audio(recording.samples, RATE, plan), RATE, "pcm16", "")
    leaks = verify_audio(recording, product, plan)
    assert [(leak.kind, leak.item_id) for leak in leaks] == [("CROSSTALK", "m0000")]
    assert verify_audio(recording, product, plan, before=plan) == ()
    wider = widen(plan, leaks, transcript(utterance("佐藤", 6.0)), recording)
    assert wider is not None
    assert wider.items[0].channels == (0, 1)
    product = Recording(mask_audio(recording.samples, RATE, wider), RATE, "pcm16", "")
    assert verify_audio(recording, product, wider) == ()
