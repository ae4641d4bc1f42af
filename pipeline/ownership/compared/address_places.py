"""Compare the places of two addresses: prefecture, city and town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from pipeline.ownership.compared.address_parts import AddressParts, AddressPlace, Level
from pipeline.ownership.compared.comparison import Mark
from pipeline.ownership.known.names import KanaReader
from pipeline.sound.morae import MIN_TELLING, morae


class PlaceComparison(NamedTuple):
    """Result of comparing the places of a spoken address with those of a registered one.

    ``same``, ``other``: levels that are spoken and agree, or differ. ``said``, ``registered``: mark of each
    place.
    """

    same: frozenset[Level]
    other: frozenset[Level]
    said: tuple[Mark, ...]
    registered: tuple[Mark, ...]


def with_regions_apart(said: AddressParts, registered: AddressParts, reader: KanaReader) -> AddressParts:
    """Separate a city that is spoken without 市, where the registered address has it: 町田の成瀬."""
    if not said.places or said.places[-1].level is not Level.TOWN:
        return said
    *above, town = said.places
    for region in registered.places:
        stem = region.text[:-1]
        rest = town.text.removeprefix(stem)
        if region.level < Level.TOWN and len(stem) > 1 and rest != town.text:
            width = len(town.text) - len(rest.lstrip("のノ、 "))
            first = AddressPlace(region.level, town.text[:width], region.kana)
            last = AddressPlace(Level.TOWN, town.text[width:], reader.kana(town.text[width:]))
            places = (*above, first, *((last,) if last.text else ()))
            return replace(said, places=places)
    return said


def compared_places(said: Sequence[AddressPlace], registered: Sequence[AddressPlace]) -> PlaceComparison:
    """Compare places level by level; a city that is spoken without its ward agrees.

    Args:
        said: Spoken places in order.
        registered: Registered places in order.
    """
    marks: list[Mark] = []
    met: set[int] = set()
    for place in said:
        meets = [n for n, own in enumerate(registered) if own.level is place.level and _is_same(place, own)]
        met |= set(meets)
        marks.append(Mark.SAME if meets else Mark.DIFFERENT)
    other = {place.level for place, mark in zip(said, marks, strict=True) if mark is Mark.DIFFERENT}
    same = {place.level for place in said} - other
    own_marks = (
        Mark.SAME if n in met else Mark.DIFFERENT if own.level in other else Mark.UNSAID
        for n, own in enumerate(registered)
    )
    return PlaceComparison(frozenset(same), frozenset(other), tuple(marks), tuple(own_marks))


def _is_same(said: AddressPlace, registered: AddressPlace) -> bool:
    """Whether two places agree in letters or sound.

    The beginning of a town suffices, and 市 or 県 may be missing.
    """
    text, own = said.text.strip("のノ、 "), registered.text
    if text == own or (said.level < Level.TOWN and text == own[:-1]):
        return True
    sound, own_sound = morae(reading_of(said)), morae(registered.kana)
    begins = said.level is Level.TOWN and len(sound) >= MIN_TELLING and own_sound[: len(sound)] == sound
    return bool(sound) and (sound == own_sound or begins)


def reading_of(place: AddressPlace) -> str:
    """Return a place's reading without the の before its number."""
    return place.kana.removesuffix("ノ") if place.text.endswith(("の", "ノ")) else place.kana
