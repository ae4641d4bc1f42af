"""Further kinds of data that identify people, beside names, addresses, telephone numbers, mail and secrets.

One table: the name of each kind, as recognizers, plans and truths use it, and its Japanese word, which
labels, letters and tables use.  The order is the precedence where several kinds claim a stretch.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LEGAL_FORMS: Final = "株式会社|有限会社|合同会社|医療法人|社会福祉法人"
"""Legal forms of firms and clinics, as alternatives of a regular expression."""

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
"""Japanese word by kind.  The company's policy decides whether they are masked (``CallCase.kinds``)."""
