"""Addresses of sound: sealed notes of a sound, the session that may hear it, and the end of the permission.

Nobody can guess or change one, and it reveals nothing to others.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DeskError, NotFoundError

ADDRESS_SECONDS = 600
"""Seconds for which an address is valid; then the page requests a new one."""


class Granted(Protocol):
    """Common content of all notes."""

    @property
    def session_id(self) -> str:
        """Id of the session that may use the address."""

    @property
    def until(self) -> float:
        """Time of expiry, in seconds since 1970."""


Note = TypeVar("Note", bound=Granted)


@dataclass(frozen=True, slots=True)
class Addresses(Generic[Note]):
    """The addresses of one kind of sound.

    Attributes:
        notes: Writes and reads a note.
        place: Use of the addresses; a note that was sealed for another use does not open.
    """

    notes: TypeAdapter[Note]
    place: str

    def sealed(self, desk: Desk, note: Note) -> str:
        """Return the address of a note."""
        sealed = desk.keyring.seal(self.notes.dump_json(note), self.place)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def opened(self, desk: Desk, session_id: str, token: str) -> Note:
        """Open an address.

        Raises:
            NotFoundError: when the note is invalid, has expired, or belongs to another session.
        """
        gone = NotFoundError("その音声はありません。もう一度再生してください")
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            note = self.notes.validate_json(desk.keyring.open(sealed, self.place))
        except (binascii.Error, ValidationError, DeskError):
            raise gone from None
        if note.session_id != session_id or note.until < desk.clock().timestamp():
            raise gone
        return note
