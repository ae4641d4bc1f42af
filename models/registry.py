"""What ``registry.toml`` says of each model, and the check that the bytes are those it names."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import ModelError

__all__ = ["EmbeddedFile", "EmbeddedModel", "embedded_asr", "registered_bytes", "verified_bytes"]

REGISTRY = Path(__file__).with_name("registry.toml")


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
    """A recogniser that comes from the package index alone."""

    name: str
    source: str
    revision: str
    files: tuple[EmbeddedFile, ...]


def embedded_asr(name: str, registry: Path = REGISTRY) -> EmbeddedModel | None:
    """Look up an embedded recogniser.

    Args:
        name: As in ``[asr.<name>]``.
        registry: The registry file.

    Returns:
        Its description, or ``None`` when the registry has none of that name.
    """
    entry = tomllib.loads(registry.read_text(encoding="utf-8")).get("asr", {}).get(name)
    if entry is None:
        return None
    files = tuple(EmbeddedFile(f["name"], f["bytes"], f["sha256"], tuple(f["parts"])) for f in entry["files"])
    return EmbeddedModel(name, entry["source"], entry["revision"], files)


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
    entry = tomllib.loads(registry.read_text(encoding="utf-8")).get(section, {}).get(name)
    if entry is None or "sha256" not in entry or not path.is_file():
        msg = f"{section}.{name} is not registered with its SHA-256 or {path.name} is missing"
        raise ModelError(msg)
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != entry["sha256"]:
        msg = f"{path.name}: SHA-256 {found[:12]}… is not the registered {entry['sha256'][:12]}…"
        raise ModelError(msg)
    return content


def _part_path(part: str) -> Path:
    package, _, inside = part.partition("/")
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        msg = f"model package {package} is not installed"
        raise ModelError(msg)
    path = Path(next(iter(spec.submodule_search_locations))) / inside
    if not path.is_file():
        msg = f"model package {package} lacks {inside}"
        raise ModelError(msg)
    return path
