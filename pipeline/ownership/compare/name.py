"""Compare a heard reading with the names of the case.

heard ヤマナカケイイチ     known ヤマナカ|ヨウコ     the surname fits, the given name does not: family
heard ヤマナア             known ヤマナカ|ヨウコ     the surname alone, a little misheard: the person
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.finding.verdict import Verdict, Veto
from pipeline.ownership.compare.kanji import KanjiReader
from pipeline.reasons import Reason
from pipeline.sound.morae import Mora, fold_kana, likeness, morae
from pipeline.sound.search import find_sound
from pipeline.types import CallCase, CaseName, Party

__all__ = [
    "KanaReader",
    "KnownName",
    "known_names",
    "other_orders",
    "shares_a_part",
    "whose_name",
]

MIN_LIKENESS = {1: 1.0, 2: 0.93, 3: 0.84, 4: 0.78}
"""Lowest likeness of a reading to its known name, by morae: a short one is sooner alike by chance."""

MIN_LIKENESS_LONG = 0.72
"""The same for five morae and more: of garbled names nine in ten lie above .7 (facts.md 0.2)."""

MIN_PART_LIKENESS = 0.62
"""Lowest likeness of surname and of given name, where both are said."""

MIN_SHORT_PART_LIKENESS = 0.75
"""The same for a given name of three morae or fewer: of ユウコ and ユウマ two are the same."""

CLEAR_MARGIN, DOUBTFUL_MARGIN, HINTED_MARGIN = 0.1, -0.12, -0.15
"""Margins over the lowest likeness: from which nobody has to look, from which it may be the name, and from
which it is where the talk says so, too."""

MIN_GIVEN_NAME_LIKENESS, MIN_VAGUE_LIKENESS = 0.9, 0.45
"""Lowest likeness of a given name of three morae beside a surname that is only vaguely alike, and of that
surname: no relative has the given name."""

MIN_MORAE_WITHIN, MAX_MORAE_BEFORE = 4, 3
"""Fewest morae of a name that is looked for within a finding, and most morae before it."""

_MARKS = re.compile(r"[\s・･＝=,，、]+")
"""Between the parts of a name from abroad."""

_ABROAD = re.compile(r"[ァ-ヴーA-Za-zÀ-ỹ'’.\-\s・･＝=,，、]+")
"""How a name from abroad is written in a case."""

_POLITE = re.compile(r"(?:サマ|サン|デス|デスネ|デスケド|デスガ|トモウシマス|モウシマス)+$")

_ALIKE = {
    Party.REQUESTER: Reason.NAME_READS_LIKE_REQUESTER,
    Party.STAFF: Reason.NAME_READS_LIKE_STAFF,
    Party.COMPANY: Reason.NAME_READS_LIKE_COMPANY,
}
_ALIKE_BUT_TALK = {
    Party.REQUESTER: Reason.NAME_READS_LIKE_REQUESTER_BUT_TALK,
    Party.STAFF: Reason.NAME_READS_LIKE_STAFF_BUT_TALK,
    Party.COMPANY: Reason.NAME_READS_LIKE_COMPANY_BUT_TALK,
}
_BY_TALK = {
    Party.REQUESTER: Reason.NAME_BY_TALK_REQUESTER,
    Party.STAFF: Reason.NAME_BY_TALK_STAFF,
    Party.COMPANY: Reason.NAME_BY_TALK_COMPANY,
}


class KanaReader(KanjiReader, Protocol):
    """Reads text and names: what the passes need."""

    def kana(self, text: str) -> str:
        """Katakana of a text."""

    def readings(self, name: str) -> tuple[str, ...]:
        """Every way in which a name that is written so is read."""

    def name_parts(self, text: str, kana: str) -> tuple[str, str] | None:
        """Readings of a name's surname and given name, where they can be told."""


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the case by sound: the whole, and its surname and given name where they can be told.

    Of one from abroad, either may be said first.
    """

    party: Party
    whole: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)
    abroad: bool = False


def whose_name(
    kana: str, known: tuple[KnownName, ...], hint: Party | None = None, cores: Sequence[str] = ()
) -> Verdict:
    """Decide whose a heard name is.

    Args:
        kana: Katakana of what was heard.
        known: The names of the case.
        hint: Whose it is by the conversation, where a witness knows.
        cores: The same without the particles and fillers at its start, less and less of it.

    Returns:
        The verdict.
    """
    margins = {
        party: max((_margin(kana, name) for name in known if name.party is party), default=-math.inf)
        for party in _ALIKE
    }
    party, margin = max(margins.items(), key=lambda item: item[1])
    said_whole = any(len(morae(kana)) > len(morae(part)) + 1 for name in known for part in name.parts[:1])
    if margin >= 0 and hint is Party.THIRD_PARTY and margin < CLEAR_MARGIN and not said_whole:
        return Verdict(Party.UNKNOWN, _ALIKE_BUT_TALK[party], True)
    if margin >= 0:
        return Verdict(party, _ALIKE[party], margin < CLEAR_MARGIN)
    for core in cores:
        verdict = whose_name(core, known)
        # Two morae are never clear by their likeness, and enough where they are the very same.
        exact = any(core in {name.whole, *name.parts} for name in known if name.party is verdict.party)
        if verdict.party in _ALIKE and (exact or not verdict.doubtful):
            return verdict._replace(doubtful=True)
    if any(
        name.party is Party.REQUESTER and _of_the_family(cores[-1] if cores else kana, name) for name in known
    ):
        return Verdict(Party.UNKNOWN, Veto.RELATIVE.value, True)
    price = min((_within(kana, name) for name in known if name.party is Party.REQUESTER), default=math.inf)
    if price < math.inf:
        return Verdict(Party.REQUESTER, Reason.NAME_HOLDS_REQUESTER, price > 0)
    return _unlike(margin, margins, hint)


def _within(kana: str, name: KnownName) -> float:
    """The price of the requester's name in a finding that holds little else: ロノアキヤマサマ.

    Infinite where it is not there.
    """
    line = morae(_POLITE.sub("", kana))
    # アンブラウン is somebody else's given name before the same surname, and no garbled lead.
    needles = (morae(sound) for sound in (name.whole, *(() if name.abroad else name.parts[:1])))
    prices = (
        match.price
        for needle in needles
        if len(needle) >= MIN_MORAE_WITHIN
        for match in find_sound(needle, line, 1 - MIN_LIKENESS[4])
        if match.start <= MAX_MORAE_BEFORE and len(line) - match.end <= 1
        # Behind something else only the very same: アキ before ヤママオ is not what stands before ヤマナカ.
        if match.start == 0 or match.price == 0
        if len(needle) < len(morae(name.whole)) or _given_within(line[: match.end], name)
    )
    return min(prices, default=math.inf)


def _given_within(line: tuple[Mora, ...], name: KnownName) -> bool:
    """Whether the given name is heard at the end of a whole name: ノムラヨウコ is not ノムラトウマ."""
    if len(name.parts) < 2:
        return True
    given = morae(name.parts[1])
    return bool(find_sound(given, line[-len(given) - 1 :], 1 - _half(given)))


def _half(given: tuple[Mora, ...]) -> float:
    """The least likeness of a given name beside its surname."""
    return MIN_PART_LIKENESS if len(given) > 3 else MIN_SHORT_PART_LIKENESS


def _of_the_family(kana: str, name: KnownName) -> bool:
    """Whether the requester's surname is said with another given name: a relative, whatever the talk says."""
    if len(name.parts) < 2:
        return False
    surname, given = name.parts
    cuts = (cut for cut in range(max(1, len(surname) - 1), len(surname) + 2) if len(kana) - cut >= 2)
    return any(
        likeness(surname, kana[:cut]) >= MIN_LIKENESS_LONG
        and likeness(given, kana[cut:]) < _half(morae(given))
        for cut in cuts
    )


def _unlike(margin: float, margins: Mapping[Party, float], hint: Party | None) -> Verdict:
    """Judge a name that is nobody's by its sound alone."""
    if hint is not None and margins.get(hint, -math.inf) >= HINTED_MARGIN:
        return Verdict(hint, _BY_TALK[hint], True)
    if hint is Party.STAFF and math.isinf(margins[Party.STAFF]):
        return Verdict(hint, Reason.STAFF_WITHOUT_LIST, True)
    if margin >= DOUBTFUL_MARGIN:
        return Verdict(Party.UNKNOWN, Reason.NAME_SOMEWHAT_LIKE, True)
    return Verdict(Party.THIRD_PARTY, Reason.NAME_OF_NOBODY, False)


def shares_a_part(text: str, own: Sequence[KnownName], reader: KanaReader) -> bool:
    """Whether a name with a dot shares one of its parts with the requester's from abroad, and has another.

    エミリー・ブラウン sounds much like ジェームズ・ブラウン, and is somebody of the family.

    Args:
        text: As recognised.
        own: The requester's names, in every order.
        reader: Reads the parts.
    """
    parts = {part for name in own if name.abroad for part in name.parts}
    said = [reader.kana(part) for part in text.split("・")]
    if not parts or len(said) < 2 or min(len(morae(each)) for each in said) < 2:
        return False  # ス・ミ・ス is spelled out
    near = [max(likeness(part, each) for part in parts) for each in said]
    return max(near) >= MIN_LIKENESS_LONG and min(near) < MIN_SHORT_PART_LIKENESS


def known_names(case: CallCase, reader: KanaReader) -> Iterator[KnownName]:
    """The names of a case by sound.

    Args:
        case: The requester, the staff and the company.
        reader: Reads names without kana.

    Yields:
        One value for each name.
    """
    groups: tuple[tuple[Party, Iterable[CaseName]], ...] = (
        (Party.REQUESTER, case.requester.names),
        (Party.STAFF, case.staff),
        (Party.COMPANY, case.company_names),
    )
    for party, names in groups:
        for name in names:
            whole = fold_kana(name.kana) or reader.kana(name.text)
            # Of staff a case often gives the surname alone, and two kanji of that are no two names.
            apart = party is Party.REQUESTER or (party is Party.STAFF and len(name.text) > 2)
            parts = _split(name, whole, reader) if apart else ()
            abroad = bool(parts) and _ABROAD.fullmatch(name.text) is not None
            yield KnownName(party, whole, parts, abroad)


def other_orders(case: CallCase, reader: KanaReader) -> Iterator[KnownName]:
    """The names from abroad of a case as they may be said, too: ジョン・スミス, グエン・ラン.

    Args:
        case: The requester and the staff.
        reader: Reads names without kana.

    Yields:
        Any two parts of each, in either order, but for the order of ``known_names``.
    """
    named = (*case.requester.names, *case.staff)
    for name, known in zip(named, known_names(case, reader), strict=False):
        if known.abroad:
            told = tuple(filter(None, map(fold_kana, _MARKS.split(name.kana))))
            pairs = itertools.permutations(told if len(told) > 2 else known.parts, 2)
            yield from (
                KnownName(known.party, "".join(pair), pair, abroad=True)
                for pair in pairs
                if pair != known.parts
            )


def _margin(kana: str, name: KnownName) -> float:
    """How far a reading's likeness lies above (or below) the bound of a name."""
    length = len(morae(kana))
    if not length:
        return -1.0
    bound = MIN_LIKENESS.get(length, MIN_LIKENESS_LONG)
    part = max(
        (likeness(part, kana) - MIN_LIKENESS.get(len(morae(part)), bound) for part in name.parts),
        default=-1.0,
    )
    # The shorter of the two says how easily they are alike by chance.
    whole = likeness(name.whole, kana) - max(
        bound, MIN_LIKENESS.get(len(morae(name.whole)), MIN_LIKENESS_LONG)
    )
    if name.parts and whole > part:
        if not _both_parts(kana, name):
            whole = -1.0  # the requester's surname with another given name: a member of the family
        elif kana.startswith(name.parts[0]):
            whole = min(whole, _given_margin(kana[len(name.parts[0]) :], name.parts[1]))
    return max(part, whole)


def _given_margin(kana: str, given: str) -> float:
    """How far the likeness of the rest behind the right surname lies above the bound of a given name.

    The surname then tells nothing between the person and their family (スズキアキ, スズキユキ), and
    only the same given name is clear.
    """
    margin = likeness(given, kana) - MIN_LIKENESS_LONG
    return margin if morae(given) == morae(kana) else min(margin, CLEAR_MARGIN / 2)


def _both_parts(kana: str, name: KnownName) -> bool:
    """Whether some cut of a reading gives both a fitting surname and a fitting given name."""
    surname, given = name.parts
    cuts = range(max(1, len(surname) - 1), min(len(kana), len(surname) + 2))
    alike = [(likeness(surname, kana[:cut]), likeness(given, kana[cut:])) for cut in cuts]
    # What is said last of a name from abroad may be the family's: エミリー・ブラウン, ジェームズ・ブラウン.
    tells = MIN_GIVEN_NAME_LIKENESS if len(morae(given)) >= 3 and not name.abroad else math.inf
    least = _half(morae(given))
    return any(
        (ours >= MIN_PART_LIKENESS and theirs >= least) or (theirs >= tells and ours >= MIN_VAGUE_LIKENESS)
        for ours, theirs in alike
    )


def _split(name: CaseName, whole: str, reader: KanaReader) -> tuple[str, ...]:
    """Split a name into surname and given name by sound; nothing where only one of them is known."""
    spaced = tuple(filter(None, map(fold_kana, _MARKS.split(name.kana))))
    if len(spaced) >= 2:
        return spaced[0], "".join(spaced[1:])
    words = _MARKS.split(name.text)
    if len(words) == 2 and whole.startswith(first := reader.kana(words[0])):
        return first, whole[len(first) :]
    return reader.name_parts("".join(words), whole) or ()
