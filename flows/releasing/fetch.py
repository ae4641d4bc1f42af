"""Take a released package out of the store for delivery, as a ZIP or as a folder for a CD-R."""

from __future__ import annotations

from pathlib import Path

from flows.desk.answers.releases import Release, answer_of, package_password, releases
from flows.desk.cases.files import get_file, open_clear
from flows.desk.cases.requests import get
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.values import Actor, FileKind
from flows.new_files import new_folder, write_new
from flows.releasing.instructions import instructions
from flows.releasing.names import INSTRUCTIONS, MANIFEST, SUMS
from flows.releasing.package import unpack


def package_name(number: str, answer: Release) -> str:
    """Return a package's name: the request's number, from the second answer on with its turn."""
    return number if answer.turn == 1 else f"{number}-{answer.turn}"


def stored_file(desk: Desk, answer: Release, kind: FileKind = FileKind.PACKAGE) -> str:
    """Return the id of an answer's stored file.

    Raises:
        NotFoundError: when the file is erased.
    """
    for file_id in answer.file_ids:
        if get_file(desk, file_id).kind is kind:
            return file_id
    msg = "その開示の記録にファイルはありません"
    raise NotFoundError(msg)


def outer_instructions(number: str, answer: Release) -> bytes:
    """Return the instructions for the place next to a ZIP, where they can be read before it is opened."""
    inner = {INSTRUCTIONS, MANIFEST, SUMS}
    names = [file.name for file in answer.files if file.name not in inner]
    return instructions(package_name(number, answer), number, names, outside=answer.encrypted)


def fetch_zip(desk: Desk, actor: Actor, request: str, out: Path, turn: int | None = None) -> tuple[Path, ...]:
    """Write a package's ZIP and its instructions into a folder; the audit log records it.

    Args:
        desk: The desk.
        actor: The person who fetches it.
        request: Id or public number.
        out: An existing folder.
        turn: Number of the answer; by default the last.

    Returns:
        Paths of the ZIP and the instructions.

    Raises:
        NotFoundError: when there is no such answer, or it is erased.
        OutputFolderError: when it is there already, or cannot be written; nothing is left then.
    """
    number, answer = _answer(desk, request, turn)
    name = package_name(number, answer)
    told = outer_instructions(number, answer)
    with open_clear(desk, actor, stored_file(desk, answer)) as source:
        return write_new(out, {f"{name}.zip": source, f"{name}_{INSTRUCTIONS}": told})


def fetch_folder(desk: Desk, actor: Actor, request: str, out: Path, turn: int | None = None) -> Path:
    """Write a package's files into a new folder, for example for a CD-R; the audit log records it.

    Args:
        desk: The desk.
        actor: An approver or administrator where the package is encrypted.
        request: Id or public number.
        out: An existing folder.
        turn: Number of the answer; by default the last.

    Returns:
        Path of the folder; its files are checked against the recorded hashes.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such answer, or it is erased.
        OutputFolderError: when it is there already, or cannot be written; nothing is left then.
        PackageError: when the stored package is not the one that was recorded.
    """
    number, answer = _answer(desk, request, turn)
    password = package_password(desk, actor, number, answer.turn, shown=False) if answer.encrypted else ""
    name = package_name(number, answer)
    with open_clear(desk, actor, stored_file(desk, answer)) as source, new_folder(out, name) as target:
        unpack(source, password, answer.files, target)
    return out / name


def _answer(desk: Desk, request: str, turn: int | None) -> tuple[str, Release]:
    return get(desk, request).number, answer_of(releases(desk, request), turn)
