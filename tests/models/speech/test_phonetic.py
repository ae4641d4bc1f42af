"""Morae in what the encoder gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.language.readings import load_reader
from models.speech.phonetic import POOL, STEP, Phonetic, load_phonetic, log_softmax
from models.speech.transcriber import load_transcriber
from pipeline.audio.recording import for_recogniser, read_recording, to_samples
from pipeline.hearing.transcribe import RATE
from pipeline.measuring.truth import read_truth
from pipeline.sound.digits import edit_distance
from pipeline.sound.morae import morae
from pipeline.sound.posteriorgram import CLASSES, likeliest, unpacked

ROOT = Path(__file__).resolve().parents[3]

WIDE = 512


class FakeSession:
    """A network that hears in each step the class that its first value names."""

    def run(self, _: object, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        """Logits: as good as sure."""
        named = given["encoded"][0, :, 0].astype(int)
        logits = np.zeros((1, len(named), len(CLASSES) + 1), dtype=np.float32)
        logits[0, np.arange(len(named)), named] = 20.0
        return [logits]


def test_a_window_becomes_a_posteriorgram() -> None:
    """From its start, a step for every two of the encoder; what it was filled up with is left out."""
    encoded = np.repeat(np.array([9.0, 0.0, 11.0] + [3.0] * 700), POOL)[:, None] * np.ones((1, WIDE))
    (gram,) = Phonetic(FakeSession()).hear(encoded.astype(np.float32), round(3 * STEP * RATE))  # type: ignore[arg-type]
    assert (gram.start, gram.step, len(gram.chances)) == (0.0, STEP, 3)
    heard = likeliest(unpacked(gram.chances))
    assert [CLASSES.index(each.mora) + 1 for each in heard] == [9, 11]


def test_of_nothing_nothing_is_heard() -> None:
    """A window without a whole step."""
    assert load_phonetic().hear(np.zeros((0, WIDE), dtype=np.float32), 0) == ()


def test_log_probabilities_add_up() -> None:
    """Of each step."""
    logs = log_softmax(np.array([[0.0, 1.0, 90.0], [3.0, 3.0, 3.0]], dtype=np.float32))
    assert np.exp(logs).sum(axis=1) == pytest.approx([1.0, 1.0])


def test_both_hearings_have_posteriorgrams() -> None:
    """The embedded model's, of as much as was heard; the same each time."""
    recogniser = load_transcriber(cpu_threads=1)
    sound = (0.05 * np.random.default_rng(1).standard_normal(3 * RATE)).astype(np.float32)
    segments = (*recogniser.recognise(sound), *recogniser.in_batches().recognise_batch([sound]))
    assert segments
    assert all(len(gram.chances) == round(3 / STEP) for s in segments for gram in s.posteriorgrams)
    assert all(len(s.posteriorgrams) == 1 for s in segments)
    assert recogniser.recognise(sound) == recogniser.recognise(sound)


def test_most_of_what_is_said_is_heard() -> None:
    """Turns of a sample call: of the morae not one in four is wrong, where of the characters half are."""
    call = ROOT / "sample_audio" / "hotel-nothird.wav"
    recording, reader, recogniser = read_recording(call), load_reader(), load_transcriber(cpu_threads=1)
    truth = read_truth(json.loads(call.with_suffix(".truth.json").read_text(encoding="utf-8")), call.stem)
    wrong = said = 0
    for turn in [turn for turn in truth.script if turn.time.duration > 3][:4]:
        first, last = to_samples(turn.time, recording.rate, recording.length)
        channel = recording.samples[min(recording.channels - 1, int(turn.speaker == "cu")), first:last]
        sound = for_recogniser(channel, recording.rate)
        grams = recogniser.in_batches().recognise_batch([sound])[0].posteriorgrams
        heard = [mora.mora for gram in grams for mora in likeliest(unpacked(gram.chances))]
        spoken = morae(reader.kana(turn.text))
        wrong += edit_distance(spoken, heard)
        said += len(spoken)
    assert said > 60
    assert wrong / said < 0.25
