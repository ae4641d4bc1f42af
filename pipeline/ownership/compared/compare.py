"""Compare a finding with the registered values of its type.

said         070-0538-2833       登録の番号と11桁中1桁が違います
registered   070-0537-2833
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.ownership.compared.address_parts import AddressParts, address_parts
from pipeline.ownership.compared.addresses import compared_address
from pipeline.ownership.compared.comparison import Comparison
from pipeline.ownership.compared.names import RegisteredName, compared_name, registered_names
from pipeline.ownership.compared.numbers import compared_number
from pipeline.ownership.known.addresses import parted_code
from pipeline.ownership.known.names import KanaReader
from pipeline.ownership.known.spelling import letter_by_letter, without_lead
from pipeline.types import CallCase, Party

COMPARED: Final = ("PERSON", "ADDRESS", "PHONE_NUMBER")
"""Entity types of which a case registers values."""

_HONORIFIC = re.compile(r"(?<=[一-龠ァ-ヴ])(?:さん|さま|様|氏|君|くん|ちゃん)$")
"""An honorific, also after a name of one letter."""

_HIRAGANA = re.compile("[ぁ-ん]")


@dataclass(frozen=True, slots=True)
class Registered:
    """Registered values of a case, prepared once for all comparisons.

    Attributes:
        names: Names of the requester, the staff and the company.
        numbers: Owner and telephone number, for the requester and the company.
        addresses: Addresses of the requester.
    """

    names: tuple[RegisteredName, ...] = field(repr=False)
    numbers: tuple[tuple[Party, str], ...] = field(repr=False)
    addresses: tuple[AddressParts, ...] = field(repr=False)


def registered_in(case: CallCase, reader: KanaReader) -> Registered:
    """Prepare the registered values of a case.

    Args:
        case: The requester, the staff and the company.
        reader: Reader of names and places without kana.
    """
    return Registered(
        registered_names(case, reader),
        (
            *((Party.REQUESTER, phone) for phone in case.requester.phones),
            *((Party.COMPANY, phone) for phone in case.company_phones),
        ),
        tuple(address_parts(parted_code(address)[1], reader) for address in case.requester.addresses),
    )


def compared(text: str, entity_type: str, registered: Registered, reader: KanaReader) -> Comparison | None:
    """Compare a text with the nearest registered value of a type.

    Args:
        text: Recognised or corrected text.
        entity_type: Entity type of the text.
        registered: Registered values of the call's case.
        reader: Reader of the text.

    Returns:
        The comparison; ``None`` where nothing of that type is registered, or no registered value is similar.
    """
    if entity_type == "PHONE_NUMBER":
        return compared_number(text, registered.numbers)
    if entity_type == "PERSON":
        return compared_name(letter_by_letter(text) or _bare(text), registered.names, reader)
    if entity_type == "ADDRESS":
        return compared_address(_bare(text), registered.addresses, reader)
    return None


def _bare(text: str) -> str:
    """Strip the words around a name; a hiragana word keeps its beginning: のはら is not はら."""
    steps = without_lead(_HONORIFIC.sub("", text.strip("、。 \n")))
    return next((step for step in reversed(steps) if not _HIRAGANA.match(step)), steps[0])
