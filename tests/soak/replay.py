"""Every sealed value put back: an older one of its own, and another row's: ``python -m tests.soak.replay``.

A desk with something in every sealed table, whose keys were rotated and whose values were changed, so that
each sealed value has an older one that opens rightly.  Somebody with the database and without the key puts
them back one by one.  Each has to be refused or, where the older value says the very same, to change
nothing.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import select

from flows.desk.book.door import do
from flows.desk.book.requests import Remarked, Withdrawn
from flows.desk.cases import lists, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import DeskError
from flows.desk.kinds.values import CompanyList, Role
from flows.desk.people import accounts, presence, sessions
from flows.desk.record.rotation import rotate
from flows.desk.sealing.keys import add_key
from flows.desk.storage.tables import Table
from pipeline.types import CaseName
from tests.desk_builders import CLERK, SECOND, desk_settings, identified, raw_database
from tests.flows.desk.integrity.test_tree import fill
from tests.review_site import PASSWORD, QUICK

TABLES = sorted(mapper.local_table.name for mapper in Table.registry.mappers if "sealed" in mapper.columns)

Values = dict[tuple[str, object], bytes]


def main() -> int:
    """All of them; 0 when nothing is taken for what it is not."""
    with tempfile.TemporaryDirectory() as name, mock.patch.object(accounts, "HASHER", QUICK):
        folder = Path(name)
        with open_desk(desk_settings(folder)) as desk:
            _two_of_each(desk, folder)
            ages = [_sealed(desk)]
            add_key(folder / "home" / "key", desk.keyring)
        with open_desk(desk_settings(folder)) as desk:
            rotate(desk, CLERK)
            ages.append(_sealed(desk))
            _change(desk)
            now = _sealed(desk)
            counts, wrong = Counter[str](), list[str]()
            for place, value in now.items():
                for tried, other in _others(place, value, ages, now):
                    told = _told(desk, place, value, other)
                    counts[f"{tried}: {told}"] += 1
                    if told == "TAKEN":
                        wrong.append(f"{place[0]}: {tried}")
            wrong += ["the record is not whole afterwards"] * bool(audit.verify(desk))
    missing = set(TABLES) - {table for table, _ in now}
    wrong += [f"{table}: no row" for table in sorted(missing)]
    for line, count in sorted(counts.items()):
        print(f"{count:5} {line}")
    for line in wrong:
        print("WRONG:", line)
    print(f"{len(now)} sealed values in {len(TABLES)} tables:", "all as it must be" if not wrong else "LOOK")
    return bool(wrong)


def _two_of_each(desk: Desk, folder: Path) -> None:
    """Two rows in every sealed table that has more than one."""
    fill(desk, folder)
    identified(desk)
    do(desk, CLERK, Remarked("R-2026-0002", "電話あり"))
    lists.import_company(desk, CLERK, CompanyList(names=(CaseName("若葉電送", "ワカバデンソウ"),)))
    account = accounts.add_account(desk, CLERK, "saiki", (Role.ADMIN,), PASSWORD)
    sessions.sign_in(desk, account)
    (call,) = requests.get(desk, "R-2026-0001").calls
    for login in ("kubota", "saiki"):
        presence.open_call(desk, login, login, call)


def _change(desk: Desk) -> None:
    """What changes sealed values of rows that stay."""
    accounts.set_password(desk, CLERK, "kubota", PASSWORD[::-1])
    do(desk, SECOND, Withdrawn("R-2026-0002", "取下げ"))


def _sealed(desk: Desk) -> Values:
    """Every sealed value by its table and row."""
    with closing(raw_database(desk)) as database:
        return {
            (table, row): value
            for table in TABLES
            for row, value in database.execute(f"SELECT {_id(table)}, sealed FROM {table}")  # noqa: S608
        }


def _id(table: str) -> str:
    return next(iter(Table.metadata.tables[table].primary_key.columns)).name


def _others(
    place: tuple[str, object], value: bytes, ages: list[Values], now: Values
) -> list[tuple[str, bytes]]:
    """What is put in a value's stead."""
    older = [("an older value", age[place]) for age in ages if age.get(place, value) != value]
    foreign = [other for (table, row), other in now.items() if table == place[0] and row != place[1]]
    elsewhere = [other for (table, _), other in now.items() if table != place[0]]
    return [*older, *(("another row's", other) for other in foreign[:2]), ("another table's", elsewhere[0])]


def _told(desk: Desk, place: tuple[str, object], value: bytes, other: bytes) -> str:
    """What becomes of it: refused, the very same, or taken for what it is not."""
    table, row = place
    change = f"UPDATE {table} SET sealed=? WHERE {_id(table)}=?"  # noqa: S608
    before = _clear(desk, place)
    with closing(raw_database(desk)) as database:
        database.execute(change, (other, row))
        try:
            found = "refused" if audit.verify(desk) or _refused(desk, place) else "TAKEN"
            if found == "TAKEN" and _clear(desk, place) == before:
                found = "says the very same"
        finally:
            database.execute(change, (value, row))
    return found


def _row(place: tuple[str, object]) -> Any:
    mapper = next(each for each in Table.registry.mappers if each.local_table.name == place[0])
    return select(mapper.class_).where(mapper.local_table.c[_id(place[0])] == place[1])


def _refused(desk: Desk, place: tuple[str, object]) -> bool:
    """Whether reading it, as the desk's modules do, is refused."""
    try:
        with desk.read() as session:
            row = session.scalars(_row(place)).one()
            desk.keyring.open(row.sealed, f"{place[0]}:{row.row_id}")
    except DeskError:
        return True
    return False


def _clear(desk: Desk, place: tuple[str, object]) -> bytes:
    """What it says."""
    with desk.database.read() as session:
        row = session.scalars(_row(place)).one()
        return desk.keyring.open(row.sealed, f"{place[0]}:{row.row_id}")


if __name__ == "__main__":
    sys.exit(main())
