"""Everything that is compared with the findings of a call, read off its case once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.ownership.known.addresses import number_of, numbers_of
from pipeline.ownership.known.forms import NUMBERS, SpokenForm, spoken_forms
from pipeline.ownership.known.names import KNOWN_PARTIES, KanaReader, KnownName, known_names, other_orders
from pipeline.ownership.known.spelling import BLANKS
from pipeline.sound.digits import digits_of
from pipeline.types import CallCase, Party

__all__ = ["ROOM_DIGITS", "KnownCase", "read_case"]

ROOM_DIGITS: Final = 3
"""Figures of a room."""

_ROOM = re.compile(rf"(?<![\d丁目番号階の-])(?<!番地)\d{{{ROOM_DIGITS}}}(?=(?:号室?)?$)")
"""The number behind the name of a building."""


@dataclass(frozen=True, slots=True)
class KnownCase:
    """What a case knows.

    Attributes:
        forms: In every way in which it is said.
        names_and_places: The same without figures.
        names: Names by sound, of each party.
        spelt: Names as the case writes them, without blanks, of each party.
        phones: Telephone numbers in digits only, of each party.
        blocks: The digits of each of the requester's addresses.
        rooms: The digits of their rooms, where they live in a building.
    """

    forms: tuple[SpokenForm, ...] = field(repr=False)
    names_and_places: tuple[SpokenForm, ...] = field(repr=False)
    names: Mapping[Party, Sequence[KnownName]] = field(repr=False)
    spelt: Mapping[Party, Sequence[str]] = field(repr=False)
    phones: Mapping[Party, Sequence[str]] = field(repr=False)
    blocks: tuple[str, ...] = field(repr=False)
    rooms: tuple[str, ...] = field(repr=False)


def read_case(case: CallCase, reader: KanaReader) -> KnownCase:
    """Read a case.

    Args:
        case: The requester, the staff and the company.
        reader: Reads names and places that come without kana.
    """
    names = (*known_names(case, reader), *other_orders(case, reader))
    forms = spoken_forms(case, names, reader)
    people = (case.requester.names, case.staff, case.company_names)
    phones = (case.requester.phones, (), case.company_phones)
    numbers = [unicodedata.normalize("NFKC", number_of(each)) for each in case.requester.addresses]
    return KnownCase(
        forms,
        tuple(form for form in forms if form.kind not in NUMBERS),
        {party: [name for name in names if name.party is party] for party in KNOWN_PARTIES},
        {
            party: [BLANKS.sub("", name.text) for name in own]
            for party, own in zip(KNOWN_PARTIES, people, strict=True)
        },
        {party: [digits_of(each) for each in own] for party, own in zip(KNOWN_PARTIES, phones, strict=True)},
        tuple(map(numbers_of, numbers)),
        tuple(room[0] for room in map(_ROOM.search, numbers) if room),
    )
