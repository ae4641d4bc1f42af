"""The desk's own key for digests of words, people and documents (``flows.files.keyed_digest``).

It is random and sealed in the database, so it survives a rotation of the desk's key: an older digest can
still be compared, even if the digested data was erased.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.desk.kinds.errors import SealBrokenError
from flows.desk.sealing.keys import Keyring
from flows.desk.storage.tables import DigestKeyRow
from flows.files.keyed_digest import DigestKey, new_digest_key

ROW_ID = 1
SESSION_KEY = "digest key"
PLACE = f"{DigestKeyRow.__tablename__}:{ROW_ID}"


def make_digest_key(session: Session, keyring: Keyring) -> DigestKey:
    """Make the desk's key for digests, once in its life."""
    made = new_digest_key()
    session.add(DigestKeyRow(id=ROW_ID, sealed=keyring.seal(made.secret, PLACE)))
    session.flush()
    return made


def digest_key(session: Session, keyring: Keyring) -> DigestKey:
    """Return the desk's key for digests.

    Raises:
        SealBrokenError: when it is missing or was tampered with.
        WrongKeyError: when it was sealed with another key.
    """
    known: DigestKey | None = session.info.get(SESSION_KEY)
    if known is not None:
        return known
    row = session.get(DigestKeyRow, ROW_ID)
    if row is None:
        msg = "照合値の鍵がデータベースにありません"
        raise SealBrokenError(msg)
    session.info[SESSION_KEY] = found = DigestKey(keyring.open(row.sealed, PLACE))
    return found
