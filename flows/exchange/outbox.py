"""Puts finished packages where another system fetches them: a watched folder, or a prefix of a bucket.

Only encrypted packages, under the request's number.  The ZIP comes after its instructions and as a whole, so
that whoever watches for it never finds half a package.  Nothing is written over.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.desk.answers.deliveries import record_placed
from flows.desk.answers.releases import answer_of, releases
from flows.desk.cases.files import open_clear
from flows.desk.cases.requests import get
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DeskError, ImpossibleStepError
from flows.desk.kinds.permissions import check_may_release
from flows.desk.kinds.values import Actor
from flows.desk.storage.local_files import LocalFiles, files_at, split_protocol
from flows.desk.storage.sources import PROTOCOLS, drain
from flows.desk.storage.store import of_a_client
from flows.practice.mark import is_practice
from flows.releasing.fetch import outer_instructions, package_name, stored_file
from flows.releasing.names import INSTRUCTIONS
from flows.settings import Settings
from pipeline.errors import PipelineError

__all__ = ["OutboxError", "place_package", "place_released"]

PART_PREFIX = ".kaiji-"
"""Prefix of a file that is being written; whoever watches the folder must pass over it."""


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
    check_may_release(actor)
    number = get(desk, request).number
    answer = answer_of(releases(desk, number), turn)
    if is_practice(desk.settings):
        msg = f"{number}: 練習の回答は、受渡し場所に置きません"
        raise ImpossibleStepError(msg)
    if not answer.encrypted:
        msg = f"{number}: 暗号化していない開示ファイルは、受渡し場所に置きません"
        raise ImpossibleStepError(msg)
    name = package_name(number, answer)
    with open_clear(desk, actor, stored_file(desk, answer)) as package, _translated():
        outbox = _Outbox(desk.settings)
        told = package.with_name("instructions")
        told.write_bytes(outer_instructions(number, answer))
        outbox.put(told, f"{name}_{INSTRUCTIONS}")
        outbox.put(package, f"{name}.zip")
    record_placed(desk, actor, number, answer.turn)
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


class _Outbox:
    """The place of the settings.

    Args:
        settings: Settings of this machine.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.outbox is None:
            raise OutboxError("受渡し場所(KAIJI_OUTBOX)が設定されていません")
        secret = settings.outbox_options
        options: dict[str, Any] = json.loads(secret.get_secret_value()) if secret else {}
        protocol, _ = split_protocol(settings.outbox)
        if protocol is not None and protocol not in PROTOCOLS:
            raise OutboxError("KAIJI_OUTBOX: この種類の場所は使えません")
        self._fs, root = files_at(settings.outbox, **options)
        self._root = root.rstrip("/")
        self._local = isinstance(self._fs, LocalFiles)
        if self._local and not Path(self._root).is_dir():
            # A folder made anew could be the place where a disk is not mounted.
            raise OutboxError("KAIJI_OUTBOX: フォルダがありません")

    def put(self, source: Path, name: str) -> None:
        """Put a file there as a whole, unless it is there already; read it back."""
        place = f"{self._root}/{name}"
        if not self._fs.exists(place):
            self._write(source, place)
        with source.open("rb") as ours, self._fs.open(place, "rb") as there:
            if drain(there) != drain(ours):
                raise OutboxError("受渡し場所に、同じ名前で内容の違うファイルがあります")

    def _write(self, source: Path, place: str) -> None:
        if not self._local:
            # In a bucket a file appears only when all of it has arrived.
            self._fs.put_file(str(source), place)
            return
        part = Path(place).with_name(f"{PART_PREFIX}{secrets.token_hex(8)}.part")
        try:
            shutil.copyfile(source, part)
            # Unlike a rename, it does not replace a file that somebody put there meanwhile.
            os.link(part, place)
        finally:
            part.unlink(missing_ok=True)


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
