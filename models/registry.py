"""Entries of ``registry.toml`` for models and lexicons, and the verification of their bytes."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError

REGISTRY = Path(__file__).with_name("registry.toml")

ADAPTER = "adapter"
"""Section of the adapters of a speech model (``models.speech.whisper.adapter``)."""

LEXICON = "lexicon"
"""Section of the lexicons; every other section holds networks and their weights."""


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """One file of a model that is spread over installed packages.

    Attributes:
        name: Name of the file for the loader, e.g. ``model.bin``.
        size: Bytes after joining.
        sha256: SHA-256 of the joined bytes, as published.
        parts: ``package/path`` of each part, in order of joining.
    """

    name: str
    size: int
    sha256: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """A recogniser that is installed from the package index alone.

    Attributes:
        name: As in ``[asr.<name>]``.
        source: Place of its publication.
        revision: Revision of the publication.
        files: Files to load.
        adapter: Name of its adapter (``models.speech.whisper.adapter``), if any.
    """

    name: str
    source: str
    revision: str
    files: tuple[EmbeddedFile, ...]
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Encoder:
    """Identity of a speech encoder, for the networks that read its output.

    Attributes:
        sha256: SHA-256 of the ``model.bin`` that holds it.
        width: Number of values of each step.
        adapter_sha256: SHA-256 of its adapter's file, if it has one.
    """

    sha256: str
    width: int
    adapter_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class RegisteredFile:
    """A network, weights or a lexicon of the project's own.

    Attributes:
        section: Table of the registry, e.g. ``tagger``.
        name: Entry in it, e.g. ``network``.
        file: Path from the repository's root.
        sha256: SHA-256 of its bytes.
        encoder: Encoder whose output it reads, if any.
        listens: Whether it reads the output of networks with an ``encoder``.
    """

    section: str
    name: str
    file: str
    sha256: str
    encoder: Encoder | None = None
    listens: bool = False


def embedded_asr(name: str) -> EmbeddedModel | None:
    """Look up an embedded recogniser.

    Args:
        name: As in ``[asr.<name>]``.

    Returns:
        Its entry, or ``None`` without an entry of that name.
    """
    entry = _read(REGISTRY).get("asr", {}).get(name)
    if entry is None:
        return None
    published = _read(REGISTRY)["asr"][entry.get("as_published", name)]
    files = tuple(
        EmbeddedFile(f["name"], f["bytes"], f["sha256"], tuple(f["parts"])) for f in published["files"]
    )
    return EmbeddedModel(name, published["source"], published["revision"], files, entry.get("adapter"))


def verified_bytes(file: EmbeddedFile) -> bytes:
    """Join a file's parts from the installed packages and verify every byte.

    Args:
        file: Its entry in the registry.

    Returns:
        The joined bytes, whose SHA-256 is exactly ``file.sha256``.

    Raises:
        ModelError: a package is missing, or the bytes are not the published ones.
    """
    joined = b"".join(_part_path(part).read_bytes() for part in file.parts)
    found = hashlib.sha256(joined).hexdigest()
    if found != file.sha256 or len(joined) != file.size:
        msg = (
            f"model file {file.name}: SHA-256 {found[:12]}… ({len(joined)} bytes) is not the registered "
            f"{file.sha256[:12]}… ({file.size} bytes); reinstall the model packages"
        )
        raise ModelError(msg)
    return joined


def is_installed(model: EmbeddedModel) -> bool:
    """Whether every part of a model lies in an installed package; its bytes are not read.

    Args:
        model: Its entry in the registry.
    """
    parts = (part for file in model.files for part in file.parts)
    return all(path is not None and path.exists() for path in map(_installed_path, parts))


def registered_files() -> tuple[RegisteredFile, ...]:
    """Return every file of the project's own in the registry, in its order."""
    return tuple(
        RegisteredFile(
            section,
            name,
            entry["file"],
            entry["sha256"],
            _encoder(entry),
            bool(entry.get("listens", False)),
        )
        for section, entries in _read(REGISTRY).items()
        for name, entry in entries.items()
        if "file" in entry
    )


def registered_bytes(section: str, name: str, path: Path, registry: Path = REGISTRY) -> bytes:
    """Read a file of the project's own and verify it against ``[<section>.<name>] sha256``.

    Args:
        section: Table of the registry, e.g. ``tagger``.
        name: Entry in it, e.g. ``network``.
        path: Path of the file.
        registry: Path of the registry.

    Returns:
        The file's bytes, exactly the registered ones.

    Raises:
        ModelError: the file is missing, not registered, or has other bytes.
    """
    registered = registered_sha256(section, name, registry)
    if not path.is_file():
        raise ModelError(f"{section}.{name} is registered, but {path.name} is missing")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != registered:
        msg = f"{path.name}: SHA-256 {found[:12]}… is not the registered {registered[:12]}…"
        raise ModelError(msg)
    return content


def bound_encoder(section: str, name: str, registry: Path = REGISTRY) -> Encoder:
    """Return the only encoder whose output a network may read: the one it was trained on.

    Args:
        section: Table of the registry, e.g. ``ear``.
        name: Entry in it, e.g. ``network``.
        registry: Path of the registry.

    Raises:
        ModelError: the registry names no encoder for it.
    """
    encoder = _encoder(_read(registry).get(section, {}).get(name, {}))
    if encoder is None:
        msg = f"{section}.{name} is registered without the encoder that it reads"
        raise ModelError(msg)
    return encoder


def registered_sha256(section: str, name: str, registry: Path = REGISTRY) -> str:
    """Return the SHA-256 that a file of the project's own must have.

    Args:
        section: Table of the registry, e.g. ``adapter``.
        name: Entry in it, e.g. ``telephone``.
        registry: Path of the registry.

    Raises:
        ModelError: the file is not registered.
    """
    entry = _read(registry).get(section, {}).get(name)
    if entry is None or "sha256" not in entry:
        raise ModelError(f"{section}.{name} is not registered with its SHA-256")
    return str(entry["sha256"])


def adapted_model(section: str, name: str) -> str | None:
    """Return the SHA-256 of the ``model.bin`` that an adapter changes; ``None`` for any other file.

    Args:
        section: Table of the registry, e.g. ``adapter``.
        name: Entry in it, e.g. ``telephone``.
    """
    described = _read(REGISTRY).get(section, {}).get(name, {}).get("adapts")
    return None if described is None else str(described["sha256"])


def installed_data() -> Mapping[tuple[str, str], str]:
    """Return the hashes of other installed model packages, as they lie on this machine.

    ``requirements.lock`` pins their versions, so the hashes are reported, not verified.

    Returns:
        By section and name the SHA-256 of the file, or of the lines that ``sha256sum`` would print for the
        folder's files in order of name.

    Raises:
        ModelError: a package is missing.
    """
    return {
        (section, name): _installed_sha256(_part_path(entry["installed"]))
        for section, entries in _read(REGISTRY).items()
        for name, entry in entries.items()
        if "installed" in entry
    }


def _encoder(entry: Mapping[str, Any]) -> Encoder | None:
    described = entry.get("encoder")
    if not described:
        return None
    return Encoder(described["sha256"], described["width"], described.get("adapter_sha256"))


@lru_cache(maxsize=4)
def _read(registry: Path) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return tomllib.loads(registry.read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def _installed_sha256(path: Path) -> str:
    """Hash once per process: 290 MB take a tenth of a second, or a second without hardware support."""
    if path.is_file():
        return file_sha256(path)
    files = sorted(each for each in path.rglob("*") if each.is_file() and each.suffix != ".pyc")
    lines = (f"{file_sha256(each)}  {each.relative_to(path).as_posix()}\n" for each in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits; a large file is not read at once."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _installed_path(part: str) -> Path | None:
    """Return the path of a part; ``None`` where its package is not installed."""
    package, _, inside = part.partition("/")
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / inside


def _part_path(part: str) -> Path:
    package, _, inside = part.partition("/")
    path = _installed_path(part)
    if path is None:
        msg = f"model package {package} is not installed"
        raise ModelError(msg)
    if not path.exists():
        msg = f"model package {package} lacks {inside}"
        raise ModelError(msg)
    return path
