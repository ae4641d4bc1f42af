"""Personal data in the database: one sealed column a row, and marks to search by.

Every table with personal data has an ``id`` that is drawn before the row is written and one
column ``sealed`` with all of the row's personal fields as JSON.  It is bound to its table and
row: a value copied into another row does not open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from flows.desk.kinds.errors import SealBrokenError
from flows.desk.sealing.keys import Keyring

__all__ = [
    "SealedRow",
    "blind_marks",
    "fold_number",
    "fold_text",
    "put_sealed",
    "reseal",
    "sealed_json",
    "take_sealed",
]

T = TypeVar("T")

MIN_NUMBER_DIGITS = 3
"""110 and 119 are numbers too."""


class SealedRow(Protocol):
    """A row with a sealed column."""

    __tablename__: str
    sealed: bytes

    @property
    def row_id(self) -> str:
        """What the sealed value is bound to within its table."""


def put_sealed(row: SealedRow, value: T, kind: TypeAdapter[T], keyring: Keyring) -> None:
    """Seal a value into a row whose id is set."""
    row.sealed = keyring.seal(kind.dump_json(value), _place(row))


def take_sealed(row: SealedRow, kind: TypeAdapter[T], keyring: Keyring) -> T:
    """A row's sealed value in clear.

    Raises:
        WrongKeyError: when it was sealed with another key.
        SealBrokenError: when it was changed, or belongs to another row.
    """
    raw = sealed_json(row, keyring)
    try:
        return kind.validate_json(raw)
    except ValidationError:
        msg = f"封をした値の形が違います({row.__tablename__})"
    raise SealBrokenError(msg)


def sealed_json(row: SealedRow, keyring: Keyring) -> bytes:
    """The JSON that was sealed into a row, byte for byte.

    Raises:
        WrongKeyError: when it was sealed with another key.
        SealBrokenError: when it was changed, or belongs to another row.
    """
    return keyring.open(row.sealed, _place(row))


def reseal(row: SealedRow, keyring: Keyring) -> bool:
    """Seal a row's value with the current key.

    Returns:
        Whether it had been sealed with another.
    """
    if keyring.is_current(row.sealed):
        return False
    row.sealed = keyring.seal(keyring.open(row.sealed, _place(row)), _place(row))
    return True


def _place(row: SealedRow) -> str:
    return f"{row.__tablename__}:{row.row_id}"


def fold_number(number: str) -> str:
    """A phone number as its digits, the domestic 0 in place of +81; empty when it has too few."""
    plain = unicodedata.normalize("NFKC", number).strip()
    digits = re.sub(r"\D", "", plain)
    if plain.startswith("+81"):
        digits = "0" + digits.removeprefix("81").removeprefix("0")
    return digits if len(digits) >= MIN_NUMBER_DIGITS else ""


def fold_text(text: str) -> str:
    """A name, a reading or a customer id without differences of width, case, kana kind and spaces."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in wide)
    return re.sub(r"\s", "", katakana)


def blind_marks(kind: str, value: str, keyring: Keyring) -> tuple[str, ...]:
    """The search marks of a value: one for each key, the current first; none of an empty value.

    Args:
        kind: ``number`` is folded as a phone number, ``reference`` and ``source`` stay as they
            are, anything else is folded as text.
        value: In clear.
        keyring: Of this desk.
    """
    folded = FOLDS.get(kind, fold_text)(value)
    return keyring.blind(kind, folded) if folded else ()


FOLDS: dict[str, Callable[[str], str]] = {"number": fold_number, "reference": str.strip, "source": str.strip}
