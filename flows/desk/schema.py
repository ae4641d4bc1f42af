"""The tables' version: made in one transaction, brought up to date in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from flows.desk import review_tables
from flows.desk.tables import Table

__all__ = ["SCHEMA_VERSION", "create_tables", "migrate"]

SCHEMA_VERSION = 2


def create_tables(session: Session) -> None:
    """Make all tables of the present version."""
    Table.metadata.create_all(session.connection())


def _add_review(session: Session) -> None:
    """The review page's tables."""
    tables = [Table.metadata.tables[name] for name in review_tables.NAMES]
    Table.metadata.create_all(session.connection(), tables=tables)


MIGRATIONS: Mapping[int, Callable[[Session], None]] = {1: _add_review}
"""From a version to what brings it to the next."""


def migrate(session: Session, version: int) -> None:
    """Bring the tables from a version to the present one.

    Args:
        session: A writing one: all steps happen, or none.
        version: Of the tables.
    """
    for step in range(version, SCHEMA_VERSION):
        MIGRATIONS[step](session)
