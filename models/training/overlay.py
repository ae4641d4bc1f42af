"""The project with other learned files in place of the registered ones: a tree of links.

    project                                   tree
      models/speech/ear.py                      -> the project's
      models/speech/ear.onnx                    -> build/train/train-ear/ear.onnx
      models/registry.toml   sha256 = "6e2b…"   sha256 = "a41f…", a file of its own

A step that runs there is the product itself with those files: nothing in the product knows of training, and
no check of a SHA-256 is passed over.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from models.registry import file_sha256

FOLDERS = ("pipeline", "models", "flows", "sample_audio", "tests")

PINNED = ("models/registry.toml", "pipeline/masking/edge_network.py")
"""Files in which the SHA-256 of learned ones stand."""


def overlay(root: Path, tree: Path, instead: Mapping[str, Path]) -> None:
    """Make the tree.

    Args:
        root: The project.
        tree: A folder that is not there yet.
        instead: Paths in the project, and what stands in for each.

    Raises:
        FileNotFoundError: one of either is not there.
    """
    for top in FOLDERS:
        for folder, names, files in os.walk(root / top):
            names[:] = [name for name in names if name != "__pycache__"]
            here = tree / Path(folder).relative_to(root)
            here.mkdir(parents=True)
            for name in files:
                (here / name).symlink_to(Path(folder).absolute() / name)
    for path, text in repinned(root, instead).items():
        (tree / path).unlink()
        (tree / path).write_text(text, encoding="utf-8")
    for path, other in instead.items():
        (tree / path).unlink()
        (tree / path).symlink_to(other.resolve(strict=True))


def repinned(root: Path, instead: Mapping[str, Path]) -> dict[str, str]:
    """The text of ``PINNED`` with other files' SHA-256.

    Args:
        root: The project.
        instead: As for ``overlay``.

    Returns:
        By path in the project.
    """
    hashes = {file_sha256(root / path): file_sha256(other) for path, other in instead.items()}
    texts = {path: (root / path).read_text(encoding="utf-8") for path in PINNED if (root / path).is_file()}
    for old, new in hashes.items():
        texts = {path: text.replace(old, new) for path, text in texts.items()}
    return texts
