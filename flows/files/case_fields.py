"""Fields of a case: each converts the spellings that people use into one, or refuses the value.

A validator raises a bare ``ValueError``: a reason of its own could repeat the value.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from pipeline.sound.digits import phone_digits
from pipeline.sound.identifiers import dates_in, plates_in
from pipeline.sound.morae import to_katakana

KANA = re.compile(r"[ァ-ヺー・\s\d-]+")
"""A reading; in that of an address digits stay as they are."""
PHONE = re.compile(r"\+?[\d\s().\-ー−‐]+")
EMAIL = re.compile(r"[a-z0-9._%+\-]{1,64}@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+")
CODE = re.compile(r"[0-9A-Z]{4,30}")
"""A number by which a company identifies a person, with letters; three digits are part of most numbers."""
MIN_PHONE_DIGITS, MAX_PHONE_DIGITS = 3, 15
"""Bounds of a phone number's digits: 110 and 119 are numbers too; ITU-T E.164 allows 15."""


def _katakana(kana: str) -> str:
    """Return a reading in full-width katakana; any kind and width of kana is accepted."""
    katakana = to_katakana(kana)
    if katakana and not KANA.fullmatch(katakana):
        raise ValueError
    return katakana


def _digits(phone: str) -> str:
    """Return the digits of a phone number, with the domestic 0 instead of +81."""
    if not PHONE.fullmatch(unicodedata.normalize("NFKC", phone).strip()):
        raise ValueError
    digits = phone_digits(phone)
    if not MIN_PHONE_DIGITS <= len(digits) <= MAX_PHONE_DIGITS:
        raise ValueError
    return digits


def _birth_date(said: str) -> str:
    """Return a day of birth as ISO writes it; 昭和33年6月4日 is accepted as well as 1958-06-04."""
    plain = unicodedata.normalize("NFKC", said).strip()
    if not plain:
        return ""
    day = next(iter(dates_in(plain)), None)
    if day is None or not day.is_whole or len(day.years) > 1 or (day.start, day.end) != (0, len(plain)):
        raise ValueError
    return date(day.years[0], day.month, day.day).isoformat()


def _email(address: str) -> str:
    plain = unicodedata.normalize("NFKC", address).strip().lower()
    if not EMAIL.fullmatch(plain):
        raise ValueError
    return plain


def _code(number: str) -> str:
    """Return the letters and digits of a number by which a company identifies a person."""
    plain = unicodedata.normalize("NFKC", number).strip().upper()
    code = re.sub(r"[\s\-ー−‐]", "", plain)
    if not CODE.fullmatch(code):
        raise ValueError
    return code


def _plate(written: str) -> str:
    """Return a plate without blanks and strokes: 品川300さ1234."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", written))
    plate = next(iter(plates_in(plain)), None)
    if plate is None or not plate.place or (plate.start, plate.end) != (0, len(plain)):
        raise ValueError
    return plate.text


class Strict(BaseModel):
    """Base of the document models: an unknown key is an error, and errors do not show values."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


MAX_CHARS = 200
"""Characters of a name, an address, a term or an id, and of its reading.  The longest address of Japan has
under a hundred.  Each finding is compared with each value, at a cost proportional to its length."""

MAX_PHONE_CHARS = 40
"""Characters of a written phone number: fifteen digits and the separators between them."""

Text = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=MAX_CHARS)
]
Kana = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, max_length=MAX_CHARS),
    AfterValidator(_katakana),
]
Phone = Annotated[str, StringConstraints(strict=True, max_length=MAX_PHONE_CHARS), AfterValidator(_digits)]


BirthDate = Annotated[
    str, StringConstraints(strict=True, max_length=MAX_PHONE_CHARS), AfterValidator(_birth_date)
]
Email = Annotated[str, StringConstraints(strict=True, max_length=MAX_CHARS), AfterValidator(_email)]
Code = Annotated[str, StringConstraints(strict=True, max_length=MAX_PHONE_CHARS), AfterValidator(_code)]
PlateText = Annotated[str, StringConstraints(strict=True, max_length=MAX_PHONE_CHARS), AfterValidator(_plate)]
