"""Personal data in the database: one sealed column per row, and search marks.

Every table with personal data has a random ``id``, made before the row is written, and one column
``sealed`` with all personal fields of the row as JSON.  It is bound to its table and row, so a value that
was copied into another row does not open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol, TypeVar

from pydantic import ValidationError

from flows.desk.kinds.errors import SealBrokenError
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.shape import Shape
from pipeline.sound.digits import phone_digits
from pipeline.sound.morae import to_katakana

T = TypeVar("T")

MIN_NUMBER_DIGITS = 3
"""Digits of the shortest phone numbers, such as 110 and 119."""


class SealedRow(Protocol):
    """A row with a sealed column."""

    __tablename__: str
    sealed: bytes

    @property
    def row_id(self) -> str:
        """Id of the row, to which the sealed value is bound."""


def put_sealed(row: SealedRow, value: T, kind: Shape[T], keyring: Keyring) -> None:
    """Seal a value into a row whose id is set."""
    row.sealed = keyring.seal(kind.dump_json(value), _place(row))


def take_sealed(row: SealedRow, kind: Shape[T], keyring: Keyring) -> T:
    """Open a row's sealed value.

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
    """Return the exact JSON bytes that were sealed into a row.

    Raises:
        WrongKeyError: when it was sealed with another key.
        SealBrokenError: when it was changed, or belongs to another row.
    """
    return keyring.open(row.sealed, _place(row))


def reseal(row: SealedRow, keyring: Keyring) -> bool:
    """Seal a row's value again with the current key.

    Returns:
        Whether it was sealed with another key before.
    """
    if keyring.is_current(row.sealed):
        return False
    row.sealed = keyring.seal(keyring.open(row.sealed, _place(row)), _place(row))
    return True


def _place(row: SealedRow) -> str:
    return f"{row.__tablename__}:{row.row_id}"


def fold_number(number: str) -> str:
    """Return a phone number's digits, with the domestic 0 instead of +81; empty when there are too few."""
    digits = phone_digits(number)
    return digits if len(digits) >= MIN_NUMBER_DIGITS else ""


def fold_text(text: str) -> str:
    """Normalise width, case, kind of kana and spaces of a name, a reading or a customer id."""
    return re.sub(r"\s", "", to_katakana(text).casefold())


def blind_marks(kind: str, value: str, keyring: Keyring) -> tuple[str, ...]:
    """Return the search marks of a value, one for each key, that of the current key first.

    An empty value has no marks.

    Args:
        kind: ``number`` is normalised as a phone number, ``reference`` and ``source`` are left as they
            are, anything else is normalised as text.
        value: The value in clear.
        keyring: Keys of this desk.
    """
    folded = FOLDS.get(kind, fold_text)(value)
    return keyring.blind(kind, folded) if folded else ()


FOLDS: dict[str, Callable[[str], str]] = {"number": fold_number, "reference": str.strip, "source": str.strip}
