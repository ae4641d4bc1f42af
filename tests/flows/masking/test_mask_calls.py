from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from flows import stages
from flows.files.case_file import case_lookup
from flows.masking.mask_calls import Order, exit_status, mask_calls
from pipeline.audio.recording import read_recording
from pipeline.errors import CallUnsafeError, CaseFileError, UnreadableAudioError
from pipeline.types import MaskAction, TimeSpan
from tests.builders import RATE, case_file, utterance, voice_file, words_file
from tests.fakes import FakeModels
from tests.guessed import without_key


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """An order for the calls of ``tmp_path``."""
    out = tmp_path / "out"
    out.mkdir()
    return Order(out=out, case=case_lookup(case_file(tmp_path / "case.json")))


def names(folder: Path) -> list[str]:
    """Everything in a folder, hidden or not."""
    return sorted(path.name for path in folder.iterdir())


FIVE = ["manifest.json", "masked.json", "masked.txt", "masked.wav", "review.json"]


def test_each_call_has_its_own_fate(tmp_path: Path, order: Order):
    """A bad call between two good ones costs neither of them anything."""
    calls = [voice_file(tmp_path / "a.wav"), tmp_path / "missing.wav", voice_file(tmp_path / "b.wav")]
    outcomes = list(mask_calls(calls, order, FakeModels()))

    assert [type(outcome.error) for outcome in outcomes] == [type(None), UnreadableAudioError, type(None)]
    assert names(order.out) == sorted(
        [f"a.{name}" for name in FIVE] + [f"b.{name}" for name in FIVE] + ["missing.error.json"]
    )


def test_the_masked_call_is_the_call_but_for_its_masks(tmp_path: Path, order: Order):
    """Samples outside the plan are the input's; inside nothing of the input is left."""
    call = voice_file(tmp_path / "a.wav")
    (outcome,) = mask_calls([call], order, FakeModels())
    before, after = read_recording(call), read_recording(order.out / "a.masked.wav")

    assert outcome.plan is not None
    (item,) = outcome.plan.masked
    assert item.time.start <= 1.4
    assert item.time.end >= 2.0
    start, end = int(item.time.start * 8000), int(np.ceil(item.time.end * 8000))
    assert after.samples.shape == before.samples.shape
    np.testing.assert_array_equal(after.samples[:, :start], before.samples[:, :start])
    np.testing.assert_array_equal(after.samples[:, end:], before.samples[:, end:])
    inside = np.corrcoef(before.samples[0, start:end], after.samples[0, start:end])[0, 1]
    assert abs(inside) < 0.05


def test_the_manifest_proves_the_files(tmp_path: Path, order: Order):
    """It holds the digest of the input and of each output, and no name of a file or person."""
    call = voice_file(tmp_path / "鈴木花子.wav")
    list(mask_calls([call], order, FakeModels()))
    raw = (order.out / "鈴木花子.manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(raw)

    assert manifest["input"]["sha256"] == read_recording(call).sha256
    assert manifest["outputs"].keys() == {"masked.wav", "masked.txt", "masked.json", "review.json"}
    assert manifest["outputs"]["masked.wav"] == read_recording(order.out / "鈴木花子.masked.wav").sha256
    assert manifest["listened_again"] is True
    for secret in ("鈴木", "山本", "長谷川", "R-2026-0042"):
        assert secret not in raw


def test_the_same_call_gives_the_same_bytes(tmp_path: Path, order: Order):
    """A second run leaves the same products; only the manifest's time and the key for digests differ."""
    call = voice_file(tmp_path / "a.wav")
    products = [f"a.{name}" for name in FIVE if name != "manifest.json"]
    list(mask_calls([call], order, FakeModels()))
    first = [without_key((order.out / name).read_bytes()) for name in products]
    list(mask_calls([call], order, FakeModels()))

    assert [without_key((order.out / name).read_bytes()) for name in products] == first


def test_a_value_heard_again_sends_the_call_back_then_to_a_person(tmp_path: Path, order: Order):
    """If every second listening hears the name, the plan widens so often and then the call fails."""
    call = voice_file(tmp_path / "a.wav", 30.0)
    models = FakeModels(heard_again=(utterance("長谷川", 0.0),))
    (outcome,) = mask_calls([call], order, models)

    assert isinstance(outcome.error, CallUnsafeError)
    assert "HEARD_AGAIN" in str(outcome.error)
    assert names(order.out) == ["a.error.json"]


def test_a_value_heard_once_more_widens_the_plan(tmp_path: Path, order: Order):
    """When the second listening is quiet after a widening, the call is done with a later revision."""

    class Listening(FakeModels):
        times = 0

        def listen(self, clips: Sequence[np.ndarray]):
            self.times += 1
            return ((utterance("長谷川" if self.times == 1 else "はい", 0.0),),) * len(clips)

    (outcome,) = mask_calls([voice_file(tmp_path / "a.wav")], order, Listening())

    assert outcome.error is None
    assert outcome.plan is not None
    assert outcome.plan.revision == 1
    assert any(item.needs_review for item in outcome.plan.masked)


def test_a_name_that_stays_in_the_text_is_masked_there_too(tmp_path: Path, order: Order):
    """A second mention that no recognizer found is found by reading the product again."""

    class Once(FakeModels):
        @property
        def analyzer(self):
            class First:
                def analyze(self, transcript, case, again=None):
                    return FakeModels().analyzer.analyze(transcript, case)[:1]

            return First()

    models = Once(heard=(utterance("長谷川さんです", 1.0), utterance("はい長谷川です", 5.0)))
    (outcome,) = mask_calls([voice_file(tmp_path / "a.wav")], order, models)

    assert outcome.plan is not None
    assert any(item.time.overlaps(TimeSpan(5.4, 5.8)) for item in outcome.plan.masked)
    assert "長谷川" not in (order.out / "a.masked.txt").read_text(encoding="utf-8")


def test_listening_again_can_be_left_out_and_is_then_recorded(tmp_path: Path, order: Order):
    """With the words given and no second listening the speech model is not touched."""

    class Deaf(FakeModels):
        @property
        def recogniser(self):
            raise AssertionError

    words = words_file(tmp_path / "w.json", [(1.0, "隣の長谷川さんです")])
    given = Order(order.out, order.case, transcript=lambda _: words, listen_again=False)
    (outcome,) = mask_calls([voice_file(tmp_path / "a.wav")], given, Deaf())
    manifest = json.loads((order.out / "a.manifest.json").read_text(encoding="utf-8"))

    assert outcome.error is None
    assert manifest["listened_again"] is False
    assert manifest["transcript"]["source"] == "file"
    assert manifest["models"]["asr"] == {}


@pytest.mark.parametrize("channels", [1, 2])
def test_a_third_speaker_of_given_words_is_masked_with_the_voice(tmp_path: Path, order: Order, channels: int):
    """Undecided: sound and words are masked, flagged for a person, and the other's words stay."""
    words = words_file(tmp_path / "w.json", [(1.0, "かわりますね"), (4.0, "もしもし"), (7.0, "どうも")])
    given = json.loads(words.read_text(encoding="utf-8"))
    for segment, speaker in zip(given["segments"], ("cu", "third", "op"), strict=True):
        segment["speaker"] = speaker
        if speaker == "third" and channels == 2:
            segment["channel"] = 1
    words.write_text(json.dumps(given), encoding="utf-8")
    call = voice_file(tmp_path / "a.wav", channels=channels)
    order = Order(order.out, order.case, transcript=lambda _: words)
    (outcome,) = mask_calls([call], order, FakeModels())

    assert outcome.error is None
    text = (order.out / "a.masked.txt").read_text(encoding="utf-8")
    assert text.splitlines() == [
        "[00:01] お客様: かわりますね",
        "[00:04] 第三の話者: [第三者の声]",
        "[00:07] 担当者: どうも",
    ]
    (found,) = json.loads((order.out / "a.review.json").read_text(encoding="utf-8"))["findings"]
    assert (found["entity_type"], found["party"], found["needs_review"]) == (
        "THIRD_VOICE",
        "third_party",
        True,
    )
    manifest = json.loads((order.out / "a.manifest.json").read_text(encoding="utf-8"))
    assert manifest["plan"]["third_voices"] == 1
    before, after = (read_recording(path).samples for path in (call, order.out / "a.masked.wav"))
    differs = np.any(np.asarray(before) != np.asarray(after), axis=0)
    masked = np.flatnonzero(differs) / RATE
    assert (masked.min(), masked.max()) == pytest.approx((3.0, 5.8), abs=0.01)


def test_a_bug_tells_where_and_not_what(tmp_path: Path, order: Order):
    """An exception of a library, which may quote the call, is told by its kind and place only."""

    class Broken(FakeModels):
        @property
        def analyzer(self):
            raise KeyError("佐藤さん 09012345678")

    (outcome,) = mask_calls([voice_file(tmp_path / "a.wav")], order, Broken())

    assert isinstance(outcome.error, CallUnsafeError)
    assert "KeyError (test_mask_calls.py:" in str(outcome.error)
    assert "長谷川" not in (order.out / "a.error.json").read_text(encoding="utf-8")
    assert names(order.out) == ["a.error.json"]


def test_a_failure_takes_earlier_results_away(tmp_path: Path, order: Order):
    """What a run before left must not pass for this run's."""
    call = voice_file(tmp_path / "a.wav")
    list(mask_calls([call], order, FakeModels()))
    call.write_bytes(b"")
    list(mask_calls([call], order, FakeModels()))

    assert names(order.out) == ["a.error.json"]


def test_a_good_run_takes_an_earlier_error_away(tmp_path: Path, order: Order):
    """The reason of an old failure does not stand beside the new products."""
    call = tmp_path / "a.wav"
    list(mask_calls([call], order, FakeModels()))
    voice_file(call)
    list(mask_calls([call], order, FakeModels()))

    assert names(order.out) == [f"a.{name}" for name in FIVE]


@pytest.mark.parametrize("stage", stages.STAGES, ids=lambda stage: stage.__name__)
def test_whatever_stage_fails_nothing_but_the_reason_is_left(
    tmp_path: Path, order: Order, stage, monkeypatch
):
    """Half-masked files never appear, wherever the work stops."""

    def fail(*_: object) -> int:
        raise MemoryError

    if stage.__name__ in {"widen", "verify_finally"}:
        monkeypatch.setattr(stages, "verify", lambda *_: 1)
        monkeypatch.setattr(stages, "widen", lambda *_: 0)
    monkeypatch.setattr(stages, stage.__name__, fail)
    (outcome,) = mask_calls([voice_file(tmp_path / "a.wav")], order, FakeModels())

    assert isinstance(outcome.error, CallUnsafeError)
    assert names(order.out) == ["a.error.json"]


def test_a_case_without_requester_masks_the_unknown(tmp_path: Path, order: Order):
    """Nobody is known, so whoever is named is masked."""
    nobody = Order(order.out, case_lookup(case_file(tmp_path / "none.json", requester={}, staff=[])))
    models = FakeModels((utterance("鈴木花子です", 1.0),), {"鈴木花子": "PERSON"})
    (outcome,) = mask_calls([voice_file(tmp_path / "a.wav")], nobody, models)

    assert outcome.plan is not None
    assert [item.action for item in outcome.plan.items] == [MaskAction.MASK]


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ([None, None], 0),
        ([None, UnreadableAudioError("x")], 2),
        ([CaseFileError("x"), None], 2),
        ([CallUnsafeError("x"), None], 3),
        ([UnreadableAudioError("x"), CallUnsafeError("x")], 3),
    ],
)
def test_the_exit_status_tells_the_worst(errors, status):
    """3 before 2 before 0."""
    from flows.masking.mask_calls import Outcome

    assert exit_status([Outcome(Path("a.wav"), error) for error in errors]) == status


@pytest.mark.parametrize(
    "written",
    [
        '{"case_id": "R", "NAME": 1}',
        '{"case_id": "R", "requester": {"names": [], "NAME": 1}}',
        '{"case_id": "R", "staff": [{"text": "x", "NAME": "y"}]}',
        '{"case_id": "R", "policy": {"NAME": "keep"}}',
        '{"case_id": "R", "NAME": 1, "NAME": 2}',
        '{"case_id": "R", "requester": {"NAME": 1, "NAME": 2}}',
    ],
)
@pytest.mark.parametrize("name", ["長谷川隆", "hasegawa_takashi", "09012345678"])
def test_a_key_that_is_none_of_ours_is_told_but_not_kept(tmp_path: Path, written: str, name: str):
    """The terminal names it, so that a slip can be found; what stays in the folder knows ids and kinds."""
    (tmp_path / "a.case.json").write_text(written.replace("NAME", name), encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (outcome,) = mask_calls(
        [voice_file(tmp_path / "a.wav")], Order(out=out, case=case_lookup(tmp_path)), FakeModels()
    )
    kept = (out / "a.error.json").read_text(encoding="utf-8")

    assert f"{name}: " in str(outcome.error)
    assert name not in kept
    assert json.loads(kept)["code"] == "case_file"
    assert "キー" in json.loads(kept)["message"]


def test_a_known_key_is_kept_by_its_name(tmp_path: Path):
    """A malformed value of ours is found in what stays, too."""
    (tmp_path / "a.case.json").write_text(
        '{"case_id": "R", "requester": {"phones": ["x"]}}', encoding="utf-8"
    )
    out = tmp_path / "out"
    out.mkdir()
    list(
        mask_calls([voice_file(tmp_path / "a.wav")], Order(out=out, case=case_lookup(tmp_path)), FakeModels())
    )

    assert "requester.phones[0]" in (out / "a.error.json").read_text(encoding="utf-8")


def test_a_transcripts_key_is_not_kept_either(tmp_path: Path, order: Order):
    """One that stands twice in the file of the words."""
    words = tmp_path / "words.json"
    words.write_text('{"segments": [], "長谷川隆": 1, "長谷川隆": 2}', encoding="utf-8")
    asked = Order(out=order.out, case=order.case, transcript=lambda _: words)
    (outcome,) = mask_calls([voice_file(tmp_path / "a.wav")], asked, FakeModels())

    assert "長谷川隆" in str(outcome.error)
    assert "長谷川" not in (order.out / "a.error.json").read_text(encoding="utf-8")
