"""The ears listen to the encoder that they have learned to read, and to no other."""

from __future__ import annotations

from pathlib import Path

import pytest

import models.speech.ears as ears_module
from models.registry import Encoder, bound_encoder, embedded_asr, registered_files, registered_sha256
from models.speech.ears import NETWORKS, ears_encoder, load_ears
from pipeline.errors import ModelError

BOUND = bound_encoder("ear", "network")


def test_the_bound_encoder_is_the_embedded_models() -> None:
    """All that reads an encoder was learned from the one that is embedded, with its adapter."""
    base = embedded_asr("base")
    assert base is not None
    assert base.adapter is not None
    (weights,) = [file.sha256 for file in base.files if file.name == "model.bin"]
    readers = [file for file in registered_files() if file.encoder is not None]
    assert {(file.section, file.name) for file in readers} == set(NETWORKS)
    adapter = registered_sha256("adapter", base.adapter)
    assert {file.encoder for file in readers} == {Encoder(weights, 512, adapter)}


def test_the_networks_take_what_the_bound_encoder_gives() -> None:
    """The width in the registry is that of the networks' own input."""
    ears = load_ears(BOUND)
    for network in (ears.ear, ears.phonetic):
        assert network._session.get_inputs()[0].shape[-1] == BOUND.width


@pytest.mark.parametrize(
    "encoder",
    [
        Encoder("0" * 64, BOUND.width, BOUND.adapter_sha256),
        Encoder("0" * 64, 1280, BOUND.adapter_sha256),
        Encoder(BOUND.sha256, 768, BOUND.adapter_sha256),
        Encoder(BOUND.sha256, BOUND.width, "0" * 64),
        Encoder(BOUND.sha256, BOUND.width),
    ],
)
def test_no_other_encoder_is_listened_to(encoder: Encoder) -> None:
    """Of other bytes, of another width, with another adapter or none."""
    with pytest.raises(ModelError, match="the ears read the encoder of"):
        load_ears(encoder)


def test_both_networks_read_the_same_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them alone learned anew would be laid on what it has not learned."""
    bound = {"ear": BOUND, "phonetic": Encoder("0" * 64, BOUND.width)}
    monkeypatch.setattr(ears_module, "bound_encoder", lambda section, _: bound[section])
    with pytest.raises(ModelError, match="different encoders"):
        ears_encoder()


def test_a_network_without_its_encoder_is_refused(tmp_path: Path) -> None:
    """A reader that the registry binds to nothing could be laid on anything."""
    registry = tmp_path / "registry.toml"
    registry.write_text('[ear.network]\nsha256 = "00"\n', encoding="utf-8")
    with pytest.raises(ModelError, match=r"ear\.network"):
        bound_encoder("ear", "network", registry)
