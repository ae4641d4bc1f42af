"""The case of a call: the requester, the staff, the company, and the policy for masking.

A part of ``types``, with its rules: frozen, tuples, and no personal data in ``repr``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final

from pipeline.listed_word import ListedWord


class Party(enum.StrEnum):
    """Owner of a finding's data: 本人 / 第三者 / 担当者 / 自社 / 不明."""

    REQUESTER = "requester"
    THIRD_PARTY = "third_party"
    STAFF = "staff"
    COMPANY = "company"
    UNKNOWN = "unknown"


class MaskAction(enum.StrEnum):
    """Action on a finding in the copy that is disclosed."""

    MASK = "mask"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class CaseName:
    """A name or term with its reading in katakana, where known."""

    text: str = field(repr=False)
    kana: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Requester:
    """The person who asks: 本人.  Empty when the case names none.

    ``birth_date``: ISO, empty where unknown.  ``customer_numbers``: any number by which a company identifies
    them. ``workplaces``: schools as well.
    """

    names: tuple[CaseName, ...] = field(default=(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    addresses: tuple[CaseName, ...] = field(default=(), repr=False)
    birth_date: str = field(default="", repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    customer_numbers: tuple[str, ...] = field(default=(), repr=False)
    plates: tuple[str, ...] = field(default=(), repr=False)
    workplaces: tuple[CaseName, ...] = field(default=(), repr=False)


USUAL_ACTIONS: Final = (
    (Party.REQUESTER, MaskAction.KEEP),
    (Party.STAFF, MaskAction.KEEP),
    (Party.COMPANY, MaskAction.KEEP),
    (Party.UNKNOWN, MaskAction.MASK),
)
"""Default action for each party's data, where neither the case nor the company states one."""


@dataclass(frozen=True, slots=True)
class CallCase:
    """The requester, the staff, and the company's data and policy.

    ``staff``: everybody who works for the company; ``on_call``: those of them who spoke in this call.
    ``actions``: action for each party's data; THIRD_PARTY is always masked and is not in it.
    ``kinds``: action for each of ``FURTHER_KINDS``; MASK by default.
    ``words``: words always masked or kept, whoever owns them.  ``products``: no personal data, offered as
    words.
    """

    case_id: str
    requester: Requester = Requester()
    staff: tuple[CaseName, ...] = field(default=(), repr=False)
    company_names: tuple[CaseName, ...] = field(default=(), repr=False)
    company_phones: tuple[str, ...] = field(default=(), repr=False)
    confidential_terms: tuple[CaseName, ...] = field(default=(), repr=False)
    actions: tuple[tuple[Party, MaskAction], ...] = USUAL_ACTIONS
    words: tuple[ListedWord, ...] = field(default=(), repr=False)
    products: tuple[CaseName, ...] = field(default=(), repr=False)
    on_call: tuple[CaseName, ...] = field(default=(), repr=False)
    kinds: tuple[tuple[str, MaskAction], ...] = ()

    @property
    def kinds_left(self) -> frozenset[str]:
        """Kinds that the company's policy leaves in the copy, whoever owns them."""
        return frozenset(kind for kind, action in self.kinds if action is MaskAction.KEEP)

    @property
    def colleagues(self) -> tuple[CaseName, ...]:
        """Staff who did not speak in this call."""
        return tuple(name for name in self.staff if name not in self.on_call)

    def action_for(self, party: Party) -> MaskAction:
        """Return the action for ``party`` by the case's policy; MASK by default."""
        return dict(self.actions).get(party, MaskAction.MASK)
