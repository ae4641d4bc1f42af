"""Group the findings that are pieces of one number, address or mail address.

「090の」「はい」「1234の」「はい」「5678です」      one number, three findings
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pipeline.ownership.evidence.numbers import BLOCK_NUMBERS
from pipeline.ownership.evidence.postal_codes import is_postal_code, without_leading_code
from pipeline.ownership.known.addresses import block_of
from pipeline.sound.digits import digits_of
from pipeline.types import EntitySpan

PIECE_CHARS: Final = 24
"""Greatest number of characters between two pieces of one value: a short turn of the other side."""

MAX_WORD_CHARS: Final = 6
"""Greatest number of those characters that are no fillers."""

PHONE_FIGURES: Final = 11
"""Greatest number of digits of a telephone number; with more, another one has begun."""

_PLACE: Final = re.compile(r"[都道府県市区町村郡]|丁目")
"""A piece that begins an address; after numbers it is another address, or the same one again."""

_LOT: Final = "番地"
"""Counter of the first number of a block without 丁目; after two numbers another address begins with it."""

_ROOM: Final = re.compile(r"号室[^0-9〇一二三四五六七八九十]*$")
"""End of an address."""

CODE_BEGINS: Final = 3
"""Number of digits of a postal code before its hyphen."""

_FOUR_FIGURES: Final = re.compile(r"[^0-9]{0,2}[0-9]{4}(?![0-9])")
"""Digits of a postal code after its hyphen."""

FILLERS: Final = re.compile(r"はい|ええ|うん|えっと|えーと|えー|あの|です(?:ね)?|の|、|。|・|\s")
"""Words between two pieces of one address or number."""


def pieces_of_values(entities: Sequence[EntitySpan], text: str) -> tuple[tuple[int, ...], ...]:
    """Group findings that are pieces of one value.

    Args:
        entities: Findings in order of text.
        text: Text that they point into.

    Returns:
        For each finding the indices of all pieces of its value, in order, itself included.  A name is a
        value of its own.
    """
    groups: list[list[int]] = []
    for at in range(len(entities)):
        if groups and _goes_on(entities, groups[-1], at, text):
            groups[-1].append(at)
        else:
            groups.append([at])
    of = {at: tuple(group) for group in groups for at in group}
    return tuple(of[at] for at in range(len(entities)))


def _goes_on(entities: Sequence[EntitySpan], group: Sequence[int], at: int, text: str) -> bool:
    """Whether a finding is the next piece of a value."""
    last, entity = entities[group[-1]], entities[at]
    if entity.entity_type == "PERSON" or entity.entity_type != last.entity_type:
        return False
    between = text[last.chars.end : entity.chars.start]
    if len(between) > PIECE_CHARS or len(FILLERS.sub("", between)) > MAX_WORD_CHARS:
        return False
    pieces = [text[entities[each].chars.start : entities[each].chars.end] for each in (*group, at)]
    if entity.entity_type == "PHONE_NUMBER":
        return sum(map(len, map(digits_of, pieces))) <= PHONE_FIGURES
    *before, piece = pieces
    if is_postal_code(piece) or is_postal_code(before[-1]) or without_leading_code(piece) != piece:
        return False
    if _FOUR_FIGURES.match(piece) and len(digits_of("".join(before))) == CODE_BEGINS:
        return True
    return entity.entity_type != "ADDRESS" or not _begins_another(before, piece)


def _begins_another(before: Sequence[str], piece: str) -> bool:
    """Whether a piece begins another address: a place after numbers, or too many numbers for one address."""
    if any(map(digits_of, before)) and _PLACE.search(piece):
        return True
    said, more = sum(len(block_of(each)) for each in before), len(block_of(piece))
    return more > 0 and (
        (said > 1 and _LOT in piece)
        or (more > 1 and said + more > BLOCK_NUMBERS)
        or said > BLOCK_NUMBERS
        or _ROOM.search(before[-1]) is not None
    )
