from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.audio import pad_or_trim

import models.registry as registry_module
import models.speech.transcriber as transcriber_module
from models.registry import EmbeddedFile, EmbeddedModel, embedded_asr, verified_bytes
from models.speech.transcriber import DECODING, FasterWhisperRecogniser, load_transcriber
from models.speech.whisper.frames import MOST_FRAMES, PADDING_SECONDS
from pipeline.audio.recording import for_recogniser, read_recording
from pipeline.errors import ModelError
from pipeline.hearing.transcribe import RATE, HeardSegment

SAMPLE = Path(__file__).parents[3] / "sample_audio" / "accident-witness.wav"


@pytest.fixture(scope="module")
def base() -> FasterWhisperRecogniser:
    """The embedded model, loaded once."""
    return load_transcriber("base", device="cpu", cpu_threads=1)


def test_the_embedded_model_says_which_bytes_it_is(base: FasterWhisperRecogniser) -> None:
    """Name and SHA-256 of its weights are those of the registry: they go into the manifest."""
    described = embedded_asr("base")
    assert described is not None
    weights = next(file for file in described.files if file.name == "model.bin")
    assert (base.name, base.sha256) == ("base", weights.sha256)


def test_silence_is_no_error(base: FasterWhisperRecogniser) -> None:
    """Half a second of nothing gives utterances of plain values, whatever is heard in it."""
    for segment in base.recognise(np.zeros(8_000, np.float32), beam_size=1, temperature=0.0):
        for word in segment.words:
            assert type(word.start) is type(word.end) is type(word.probability) is float
            assert 0 <= word.start <= word.end


def spoken(seconds: float) -> np.ndarray:
    """The beginning of a sample call."""
    call = read_recording(SAMPLE)
    return for_recogniser(call.samples[0, : round(seconds * call.rate)], call.rate)


def written(segments: Iterable[HeardSegment]) -> str:
    """All words."""
    return "".join(word.text for segment in segments for word in segment.words)


@pytest.mark.parametrize("level", [0.01, 0.05])
def test_the_adapter_invents_nothing_in_noise(base: FasterWhisperRecogniser, level: float) -> None:
    """As published, the model writes words in every one of these."""
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(0, level, 3 * RATE).astype(np.float32)
        assert written(base.recognise(noise)) == ""


def test_the_first_hearing_is_adapted_and_the_second_as_published(base: FasterWhisperRecogniser) -> None:
    """It is worth its price as far as it errs otherwise; beside the published model the adapted one hears."""
    plain = load_transcriber("base-plain", device="cpu", cpu_threads=1)
    assert (plain.name, plain.sha256) == ("base-plain", base.sha256)
    sound = spoken(10.0)
    assert written(plain.recognise(sound)) != written(base.recognise(sound)) != ""
    again = [each.in_batches().recognise_batch([sound]) for each in (base, plain)]
    assert written(again[0]) == written(again[1]) != ""
    assert base.beside is None
    assert plain.beside is not None
    assert (plain.beside.name, plain.beside.sha256, plain.beside.adapter) == (
        base.name,
        base.sha256,
        base.adapter,
    )
    assert plain.beside.recognise(sound) == base.recognise(sound)
    frames = np.random.default_rng(2).normal(0, 0.5, (80, 3000)).astype(np.float32)
    assert not np.array_equal(*(np.array(each._model.encode(frames)) for each in (base, plain)))


@pytest.mark.parametrize("seconds", [1.0, 4.3, 20.0])
def test_the_adapted_encoder_takes_no_silence_behind_a_window(
    base: FasterWhisperRecogniser, seconds: float
) -> None:
    """faster-whisper fills it up to 30 s; what is encoded ends a second behind the sound."""
    frames = base._model.feature_extractor(spoken(seconds))[..., :-1]
    filled = pad_or_trim(frames)
    assert filled.shape[-1] == MOST_FRAMES
    steps = base._model.encode(filled).shape[1]
    assert steps == pytest.approx((seconds + PADDING_SECONDS) * 50, abs=1)
    assert base._model.encode(np.zeros_like(filled)).shape[1] == PADDING_SECONDS * 50


class Undecided:
    """Gives the languages that a test names, whatever it is asked about."""

    def __init__(self, **languages: float) -> None:
        """Probability of each language."""
        self._languages = languages

    def languages(self, window: np.ndarray) -> dict[str, float]:
        """As given."""
        return dict(self._languages)


@pytest.mark.parametrize(
    ("languages", "published", "adapted"),
    [
        ({"ja": 0.99, "en": 0.01}, False, False),
        ({"ja": 0.21, "ko": 0.4, "zh": 0.39}, False, False),
        ({"ja": 0.19, "ko": 0.41, "zh": 0.4}, False, True),
        ({"en": 0.79, "ja": 0.21}, False, False),
        ({"en": 0.81, "ja": 0.19}, True, True),
        ({"en": 1.0}, True, True),
    ],
)
def test_a_window_is_foreign_where_japanese_is_improbable(
    base: FasterWhisperRecogniser, languages: dict[str, float], published: bool, adapted: bool
) -> None:
    """The adapted model seldom doubts Japanese; a published one has to be sure of one other language."""
    for adapter, foreign in ((None, published), ("telephone", adapted)):
        recogniser = copy.copy(base)
        recogniser.adapter = adapter
        recogniser._encoded = Undecided(**languages)  # type: ignore[assignment]
        assert recogniser.is_foreign(np.zeros(16_000, np.float32)) is foreign


def test_a_window_asked_about_is_recognised_alike(base: FasterWhisperRecogniser) -> None:
    """That its encoding is kept from the question changes no word, and saves the encoding."""
    random = np.random.default_rng(1)
    window = (random.normal(0, 0.1, 32_000) * np.sin(np.arange(32_000) / 900)).astype(np.float32)
    heard = base.recognise(window, beam_size=1, temperature=0.0)
    base._encoded._kept.clear()
    base.listen(window)
    assert len(base._encoded._kept) == 1
    assert base.recognise(window, beam_size=1, temperature=0.0) == heard
    assert not base._encoded._kept


@pytest.mark.parametrize(
    "option",
    ["vad_filter", "no_speech_threshold", "hallucination_silence_threshold", "condition_on_previous_text"],
)
def test_nothing_that_drops_speech_is_on(option: str) -> None:
    """Each of these silently leaves out what was said, or repeats what was not."""
    assert not DECODING[option]
    assert DECODING["word_timestamps"]
    assert DECODING["language"] == "ja"


def test_no_lots_are_drawn() -> None:
    """The same call gives the same copy, whenever it is masked."""
    assert DECODING["temperature"] == 0.0


@pytest.mark.parametrize("broken", [False, True])
def test_nothing_is_left_behind(broken: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The files by way of which the embedded model is loaded are gone, also when one of them is refused."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if broken:
        described = embedded_asr("base")
        assert described is not None
        missing = EmbeddedFile("z.json", 1, "0" * 64, ("no_such_package/z.json",))
        light = EmbeddedModel("base", described.source, described.revision, (described.files[-1], missing))
        monkeypatch.setattr(transcriber_module, "embedded_asr", lambda _: light)
        with pytest.raises(ModelError):
            load_transcriber("base", device="cpu")
    else:
        assert load_transcriber("base", device="cpu").sha256
    assert list(tmp_path.iterdir()) == []


def test_one_wrong_byte_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An installed model that differs from the published one in a bit is not loaded."""
    described = embedded_asr("base")
    assert described is not None
    config = next(file for file in described.files if file.name == "config.json")
    changed = bytearray(verified_bytes(config))
    changed[0] ^= 1
    (tmp_path / "config.json").write_bytes(bytes(changed))
    real: Callable[[str], Path] = registry_module._part_path
    monkeypatch.setattr(
        registry_module,
        "_part_path",
        lambda part: tmp_path / "config.json" if part == config.parts[0] else real(part),
    )
    # The weights are left out: what is checked here is the check, and 145 MB take a second.
    light = EmbeddedModel("base", described.source, described.revision, (config,))
    monkeypatch.setattr(transcriber_module, "embedded_asr", lambda _: light)
    with pytest.raises(ModelError, match=r"config\.json"):
        load_transcriber("base", device="cpu")


def test_a_package_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which package is missing."""
    file = EmbeddedFile("model.bin", 1, "0" * 64, ("no_such_package/model.bin",))
    monkeypatch.setattr(transcriber_module, "embedded_asr", lambda _: EmbeddedModel("base", "", "", (file,)))
    with pytest.raises(ModelError, match="no_such_package is not installed"):
        load_transcriber("base", device="cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a converted model has, but the weights are nonsense."""
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_an_incomplete_folder_is_refused(folder: Path, name: str) -> None:
    """Without its tokenizer a model would quietly be given another one's."""
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"lacks {name}"):
        load_transcriber(str(folder), device="cpu")


@pytest.mark.parametrize("name", ["base", "base-plain"])
def test_a_folder_where_one_stands_replaces_no_embedded_model(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken where it is asked for as a folder."""
    (folder / name).mkdir()
    for file in ("model.bin", "config.json", "tokenizer.json"):
        (folder / file).rename(folder / name / file)
    monkeypatch.chdir(folder)
    loaded: list[str] = []
    monkeypatch.setattr(
        transcriber_module, "_load_embedded", lambda embedded, *_: loaded.append(embedded.name)
    )
    load_transcriber(name, device="cpu")
    assert loaded == [name]
    with pytest.raises(ModelError):
        load_transcriber(f"./{name}", device="cpu")
    assert loaded == [name]


def test_nonsense_weights_are_refused(folder: Path) -> None:
    """A file that is no model is our error, not the library's."""
    with pytest.raises(ModelError):
        load_transcriber(str(folder), device="cpu")


@pytest.mark.parametrize("name", ["no-such-model", "nobody-at-all/no-such-model"])
def test_an_unknown_name_is_refused_quickly(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No network, no model: one clear error within seconds, not minutes of trying."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    start = time.monotonic()
    with pytest.raises(ModelError, match="could not be loaded"):
        load_transcriber(name, device="cpu")
    assert time.monotonic() - start < 30


class FakeWhisper:
    """Takes the arguments of faster-whisper's model and remembers the decoding options."""

    def __init__(self) -> None:
        """Nothing to load."""
        self.options: dict[str, object] = {}

    def encode(self, features: np.ndarray) -> None:
        """Nothing."""

    def transcribe(self, samples: np.ndarray, **options: object) -> tuple[list[object], None]:
        """Hears nothing."""
        self.options = options
        return [], None


def test_every_core_takes_a_window_of_its_own(base: FasterWhisperRecogniser) -> None:
    """As many workers as threads were asked for."""
    assert base.at_once == base._model.model.num_workers == 1
    several = load_transcriber("base", device="cpu", cpu_threads=3)
    assert several.at_once == several._model.model.num_workers == 3


def test_decoding_can_be_changed_for_one_listening() -> None:
    """Changes given at a call win over the settings, and only there."""
    fake = FakeWhisper()
    recogniser = FasterWhisperRecogniser(fake, "fake", "")  # type: ignore[arg-type]
    assert recogniser.recognise(np.zeros(10, np.float32), beam_size=1) == ()
    most = fake.options.pop("max_new_tokens")
    assert fake.options == {**DECODING, "beam_size": 1}
    recogniser.recognise(np.zeros(10, np.float32))
    assert fake.options == {**DECODING, "max_new_tokens": most}


def test_no_more_is_decoded_than_could_be_said() -> None:
    """A loop in two seconds ends soon; half a minute may be as long as the model allows."""
    fake = FakeWhisper()
    recogniser = FasterWhisperRecogniser(fake, "fake", "")  # type: ignore[arg-type]
    most = []
    for seconds in (2, 8, 30):
        recogniser.recognise(np.zeros(seconds * 16_000, np.float32))
        most.append(fake.options["max_new_tokens"])
    assert most == [68, 152, 440]
