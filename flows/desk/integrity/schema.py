"""The version of the tables: creating and upgrading them, each in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.sealing.keys import Keyring
from flows.desk.storage import review_tables
from flows.desk.storage.tables import ApprovalRow, CallRow, SealPageRow, SealRow, Table

__all__ = ["FIRST_SEALED", "SCHEMA_VERSION", "create_tables", "migrate"]

SCHEMA_VERSION = 3

FIRST_SEALED = 3
"""First version with the tree of rows (``tree``); a database of it or later is checked before an upgrade."""


def create_tables(session: Session) -> None:
    """Create all tables of the present version."""
    Table.metadata.create_all(session.connection())


def _add_review(session: Session, _: Keyring) -> None:
    """Add the review page's tables."""
    tables = [Table.metadata.tables[name] for name in review_tables.NAMES]
    Table.metadata.create_all(session.connection(), tables=tables)


def _add_tree(session: Session, keyring: Keyring) -> None:
    """Add the tree's tables, and write the call and the request into each approval."""
    tables = [Table.metadata.tables[table.__tablename__] for table in (SealRow, SealPageRow)]
    Table.metadata.create_all(session.connection(), tables=tables)
    pairs = select(ApprovalRow, CallRow.request_id).join(CallRow, CallRow.id == ApprovalRow.call_id)
    for row, request_id in session.execute(pairs).all():
        place = f"{row.__tablename__}:{row.row_id}"
        whole = json.loads(keyring.open(row.sealed, place))
        whole |= {"call_id": row.call_id, "request_id": request_id}
        row.sealed = keyring.seal(json.dumps(whole, ensure_ascii=False).encode(), place)
    session.flush()


MIGRATIONS: Mapping[int, Callable[[Session, Keyring], None]] = {1: _add_review, 2: _add_tree}
"""The upgrade of each version to the next one."""


def migrate(session: Session, keyring: Keyring, version: int) -> None:
    """Upgrade the tables from a version to the present one.

    Args:
        session: A writing session, so that all steps happen or none.
        keyring: Keys of this desk.
        version: Version of the tables.
    """
    for step in range(version, SCHEMA_VERSION):
        MIGRATIONS[step](session, keyring)
