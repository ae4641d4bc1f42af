"""Make a stranger's case near to what third parties of a call say: the hard cases of the judge of owners.

    third party   水戸市千波町3丁目4番12号   090-0123-4567   市川
    stranger      津市上浜町3丁目4番12号     090-0123-9517   石川

A stranger who is drawn at random has a name, a number and an address that are nothing like theirs, and from
such a judge learns little.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from models.language.lexicon.lexicon import NameRow, load_lexicon
from models.training.calls.pools import BACKS, FRONTS, spellings
from pipeline.measuring.truth import CallTruth
from pipeline.ownership.known.addresses import number_of, numbers_of
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import fold_kana, likeness, morae
from pipeline.types import CallCase, CaseName

NAMES: Final = 1500
"""Surnames, and given names, among which one is looked for that sounds alike."""

MOST_MORAE: Final = 5
"""Of what is a surname or a given name; what is longer is both."""

MIN_FIGURES: Final = 4
"""Figures of the last group of a telephone number, or of all of it: fewer tell nothing."""

AT_THEIR_NUMBER: Final = 2
"""How many times as often the stranger lives at a third party's number as in their town: a town alone is
mostly nobody's but theirs, and has to stay so."""

_COUNTERS = re.compile(r"丁目|番地?|号|[のノ-]")
"""What parts the numbers of a block."""

_ROOM = re.compile(r"(?P<building>[^0-9]{2,})(?<![丁目番地号])(?P<room>[0-9]{3})(?:号室?)?")
"""A building and a room in it."""

_HOME = re.compile(r"(?<=[号地])[^0-9]{2,}[0-9]{3}号室$")
"""The stranger's own building and room, behind the block."""

_REGION = re.compile(r"^(?:東京都|北海道|京都府|大阪府|..県|...県)?[^市区郡]{1,6}[市区郡]")


def near_stranger(case: CallCase, truth: CallTruth, rng: random.Random) -> CallCase:
    """Somebody else's case, with something of a third party's in each of its parts.

    Args:
        case: Of another call.
        truth: Of the call that it will be shown with.
        rng: Decides what.

    Returns:
        The same staff and company, and a requester whose name sounds like a third party's, whose number
        differs by a few figures, and whose address has the same block or room elsewhere, or another in the
        same town or building.  Nothing of it is a third party's, but for the name of that place.
    """
    own = case.requester
    third = [span for span in truth.spans if span.must_mask]
    names = [fold_kana(span.reading) for span in third if span.kind == "NAME" and span.reading]
    numbers = [digits_of(span.surface) for span in third if span.kind == "PHONE"]
    addresses = [CaseName(span.surface, span.reading) for span in third if span.kind == "ADDRESS"]
    return replace(
        case,
        requester=replace(
            own,
            names=_name(names, rng) or own.names,
            phones=_phone(own.phones, numbers, rng) or own.phones,
            addresses=_address(own.addresses, addresses, rng) or own.addresses,
        ),
    )


def _name(readings: Sequence[str], rng: random.Random) -> tuple[CaseName, ...]:
    short = [each for each in dict.fromkeys(readings) if len(morae(each)) <= MOST_MORAE]
    if not short:
        return ()
    said = rng.choice(short)
    surname, given = (
        max(rng.sample(_common(kind), NAMES // 3), key=lambda row: _near(row.reading, said))
        for kind in ("surnames", "given names")
    )
    return (CaseName(surname.surface + given.surface, surname.reading + given.reading),)


def _near(reading: str, said: str) -> float:
    """How much alike two readings are; what is the same is nobody else's."""
    return -1.0 if reading in said or said in reading else likeness(reading, said)


@lru_cache(maxsize=2)
def _common(kind: str) -> tuple[NameRow, ...]:
    lexicon = load_lexicon()
    rows = spellings(lexicon.surnames if kind == "surnames" else lexicon.given_names)
    return tuple(sorted(rows, key=lambda row: -row.weight)[:NAMES])


def _phone(own: Sequence[str], third: Sequence[str], rng: random.Random) -> tuple[str, ...]:
    """A number that is a third party's but for its last figures; or one's own, with such a last group.

    One figure differs, or two, or four: half of what is behind the prefix.
    """
    known = [number for number in third if len(number) >= MIN_FIGURES]
    if not own or not known:
        return ()
    number = rng.choice(known)
    other = min(rng.choice((1, 2, 4)), len(number))
    ends = "".join(str((int(figure) + rng.randint(1, 9)) % 10) for figure in number[-other:])
    return (own[0][: -len(number)] + number[:-other] + ends,)


def _address(own: Sequence[CaseName], third: Sequence[CaseName], rng: random.Random) -> tuple[CaseName, ...]:
    """Where the stranger lives: at a third party's number, next door to them, or in their town."""
    if not own or not third:
        return ()
    number = number_of(own[0])
    place = own[0].text.removesuffix(number)
    rooms = [room for each in third if (room := _ROOM.fullmatch(each.text))]
    towns = [each.text for each in third if not number_of(each)]
    blocks = [groups for each in third if len(groups := _groups(number_of(each))) in {1, 3}]
    ways: list[str] = []
    if rooms:
        house = _HOME.sub("", own[0].text)
        ways += [f"{house}{room}" for room in _rooms(rng.choice(rooms), rng)]
    if towns and number:
        region = _REGION.match(place)
        ways += [f"{region[0] if region else ''}{rng.choice(towns)}{number}"]
    if blocks and not rooms:
        figures = rng.choice(blocks)
        block = "{}丁目{}番{}号".format(*figures) if len(figures) > 1 else f"{figures[0]}番地"
        ways += [place + block] * AT_THEIR_NUMBER
    return (CaseName(rng.choice(ways)),) if ways else ()


def _rooms(room: re.Match[str], rng: random.Random) -> tuple[str, str]:
    """The same room in another building, and another room in the same."""
    building = f"{rng.choice(FRONTS).text}{rng.choice(BACKS).text}"
    other = f"{rng.randint(1, 9)}{int(room['room'][1:]) % 12 + 1:02d}"
    return f"{building}{room['room']}号室", f"{room['building']}{other}号室"


def _groups(number: str) -> list[str]:
    """The numbers of a block, each in figures."""
    return [figures for piece in _COUNTERS.split(number) if (figures := numbers_of(piece))]
