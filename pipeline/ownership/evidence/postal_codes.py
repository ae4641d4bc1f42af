"""Find the address with which a postal code is said.

    「796-2523」「はい」「796-2523ですね、ご住所は」「成瀬5丁目」      both codes go with 成瀬5丁目

A case seldom has a code, and a code tells no more than its town: so a code is judged like its address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.ownership.evidence.feature import Feature, FeatureValues
from pipeline.sound.digits import digits_of, without_digits
from pipeline.types import EntitySpan

POSTAL_FIGURES: Final = 7
"""Number of digits of a postal code, three and four."""

MAX_OTHER_CHARS: Final = 6
"""Greatest number of other characters of a code: 番号, の, です."""

MAX_BETWEEN_CHARS: Final = 90
"""Greatest number of characters between a code and its address: it is read back, and the address is asked
for."""

MAX_BESIDE_CHARS: Final = 24
"""Greatest number of characters between a code and an address that is certainly its own: a short turn."""

MIN_TOWN: Final = 0.8
"""Similarity from which a town is the requester's."""

_THREE_AND_FOUR: Final = re.compile(r"[^0-9]*[0-9]{3}(?:[0-9]{4}(?![0-9])|[^0-9]+[0-9]{4}(?![0-9]))[^0-9]*")
"""Digits of a code, written in two groups or in one: 21の18の911 is a block."""

_LEADING_CODE: Final = re.compile(r"^[^0-9一-龠]*(?:[0-9][のノ\-−、。はい\s]*){5,}(?=[^0-9の、。\-−\s])")
"""A code as it is recognised, often a digit short."""


def is_postal_code(said: str) -> bool:
    """Whether an address is nothing but a postal code.

    Args:
        said: Recognised text.
    """
    if len(digits_of(said)) != POSTAL_FIGURES or len(without_digits(said)) > MAX_OTHER_CHARS:
        return False
    plain = unicodedata.normalize("NFKC", said)
    return not re.fullmatch(r"[^0-9]*(?:[0-9]+[^0-9]*)+", plain) or bool(_THREE_AND_FOUR.fullmatch(plain))


def without_leading_code(said: str) -> str:
    """Remove the postal code before the first place of an address.

    Args:
        said: Recognised text, digits as ASCII.
    """
    return _LEADING_CODE.sub("", said)


def addresses_of_codes(entities: Sequence[EntitySpan], text: str) -> Mapping[int, tuple[int, ...]]:
    """Find the address with which each postal code is said.

    Args:
        entities: Findings in order of text.
        text: Text that they point into.

    Returns:
        For each code, the addresses that may be its own, the nearest first: the next one behind it and the
        last one before it, with no other code between.  An address right beside the code is the only one.
        Without either, the addresses of the same code elsewhere in the call; else nothing.
    """
    places = [at for at, each in enumerate(entities) if each.entity_type == "ADDRESS"]
    said = {at: text[entities[at].chars.start : entities[at].chars.end] for at in places}
    codes = {at: digits_of(each) for at, each in said.items() if is_postal_code(each)}
    order = [at for at in places if at not in codes]
    out: dict[int, tuple[int, ...]] = {}
    for at, code in codes.items():
        here = entities[at]
        others = [other for other, figures in codes.items() if figures != code]
        behind = next((place for place in order if place > at), None)
        before = next((place for place in reversed(order) if place < at), None)
        near = sorted(
            (_gap(here, entities[place]), place)
            for place in (behind, before)
            if place is not None and not any(min(at, place) < other < max(at, place) for other in others)
        )
        within = [(gap, place) for gap, place in near if gap <= MAX_BETWEEN_CHARS]
        beside = [(gap, place) for gap, place in within if gap <= MAX_BESIDE_CHARS]
        out[at] = tuple(place for _, place in beside[:1] or within)
    of_code = {codes[at]: found for at, found in out.items() if found}
    return {at: found or of_code.get(codes[at], ()) for at, found in out.items()}


def names_town(values: FeatureValues) -> bool:
    """Whether an address names the requester's town, and not only the region that many people share.

    Args:
        values: Features of the address for the requester.
    """
    town = max(values.get(each, 0.0) for each in (Feature.WRITTEN_TOWN, Feature.HEARD_TOWN))
    return town >= MIN_TOWN or values.get(Feature.BLOCK_SAME, 0.0) > 0


def _gap(one: EntitySpan, other: EntitySpan) -> int:
    """Return the number of characters between two findings."""
    return max(one.chars.start, other.chars.start) - min(one.chars.end, other.chars.end)
