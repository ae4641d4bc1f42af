"""Kinds of data beside names, addresses, telephone numbers, mail addresses and secrets: what identifies too.

One table: the name of each kind, as recognizers, plans and truths have it, and its Japanese word, from which
labels, letters and tables take theirs.  In this order they take a stretch that several claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["FURTHER_KINDS"]

FURTHER_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "MY_NUMBER": "個人番号",
        "CREDIT_CARD": "カード番号",
        "BANK_ACCOUNT": "口座",
        "LICENCE_NUMBER": "免許証番号",
        "INSURANCE_NUMBER": "保険証番号",
        "VEHICLE_PLATE": "車両番号",
        "DATE_OF_BIRTH": "生年月日",
        "CUSTOMER_NUMBER": "お客様番号",
        "ACCOUNT_NAME": "アカウント名",
        "WORKPLACE": "勤務先",
        "SCHOOL": "学校",
    }
)
"""Japanese word by kind.  Whether they are masked is the company's policy (``CallCase.kinds``)."""
