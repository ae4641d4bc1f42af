"""Compare what is said with what a case registers of its type.

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

__all__ = ["COMPARED", "Registered", "compared", "registered_in"]

COMPARED: Final = ("PERSON", "ADDRESS", "PHONE_NUMBER")
"""The entity types of which a case registers values."""

_HONORIFIC = re.compile(r"(?<=[一-龠ァ-ヴ])(?:さん|さま|様|氏|君|くん|ちゃん)$")
"""Behind a name of one letter, too."""

_HIRAGANA = re.compile("[ぁ-ん]")


@dataclass(frozen=True, slots=True)
class Registered:
    """What a case registers, read once for all that is compared with it.

    Attributes:
        names: Of the requester, the staff and the company.
        numbers: Telephone numbers of the requester and the company, and whose they are.
        addresses: Of the requester.
    """

    names: tuple[RegisteredName, ...] = field(repr=False)
    numbers: tuple[tuple[Party, str], ...] = field(repr=False)
    addresses: tuple[AddressParts, ...] = field(repr=False)


def registered_in(case: CallCase, reader: KanaReader) -> Registered:
    """Read what a case registers.

    Args:
        case: The requester, the staff and the company.
        reader: Reads what comes without kana.
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
    """Compare what is said with the nearest registered value of its type.

    Args:
        text: As recognised, or as a person corrected it.
        entity_type: What it is.
        registered: Of the call's case.
        reader: Reads the text.

    Returns:
        ``None`` where nothing of that type is registered, or nothing registered is at all near.
    """
    if entity_type == "PHONE_NUMBER":
        return compared_number(text, registered.numbers)
    if entity_type == "PERSON":
        return compared_name(letter_by_letter(text) or _bare(text), registered.names, reader)
    if entity_type == "ADDRESS":
        return compared_address(_bare(text), registered.addresses, reader)
    return None


def _bare(text: str) -> str:
    """The text without what is said around it; a hiragana word keeps its beginning: のはら is not はら."""
    steps = without_lead(_HONORIFIC.sub("", text.strip("、。 \n")))
    return next((step for step in reversed(steps) if not _HIRAGANA.match(step)), steps[0])
