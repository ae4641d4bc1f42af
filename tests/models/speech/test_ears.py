"""The ears listen to the encoder that they have learned to read, and to no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.registry import Encoder, bound_encoder, embedded_asr, registered_files, verified_bytes
from models.speech.ears import NETWORKS, Ears, Unheard, load_ears
from models.speech.transcriber import load_transcriber
from pipeline.errors import ModelError

SECOND = np.random.default_rng(1).normal(0, 0.05, 16_000).astype(np.float32)
BOUND = bound_encoder("ear", "network")


@pytest.fixture
def model_folder(tmp_path: Path) -> Callable[[Callable[[bytes], bytes]], Path]:
    """Makes a folder of the embedded model whose weights a function has changed."""
    base = embedded_asr("base")
    assert base is not None

    def make(change: Callable[[bytes], bytes]) -> Path:
        folder = tmp_path / "other-model"
        folder.mkdir()
        for file in base.files:
            content = verified_bytes(file)
            (folder / file.name).write_bytes(change(content) if file.name == "model.bin" else content)
        return folder

    return make


def another_byte(content: bytes) -> bytes:
    """One bit of the last weight is another: the model loads, and hears as before, nearly."""
    return content[:-100] + bytes([content[-100] ^ 1]) + content[-99:]


def test_the_bound_encoder_is_the_embedded_models() -> None:
    """All that reads an encoder was learned from the one that is embedded."""
    base = embedded_asr("base")
    assert base is not None
    (weights,) = [file.sha256 for file in base.files if file.name == "model.bin"]
    readers = [file for file in registered_files() if file.encoder is not None]
    assert {(file.section, file.name) for file in readers} == set(NETWORKS)
    assert {file.encoder for file in readers} == {Encoder(weights, 512)}


def test_the_networks_take_what_the_bound_encoder_gives() -> None:
    """The width in the registry is that of the networks' own input."""
    ears = load_ears(BOUND)
    assert isinstance(ears, Ears)
    for network in (ears.ear, ears.phonetic):
        assert network._session.get_inputs()[0].shape[-1] == BOUND.width


@pytest.mark.parametrize(
    ("encoder", "why"),
    [
        (Encoder("0" * 64, BOUND.width), Unheard.OTHER_ENCODER),
        (Encoder("0" * 64, 1280), Unheard.OTHER_ENCODER),
        (Encoder(BOUND.sha256, 768), Unheard.OTHER_WIDTH),
    ],
)
def test_another_encoder_is_not_listened_to(encoder: Encoder, why: Unheard) -> None:
    """Of other bytes, or of another width, and it is said which."""
    assert load_ears(encoder) is why


def test_a_network_without_its_encoder_is_refused(tmp_path: Path) -> None:
    """A reader that the registry binds to nothing could be laid on anything."""
    registry = tmp_path / "registry.toml"
    registry.write_text('[ear.network]\nsha256 = "00"\n', encoding="utf-8")
    with pytest.raises(ModelError, match=r"ear\.network"):
        bound_encoder("ear", "network", registry)


def test_a_model_with_another_byte_is_not_heard(model_folder: Callable[..., Path]) -> None:
    """A real model of the same width: it recognises, nobody listens, and it says why."""
    other = load_transcriber(str(model_folder(another_byte)), device="cpu", cpu_threads=1)
    assert other.sha256 != BOUND.sha256
    assert other.unheard is Unheard.OTHER_ENCODER
    assert not other.hears_morae
    assert other.posteriorgrams(SECOND) == ()
    assert all(not segment.traces for segment in other.in_batches().recognise_batch([SECOND]))


def test_the_same_weights_in_a_folder_are_heard(model_folder: Callable[..., Path]) -> None:
    """What counts is the bytes, not how they were found; and what is heard is the same."""
    copy = load_transcriber(str(model_folder(bytes)), device="cpu", cpu_threads=1)
    embedded = load_transcriber(device="cpu", cpu_threads=1)
    assert (copy.sha256, copy.unheard) == (embedded.sha256, None)
    (one,), (other,) = copy.posteriorgrams(SECOND), embedded.posteriorgrams(SECOND)
    np.testing.assert_array_equal(one.chances, other.chances)
