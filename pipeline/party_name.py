"""Whose name is it: a heard reading against the names of the case.

heard ヤマナカケイイチ     known ヤマナカ|ヨウコ     the surname fits, the given name does not: family
heard ヤマナア             known ヤマナカ|ヨウコ     the surname alone, a little misheard: the person
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.sound import fold_kana, likeness, morae
from pipeline.types import CallCase, CaseName, Party

__all__ = ["KanaReader", "KnownName", "known_names", "whose_name"]

ALIKE = {1: 1.0, 2: 0.93, 3: 0.84, 4: 0.78}
"""Likeness from which a reading of so many morae is the known name: the shorter, the likelier by chance."""

ALIKE_LONG = 0.72
"""The same for five morae and more: of garbled names nine in ten lie above .7 (facts.md 0.2)."""

HALF = 0.62
"""Surname and given name must each be at least this alike where both are said."""

CLEAR, DOUBTFUL, HINTED = 0.1, -0.12, -0.2
"""How far above the bound nobody has to look; how far below it may still be the name; and how far
below when the conversation, too, says whose it is."""

_LABELS = {Party.REQUESTER: "本人", Party.STAFF: "担当者", Party.COMPANY: "自社"}


class KanaReader(Protocol):
    """What attribution needs of a reader."""

    def kana(self, text: str) -> str:
        """Katakana of a text."""


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the case by sound: the whole, and its surname and given name where they can be told."""

    party: Party
    whole: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)


def whose_name(kana: str, known: tuple[KnownName, ...], hint: Party | None = None) -> tuple[Party, str, bool]:
    """Decide whose a heard name is.

    Args:
        kana: Katakana of what was heard.
        known: The names of the case.
        hint: Whose it is by the conversation, where a witness knows.

    Returns:
        The party, the reason in Japanese, and whether a person should look.
    """
    margins = {
        party: max((_margin(kana, name) for name in known if name.party is party), default=-1.0)
        for party in _LABELS
    }
    party, margin = max(margins.items(), key=lambda item: item[1])
    if margin >= 0 and hint is Party.THIRD_PARTY and margin < CLEAR:
        return Party.UNKNOWN, f"{_LABELS[party]}の名前に似ているが、会話では別の人", True
    if margin >= 0:
        return party, f"{_LABELS[party]}の名前と読みが近い", margin < CLEAR
    if hint in _LABELS and margins[hint] >= HINTED:
        return hint, f"会話の流れから{_LABELS[hint]}の名前", True
    if hint is Party.STAFF and not any(name.party is Party.STAFF for name in known):
        return hint, "担当者の名乗り（名簿なし）", True
    if margin >= DOUBTFUL:
        return Party.UNKNOWN, "登録された名前に少し似ている", True
    return Party.THIRD_PARTY, "登録された誰の名前とも違う", False


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
            yield KnownName(party, whole, () if party is Party.COMPANY else _split(name, whole, reader))


def _margin(kana: str, name: KnownName) -> float:
    """How far a reading lies above (or below) what makes it this name."""
    length = len(morae(kana))
    if not length:
        return -1.0
    bound = ALIKE.get(length, ALIKE_LONG)
    part = max(
        (likeness(part, kana) - ALIKE.get(len(morae(part)), bound) for part in name.parts), default=-1.0
    )
    whole = likeness(name.whole, kana) - bound
    if name.parts and whole > part and not _both_parts(kana, name.parts):
        whole = -1.0  # the requester's surname with another given name: a member of the family
    return max(part, whole)


def _both_parts(kana: str, parts: tuple[str, ...]) -> bool:
    """Whether some cut of a reading gives a surname and a given name that both fit."""
    surname, given = parts
    cuts = range(max(1, len(surname) - 1), min(len(kana), len(surname) + 2))
    return any(min(likeness(surname, kana[:cut]), likeness(given, kana[cut:])) >= HALF for cut in cuts)


def _split(name: CaseName, whole: str, reader: KanaReader) -> tuple[str, ...]:
    """Surname and given name by sound: the cut whose two spelt parts read most like the two heard ones."""
    spaced = tuple(filter(None, map(fold_kana, name.kana.split())))
    if len(spaced) == 2:
        return spaced
    words = name.text.split()
    cuts = [len(words[0])] if len(words) == 2 else range(1, len(name.text))
    text = "".join(words) if len(words) == 2 else name.text
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    for cut in cuts:
        first, last = reader.kana(text[:cut]), reader.kana(text[cut:])
        for at in range(1, len(whole)):
            surname, given = whole[:at], whole[at:]
            # A wrongly read kanji is likelier in a given name; two kanji are the commonest surname.
            score = 2 * likeness(surname, first) + likeness(given, last) + 0.05 * (cut == 2)
            score += 0.3 * (surname == first and given == last)
            best = max(best, (score, (surname, given)))
    return best[1]
