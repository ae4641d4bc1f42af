"""Phone numbers in the groups in which people write them, where the number alone says which those are."""

from __future__ import annotations

import re
from typing import Final

_GROUPS: Final = (
    # Freephone, Navi Dial and the other service numbers.
    re.compile(r"(0120|0170|0180|0570|0990)(\d{3})(\d{3})"),
    re.compile(r"(0800)(\d{3})(\d{4})"),
    # Mobile, IP telephony.
    re.compile(r"(0[25789]0)(\d{4})(\d{4})"),
    # Area codes that are no beginning of a longer one: Tokyo, Osaka, Sapporo and others.
    re.compile(r"(03|06)(\d{4})(\d{4})"),
    re.compile(r"(011|044|045|052|075|078)(\d{3})(\d{4})"),
)


def grouped(number: str) -> str:
    """Return a number with hyphens between its groups.

    An area code that may be the beginning of a longer one (022 and 0226) does not say where it ends; such a
    number is left as it is, and so is one that has hyphens already.

    Args:
        number: Digits, as the company's list has them.
    """
    for pattern in _GROUPS:
        match = pattern.fullmatch(number)
        if match is not None:
            return "-".join(match.groups())
    return number
