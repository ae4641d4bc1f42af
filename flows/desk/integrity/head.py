"""The head: one small sealed value that protects the whole desk.

It contains the length and last hash of the audit log (``chain``), the root hash of the tree of rows
(``tree``), and the number of changes of the desk.  It is stored in the database and, outside it, with the
witness (``witness``), so that an older head in the database is detected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from flows.desk.kinds.errors import SealBrokenError
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import AuditHeadRow

GENESIS = "0" * 64
"""Previous hash of the first entry of the audit log."""

HEAD_ID = 1

SKEW_SECONDS = 60.0
"""Tolerated difference between the clocks of machines; a clock that goes back further was set back."""


@dataclass(frozen=True, slots=True)
class Head:
    """A summary of a desk's state.

    Attributes:
        count: Number of entries of the audit log.
        hash: Hash of the last entry.
        version: Number of changes of the desk; never decreases.
        root: Root hash of the tree of rows; empty before the rows were sealed.
        schema: Version of the tables.
        time: The desk's own time at the last change, in POSIX seconds; never decreases.
        late: Seconds by which the clock of the last change was behind the desk's own time.
        line: Random value that changes when a person accepts an older database, whose changes do not continue
            the lost ones.
        place: Hash of the address of the witness's second place; empty for none.
    """

    count: int
    hash: str
    version: int = 0
    root: str = ""
    schema: int = 0
    time: float = 0.0
    late: float = 0.0
    line: str = ""
    place: str = ""


HEAD: Shape[Head] = Shape(Head)


def take_head(session: Session, keyring: Keyring) -> Head:
    """Read the head from the database.

    Raises:
        SealBrokenError: when it is missing or was tampered with.
        WrongKeyError: when its key is not among ours.
    """
    row = session.get(AuditHeadRow, HEAD_ID)
    if row is None:
        msg = "監査記録の控えがデータベースにありません"
        raise SealBrokenError(msg)
    return take_sealed(row, HEAD, keyring)


def put_head(session: Session, keyring: Keyring, head: Head) -> None:
    """Write the head in the transaction of the change that it describes."""
    row = session.get(AuditHeadRow, HEAD_ID)
    if row is None:
        row = AuditHeadRow(id=HEAD_ID)
        session.add(row)
    put_sealed(row, head, HEAD, keyring)


def passed(head: Head, clock: datetime) -> tuple[float, float]:
    """Return the desk's own time now, and the seconds by which the clock is behind it.

    The desk's time advances with the clock and stops while a clock that was set back catches up, so nothing
    that has expired becomes valid again.

    Args:
        head: Head of the last change.
        clock: The time that this machine's clock shows.
    """
    now = clock.astimezone(UTC).timestamp() + head.late
    if now < head.time - SKEW_SECONDS:
        return head.time, head.late + head.time - now
    return max(head.time, now), head.late
