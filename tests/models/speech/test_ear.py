"""What is heard of names, addresses and numbers, and how it comes to stand beside words."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from models.speech.ear import MARGIN_SECONDS, NOTHING, POOL, STEP, Ear, load_ear, on_words, pooled
from models.speech.transcriber import load_transcriber
from pipeline.hearing.transcribe import RATE, HeardWord

WIDE = 512


def heard(*steps: float) -> np.ndarray:
    """A name as probable as said in each step, and nothing else."""
    return np.array([[step, 0.0, 0.0] for step in steps], dtype=np.float32)


class FakeSession:
    """A network for which every step is a name as far as its first value says."""

    def run(self, _: object, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        """Log odds of a name; nothing of the rest."""
        logits = np.full((*given["encoded"].shape[:2], 4), -30.0, dtype=np.float32)
        logits[..., 0], logits[..., 1] = 0.0, given["encoded"][..., 0]
        return [logits]


def test_the_ear_gives_probabilities() -> None:
    """Of three kinds, one row a step; what is left is nobody's data."""
    encoded = np.zeros((3, WIDE), dtype=np.float32)
    encoded[:, 0] = (-30.0, 0.0, 30.0)
    assert Ear(FakeSession()).listen(encoded)[:, 0] == pytest.approx([0.0, 0.5, 1.0])  # type: ignore[arg-type]


def test_the_registered_ear_listens() -> None:
    """Probabilities, one row a step, the same each time."""
    encoded = np.random.default_rng(1).standard_normal((50, WIDE)).astype(np.float32)
    once, twice = load_ear().listen(encoded), load_ear().listen(encoded)
    assert once.shape == (50, 3)
    assert ((once >= 0) & (once.sum(axis=1, keepdims=True) <= 1 + 1e-6)).all()
    assert np.array_equal(once, twice)


def test_of_nothing_it_hears_nothing() -> None:
    """A window without a whole step."""
    assert len(load_ear().listen(np.zeros((0, WIDE), dtype=np.float32))) == 0


@pytest.mark.parametrize(("seconds", "steps"), [(0.0, 0), (0.04, 1), (1.0, 13), (29.0, 363), (30.0, 375)])
def test_what_the_encoder_was_filled_up_with_is_left_out(seconds: float, steps: int) -> None:
    """Thirty seconds are encoded, whatever was said."""
    encoded = np.arange(1500, dtype=np.float32)[:, None] * np.ones(2, dtype=np.float32)
    out = pooled(encoded, round(seconds * RATE))
    assert out.shape == (steps, 2)
    assert out[:, 0] == pytest.approx(POOL * np.arange(steps) + (POOL - 1) / 2)


def test_a_word_has_the_highest_of_its_time() -> None:
    """And of what sounds just beside it: words are timed coarsely."""
    words = (
        HeardWord("はい", 0.0, STEP, 0.9),
        HeardWord("田中", 3 * STEP, 5 * STEP, 0.9),
        HeardWord("です", 7 * STEP + MARGIN_SECONDS, 8 * STEP, 0.9),
    )
    names = [each.sounds[0] for each in on_words(words, heard(0.1, 0.2, 0.0, 0.3, 0.9, 0.4, 0.3, 0.0, 0.1))]
    assert names == pytest.approx([0.2, 0.9, 0.1], abs=1e-4)


def test_a_word_past_the_end_has_the_last() -> None:
    """A decoder times words beyond what was said."""
    (word,) = on_words((HeardWord("です", 9.0, 9.5, 0.9),), heard(0.1, 0.7))
    assert word.sounds[0] == pytest.approx(0.7)


def test_words_nobody_listened_to_have_no_sounds() -> None:
    """Of another model there is no ear."""
    words = (HeardWord("です", 0.0, 0.5, 0.9),)
    assert on_words(words, NOTHING) == words


def test_both_hearings_are_listened_to() -> None:
    """The embedded model's words say what they sound like, the first time and in batches.

    As published, it writes words even in noise.
    """
    recogniser = load_transcriber("base-plain", cpu_threads=1)
    sound = (0.05 * np.random.default_rng(1).standard_normal(3 * RATE)).astype(np.float32)
    first = [word for segment in recogniser.recognise(sound) for word in segment.words]
    again = [word for segment in recogniser.in_batches().recognise_batch([sound]) for word in segment.words]
    assert first
    assert all(len(word.sounds) == 3 for word in (*first, *again))
    traces = [
        segment.traces
        for segment in (*recogniser.recognise(sound), *recogniser.in_batches().recognise_batch([sound]))
    ]
    assert all(len(trace.chances) == round(3 / STEP) for (trace,) in traces)


def test_what_is_listened_to_is_not_encoded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder is most of what recognition costs."""
    recogniser = load_transcriber(cpu_threads=1)
    calls = SimpleNamespace(count=0)
    encode = recogniser._encoded._encode

    def counted(features: np.ndarray) -> object:
        calls.count += 1
        return encode(features)

    monkeypatch.setattr(recogniser._encoded, "_encode", counted)
    recogniser.recognise((0.05 * np.random.default_rng(1).standard_normal(3 * RATE)).astype(np.float32))
    assert calls.count == 1
