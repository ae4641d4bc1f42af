"""The ears hear the same beside every model that writes words."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import models.speech.listening_encoder as listening_module
from models.registry import EmbeddedModel, embedded_asr, verified_bytes
from models.speech.ears import LISTENED_SECONDS, SILENCE, NoEarsReason, ears_encoder
from models.speech.listening_encoder import ListeningEncoder, load_listening_encoder
from models.speech.transcriber import FasterWhisperRecogniser, load_transcriber
from models.speech.whisper.processor import Processor
from pipeline.errors import ModelError
from pipeline.hearing.transcribe import RATE, HeardSegment
from pipeline.types import Posteriorgram
from tests.models.speech.tiny_whisper import MELS, WIDTH, write_tiny_whisper

CPU = Processor("cpu", 1)


def noise(seconds: float) -> NDArray[np.float32]:
    """Nothing that is speech; every network hears something in it all the same."""
    return np.random.default_rng(1).normal(0, 0.05, round(seconds * RATE)).astype(np.float32)


WINDOWS = (noise(3.0), noise(1.25))


def base() -> EmbeddedModel:
    """As the registry describes it."""
    found = embedded_asr("base")
    assert found is not None
    return found


def base_in(folder: Path) -> Path:
    """A folder of the embedded model."""
    folder.mkdir()
    for file in base().files:
        (folder / file.name).write_bytes(verified_bytes(file))
    return folder


@pytest.fixture(scope="module")
def adapted() -> FasterWhisperRecogniser:
    """The embedded model with the adapter: the ears listen to what it decodes."""
    return load_transcriber("base", device="cpu", cpu_threads=1)


@pytest.fixture(scope="module")
def plain() -> FasterWhisperRecogniser:
    """The embedded model as published: the ears listen to the adapted encoder beside it."""
    return load_transcriber("base-plain", device="cpu", cpu_threads=1)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of another width and another spectrogram."""
    return write_tiny_whisper(tmp_path_factory.mktemp("models") / "tiny")


def heard(segments: tuple[HeardSegment, ...]) -> list[tuple[object, tuple[Posteriorgram, ...]]]:
    """All that was heard beside the words."""
    return [(segment.traces, segment.posteriorgrams) for segment in segments]


def hears_as(embedded: FasterWhisperRecogniser, other: FasterWhisperRecogniser) -> None:
    """To the bit, in a window by itself, and in both hearings."""
    assert (other.unheard, other.hears_morae) == (None, True)
    assert other.encoder_sha256 == embedded.encoder_sha256 == embedded.sha256
    assert other.posteriorgrams(WINDOWS[0]) == embedded.posteriorgrams(WINDOWS[0]) != ()
    (first, *_), own = other.recognise(WINDOWS[0]), embedded.listen(WINDOWS[0])
    assert heard((first,)) == [(own.traces, own.posteriorgrams)]
    again = [each.in_batches().recognise_batch(WINDOWS) for each in (other, embedded)]
    assert heard(again[0]) == heard(again[1])
    for segment in (first, *again[0]):
        assert segment.words
        assert all(len(word.sounds) == 3 for word in segment.words)


def test_beside_the_model_as_published_the_adapted_encoder_listens(
    adapted: FasterWhisperRecogniser, plain: FasterWhisperRecogniser, tmp_path: Path
) -> None:
    """By its name, and from a folder."""
    copy = load_transcriber(str(base_in(tmp_path / "copy")), device="cpu", cpu_threads=1)
    assert copy.sha256 == plain.sha256
    for other in (plain, copy):
        hears_as(adapted, other)


def test_beside_a_model_of_another_shape_the_embedded_encoder_listens(
    adapted: FasterWhisperRecogniser, tiny: Path
) -> None:
    """Each takes its own spectrogram and gives its own width."""
    other = load_transcriber(str(tiny), device="cpu", cpu_threads=1)
    own = other._encoded.encoding(WINDOWS[0])
    assert (other._model.model.n_mels, own.shape[-1]) == (MELS, WIDTH) != (80, ears_encoder().width)
    hears_as(adapted, other)


def test_who_listens_again_needs_no_ears(tiny: Path) -> None:
    """The second listening of a finished copy searches its words alone."""
    other = load_transcriber(str(tiny), device="cpu", cpu_threads=1)
    (segment,) = other.in_batches(listened=False).recognise_batch(WINDOWS[:1])
    assert (segment.traces, segment.posteriorgrams) == ((), ())


def test_without_the_embedded_model_nobody_listens(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its packages are not installed: another model writes words all the same, and says why it is alone."""
    missing = replace(base().files[0], parts=("no_such_package/data/model.bin",))
    monkeypatch.setattr(
        listening_module, "embedded_asr", lambda _: replace(base(), files=(missing, *base().files[1:]))
    )
    assert load_listening_encoder(CPU) is NoEarsReason.NOT_INSTALLED
    other = load_transcriber(str(tiny), device="cpu", cpu_threads=1)
    assert (other.unheard, other.hears_morae) == (NoEarsReason.NOT_INSTALLED, False)
    assert other.encoder_sha256 == ears_encoder().sha256
    assert other.beside is None
    assert other.posteriorgrams(WINDOWS[0]) == ()
    assert heard(other.recognise(WINDOWS[0])[:1]) == [((), ())]
    assert heard(other.in_batches().recognise_batch(WINDOWS)) == [((), ())] * 2


@pytest.mark.parametrize("wrong", ["model.bin", "config.json"])
def test_an_embedded_model_of_other_bytes_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no reason to listen to nothing."""
    files = tuple(replace(f, sha256="0" * 64) if f.name == wrong else f for f in base().files)
    monkeypatch.setattr(listening_module, "embedded_asr", lambda _: replace(base(), files=files))
    with pytest.raises(ModelError, match=wrong):
        load_listening_encoder(CPU)


def test_what_hears_again_beside_another_model_is_loaded_once(tiny: Path) -> None:
    """Also beside two of them."""
    one, other = (load_transcriber(name, device="cpu", cpu_threads=1) for name in (str(tiny), "base-plain"))
    assert one.beside is not None
    assert other.beside is not None
    assert one.beside._model is other.beside._model


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The files by way of which it is loaded are gone; and where there is no room for them, that is told."""
    listening_module._loaded.cache_clear()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert isinstance(load_listening_encoder(CPU), ListeningEncoder)
    assert list(tmp_path.iterdir()) == []
    listening_module._loaded.cache_clear()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="FileNotFoundError"):
        load_listening_encoder(CPU)


def test_it_is_loaded_once() -> None:
    """Also by two who know nothing of each other."""
    assert load_listening_encoder(CPU) is load_listening_encoder(Processor("cpu", 1))


def test_of_more_than_an_encoder_takes_nothing_is_heard() -> None:
    """No window is so long; half of one would seem to be all of it."""
    listener = load_listening_encoder(CPU)
    assert isinstance(listener, ListeningEncoder)
    assert listener.listen(noise(LISTENED_SECONDS + 0.1)) is SILENCE
    with pytest.raises(ValueError, match="window"):
        listener.listen_together([noise(LISTENED_SECONDS + 0.1)], 0.0)
