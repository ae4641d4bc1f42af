"""What is told of a call before it is heard: who asks, who works there, what is to be masked.

As everywhere in ``types``, whose part this is: frozen, tuples, and no person's words in ``repr``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final

from pipeline.listed_word import ListedWord

__all__ = ["USUAL_ACTIONS", "CallCase", "CaseName", "MaskAction", "Party", "Requester"]


class Party(enum.StrEnum):
    """Whose data a finding is: 本人 / 第三者 / 担当者 / 自社 / 不明."""

    REQUESTER = "requester"
    THIRD_PARTY = "third_party"
    STAFF = "staff"
    COMPANY = "company"
    UNKNOWN = "unknown"


class MaskAction(enum.StrEnum):
    """What happens to a finding in the copy that leaves the house."""

    MASK = "mask"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class CaseName:
    """A name or term as written and, where known, as read (katakana)."""

    text: str = field(repr=False)
    kana: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Requester:
    """The person who asks: 本人.  Empty when the case names none.

    ``birth_date``: ISO, empty where it is not known.  ``customer_numbers``: any number under which a company
    knows them.  ``workplaces``: schools too.
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
"""What is done with each party's data where neither the case nor the company says otherwise."""


@dataclass(frozen=True, slots=True)
class CallCase:
    """Who asks, who works here, and what the company keeps to itself.

    ``staff``: everybody who works for the company; ``on_call``: those of them who spoke in this call.
    ``actions``: what to do with each party's data; THIRD_PARTY is always masked and is not in it.
    ``kinds``: what is done with each of ``FURTHER_KINDS``; MASK where it is not named.
    ``words``: always masked or kept, whoever's they are.  ``products``: nobody's data, offered as words.
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
        """The kinds that the company's policy leaves in the copy, whoever's they are."""
        return frozenset(kind for kind, action in self.kinds if action is MaskAction.KEEP)

    @property
    def colleagues(self) -> tuple[CaseName, ...]:
        """Those of the staff who did not speak in this call."""
        return tuple(name for name in self.staff if name not in self.on_call)

    def action_for(self, party: Party) -> MaskAction:
        """What the case's policy says of ``party``; MASK where it says nothing."""
        return dict(self.actions).get(party, MaskAction.MASK)
