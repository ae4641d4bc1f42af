from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

import pipeline.verifying.widen
from flows import stages
from flows.loaded_models import Models
from flows.masking.mask_calls import Order, Outcome, mask_calls
from flows.settings import Settings
from flows.stages import KNOWN, STAGES, known, recipe
from models.speech import listening_encoder
from models.speech.ears import ears_encoder
from models.speech.listening_encoder import ListeningEncoder
from pipeline.errors import ModelError
from pipeline.hearing.transcribe import HeardSegment
from pipeline.types import CallCase, Leak, MaskAction, MaskPlan, MaskPolicy, TimeSpan
from pipeline.verifying.changes import Changes
from pipeline.verifying.widen import SOURCE
from tests.builders import item, plan, utterance, voice_file
from tests.fakes import FakeModels


@dataclass
class Counting:
    """Counts how often it is asked."""

    asked: list[dict[str, object]] = field(default_factory=list)
    hears_morae: bool = False

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
    assert run([1] * stages.ROUNDS)[-4:] == ["widen", "mask", "verify_finally", "publish"]


def test_as_long_as_each_round_finds_less_it_goes_on():
    """A long call has a long tail; what then finds nothing is published, what no longer falls is not."""
    falling = list(range(stages.ROUNDS + 2, 0, -1))
    assert run([*falling, 0])[-4:] == ["widen", "mask", "verify", "publish"]
    assert run([*falling, 1, 0])[-4:] == ["widen", "mask", "verify_finally", "publish"]
    assert run(list(range(99, 0, -1))).count("verify") == stages.MOST_ROUNDS


def test_every_stage_of_the_recipe_is_listed():
    """The flow makes its tasks of the list, so nothing may be missing in it."""
    assert set(run([1] * stages.ROUNDS)) == {stage.__name__ for stage in STAGES}


def test_models_load_when_they_are_needed():
    """A run that never recognises anything does not load the recogniser."""
    models = Models("/no/such/model", Settings())

    assert models.reader.kana("はい") == "ハイ"
    with pytest.raises(ModelError):
        _ = models.recogniser


def test_the_embedded_model_hears_what_a_file_says_with_its_own_encoder():
    """It is loaded once, for words and ears."""
    models, counting = listening()
    counting.hears_morae = True

    assert models.mora_listener is counting


def test_beside_another_model_only_the_ears_are_loaded_for_words_of_a_file():
    """The model, which is not there, is not asked for."""
    models = Models("/no/such/model", Settings(cpu_threads=1, device="cpu"))

    assert isinstance(models.mora_listener, ListeningEncoder)
    assert models.mora_listener.encoder_sha256 == ears_encoder().sha256


def test_without_the_ears_no_words_of_a_file_are_taken(monkeypatch: pytest.MonkeyPatch):
    """They could not be held against the sound."""
    monkeypatch.setattr(listening_encoder, "is_installed", lambda _: False)
    with pytest.raises(ModelError, match="base"):
        _ = Models("/no/such/model", Settings(cpu_threads=1, device="cpu")).mora_listener


class TestPlantedMisses:
    """A name that was masked in one place and missed in another is caught by the loop."""

    def run(self, tmp_path: Path, second: str) -> tuple[Outcome, str]:
        """Mask a call in which 長谷川 is found once, and something else is said later."""
        call = voice_file(tmp_path / "a.wav")
        heard = (utterance("隣の長谷川さんです", 1.0), utterance(second, 5.0))
        (tmp_path / "out").mkdir()
        # In a minute: a call this short would leave time for nothing.
        policy = MaskPolicy(review_seconds=60, review_questions=60)
        order = Order(out=tmp_path / "out", case=lambda _: CallCase("c"), policy=policy)
        (outcome,) = mask_calls([call], order, FakeModels(heard=heard))
        return outcome, (tmp_path / "out" / "a.masked.txt").read_text(encoding="utf-8")

    def test_one_that_sounds_like_it_is_masked(self, tmp_path: Path):
        """Its words leave the text, its sound the audio, and an analyst is told."""
        outcome, text = self.run(tmp_path, "あのハセガマさんが")

        assert outcome.error is None
        assert outcome.plan is not None
        assert "ハセ" not in text
        (new,) = [item for item in outcome.plan.masked if item.source == SOURCE]
        assert new.needs_review
        assert new.time.start <= 5.5
        assert new.time.end >= 6.1

    def test_one_that_may_be_it_stays_and_is_shown(self, tmp_path: Path):
        """A doubtful likeness does not refuse the call, whatever number of rounds."""
        outcome, text = self.run(tmp_path, "あの破線側")

        assert outcome.error is None
        assert outcome.plan is not None
        assert "破線側" in text
        assert [item.action for item in outcome.plan.items if item.source == SOURCE] == [MaskAction.KEEP]

    def test_what_is_read_again_keeps_nobody_from_listening(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        """Doubtful likenesses are asked about in the first round, and that may find words to mask, too."""
        read, widen, first = stages.verify_text, pipeline.verifying.widen.widen, iter([True])

        def reads(text: str, masked: tuple[tuple[str, str], ...], *kept: object) -> tuple[Leak, ...]:
            leaks = read(text, masked, *kept)  # type: ignore[arg-type]
            return (*leaks, Leak("TEXT", masked[0][0], TimeSpan(1.0, 2.0))) if next(first, False) else leaks

        def widens(plan: MaskPlan, leaks: tuple[Leak, ...], *call: object) -> MaskPlan | None:
            assert leaks[0].kind == "TEXT"
            return widen(plan, leaks[1:], *call)  # type: ignore[arg-type]

        monkeypatch.setattr(stages, "verify_text", reads)
        monkeypatch.setattr(pipeline.verifying.widen, "widen", widens)
        outcome, _ = self.run(tmp_path, "あの破線側")

        assert outcome.plan is not None
        assert [item.action for item in outcome.plan.items if item.source == SOURCE] == [MaskAction.KEEP]

    def test_the_next_round_verifies_what_changed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        """All of the call first, and then what lies near the mask that was added."""
        listen, read = stages.listen_again, stages.read_by_sound
        asked: list[Changes | None] = []

        def listens(*given: object, changes: Changes | None) -> tuple[Leak, ...]:
            asked.append(changes)
            return listen(*given, changes=changes)  # type: ignore[arg-type]

        def reads(*given: object, changes: Changes | None) -> tuple[Leak, ...]:
            assert changes is asked[-1]
            return read(*given, changes=changes)  # type: ignore[arg-type]

        monkeypatch.setattr(stages, "listen_again", listens)
        monkeypatch.setattr(stages, "read_by_sound", reads)
        self.run(tmp_path, "あのハセガマさんが")

        first, second = asked
        assert first is None
        assert second is not None
        assert second.near(TimeSpan(5.5, 6.0))
        assert not second.near(TimeSpan(1.0, 2.0))

    def test_ordinary_talk_adds_nothing(self, tmp_path: Path):
        """Nothing is widened where nothing sounds like it."""
        outcome, _ = self.run(tmp_path, "はいわかりました")

        assert outcome.plan is not None
        assert outcome.plan.revision == 0


def test_what_is_sure_or_decided_is_looked_for_elsewhere():
    """A doubtful mask is not, until a person has said that it is one; what is kept never is."""
    masked = (
        item(1.0, 2.0, item_id="sure", score=KNOWN),
        item(3.0, 4.0, item_id="doubtful", score=KNOWN / 2),
        item(5.0, 6.0, item_id="decided", score=KNOWN / 2, decided=True),
    )
    kept = item(7.0, 8.0, item_id="kept", score=1.0, action=MaskAction.KEEP)

    assert known(plan(*masked, kept)) == {"sure", "decided"}
