"""Compare the places of two addresses: prefecture, city and town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from pipeline.ownership.compared.address_parts import AddressParts, Level, Place
from pipeline.ownership.compared.comparison import Mark
from pipeline.ownership.known.names import KanaReader
from pipeline.sound.morae import MIN_TELLING, morae

__all__ = ["Places", "compared_places", "reading_of", "with_regions_apart"]


class Places(NamedTuple):
    """The places of two addresses beside each other.

    ``same`` and ``other`` are the levels that are said and the same, or said and not.
    """

    same: frozenset[Level]
    other: frozenset[Level]
    said: tuple[Mark, ...]
    registered: tuple[Mark, ...]


def with_regions_apart(said: AddressParts, registered: AddressParts, reader: KanaReader) -> AddressParts:
    """Cut off a city that is said without 市, where the registered address has it: 町田の成瀬."""
    if not said.places or said.places[-1].level is not Level.TOWN:
        return said
    *above, town = said.places
    for region in registered.places:
        stem = region.text[:-1]
        rest = town.text.removeprefix(stem)
        if region.level < Level.TOWN and len(stem) > 1 and rest != town.text:
            width = len(town.text) - len(rest.lstrip("のノ、 "))
            first = Place(region.level, town.text[:width], region.kana)
            last = Place(Level.TOWN, town.text[width:], reader.kana(town.text[width:]))
            places = (*above, first, *((last,) if last.text else ()))
            return replace(said, places=places)
    return said


def compared_places(said: Sequence[Place], registered: Sequence[Place]) -> Places:
    """Compare places level by level: a city that is said without its ward is the same.

    Args:
        said: In order.
        registered: Likewise.
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
    return Places(frozenset(same), frozenset(other), tuple(marks), tuple(own_marks))


def _is_same(said: Place, registered: Place) -> bool:
    """By letters or by sound; of a town the beginning is enough, and 市 or 県 may be left out."""
    text, own = said.text.strip("のノ、 "), registered.text
    if text == own or (said.level < Level.TOWN and text == own[:-1]):
        return True
    sound, own_sound = morae(reading_of(said)), morae(registered.kana)
    begins = said.level is Level.TOWN and len(sound) >= MIN_TELLING and own_sound[: len(sound)] == sound
    return bool(sound) and (sound == own_sound or begins)


def reading_of(place: Place) -> str:
    """A place's reading without the の that leads on to its number."""
    return place.kana.removesuffix("ノ") if place.text.endswith(("の", "ノ")) else place.kana
