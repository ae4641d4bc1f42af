"""What ``registry.toml`` says of each model and lexicon, and the check that the bytes are those it names."""

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

__all__ = [
    "ADAPTER",
    "LEXICON",
    "EmbeddedFile",
    "EmbeddedModel",
    "Encoder",
    "RegisteredFile",
    "adapted_model",
    "bound_encoder",
    "embedded_asr",
    "file_sha256",
    "installed_data",
    "is_installed",
    "registered_bytes",
    "registered_files",
    "registered_sha256",
    "verified_bytes",
]

REGISTRY = Path(__file__).with_name("registry.toml")

ADAPTER = "adapter"
"""Section of what is added to a speech model (``models.speech.whisper.adapter``)."""

LEXICON = "lexicon"
"""Section of the lexicons; every other section holds networks and their weights."""


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """One file of a model that is spread over installed packages.

    Attributes:
        name: What the loader calls it, e.g. ``model.bin``.
        size: Bytes after joining.
        sha256: Of the joined bytes, as published.
        parts: ``package/path`` of each part, in order of joining.
    """

    name: str
    size: int
    sha256: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """A recogniser that comes from the package index alone.

    Attributes:
        name: As in ``[asr.<name>]``.
        source: Where it was published.
        revision: Of what was published.
        files: What is loaded.
        adapter: Name of what is added to its matrices (``models.speech.whisper.adapter``), if anything is.
    """

    name: str
    source: str
    revision: str
    files: tuple[EmbeddedFile, ...]
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Encoder:
    """A speech encoder, as a network that reads its output has to know it.

    Attributes:
        sha256: Of the ``model.bin`` that holds it.
        width: Values of each of its steps.
        adapter_sha256: Of the adapter's file that is added to it, if one is.
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
        sha256: Of its bytes.
        encoder: The encoder whose output it reads, if it reads one.
        listens: Whether it reads what such networks say.
    """

    section: str
    name: str
    file: str
    sha256: str
    encoder: Encoder | None = None
    listens: bool = False


def embedded_asr(name: str, registry: Path = REGISTRY) -> EmbeddedModel | None:
    """Look up an embedded recogniser.

    Args:
        name: As in ``[asr.<name>]``.
        registry: The registry file.

    Returns:
        Its description, or ``None`` when the registry has none of that name.
    """
    entry = _read(registry).get("asr", {}).get(name)
    if entry is None:
        return None
    published = _read(registry)["asr"][entry.get("as_published", name)]
    files = tuple(
        EmbeddedFile(f["name"], f["bytes"], f["sha256"], tuple(f["parts"])) for f in published["files"]
    )
    return EmbeddedModel(name, published["source"], published["revision"], files, entry.get("adapter"))


def verified_bytes(file: EmbeddedFile) -> bytes:
    """Join a file's parts from the installed packages and check every byte.

    Args:
        file: The registry's description of it.

    Returns:
        The joined bytes, whose SHA-256 is exactly ``file.sha256``.

    Raises:
        ModelError: when a package is missing or the bytes are not the published ones.
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
        model: The registry's description of it.
    """
    parts = (part for file in model.files for part in file.parts)
    return all(path is not None and path.exists() for path in map(_installed_path, parts))


def registered_files(registry: Path = REGISTRY) -> tuple[RegisteredFile, ...]:
    """Every file of the project's own that the registry names, in its order.

    Args:
        registry: The registry file.
    """
    return tuple(
        RegisteredFile(
            section,
            name,
            entry["file"],
            entry["sha256"],
            _encoder(entry),
            bool(entry.get("listens", False)),
        )
        for section, entries in _read(registry).items()
        for name, entry in entries.items()
        if "file" in entry
    )


def registered_bytes(section: str, name: str, path: Path, registry: Path = REGISTRY) -> bytes:
    """Read a file of ours and check it against ``[<section>.<name>] sha256``.

    Args:
        section: Table of the registry, e.g. ``tagger``.
        name: Entry in it, e.g. ``network``.
        path: Where the file lies.
        registry: The registry file.

    Returns:
        The file's bytes, exactly the registered ones.

    Raises:
        ModelError: when it is missing, not registered, or other bytes.
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
    """The encoder that a network has learned to read, and no other.

    Args:
        section: Table of the registry, e.g. ``ear``.
        name: Entry in it, e.g. ``network``.
        registry: The registry file.

    Raises:
        ModelError: when the registry binds it to none.
    """
    encoder = _encoder(_read(registry).get(section, {}).get(name, {}))
    if encoder is None:
        msg = f"{section}.{name} is registered without the encoder that it reads"
        raise ModelError(msg)
    return encoder


def registered_sha256(section: str, name: str, registry: Path = REGISTRY) -> str:
    """SHA-256 that a file of ours must have.

    Args:
        section: Table of the registry, e.g. ``adapter``.
        name: Entry in it, e.g. ``telephone``.
        registry: The registry file.

    Raises:
        ModelError: when it is not registered.
    """
    entry = _read(registry).get(section, {}).get(name)
    if entry is None or "sha256" not in entry:
        raise ModelError(f"{section}.{name} is not registered with its SHA-256")
    return str(entry["sha256"])


def adapted_model(section: str, name: str, registry: Path = REGISTRY) -> str | None:
    """SHA-256 of the ``model.bin`` that an adapter is added to; ``None`` for a file that is no adapter.

    Args:
        section: Table of the registry, e.g. ``adapter``.
        name: Entry in it, e.g. ``telephone``.
        registry: The registry file.
    """
    described = _read(registry).get(section, {}).get(name, {}).get("adapts")
    return None if described is None else str(described["sha256"])


def installed_data(registry: Path = REGISTRY) -> Mapping[tuple[str, str], str]:
    """What packages of the index bring beside the recogniser, as it lies on this machine.

    Its versions are pinned by ``requirements.lock``, not by bytes here: so they are told, not checked.

    Args:
        registry: The registry file.

    Returns:
        By section and name the SHA-256 of the file, or of the lines that ``sha256sum`` would write of the
        folder's files in order of name.

    Raises:
        ModelError: when a package is missing.
    """
    return {
        (section, name): _installed_sha256(_part_path(entry["installed"]))
        for section, entries in _read(registry).items()
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
    """Once in a process: 290 MB take a tenth of a second, or one where the processor does not help."""
    if path.is_file():
        return file_sha256(path)
    files = sorted(each for each in path.rglob("*") if each.is_file() and each.suffix != ".pyc")
    lines = (f"{file_sha256(each)}  {each.relative_to(path).as_posix()}\n" for each in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits; a large file is not read whole."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _installed_path(part: str) -> Path | None:
    """Where a part must lie; ``None`` where its package is not installed."""
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
