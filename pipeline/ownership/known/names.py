"""Names of a case by sound: the full name, surname and given name.

大野 茂  オオノ シゲル     オオノシゲル: オオノ | シゲル
グエン・ラン・アン          グエンランアン: グエン | ランアン, and every two of its parts in either order
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.kanji import KanjiReader
from pipeline.sound.morae import fold_kana, morae
from pipeline.types import CallCase, CaseName

_MARKS = re.compile(r"[\s・･＝=,，、]+")
"""Separators between the parts of a foreign name."""

_ABROAD = re.compile(r"[ァ-ヴーA-Za-zÀ-ỹ'’.\-\s・･＝=,，、]+")
"""Spelling of a foreign name in a case."""

MIN_COMPANY_MORAE = 6
"""Least number of morae of a company's name that no surname is mistaken for: nearly all have fewer."""

MIN_COMPANY_CHARS = 3
"""Least number of its characters: fewer occur in any word."""


class KanaReader(KanjiReader, Protocol):
    """Reader of text and names, as ownership needs it."""

    def kana(self, text: str) -> str:
        """Return the katakana of a text."""

    def readings(self, name: str) -> tuple[str, ...]:
        """Return every possible reading of a written name."""

    def name_parts(self, text: str, kana: str) -> tuple[str, str] | None:
        """Return the readings of a name's surname and given name; ``None`` where they cannot be separated."""

    def commonness(self, kana: str) -> float:
        """Return how common a surname or given name with this reading is, 0 to 1 (one person in 100)."""


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the case by sound: the full name, and its surname and given name where they can be separated.

    The parts of a foreign name may be said in either order.
    """

    claimant: Claimant
    whole: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)
    abroad: bool = False


def known_names(case: CallCase, reader: KanaReader) -> Iterator[KnownName]:
    """Yield the names of a case by sound.

    Args:
        case: The requester, the staff and the company.
        reader: Reader of names without kana.

    Yields:
        One value for each name.
    """
    for claimant, name in claimed_names(case):
        whole = fold_kana(name.kana) or reader.kana(name.text)
        # For staff a case often gives the surname alone; two kanji of a surname are no two names.
        staff = claimant in {Claimant.ON_CALL, Claimant.COLLEAGUES}
        apart = claimant is Claimant.REQUESTER or (staff and len(name.text) > 2)
        parts = _split(name, whole, reader) if apart else ()
        abroad = bool(parts) and _ABROAD.fullmatch(name.text) is not None
        yield KnownName(claimant, whole, parts, abroad)


def claimed_names(case: CallCase) -> Iterator[tuple[Claimant, CaseName]]:
    """Yield the names of a case with their claimants.

    The requester's, the staff's in order, the company's.
    """
    on_call = frozenset(case.on_call)
    yield from ((Claimant.REQUESTER, name) for name in case.requester.names)
    for name in case.staff:
        yield Claimant.ON_CALL if name in on_call else Claimant.COLLEAGUES, name
    yield from ((Claimant.COMPANY, name) for name in case.company_names)


def other_orders(case: CallCase, reader: KanaReader) -> Iterator[KnownName]:
    """Yield the foreign names of a case in their other orders: ジョン・スミス, グエン・ラン.

    Args:
        case: The requester and the staff.
        reader: Reader of names without kana.

    Yields:
        Any two parts of each name in either order, except the order of ``known_names``.
    """
    named = (*case.requester.names, *case.staff)
    for name, known in zip(named, known_names(case, reader), strict=False):
        if known.abroad:
            told = tuple(filter(None, map(fold_kana, _MARKS.split(name.kana))))
            pairs = itertools.permutations(told if len(told) > 2 else known.parts, 2)
            yield from (
                KnownName(known.claimant, "".join(pair), pair, abroad=True)
                for pair in pairs
                if pair != known.parts
            )


def _split(name: CaseName, whole: str, reader: KanaReader) -> tuple[str, ...]:
    """Split a name into surname and given name by sound; return nothing where only one of them is known."""
    spaced = tuple(filter(None, map(fold_kana, _MARKS.split(name.kana))))
    if len(spaced) >= 2:
        return spaced[0], "".join(spaced[1:])
    words = _MARKS.split(name.text)
    if len(words) == 2 and whole.startswith(first := reader.kana(words[0])):
        return first, whole[len(first) :]
    return reader.name_parts("".join(words), whole) or ()


def long_company_names(case: CallCase, reader: KanaReader) -> tuple[str, ...]:
    """Return the spellings of the company's names that are longer than a surname, in sound and writing.

    Args:
        case: Has the company's names.
        reader: Reads names without a stated reading.
    """
    return tuple(
        name.text
        for name in case.company_names
        if len(name.text) >= MIN_COMPANY_CHARS
        and len(morae(fold_kana(name.kana or reader.kana(name.text)))) >= MIN_COMPANY_MORAE
    )
