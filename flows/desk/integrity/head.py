"""The head: one small sealed value that all the rest of the desk hangs on.

It knows how long the record is and its last hash (``chain``), the root over all rows that steer
anything (``tree``), and how often the desk was changed.  It lies in the database and, outside of
it, with the witness (``witness``): whoever puts an older one back into the database is found out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from flows.desk.kinds.errors import SealBrokenError
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.storage.tables import AuditHeadRow

__all__ = ["GENESIS", "HEAD", "Head", "passed", "put_head", "take_head"]

GENESIS = "0" * 64
"""What the first entry of the record is chained to."""

HEAD_ID = 1

SKEW_SECONDS = 60.0
"""Clocks of several machines differ by less; a clock that goes back further was set back."""


@dataclass(frozen=True, slots=True)
class Head:
    """The state of a desk in a few numbers.

    Attributes:
        count: Entries of the record.
        hash: Of the last of them.
        version: How often the desk was changed; never goes back.
        root: Over all rows that steer anything; empty before they were sealed.
        schema: Version of the tables.
        time: The desk's own time at the last change, POSIX seconds; never goes back.
        late: Seconds by which the clock of the last change is behind the desk's own time.
        line: Drawn anew when a person accepts an older database: its changes are no
            continuation of those that were lost.
        place: Which second place the witness has, by a hash of its address; empty for none.
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


HEAD: TypeAdapter[Head] = TypeAdapter(Head)


def take_head(session: Session, keyring: Keyring) -> Head:
    """The head as it stands in the database.

    Raises:
        SealBrokenError: when it is not there, or not what the desk wrote.
        WrongKeyError: when its key is not among ours.
    """
    row = session.get(AuditHeadRow, HEAD_ID)
    if row is None:
        msg = "監査記録の控えがデータベースにありません"
        raise SealBrokenError(msg)
    return take_sealed(row, HEAD, keyring)


def put_head(session: Session, keyring: Keyring, head: Head) -> None:
    """Write the head, in the transaction of the change it tells of."""
    row = session.get(AuditHeadRow, HEAD_ID)
    if row is None:
        row = AuditHeadRow(id=HEAD_ID)
        session.add(row)
    put_sealed(row, head, HEAD, keyring)


def passed(head: Head, clock: datetime) -> tuple[float, float]:
    """The desk's own time now, and by how much the clock is behind it.

    It goes on as the clock does, and stands for as long as the clock was set back: what has
    run out by it never begins to last again.

    Args:
        head: Of the last change.
        clock: What the clock of this machine shows.
    """
    now = clock.astimezone(UTC).timestamp() + head.late
    if now < head.time - SKEW_SECONDS:
        return head.time, head.late + head.time - now
    return max(head.time, now), head.late
