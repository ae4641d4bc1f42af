"""Prepare everything in a case that is compared with the findings of a call, once for the call."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.ownership.known.addresses import block_of, number_of, parted_code
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.forms import NAMES, SpokenForm, spoken_forms
from pipeline.ownership.known.names import (
    KanaReader,
    KnownName,
    claimed_names,
    known_names,
    other_orders,
)
from pipeline.ownership.known.spelling import BLANKS
from pipeline.sound.digits import digits_of
from pipeline.types import CallCase

ROOM_DIGITS: Final = 3
"""Number of digits of a room number."""

_ROOM = re.compile(rf"(?<![\d丁目番号階の-])(?<!番地)\d{{{ROOM_DIGITS}}}(?=(?:号室?)?$)")
"""A room number after the name of a building."""


@dataclass(frozen=True, slots=True)
class KnownCase:
    """Contents of a case, prepared for comparison.

    Attributes:
        forms: Spoken forms of all data.
        spoken_names: The forms that are names.
        names: Names by sound, for each claimant.
        spelt: Names in the case's spelling, without blanks, for each claimant.
        phones: Telephone numbers, digits only, for each claimant.
        addresses: The requester's addresses in the case's spelling.
        blocks: Numbers of each of these addresses, in digits: 丁目, 番, 号 and the room.
        codes: Digits of the postal codes before these addresses.
        rooms: Digits of the room in each address that has one.
    """

    forms: tuple[SpokenForm, ...] = field(repr=False)
    spoken_names: tuple[SpokenForm, ...] = field(repr=False)
    names: Mapping[Claimant, Sequence[KnownName]] = field(repr=False)
    spelt: Mapping[Claimant, Sequence[str]] = field(repr=False)
    phones: Mapping[Claimant, Sequence[str]] = field(repr=False)
    addresses: tuple[str, ...] = field(repr=False)
    blocks: tuple[tuple[str, ...], ...] = field(repr=False)
    codes: tuple[str, ...] = field(repr=False)
    rooms: tuple[str, ...] = field(repr=False)


def read_case(case: CallCase, reader: KanaReader) -> KnownCase:
    """Prepare a case for comparison.

    Args:
        case: The requester, the staff and the company.
        reader: Reader of names and places without kana.
    """
    parted = [parted_code(each) for each in case.requester.addresses]
    addresses = tuple(address for _, address in parted)
    case = replace(case, requester=replace(case.requester, addresses=addresses))
    names = (*known_names(case, reader), *other_orders(case, reader))
    forms = spoken_forms(case, names, reader)
    phones = {Claimant.REQUESTER: case.requester.phones, Claimant.COMPANY: case.company_phones}
    numbers = [unicodedata.normalize("NFKC", number_of(each)) for each in addresses]
    claimed = tuple(claimed_names(case))
    return KnownCase(
        forms,
        tuple(form for form in forms if form.kind in NAMES),
        {each: [name for name in names if name.claimant is each] for each in Claimant},
        {each: [BLANKS.sub("", name.text) for whose, name in claimed if whose is each] for each in Claimant},
        {each: [digits_of(phone) for phone in phones.get(each, ())] for each in Claimant},
        tuple(BLANKS.sub("", each.text) for each in addresses),
        tuple(map(block_of, numbers)),
        tuple(code for code, _ in parted if code),
        tuple(room[0] for room in map(_ROOM.search, numbers) if room),
    )
