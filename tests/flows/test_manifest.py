"""What a manifest tells of the networks, the lexicons, the listener and the version."""

from __future__ import annotations

import importlib.metadata
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from flows.files.case_file import case_lookup
from flows.listener import AGAINST_FILE, BESIDE_WORDS, ENCODER
from flows.masking.mask_calls import Order, mask_calls
from flows.version import VERSION
from models.registry import embedded_asr, registered_files
from models.speech.ears import NoEarsReason
from models.speech.listening_encoder import EMBEDDED
from tests.builders import case_file, voice_file, words_file
from tests.fakes import FakeModels

ROOT = Path(__file__).parents[2]
REGISTERED = {f"{file.section}.{file.name}": file for file in registered_files()}
READ_ENCODER = {name for name, file in REGISTERED.items() if file.encoder is not None}
LISTEN = {name for name, file in REGISTERED.items() if file.listens}
LANGUAGE = "language.ja_ginza"


def manifest(folder: Path, models: FakeModels, words: Path | None = None) -> dict:
    """Of one call, masked with fakes."""
    out = folder / "out"
    out.mkdir()
    order = Order(out, case_lookup(case_file(folder / "case.json")), transcript=lambda _: words)
    (outcome,) = mask_calls([voice_file(folder / "a.wav")], order, models)
    assert outcome.error is None
    return json.loads((out / "a.manifest.json").read_text(encoding="utf-8"))


def test_every_network_and_lexicon_stands_with_its_bytes(tmp_path: Path):
    """Whatever the registry names of ours, and what packages bring."""
    found = manifest(tmp_path, FakeModels())
    lexicons = {file.name: file.sha256 for file in registered_files() if file.section == "lexicon"}
    networks = {name: file.sha256 for name, file in REGISTERED.items() if file.section != "lexicon"}

    assert found["networks"].pop(LANGUAGE)
    assert found["lexicons"].pop("sudachidict")
    assert found["networks"] == networks
    assert found["lexicons"] == lexicons
    assert networks.keys() >= READ_ENCODER
    assert {"tagger.network", "fusion.network", "judge.weights", "doubt.weights", "edges.network"} <= set(
        networks
    )


@pytest.mark.parametrize("unheard", [None, NoEarsReason.NOT_INSTALLED])
@pytest.mark.parametrize("written", [None, "telephone"])
def test_an_adapter_stands_where_it_was_used(
    tmp_path: Path, unheard: NoEarsReason | None, written: str | None
):
    """With its bytes: by the model that wrote the words, or by the encoder that the ears read."""
    models = FakeModels(unheard=unheard)
    models.recogniser.adapter = written
    found = manifest(tmp_path, models)["networks"]
    used = unheard is None or written is not None
    assert found.get("adapter.telephone") == (REGISTERED["adapter.telephone"].sha256 if used else None)


def test_where_the_ears_listened_it_is_said(tmp_path: Path):
    """To which encoder, apart from the model that wrote the words, and what for."""
    found = manifest(tmp_path, FakeModels())

    assert found["models"]["asr"] == {"name": "fake", "sha256": "f" * 64}
    assert found["listener"] == {
        "heard": True,
        "encoder": "base",
        "encoder_sha256": "e" * 64,
        "role": BESIDE_WORDS,
    }


def test_who_heard_again_is_named_where_it_was_another_model(tmp_path: Path):
    """Its words are evidence as the first one's are; words from a file are heard by nobody again."""
    folders = [tmp_path / name for name in ("alone", "beside", "file")]
    for folder in folders:
        folder.mkdir()
    models = FakeModels()
    assert "asr_again" not in manifest(folders[0], models)["models"]
    models.recogniser.beside = replace(models.recogniser, name="other", sha256="0" * 64)
    found = manifest(folders[1], models)["models"]
    assert found["asr_again"] == {"name": "other", "sha256": "0" * 64}
    words = words_file(tmp_path / "w.json", [(1.0, "隣の長谷川さんです")])
    assert "asr_again" not in manifest(folders[2], models, words)["models"]


def test_the_encoder_that_is_named_is_the_one_that_the_ears_read():
    """Its name here is the embedded model's in the registry."""
    assert ENCODER == EMBEDDED
    assert {file.encoder.sha256 for file in REGISTERED.values() if file.encoder} == {
        file.sha256 for file in embedded_asr(ENCODER).files if file.name == "model.bin"
    }


@pytest.mark.parametrize("why", NoEarsReason)
def test_where_they_did_not_it_is_said_why(tmp_path: Path, why: NoEarsReason):
    """And no network is named that had nothing to listen to."""
    found = manifest(tmp_path, FakeModels(unheard=why))

    assert found["listener"] == {
        "heard": False,
        "encoder": "base",
        "encoder_sha256": "e" * 64,
        "role": BESIDE_WORDS,
        "why": why.value,
    }
    assert not found["networks"].keys() & (READ_ENCODER | LISTEN)
    assert {"tagger.network", "edges.network", LANGUAGE} <= found["networks"].keys()


def test_words_from_a_file_are_held_against_the_embedded_model(tmp_path: Path):
    """Whichever model listens again: the morae are the embedded one's."""
    words = words_file(tmp_path / "w.json", [(1.0, "隣の長谷川さんです")])
    models = FakeModels(unheard=NoEarsReason.NOT_INSTALLED)
    found = manifest(tmp_path, models, words)

    assert found["models"]["asr"]["sha256"] == "f" * 64
    assert found["listener"] == {
        "heard": True,
        "encoder": "base",
        "encoder_sha256": "e" * 64,
        "role": AGAINST_FILE,
    }
    assert found["networks"].keys() >= READ_ENCODER | {"adapter.telephone"}
    assert not found["networks"].keys() & LISTEN


def test_the_version_is_one_and_the_same(tmp_path: Path):
    """In the code, the project's file, the installation, the manifest and the list of changes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert project["version"] == VERSION == importlib.metadata.version("kaiji")
    assert manifest(tmp_path, FakeModels())["versions"]["kaiji"] == VERSION
    assert changes.partition("\n## ")[2].startswith(VERSION)
