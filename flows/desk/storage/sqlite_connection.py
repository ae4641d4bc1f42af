"""A connection to SQLite on which no statement outlives its transaction."""

from __future__ import annotations

import sqlite3
import weakref
from typing import Any


class SQLiteConnection(sqlite3.Connection):
    """A connection that can end the statements that nobody read to their last row.

    Since Python 3.11 neither ``commit`` nor ``rollback`` resets a statement whose rows were not all read.  As
    long as something refers to its cursor, be it the traceback of an exception, the connection keeps the
    database's state of that time: its next reader would see an old state, and its next writer would be
    refused as busy, again and again (SQLITE_BUSY_SNAPSHOT, sqlite.org/rescode.html).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cursors: weakref.WeakSet[sqlite3.Cursor] = weakref.WeakSet()

    def cursor(self, *args: Any) -> sqlite3.Cursor:  # type: ignore[override]
        """Return a new cursor; arguments as for ``sqlite3.Connection.cursor``."""
        made: sqlite3.Cursor = super().cursor(*args)
        self._cursors.add(made)
        return made

    def end_statements(self) -> None:
        """Close every cursor, which resets its statement."""
        for each in tuple(self._cursors):
            each.close()
