"""A package: its files, their hashes for the recipient, and the ZIP that they are sealed in."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import pyzipper
from pyzipper.zipfile_aes import AESZipInfo

from flows.desk.answers.releases import ReleasedFile
from flows.desk.kinds.values import JAPAN
from flows.outputs import file_sha256
from flows.releasing.names import MANIFEST, SUMS
from pipeline.errors import PipelineError

__all__ = ["PackageError", "Packed", "new_password", "pack", "unpack", "write_sums"]

_LETTERS: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look alike when they are read out: 0 O 1 l I o."""

_GROUPS, _IN_GROUP = 5, 5
"""25 of 56 letters: 145 bits, more than the 128 that no attack on AES's password hash can go through."""

_PLAIN_FILE: Final = 0o100644 << 16


class PackageError(PipelineError):
    """A package cannot be put together or taken apart."""

    code = "package"


@dataclass(frozen=True, slots=True)
class Packed:
    """A package as it lies in a folder.

    Attributes:
        path: The ZIP.
        files: What is in it.
        password: What opens it; empty where nothing is encrypted.
    """

    path: Path = field(repr=False)
    files: tuple[ReleasedFile, ...]
    password: str = field(repr=False)


def new_password() -> str:
    """A password that can be read out on the telephone: letters and figures in groups."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def write_sums(
    folder: Path, head: Mapping[str, object], files: Sequence[ReleasedFile]
) -> tuple[ReleasedFile, ...]:
    """Write the manifest and ``SHA256SUMS`` over files that lie in a folder.

    Args:
        folder: Holds them.
        head: What the manifest says beside the files; no personal data.
        files: In the order of the package.

    Returns:
        The files, these two with them.
    """
    listed = [{"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in files]
    manifest = json.dumps({**head, "files": listed}, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    named = (*files, described(folder / MANIFEST))
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in named)
    (folder / SUMS).write_text(sums, encoding="utf-8")
    return (*named, described(folder / SUMS))


def described(path: Path, call: int = 0) -> ReleasedFile:
    """A file of a package as the desk remembers it."""
    return ReleasedFile(path.name, file_sha256(path), path.stat().st_size, call)


def pack(folder: Path, files: Sequence[ReleasedFile], target: Path, when: datetime, password: str) -> Packed:
    """Put files into a ZIP, each in a folder of the package's name.

    Names in Japanese are marked as UTF-8, as every tool of today reads them.  The files' names can
    be read without the password; they tell nothing of a person.

    Args:
        folder: Holds the files.
        files: Which of them, in order.
        target: The ZIP; its stem is the folder's name in it.
        when: The time that the files in it bear.
        password: AES-256 with one, plain without.
    """
    with pyzipper.AESZipFile(target, "w", compression=pyzipper.ZIP_DEFLATED, allowZip64=True) as archive:
        if password:
            archive.setpassword(password.encode())
            # Version 2 keeps no checksum of the clear text beside it.
            archive.setencryption(pyzipper.WZ_AES, nbits=256, force_wz_aes_version=2)
        for file in files:
            info = AESZipInfo(f"{target.stem}/{file.name}", when.astimezone(JAPAN).timetuple()[:6])
            info.compress_type, info.external_attr = pyzipper.ZIP_DEFLATED, _PLAIN_FILE
            info.file_size = file.bytes
            with (folder / file.name).open("rb") as source, archive.open(info, "w") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
    unpack(target, password, files, None)
    return Packed(target, tuple(files), password)


def unpack(archive: Path, password: str, files: Sequence[ReleasedFile], folder: Path | None) -> None:
    """Read a package again: every file is there, whole, and no other.

    Args:
        archive: The ZIP.
        password: As it was packed with.
        files: What has to be in it.
        folder: Where to write the files; ``None`` only looks.

    Raises:
        PackageError: when anything is not as it was packed.
    """
    try:
        with pyzipper.AESZipFile(archive) as found:
            if password:
                found.setpassword(password.encode())
            names = {name.rpartition("/")[2]: name for name in found.namelist()}
            if set(names) != {file.name for file in files}:
                msg = "開示ファイルの中身が記録と一致しません"
                raise PackageError(msg)
            for file in files:
                with found.open(names[file.name]) as source:
                    _copied(source, file, folder)
    except (RuntimeError, OSError, pyzipper.BadZipFile, ValueError) as error:
        msg = f"開示ファイルを読み直せません({type(error).__name__})"
        raise PackageError(msg) from None


def _copied(source: IO[bytes], file: ReleasedFile, folder: Path | None) -> None:
    digest = hashlib.sha256()
    with contextlib.ExitStack() as stack:
        copy = None if folder is None else stack.enter_context((folder / file.name).open("xb"))
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            if copy is not None:
                copy.write(chunk)
    if digest.hexdigest() != file.sha256:
        msg = "開示ファイルの中身が記録と一致しません"
        raise PackageError(msg)
