"""Puts finished packages where another system fetches them: a watched folder, or a prefix of a bucket.

Only encrypted packages, under the request's number.  The ZIP comes after its instructions and as a whole, so
that whoever watches for it never finds half a package.  Nothing is written over.
"""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from flows.desk.answers.releases import answer_of, releases
from flows.desk.book.answers import Placed
from flows.desk.book.door import do
from flows.desk.cases.files import open_clear
from flows.desk.cases.requests import get
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DeskError, ImpossibleStepError
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.values import Actor
from flows.desk.storage.local_files import LocalFiles, files_at, split_protocol
from flows.desk.storage.sources import PROTOCOLS, drain
from flows.desk.storage.store import of_a_client
from flows.folders.moving import sweep_parts
from flows.folders.open_folder import OpenFolder, open_folder
from flows.practice.mark import is_practice
from flows.releasing.fetch import outer_instructions, package_name, stored_file
from flows.releasing.names import INSTRUCTIONS
from flows.settings import Settings
from pipeline.errors import PipelineError


class OutboxError(DeskError):
    """A package cannot be put into the outbox; the release itself stands."""

    code = "outbox"


def place_package(desk: Desk, actor: Actor, request: str, turn: int | None = None) -> str:
    """Put a released package into the outbox; the request's record and the audit log tell of it.

    Repeating it changes nothing where the package still lies there, and puts it there again where it was
    fetched.

    Args:
        desk: The desk; its settings name the outbox.
        actor: An approver, or the flow that releases.
        request: Id or public number.
        turn: Number of the answer; by default the last.

    Returns:
        Name of the package without its ending.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such answer, or it is erased.
        ImpossibleStepError: when the package is not encrypted, or the desk is there to practise on.
        OutboxError: when there is no outbox, it cannot be written, or another file has the name.
    """
    check_may(actor, May.RELEASE)
    number = get(desk, request).number
    answer = answer_of(releases(desk, number), turn)
    if is_practice(desk.settings):
        msg = f"{number}: 練習の回答は、受渡し場所に置きません"
        raise ImpossibleStepError(msg)
    if not answer.encrypted:
        msg = f"{number}: 暗号化していない開示ファイルは、受渡し場所に置きません"
        raise ImpossibleStepError(msg)
    name = package_name(number, answer)
    opened = open_clear(desk, actor, stored_file(desk, answer))
    with opened as package, _translated(), _outbox(desk.settings) as put:
        told = package.with_name("instructions")
        told.write_bytes(outer_instructions(number, answer))
        put(told, f"{name}_{INSTRUCTIONS}")
        put(package, f"{name}.zip")
    do(desk, actor, Placed(number, answer.turn))
    return name


def place_released(desk: Desk, actor: Actor, request: str) -> str | None:
    """Put the package of a release that has just been made into the outbox, if there is one.

    Returns:
        Why it could not be put there, though the release stands; empty when it was; ``None`` when there is no
        outbox, or the desk is there to practise on.
    """
    if desk.settings.outbox is None or is_practice(desk.settings):
        return None
    try:
        place_package(desk, actor, request)
    except PipelineError as error:
        return f"{error}。開示は済んでいます。置くには: kaiji exchange place"
    return ""


Put = Callable[[Path, str], None]
"""Puts a file there under a name as a whole, unless it is there already, and reads it back."""


@contextlib.contextmanager
def _outbox(settings: Settings) -> Iterator[Put]:
    """Open the place of the settings."""
    if settings.outbox is None:
        raise OutboxError("受渡し場所(KAIJI_OUTBOX)が設定されていません")
    secret = settings.outbox_options
    options: dict[str, Any] = json.loads(secret.get_secret_value()) if secret else {}
    protocol, _ = split_protocol(settings.outbox)
    if protocol is not None and protocol not in PROTOCOLS:
        raise OutboxError("KAIJI_OUTBOX: この種類の場所は使えません")
    fs, root = files_at(settings.outbox, **options)
    if not isinstance(fs, LocalFiles):
        yield functools.partial(_put_into_bucket, fs, root.rstrip("/"))
        return
    try:
        folder = open_folder(Path(root))
    except (FileNotFoundError, NotADirectoryError):
        # A folder made anew could be the place where a disk is not mounted.
        raise OutboxError("KAIJI_OUTBOX: フォルダがありません") from None
    with folder:
        sweep_parts(folder)
        yield functools.partial(_put_into_folder, folder)


def _put_into_folder(folder: OpenFolder, source: Path, name: str) -> None:
    if folder.found(name) is None:
        with source.open("rb") as ours:
            folder.add(name, ours, 0o644)
    with source.open("rb") as ours, folder.read(name) as there:
        _check_same(ours, there)


def _put_into_bucket(fs: Any, root: str, source: Path, name: str) -> None:
    place = f"{root}/{name}"
    if not fs.exists(place):
        # There a file appears only when all of it has arrived.
        fs.put_file(str(source), place)
    with source.open("rb") as ours, fs.open(place, "rb") as there:
        _check_same(ours, there)


def _check_same(ours: BinaryIO, there: BinaryIO) -> None:
    if drain(there) != drain(ours):
        raise OutboxError("受渡し場所に、同じ名前で内容の違うファイルがあります")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn errors of the outbox's file system into ours: their own text may contain its address."""
    try:
        yield
    except DeskError:
        raise
    except Exception as error:
        if not isinstance(error, OSError | ValueError | TypeError | ImportError) and not of_a_client(error):
            raise
        kind = type(error).__name__
    else:
        return
    msg = f"受渡し場所(KAIJI_OUTBOX)に置けません({kind})"
    raise OutboxError(msg)
