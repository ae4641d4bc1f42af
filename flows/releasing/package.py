"""Packages: the files of an answer with their hashes, in an encrypted ZIP."""

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

from flows.desk.answers.releases import ReleasedFile
from flows.desk.kinds.values import JAPAN
from flows.folders.open_folder import OpenFolder
from flows.outputs import file_sha256
from flows.releasing.names import MANIFEST, SUMS
from pipeline.errors import PipelineError

_LETTERS: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits of passwords, without those that are easily confused: 0 O 1 l I o."""

_GROUPS, _IN_GROUP = 5, 5
"""25 of 56 characters are 145 bits, more than the 128 bits that no brute-force attack can search."""

_PLAIN_FILE: Final = 0o100644 << 16


class PackageError(PipelineError):
    """A package cannot be put together or taken apart."""

    code = "package"


@dataclass(frozen=True, slots=True)
class Packed:
    """A package on disk.

    Attributes:
        path: Path of the ZIP.
        files: Its files.
        password: Its password; empty when it is not encrypted.
    """

    path: Path = field(repr=False)
    files: tuple[ReleasedFile, ...]
    password: str = field(repr=False)


def new_password() -> str:
    """Return a password of letters and digits in groups, which can be read out on the telephone."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def write_sums(
    folder: Path, head: Mapping[str, object], files: Sequence[ReleasedFile]
) -> tuple[ReleasedFile, ...]:
    """Write the manifest and ``SHA256SUMS`` for the files in a folder.

    Args:
        folder: Folder of the files.
        head: Further content of the manifest; no personal data.
        files: The files, in the order of the package.

    Returns:
        The files including these two.
    """
    listed = [{"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in files]
    manifest = json.dumps({**head, "files": listed}, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    named = (*files, described(folder / MANIFEST))
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in named)
    (folder / SUMS).write_text(sums, encoding="utf-8")
    return (*named, described(folder / SUMS))


def described(path: Path, call: int = 0) -> ReleasedFile:
    """Return the stored form of a file of a package."""
    return ReleasedFile(path.name, file_sha256(path), path.stat().st_size, call)


def pack(folder: Path, files: Sequence[ReleasedFile], target: Path, when: datetime, password: str) -> Packed:
    """Put files into a ZIP, each in a folder of the package's name.

    Japanese names are marked as UTF-8, which all current tools read.  The names can be read without the
    password; they contain no personal data.

    Args:
        folder: Folder of the files.
        files: The files to pack, in order.
        target: The ZIP; its stem is the folder's name in it.
        when: Timestamp of the files in it.
        password: Password for AES-256; empty for no encryption.
    """
    import pyzipper
    from pyzipper.zipfile_aes import AESZipInfo

    with pyzipper.AESZipFile(target, "w", compression=pyzipper.ZIP_DEFLATED, allowZip64=True) as archive:
        if password:
            archive.setpassword(password.encode())
            # AE-2 stores no checksum of the clear text.
            archive.setencryption(pyzipper.WZ_AES, nbits=256, force_wz_aes_version=2)
        for file in files:
            info = AESZipInfo(f"{target.stem}/{file.name}", when.astimezone(JAPAN).timetuple()[:6])
            info.compress_type, info.external_attr = pyzipper.ZIP_DEFLATED, _PLAIN_FILE
            info.file_size = file.bytes
            with (folder / file.name).open("rb") as source, archive.open(info, "w") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
    unpack(target, password, files, None)
    return Packed(target, tuple(files), password)


def unpack(archive: Path, password: str, files: Sequence[ReleasedFile], folder: OpenFolder | None) -> None:
    """Read a package again, and check that it contains exactly the expected files.

    Args:
        archive: The ZIP.
        password: The password that it was packed with.
        files: The expected files.
        folder: Folder to write the files to; ``None`` only checks them.

    Raises:
        PackageError: when anything differs from the packed files.
    """
    import pyzipper

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


def _copied(source: IO[bytes], file: ReleasedFile, folder: OpenFolder | None) -> None:
    digest = hashlib.sha256()
    with contextlib.ExitStack() as stack:
        copy = None if folder is None else stack.enter_context(folder.create(file.name))
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            if copy is not None:
                copy.write(chunk)
    if digest.hexdigest() != file.sha256:
        msg = "開示ファイルの中身が記録と一致しません"
        raise PackageError(msg)
