from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from flows import stages
from flows.settings import Settings
from flows.stages import STAGES, Models, recipe
from pipeline.errors import ModelError
from pipeline.transcribe import HeardSegment
from tests.builders import utterance


@dataclass
class Counting:
    """Counts how often it is asked."""

    asked: list[dict[str, object]] = field(default_factory=list)

    def recognise(self, samples: np.ndarray, **changes: object) -> tuple[HeardSegment, ...]:
        """Always the same."""
        self.asked.append(changes)
        return (utterance("はい", 0.0),)


def listening() -> tuple[Models, Counting]:
    """Models whose recogniser counts."""
    models, counting = Models("base", Settings()), Counting()
    models.__dict__["recogniser"] = counting
    return models, counting


def run(leaks: list[int]) -> list[str]:
    """Names of the stages that run when verify finds so many leaks one time after the other."""
    names: list[str] = []
    left = iter(leaks)

    def do(stage: stages.Stage) -> int:
        names.append(stage.__name__)
        return next(left) if stage.__name__ == "verify" else 0

    recipe(do)
    return names


def test_a_clean_call_goes_straight_through():
    """Each stage once, in order."""
    assert run([0]) == [
        "decode", "transcribe", "detect", "attribute", "align", "plan", "mask", "verify", "publish",
    ]  # fmt: skip


def test_a_leak_widens_masks_and_verifies_again():
    """Nothing is published before a verification that found nothing."""
    assert run([2, 1, 0])[6:] == [
        "mask",
        "verify",
        "widen",
        "mask",
        "verify",
        "widen",
        "mask",
        "verify",
        "publish",
    ]


def test_the_last_widening_is_verified_too():
    """After the last allowed round the call is verified once more, where a leak is the end."""
    assert run([1, 1, 1])[-4:] == ["widen", "mask", "verify_finally", "publish"]


def test_every_stage_of_the_recipe_is_listed():
    """The flow makes its tasks of the list, so nothing may be missing in it."""
    assert set(run([1, 1, 1])) == {stage.__name__ for stage in STAGES}


def test_the_second_listening_is_set_otherwise_than_the_first():
    """The same settings would make the same mistakes."""
    models, counting = listening()
    models.listen(np.zeros(16_000, np.float32))

    assert counting.asked[0]


def test_an_unchanged_stretch_is_not_listened_to_twice():
    """After a widening only what changed costs time, and memory stays bounded."""
    models, counting = listening()
    first, second = np.zeros(1600, np.float32), np.ones(1600, np.float32)
    for samples in (first, second, first.copy(), second):
        models.listen(samples)
    assert len(counting.asked) == 2

    for n in range(stages.REMEMBERED + 1):
        models.listen(np.full(16, n, np.float32))
    assert len(models._heard) <= stages.REMEMBERED


def test_models_load_when_they_are_needed():
    """A run that never recognises anything does not load the recogniser."""
    models = Models("/no/such/model", Settings())

    assert models.reader.kana("はい") == "ハイ"
    with pytest.raises(ModelError):
        _ = models.recogniser
