"""Compare a spoken number with the telephone numbers of a case."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pipeline.ownership.compared.aligned import Alignment, aligned
from pipeline.ownership.compared.comparison import Comparison, Likeness, Mark, runs_of
from pipeline.sound.digits import digits_of
from pipeline.types import Party

MISSING_OF_A_PIECE: Final = 2
"""Least number of missing digits from which a number counts as a piece of the registered one, not as
misheard."""

MOST_OFF_IN_PIECE: Final = 0.5
"""Greatest share of a piece's digits that may differ: a few digits agree by chance."""


def compared_number(text: str, numbers: Sequence[tuple[Party, str]]) -> Comparison | None:
    """Compare digits with the nearest registered number, or with the nearest piece of one.

    Args:
        text: Recognised or corrected text.
        numbers: Owner and number, in the case's spelling.

    Returns:
        The comparison; ``None`` where the case has no number, the text has no digits, or hardly any agrees.
    """
    said = digits_of(text)
    found = [_compared(said, party, number) for party, number in numbers] if said else []
    near = [each for each in found if each is not None]
    return min(near, key=lambda each: each.differing / each.in_all, default=None)


def _compared(said: str, party: Party, number: str) -> Comparison | None:
    figures = [_figure(char) for char in number]
    registered = [figure for figure in figures if figure]
    if not registered:
        return None
    piece = len(said) <= len(registered) - MISSING_OF_A_PIECE
    alignment = aligned(said, registered, piece=piece)
    in_all = len(said) if piece else max(len(said), len(registered))
    if alignment.differing > (in_all * MOST_OFF_IN_PIECE if piece else in_all - 1):
        return None
    same = alignment.differing == 0
    if piece:
        likeness = Likeness.NUMBER_PIECE_SAME if same else Likeness.NUMBER_PIECE_DIFFERS
    else:
        likeness = Likeness.NUMBER_SAME if same else Likeness.NUMBER_DIFFERS
    return Comparison(
        likeness,
        party,
        runs_of(_said(said, alignment, number)),
        runs_of(_registered(number, alignment.registered)),
        differing=alignment.differing,
        in_all=in_all,
    )


def _figure(char: str) -> str:
    """Return the digit of a character of any width; empty for a hyphen and all others."""
    value = unicodedata.decimal(char, None)
    return "" if value is None else str(value)


def _registered(number: str, marks: Iterable[Mark]) -> Iterator[tuple[str, Mark]]:
    """Yield the registered number with its marks; separators never differ."""
    rest = iter(marks)
    last = Mark.SAME
    for char in number:
        if _figure(char):
            last = next(rest)
            yield char, last
        else:
            yield char, Mark.UNSAID if last is Mark.UNSAID else Mark.SAME


def _said(said: str, alignment: Alignment, number: str) -> Iterator[tuple[str, Mark]]:
    """Yield the spoken digits in the groups of the registered number."""
    before = _parted_before(number)
    begun = False
    ahead = len(said)
    for i, j in alignment.pairs:
        if j is not None and before[j] and begun and ahead:
            yield before[j], Mark.SAME
        if i is not None:
            begun, ahead = True, ahead - 1
            yield said[i], alignment.said[i]


def _parted_before(number: str) -> list[str]:
    """Return the separators before each digit of a number."""
    before, between = [], ""
    for char in number:
        if _figure(char):
            before.append(between)
            between = ""
        else:
            between += char
    return before
