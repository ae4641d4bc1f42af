"""The witness: copies of the desk's head outside its database.

An attacker who can write the database can restore an older, correctly sealed copy of it, or cut off the end
of the audit log together with its head.  The head of the last change is therefore also kept in the store
(in the marker file that says whose store it is) and, if the company sets ``KAIJI_WITNESS``, in a place of
its own that the database's administrator cannot write.  A database that is older than one of these copies
is refused: on opening, at each change, by ``audit verify``, and before stored files are swept.

Before a change is committed the witness is written too, with the head that the change follows: a place that
cannot be written stops every change, and no change follows one that was not witnessed.  Then the change is
committed, and the witness is updated, under the writers' lock.  A database that is newer than its witness is
accepted: it was sealed with the key, and an attacker can only restore older states.  After a kill between
the two steps the desk still opens, and the next change or opening updates the witness.  Until then that one
change could be reverted unnoticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.desk.integrity.head import HEAD, Head
from flows.desk.kinds.errors import FileMissingError, RolledBackError, SealBrokenError, StorageGoneError
from flows.desk.sealing.keys import Keyring
from flows.desk.storage.store import Store, open_store
from flows.settings import Settings

MARKER = "desk-marker"
"""Name of the marker file, which says whose store it is and has the database's last head."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Content of the marker file.

    Attributes:
        head: The last head; ``None`` in a marker of a version without witness.
    """

    desk_id: str
    head: Head | None


def read_mark(store: Store) -> Mark | None:
    """Read a store's marker; return ``None`` when there is none.

    Raises:
        SealBrokenError: when it was tampered with.
    """
    try:
        told = json.loads(store.read(MARKER))
        head = told.get("head")
        return Mark(str(told["desk"]), None if head is None else HEAD.validate_python(head))
    except FileMissingError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        msg = "保管場所の印の形が違います"
    raise SealBrokenError(msg)


def write_mark(store: Store, mark: Mark) -> None:
    """Write a store's marker."""
    head = None if mark.head is None else HEAD.dump_python(mark.head, mode="json")
    store.put(json.dumps({"desk": mark.desk_id, "head": head}).encode(), MARKER)


def place_of(settings: Settings) -> str:
    """Return the hash that identifies the company's own place in the head; empty without one."""
    if settings.witness is None:
        return ""
    where = settings.witness if "://" in settings.witness else str(Path(settings.witness).absolute())
    return hashlib.sha256(where.encode()).hexdigest()[:16]


class Witness:
    """The places of the head outside the database.

    Args:
        desk_id: Id of the desk.
        stores: The desk's store and, if there is one, the company's own place.
    """

    def __init__(self, desk_id: str, stores: Sequence[Store]) -> None:
        self._desk_id = desk_id
        self._stores = tuple(stores)
        self.known: Head | None = None
        """The newest head that this process has seen."""

    def check(self, head: Head, *, known: Head | None = None, begun: bool = True) -> None:
        """Check that a database is not older than its head outside it.

        Args:
            head: Head of the database.
            known: The newest head that this process has seen; without it, all places are read.
            begun: Argument as for ``marks``.

        Raises:
            RolledBackError: when it is older, or not a continuation of the witnessed one.
            StorageGoneError: when a place cannot be read, or belongs to another desk.
        """
        if known is None:
            for mark in self.marks(begun=begun):
                _check(head, mark)
            known = self.known
        if known is not None:
            _compare(head, known)
        if self.known is None or head.version > self.known.version:
            self.known = head

    def held_against(self, head: Head, marks: Sequence[Mark]) -> bool:
        """Check that a database, read after its marks, is not older than they say."""
        try:
            for mark in marks:
                _check(head, mark)
        except RolledBackError:
            return False
        return True

    def marks(self, *, begun: bool = True) -> tuple[Mark, ...]:
        """Read the marks of all places.

        Args:
            begun: Whether every place must have a mark.

        Raises:
            StorageGoneError: when one cannot be read, or belongs to another desk.
        """
        found = [read_mark(store) for store in self._stores]
        marks = tuple(mark for mark in found if mark is not None)
        if begun and len(marks) < len(found):
            msg = "データベースの控え(保管場所か KAIJI_WITNESS)がありません。新しく作ることはしません"
            raise StorageGoneError(msg)
        if any(mark.desk_id != self._desk_id for mark in marks):
            msg = "データベースとその控えの場所が別の窓口のものです"
            raise StorageGoneError(msg)
        return marks

    def stand_by(self, head: Head) -> None:
        """Write the head that a change follows to all places, which proves that they can be written.

        Args:
            head: Head of the database before the change, under the writers' lock; ``check`` has accepted it.

        Raises:
            StorageGoneError: when one cannot be written.
            StorageFullError: when one has no room.
        """
        for store in self._stores:
            write_mark(store, Mark(self._desk_id, head))

    def tell(self, head: Head, *, anew: bool = False) -> None:
        """Write a head of the database to all places that have an older one.

        Args:
            head: Head of the database, read under the writers' lock.
            anew: Overwrite any head, because a person has accepted this database.
        """
        for store in self._stores:
            mark = None if anew else read_mark(store)
            if mark is None or mark.head is None or mark.head.version < head.version:
                write_mark(store, Mark(self._desk_id, head))
        # A database accepted by another process is another desk to this one: it has to be opened again.
        if anew or self.known is None or self.known.line == head.line:
            self.known = head if anew else _newer(head, self.known)


def _newer(head: Head, known: Head | None) -> Head:
    return head if known is None or head.version > known.version else known


def _check(head: Head, mark: Mark) -> None:
    if mark.head is not None:
        _compare(head, mark.head)
    elif head.version > 1:
        # The marker gets a head with the second change at the latest, so this one is from before.
        raise _older()


def _compare(head: Head, witnessed: Head) -> None:
    if head.line != witnessed.line or head.version < witnessed.version:
        raise _older()
    if head.version == witnessed.version and head != witnessed:
        raise _older()


def _older() -> RolledBackError:
    msg = (
        "データベースが、外に置いた控えより古いか、書き換えられています。"
        "戻したのがあなたなら kaiji audit accept、そうでなければ消さずに調べてください"
    )
    return RolledBackError(msg)


def open_witness(settings: Settings, keyring: Keyring, store: Store, desk_id: str) -> Witness:
    """Return the witness for the settings, without reading anything.

    Raises:
        StorageGoneError: when the company's own place cannot be used.
    """
    stores = [store]
    if settings.witness is not None:
        elsewhere = settings.model_copy(
            update={"store": settings.witness, "store_options": settings.witness_options}
        )
        stores.append(open_store(elsewhere, keyring))
    return Witness(desk_id, stores)
