"""Compare a spoken address with those of the requester, place by place and number by number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.ownership.compared.address_numbers import Marked, NumberComparison, compared_numbers
from pipeline.ownership.compared.address_parts import AddressParts, Level, address_parts
from pipeline.ownership.compared.address_places import (
    PlaceComparison,
    compared_places,
    reading_of,
    with_regions_apart,
)
from pipeline.ownership.compared.aligned import aligned
from pipeline.ownership.compared.comparison import Comparison, Likeness, Mark, Run, runs_of
from pipeline.ownership.known.names import KanaReader
from pipeline.sound.morae import likeness, morae
from pipeline.types import CaseName, Party

MIN_TOWN_NEAR: Final = 0.7
"""Least similarity of two towns' readings from which both are shown together."""

MIN_BUILDING_NEAR: Final = 0.7
"""Least similarity of two readings of the same building: a recogniser spells few names of buildings right."""

MOST_OFF_ALONE: Final = 0.5
"""Greatest share of a block's digits that may differ where no place is spoken."""

_BLOCK_DIFFERS: Final = {
    Level.TOWN: Likeness.BLOCK_DIFFERS_IN_TOWN,
    Level.CITY: Likeness.BLOCK_DIFFERS_IN_CITY,
    Level.PREFECTURE: Likeness.BLOCK_DIFFERS_IN_PREFECTURE,
}


def compared_address(text: str, addresses: Sequence[AddressParts], reader: KanaReader) -> Comparison | None:
    """Compare an address, or a part of one, with the nearest registered address.

    Args:
        text: Recognised or corrected text, without the words around the address.
        addresses: The requester's addresses.
        reader: Reader of places.

    Returns:
        The comparison; ``None`` where the case has no address, or neither a place nor a number is similar.
    """
    heard = address_parts(CaseName(text), reader)
    found = []
    for registered in addresses:
        said = with_regions_apart(heard, registered, reader)
        places = compared_places(said.places, registered.places)
        numbers = compared_numbers(said.numbers, registered.numbers, anchored=bool(said.places))
        building = _building(said, registered, reader)
        if (comparison := _judged(said, registered, places, numbers, building)) is not None:
            found.append(((-len(places.same), numbers.differing), comparison))
    return min(found, key=lambda each: each[0], default=(None, None))[1]


def _judged(
    said: AddressParts,
    registered: AddressParts,
    places: PlaceComparison,
    numbers: NumberComparison,
    building: Mark,
) -> Comparison | None:
    kind = _likeness(places, numbers, building, said=bool(said.numbers))
    differing, in_all = numbers.differing, numbers.in_all
    if kind is None and (near := _near_town(said, registered)) is not None:
        kind, (differing, in_all) = Likeness.TOWN_NEAR, near
    if kind is None:
        return None
    return Comparison(
        kind,
        Party.REQUESTER,
        _runs(said, places.said, numbers.said, building),
        _runs(registered, places.registered, numbers.registered, building),
        differing=differing,
        in_all=in_all,
    )


def _building(said: AddressParts, registered: AddressParts, reader: KanaReader) -> Mark:
    """Compare the spoken building with the registered one."""
    one, own = said.building, registered.building
    if not one:
        return Mark.UNSAID
    same = one == own or likeness(reader.kana(own), reader.kana(one)) >= MIN_BUILDING_NEAR
    return Mark.SAME if same else Mark.DIFFERENT


def _likeness(
    places: PlaceComparison, numbers: NumberComparison, building: Mark, *, said: bool
) -> Likeness | None:
    same_numbers = said and not numbers.block and not numbers.room
    if not places.same and not places.other:
        return _of_numbers_alone(numbers, same=same_numbers, said=said)
    if places.other:
        return _of_another_place(places, same_numbers=same_numbers)
    if numbers.block:
        return _BLOCK_DIFFERS[max(places.same)]
    if building is Mark.DIFFERENT:
        return Likeness.BUILDING_DIFFERS
    if numbers.room:
        return Likeness.ROOM_DIFFERS
    whole = Level.TOWN in places.same and numbers.whole
    return Likeness.ADDRESS_SAME if whole else Likeness.ADDRESS_PIECE_SAME


def _of_numbers_alone(numbers: NumberComparison, *, same: bool, said: bool) -> Likeness | None:
    if not said or numbers.differing > MOST_OFF_ALONE * numbers.in_all:
        return None
    if same:
        return Likeness.BLOCK_SAME if numbers.of_block else Likeness.ROOM_SAME
    return Likeness.BLOCK_DIFFERS if numbers.block else Likeness.ROOM_DIFFERS


def _of_another_place(places: PlaceComparison, *, same_numbers: bool) -> Likeness | None:
    widest = min(places.other)
    if widest is Level.TOWN and Level.CITY in places.same:
        return Likeness.TOWN_DIFFERS
    if Level.TOWN in places.same:
        return Likeness.TOWN_SAME_ELSEWHERE
    if same_numbers:
        return Likeness.BLOCK_SAME_ELSEWHERE
    return Likeness.CITY_DIFFERS if Level.PREFECTURE in places.same else None


def _near_town(said: AddressParts, registered: AddressParts) -> tuple[int, int] | None:
    """Return how many morae of a similar-sounding town differ, and how many it has."""
    towns = [place for place in said.places if place.level is Level.TOWN]
    own = [place for place in registered.places if place.level is Level.TOWN]
    if not towns or not own or likeness(own[0].kana, reading_of(towns[0])) < MIN_TOWN_NEAR:
        return None
    beside = aligned(morae(reading_of(towns[0])), morae(own[0].kana))
    return beside.differing, len(beside.pairs)


def _runs(
    address: AddressParts, places: Sequence[Mark], numbers: Sequence[Sequence[Marked]], building: Mark
) -> tuple[Run, ...]:
    """Return an address as written, with its marks."""
    marks = (mark for piece, mark in _pieces(address, places, numbers, building) for _ in piece)
    return runs_of(zip(address.written, marks, strict=True))


def _pieces(
    address: AddressParts, places: Sequence[Mark], numbers: Sequence[Sequence[Marked]], building: Mark
) -> Iterator[Marked]:
    """Yield an address piece by piece; separators have the mark of the number before them."""
    for place, mark in zip(address.places, places, strict=True):
        yield place.text, mark
    parts = zip(numbers, address.behind, address.buildings, strict=True)
    for marked, counter, name in parts:
        yield from marked
        yield counter, Mark.UNSAID if marked[-1][1] is Mark.UNSAID else Mark.SAME
        yield name, building if name == address.building else Mark.SAME
