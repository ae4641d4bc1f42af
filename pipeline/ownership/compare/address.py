"""Compare an address with the requester's: its place by sound, and its number.

    heard  東京都 / はい / 町田市鳴瀬 / はい / 5-11-30 です      one address, said in pieces
    known  東京都町田市成瀬5丁目11番30号                        place and number both fit: the requester's

Likeness of whole addresses is unsafe, for a third party in the same town sounds like the requester:
where a number is said, town *and* number must fit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.finding.verdict import Verdict
from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.compare.registered_address import (
    MAX_PLACE_PRICE,
    MIN_BLOCK_DIGITS,
    ROOM_DIGITS,
    RegisteredAddress,
    numbers_of,
    place_in,
    without_orders,
)
from pipeline.ownership.compare.room import near_room, same_building
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of, edit_distance
from pipeline.sound.morae import MIN_TELLING, Mora
from pipeline.sound.search import find_sound
from pipeline.types import EntitySpan, Party, Transcript

__all__ = [
    "FILLERS",
    "MAX_EXTRA_MORAE",
    "MAX_PRICE_CLEAR",
    "MAX_PRICE_VERBATIM",
    "address_groups",
    "whose_address",
    "without_fillers",
]

MAX_PRICE_CLEAR = 0.2
"""Highest price, as a share of the length, at which a town tells by itself."""

MAX_PRICE_VERBATIM = 0.1
"""The same for words that nothing else makes a place or a name: a voiced consonant, a drawn vowel."""

MAX_EXTRA_MORAE = 3
"""Most morae beside a town that is all that was said: a particle, a word half caught."""

MAX_BLOCK_DIGITS = 7
"""Most digits of a block number with a room."""

MAX_GAP_CHARS = 2
"""Most characters between two pieces of one address, fillers and answers not counted."""

_FIGURE = re.compile(r"[0-9０-９]")

_PREFECTURE = re.compile(r"東京都|北海道|京都府|大阪府|[一-龠]{2,3}県")

FILLERS = r"はい|ええ|うん|えっと|えーと|えー|あの|です(?:ね)?|の|、|。|・|\s"
"""What is said between two pieces of one address or number: fillers, answers and joints."""


def without_fillers(text: str) -> str:
    """What is said between two pieces beside fillers, answers and joints."""
    return re.sub(FILLERS, "", text)


def address_groups(entities: Sequence[EntitySpan], transcript: Transcript) -> tuple[tuple[int, ...], ...]:
    """Group the findings that are one address said in pieces.

    Args:
        entities: In order of text.
        transcript: What they point into.

    Returns:
        Indices of addresses, those of one address together, in order.
    """
    groups: list[list[int]] = []
    for index, entity in enumerate(entities):
        text = transcript.text[entity.chars.start : entity.chars.end]
        # A block number by itself is often taken for a telephone's.
        number = entity.entity_type == "PHONE_NUMBER" and len(digits_of(text)) <= MAX_BLOCK_DIGITS
        if entity.candidate or not (number or entity.entity_type == "ADDRESS"):
            continue
        if groups:
            before = entities[groups[-1][-1]].chars.end
            if len(without_fillers(transcript.text[before : entity.chars.start])) <= MAX_GAP_CHARS:
                groups[-1].append(index)
                continue
        if not number:
            groups.append([index])
    return tuple(map(tuple, groups))


def whose_address(text: str, known: Sequence[RegisteredAddress], reader: KanaReader) -> Verdict:
    """Judge an address by the requester's.

    Args:
        text: As recognised; the pieces of one address joined.
        known: The requester's.
        reader: Reads the text.

    Returns:
        The verdict: of what is like none of them, a third party's.
    """
    line = place_in(text, reader)
    # Only what numbers a block: 郷 of a place name sounds like five.
    numbers = _once(numbers_of(text))
    verdict = Verdict(Party.THIRD_PARTY, Reason.ADDRESS_NOT_REGISTERED, False)
    for address in known:
        found = _against(line, numbers, address)
        if found is None or found.party is not Party.REQUESTER:
            mended = without_orders(numbers)
            other = _against(line, mended, address) if mended != numbers else None
            found = _looked_at(other) or found
        if found is not None:
            verdict = found
            if found.party is Party.REQUESTER:
                break
    return verdict


def _looked_at(verdict: Verdict | None) -> Verdict | None:
    """The verdict as doubtful if it says the requester's; else none."""
    return (
        verdict._replace(doubtful=True) if verdict is not None and verdict.party is Party.REQUESTER else None
    )


def _once(numbers: str) -> str:
    """The number once, if it was said twice."""
    half = len(numbers) // 2
    return numbers[:half] if half >= MIN_TELLING and numbers[:half] == numbers[half:] else numbers


def _against(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> Verdict | None:
    """Judge by one registered address; ``None`` where nothing is like it."""
    sounds, town = _sounds_like(line, address)
    # One figure is in most numbers, and コレ読ミマスネ ends as ナルセ does: then it must be all that is said.
    town = town and len(numbers) >= MIN_TELLING
    same = _same_number(numbers, address.number)
    verdict: Verdict | None = None
    if (sounds or town) and same:
        verdict = Verdict(Party.REQUESTER, Reason.ADDRESS_PLACE_AND_BLOCK_SAME, False)
    elif sounds and not numbers:
        verdict = Verdict(Party.REQUESTER, Reason.ADDRESS_PLACE_SAME, False)
    elif same_building(line, numbers, address):
        verdict = Verdict(Party.REQUESTER, Reason.ADDRESS_BUILDING_SAME, True)
    elif same and min(len(numbers), len(address.number)) >= MIN_TELLING:
        # With a place that was not understood; one that was is somebody else's.
        told = len(line) < MIN_TELLING or len(numbers) >= MIN_BLOCK_DIGITS
        verdict = Verdict(Party.REQUESTER if told else Party.UNKNOWN, Reason.ADDRESS_BLOCK_ALONE_SAME, True)
    elif (sounds or town) and _near_block(numbers, address):
        # Misheard, or the house next door: only a person can tell.
        verdict = Verdict(Party.UNKNOWN, Reason.ADDRESS_ONE_FIGURE_OFF, True)
    elif near_room(line, numbers, address):
        verdict = Verdict(Party.UNKNOWN, Reason.ADDRESS_ROOM_ONE_FIGURE_OFF, True)
    return verdict


def _near_block(numbers: str, address: RegisteredAddress) -> bool:
    """Whether a number differs from the registered one, with the room or without, by at most one digit."""
    blocks = (address.number, address.number[:-ROOM_DIGITS]) if address.building else (address.number,)
    return any(block and edit_distance(numbers, block) <= 1 for block in blocks)


def _same_number(numbers: str, own: str) -> bool:
    """Whether two numbers are the same, one is part of the other (1-2 of 1-2-3), or only the room differs.

    A number that holds the registered one and more than a room beside it holds another number.
    """
    if not numbers or not own:
        return False
    block = next((at for at, (a, b) in enumerate(zip(numbers, own, strict=False)) if a != b), 0)
    beside = len(numbers.replace(own, ""))
    contained = numbers in own or (
        beside <= ROOM_DIGITS and (numbers.startswith(own) or (len(own) >= MIN_TELLING and own in numbers))
    )
    return contained or (block >= MIN_BLOCK_DIGITS and len(numbers) - block <= ROOM_DIGITS)


def _sounds_like(line: tuple[Mora, ...], address: RegisteredAddress) -> tuple[bool, bool]:
    """Whether the whole place said is in the registered one, and whether the registered town was said.

    Prefecture, city and ward are taken out first: who lives in the same city sounds alike for the most part.
    """
    rest = _without(line, address.above, MAX_PLACE_PRICE)
    if len(rest) < MIN_TELLING:
        # Nothing but what is above the town: then that must be heard clearly.
        return len(line) >= MIN_TELLING > len(_without(line, address.above, MAX_PRICE_VERBATIM)), False
    town = len(address.town) >= MIN_TELLING and bool(find_sound(address.town, rest, _bound(address.town)))
    if (
        town
        and len(rest) - len(address.town) <= MAX_EXTRA_MORAE
        and find_sound(address.town, rest, MAX_PRICE_CLEAR)
    ):
        return True, True
    if len(rest) < len(line):
        # 移動し、移動しよう: where nothing above the town was heard well, anything is half like it.
        told = len(_without(line, address.above, MAX_PRICE_VERBATIM)) < len(line)
        return bool(find_sound(rest, address.town, _bound(rest) if told else MAX_PRICE_CLEAR)), town
    # Of all that an address says some stretch across its parts is near to any five morae.
    return bool(find_sound(rest, address.place, MAX_PRICE_CLEAR)), town


def _without(line: tuple[Mora, ...], parts: Sequence[tuple[Mora, ...]], bound: float) -> tuple[Mora, ...]:
    """The line without the stretches that sound like some parts, the most particular part first."""
    for part in reversed(parts):
        for match in find_sound(part, line, bound if len(part) > MIN_TELLING else MAX_PRICE_CLEAR)[:1]:
            line = line[: match.start] + line[match.end :]
    return line


def _bound(sound: tuple[Mora, ...]) -> float:
    """The highest price at which a sound is still the place: lower for a short one."""
    return MAX_PLACE_PRICE if len(sound) > 4 else MAX_PRICE_CLEAR
