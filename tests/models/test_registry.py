from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import models.registry as registry_module
from models.registry import (
    REGISTRY,
    EmbeddedFile,
    embedded_asr,
    installed_data,
    registered_bytes,
    registered_files,
    registered_sha256,
    verified_bytes,
)
from pipeline.errors import ModelError

ROOT = Path(__file__).parents[2]
CONTENT = b"first half, second half"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OURS = [(file.section, file.name) for file in registered_files()]
LEARNED = ("*.onnx", "*.npz", "*.json", "*.tsv.gz")
"""What networks, weights and lexicons lie in."""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An installed package that holds a model file in two parts."""
    folder = tmp_path / "made_up_model_package"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "part1").write_bytes(CONTENT[:11])
    (folder / "part2").write_bytes(CONTENT[11:])
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder.name
    sys.modules.pop(folder.name, None)


def described(package: str, sha256: str = SHA256, size: int = len(CONTENT)) -> EmbeddedFile:
    """What a registry would say of the package's file."""
    return EmbeddedFile("model.bin", size, sha256, (f"{package}/part1", f"{package}/part2"))


def test_parts_are_joined_in_order(package: str) -> None:
    """The joined bytes are the published ones."""
    assert verified_bytes(described(package)) == CONTENT


def test_one_wrong_byte_is_refused(package: str, tmp_path: Path) -> None:
    """A single bit in the second part stops the loading, and the message names the file."""
    path = tmp_path / package / "part2"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ModelError, match=r"model\.bin"):
        verified_bytes(described(package))


def test_parts_in_the_wrong_order_are_refused(package: str) -> None:
    """The same bytes joined otherwise are another file."""
    file = EmbeddedFile("model.bin", len(CONTENT), SHA256, (f"{package}/part2", f"{package}/part1"))
    with pytest.raises(ModelError):
        verified_bytes(file)


def test_a_wrong_size_is_refused(package: str) -> None:
    """A registry that contradicts itself is not trusted."""
    with pytest.raises(ModelError):
        verified_bytes(described(package, size=1))


def test_a_missing_part_is_refused(package: str, tmp_path: Path) -> None:
    """The message names the package that lacks it."""
    (tmp_path / package / "part2").unlink()
    with pytest.raises(ModelError, match=f"{package} lacks part2"):
        verified_bytes(described(package))


def test_a_missing_package_is_refused() -> None:
    """A model whose package is not installed is an error that says so."""
    with pytest.raises(ModelError, match="no_such_model_package is not installed"):
        verified_bytes(described("no_such_model_package"))


def test_the_embedded_recogniser_is_pinned() -> None:
    """Every file of ``base`` has a source, a revision and a SHA-256."""
    base = embedded_asr("base")
    assert base is not None
    assert len(base.revision) == 40
    assert {file.name for file in base.files} >= {"model.bin", "config.json", "tokenizer.json"}
    assert all(len(file.sha256) == 64 and file.size for file in base.files)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.txt"])
def test_the_installed_files_are_the_registered_ones(name: str) -> None:
    """What the package index gave is what was published (the weights are checked when loaded)."""
    base = embedded_asr("base")
    assert base is not None
    file = next(file for file in base.files if file.name == name)
    assert len(verified_bytes(file)) == file.size


def test_an_unknown_recogniser_is_none() -> None:
    """What is not embedded has to come from elsewhere."""
    assert embedded_asr("no-such-model") is None


@pytest.mark.parametrize(("section", "name"), OURS)
def test_our_files_are_the_registered_ones(section: str, name: str) -> None:
    """Every file of ours in the repository is the one that the registry names."""
    entry = tomllib.loads(REGISTRY.read_text(encoding="utf-8"))[section][name]
    content = registered_bytes(section, name, ROOT / entry["file"])
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]


def test_every_learned_file_is_registered() -> None:
    """No network, weights or lexicon is loaded that nobody vouches for, and none is named that is not there.

    What only training reads (``models/training``) masks no call, nor does what Prefect's server reads.
    """
    apart = ("models/training/", "flows/runs/server/")
    found = {
        path.relative_to(ROOT).as_posix()
        for package in ("pipeline", "models", "flows")
        for form in LEARNED
        for path in (ROOT / package).rglob(form)
    }
    named = [file.file for file in registered_files()]
    assert len(named) == len(set(named))
    assert set(named) == {path for path in found if not path.startswith(apart)}


def test_every_entry_says_where_it_comes_from() -> None:
    """Purpose, source and licence are there for every model and lexicon, and the scripts exist."""
    for entries in tomllib.loads(REGISTRY.read_text(encoding="utf-8")).values():
        for entry in entries.values():
            assert all(entry.get(key) for key in ("purpose", "source", "licence"))
            scripts = re.findall(r"[\w/]+\.py\b", f"{entry['source']} {entry.get('script', '')}")
            assert scripts or "file" not in entry
            assert all((ROOT / script).is_file() for script in scripts)


def test_documents_that_the_registry_names_exist() -> None:
    """Cards of networks, too."""
    named = re.findall(r"[\w/]+\.md\b", REGISTRY.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_what_packages_bring_is_told_by_its_bytes() -> None:
    """The language model's folder and the dictionary's file, as they lie here."""
    found = installed_data()
    assert set(found) == {("language", "ja_ginza"), ("lexicon", "sudachidict")}
    dictionary = importlib.util.find_spec("sudachidict_core")
    assert dictionary is not None
    assert dictionary.origin is not None
    path = Path(dictionary.origin).parent / "resources" / "system.dic"
    with path.open("rb") as file:
        assert found["lexicon", "sudachidict"] == hashlib.file_digest(file, "sha256").hexdigest()


def test_a_folders_digest_hangs_on_each_byte_and_name(tmp_path: Path) -> None:
    """It is that of the lines that ``sha256sum`` would write, without what Python compiles."""
    contents = ({"a": b"x", "c.pyc": b""}, {"a": b"y"}, {"b": b"x"}, {"a": b"x", "b": b""})
    found = []
    for number, files in enumerate(contents):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        found.append(registry_module._installed_sha256(folder))
    line = f"{hashlib.sha256(b'x').hexdigest()}  a\n"
    assert found[0] == hashlib.sha256(line.encode()).hexdigest()
    assert len(set(found)) == len(contents)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry of one file, and an entry without a SHA-256."""
    path = tmp_path / "registry.toml"
    path.write_text(
        f'[tagger.network]\nsha256 = "{SHA256}"\n[tagger.loose]\nsource = "x"\n', encoding="utf-8"
    )
    (tmp_path / "network.onnx").write_bytes(CONTENT)
    return path


def test_a_registered_file_is_read(registry: Path) -> None:
    """The right bytes come back."""
    assert registered_bytes("tagger", "network", registry.with_name("network.onnx"), registry) == CONTENT


@pytest.mark.parametrize(
    ("section", "name", "file"),
    [
        ("tagger", "network", "registry.toml"),
        ("tagger", "network", "missing.onnx"),
        ("tagger", "other", "network.onnx"),
        ("other", "network", "network.onnx"),
        ("tagger", "loose", "network.onnx"),
    ],
)
def test_anything_else_is_refused(registry: Path, section: str, name: str, file: str) -> None:
    """Other bytes, a missing file, and a file nobody vouches for are all refused."""
    with pytest.raises(ModelError):
        registered_bytes(section, name, registry.with_name(file), registry)


def test_every_registered_file_is_installed() -> None:
    """An installation that is no checkout needs them, too."""
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    globs = packaged["tool"]["setuptools"]["package-data"]
    installed = {
        path for name in ("models", "pipeline") for g in globs[name] for path in (ROOT / name).glob(g)
    }
    registry = tomllib.loads(REGISTRY.read_text(encoding="utf-8"))
    assert OURS
    assert {ROOT / registry[section][name]["file"] for section, name in OURS} <= installed


def test_the_table_of_models_has_every_registered_file():
    """Each with the first digits of its SHA-256; a file that the registry lost is not in it."""
    registry = tomllib.loads(REGISTRY.read_text(encoding="utf-8"))
    registered = {
        (entry["file"].removeprefix("models/"), entry["sha256"][:8])
        for section in registry.values()
        for entry in section.values()
        if "file" in entry
    }
    table = REGISTRY.with_name("README.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{8})` \|", table, re.MULTILINE)) == registered


def test_the_bytes_that_a_file_of_ours_must_be_are_told() -> None:
    """Of each that is registered, and of no other."""
    for file in registered_files():
        assert registered_sha256(file.section, file.name) == file.sha256
    with pytest.raises(ModelError, match=r"adapter\.none"):
        registered_sha256("adapter", "none")
