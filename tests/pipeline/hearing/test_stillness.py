"""What is left out of long noise; and that no voice is, nor anything of a call of ordinary length."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.audio.g711 import quantise
from pipeline.audio.recording import Recording, Resampled, read_recording
from pipeline.errors import CallUnsafeError
from pipeline.hearing.second_hearing import hear_again, windows_again
from pipeline.hearing.stillness import WORTH, still_stretches
from pipeline.hearing.transcribe import HeardSegment, transcribe
from pipeline.hearing.unheard import windows_to_retry
from pipeline.hearing.windows import Channel, windows_of
from tests.fakes import FakeRecogniser

HERTZ, RATE, SECONDS = 8_000, 16_000, 240
SAMPLES = Path(__file__).parents[3] / "sample_audio"
TALK = ("neighbour-parcel", "policy-family", "water-switch")
AT = 90
"""Seconds of noise before the talk."""

Sound = NDArray[np.float64]


def noise(kind: str, seconds: float = SECONDS) -> Sound:
    """What a line sounds like on which nobody speaks, in steps of 16 bits."""
    random, count = np.random.default_rng(31), round(seconds * HERTZ)
    white, time = random.normal(0, 1, count), np.arange(count) / HERTZ
    if kind == "hum":
        return 2000 * np.sin(100 * np.pi * time) + 500 * np.sin(300 * np.pi * time) + 20 * white
    if kind == "room":
        spectrum = np.fft.rfft(white) / np.sqrt(np.maximum(1, np.arange(count // 2 + 1)))
        pink = np.fft.irfft(spectrum, count)
        return 180 * pink / pink.std()
    if kind == "clicks":
        return 8000.0 * (random.random(count) < 0.05 / HERTZ)
    if kind == "idle line":
        return np.asarray(quantise(np.round(6 * white).astype(np.int16)[np.newaxis], "mulaw")[0], float)
    return {"hiss": 104.0, "loud hiss": 1000.0, "silence": 0.0}[kind] * white


def sampled(sound: Sound) -> tuple[Resampled, int]:
    """Sound at the recogniser's rate."""
    return Resampled(np.clip(np.round(sound), -32768, 32767).astype(np.int16), HERTZ), RATE


def channel(sound: Sound) -> Channel:
    """As it is recognised."""
    return Channel.of(*sampled(sound))


def talk(stem: str) -> tuple[Sound, list[tuple[float, float]]]:
    """A sample call's sound and when somebody speaks in it."""
    sound = np.asarray(read_recording(SAMPLES / f"{stem}.wav").samples[0], float)
    script = json.loads((SAMPLES / f"{stem}.truth.json").read_text(encoding="utf-8"))["script"]
    return sound, [(each["start"], each["end"]) for each in script]


@pytest.mark.parametrize("kind", ["hiss", "loud hiss", "hum", "room", "idle line", "silence", "clicks"])
def test_noise_is_not_recognised(kind: str):
    """Minutes in which nobody speaks come to no window of either hearing, and nothing is asked for again."""
    line, most = channel(noise(kind)), 0.35 if kind == "clicks" else 0.03
    windows = windows_of(line)

    assert sum(window.duration for window in windows) <= most * SECONDS
    assert sum(window.duration for window in windows_again(line)) <= most * SECONDS
    assert sum(window.duration for window in windows_to_retry(line, windows, ())) <= most * SECONDS


@pytest.mark.parametrize("stem", TALK)
@pytest.mark.parametrize("kind", ["hiss", "room"])
@pytest.mark.parametrize("louder", [15.0, 5.0, 0.0, -5.0])
def test_no_speech_is_left_out(stem: str, kind: str, louder: float):
    """So many decibels over the noise that it lies in: no moment of an utterance is still."""
    sound, said = talk(stem)
    whole = noise(kind)
    spoken = np.concatenate([sound[round(s * HERTZ) : round(e * HERTZ)] for s, e in said])
    gain = np.sqrt(np.square(whole).mean() / np.square(spoken).mean()) * 10 ** (louder / 20)
    whole[AT * HERTZ : AT * HERTZ + len(sound)] += gain * sound
    still = still_stretches(*sampled(whole))

    assert sum(each.duration for each in still) > WORTH
    assert not any(s.start < AT + end and s.end > AT + start for s in still for start, end in said)


@pytest.mark.parametrize("fall", [0.0, -15.0, -25.0])
def test_one_soft_word_in_long_hiss_is_recognised(fall: float):
    """A second of a voice, so much softer than a call's, far from any other: with half a second around it."""
    sound, said = talk("neighbour-parcel")
    start = said[1][0]
    hiss = noise("hiss", 600)
    hiss[300 * HERTZ : 301 * HERTZ] += 10 ** (fall / 20) * sound[round(start * HERTZ) :][:HERTZ]
    pieces = [piece for window in windows_of(channel(hiss)) for piece in window.pieces]

    assert any(p.start <= 299.6 and p.end >= 301.4 for p in pieces)
    assert sum(p.duration for p in pieces) < 0.03 * 600


def test_a_soft_voice_among_loud_noise_is_no_floor():
    """Where louder noise stops for three seconds, what is said there is not its quiet."""
    sound, said = talk("neighbour-parcel")
    whole = noise("hiss")
    loud = noise("loud hiss")
    at = AT + 100
    soft = 0.05 * sound[round(said[1][0] * HERTZ) :][: 3 * HERTZ]
    whole[AT * HERTZ :] = loud[AT * HERTZ :]
    whole[at * HERTZ : at * HERTZ + len(soft)] = noise("hiss")[: len(soft)] * 0.05 + soft

    assert not any(s.start < at + 2.5 and s.end > at + 0.5 for s in still_stretches(*sampled(whole)))


def test_a_call_of_ordinary_length_is_heard_whole():
    """Up to two minutes of stillness nothing is left out, and recognition is what it was."""
    assert still_stretches(*sampled(noise("hiss", WORTH - 1))) == ()
    assert still_stretches(*sampled(noise("hiss", WORTH + 30))) != ()
    assert channel(noise("hiss", 60)).still == ()


def test_work_grows_as_the_sound_does():
    """Of twice the noise around the same two words at most twice as much is recognised, and little of it."""
    sound, said = talk("neighbour-parcel")
    word = sound[round(said[1][0] * HERTZ) :][:HERTZ]

    def recognised(minutes: int) -> float:
        whole = np.tile(noise("hiss", 300), minutes // 5)
        for at in (100, minutes * 60 - 100):
            whole[at * HERTZ : at * HERTZ + len(word)] += word
        return sum(window.duration for window in windows_of(channel(whole)))

    assert recognised(10) <= 2 * recognised(5) <= 2 * 0.05 * 300


@dataclass
class Counting(FakeRecogniser):
    """Hears nothing, and counts the seconds that it is asked for."""

    heard: tuple[HeardSegment, ...] = ()
    seconds: float = 0.0

    def recognise(self, samples: np.ndarray, **changes: object) -> tuple[HeardSegment, ...]:
        """Nothing, so that all of it is asked for once more."""
        self.seconds += len(samples) / RATE
        return ()

    def recognise_batch(self, windows: Sequence[np.ndarray]) -> tuple[HeardSegment, ...]:
        """Nothing."""
        self.seconds += sum(len(window) / RATE for window in windows)
        return tuple(HeardSegment(()) for _ in windows)


def test_a_recogniser_is_asked_for_little_of_long_hiss():
    """Both hearings, and what is asked for again, of ten minutes: less than a tenth of one hearing."""
    hiss = np.tile(np.round(noise("hiss", 300)).astype(np.int16), 2)[np.newaxis]
    recording, recogniser = Recording(hiss, HERTZ, "pcm16", "0" * 64), Counting()
    with pytest.raises(CallUnsafeError):
        transcribe(recording, recogniser, "c-hiss")
    hear_again(recording, recogniser, "c-hiss")

    assert 0 < recogniser.seconds < 0.1 * recording.duration
