"""Compare an address with the requester's: its place by sound, and its number.

    heard  東京都 / はい / 町田市鳴瀬 / はい / 5-11-30 です      one address, said in pieces
    known  東京都町田市成瀬5丁目11番30号                        place and number both fit: the requester's

Likeness of whole addresses is unsafe, for a third party in the same town sounds like the requester:
where a number is said, town *and* number must fit.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.finding.verdict import Verdict
from pipeline.ownership.compare.block import (
    MAX_MISHEARD_SHARE,
    MAX_VAGUE_MORAE,
    MIN_BLOCK_DIGITS,
    MIN_TELLING,
    ROOM_DIGITS,
    is_next_door,
    may_be_misheard,
)
from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.compare.registered_address import (
    MAX_PLACE_PRICE,
    RegisteredAddress,
    numbers_of,
    place_in,
    without_orders,
)
from pipeline.ownership.compare.room import near_rooms, same_building
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of, edit_distance
from pipeline.sound.morae import Mora, morae
from pipeline.sound.search import find_sound
from pipeline.types import EntitySpan, Party, Transcript

__all__ = [
    "FILLERS",
    "address_groups",
    "clearly_within",
    "faintly_like",
    "whose_address",
    "within_a_line",
]

MAX_PRICE_CLEAR = 0.2
"""Highest price, as a share of the length, at which a town tells by itself."""

MAX_PRICE_VERBATIM = 0.1
"""The same for words that nothing else makes a place: a voiced consonant, a drawn vowel."""

MIN_DIGITS_WITH_ROOM = 6
"""Fewest digits of a block number with a room."""

MAX_EXTRA_MORAE = 3
"""Most morae beside a town that is all that was said: a particle, a word half caught."""

MAX_BLOCK_DIGITS = 7
"""Most digits of a block number with a room."""

MAX_GAP_CHARS = 2
"""Most characters between two pieces of one address, fillers and answers not counted."""

_ONE_WITHIN = re.compile(r"[^0-9０-９]*[0-9０-９](?![の丁番地号階条])[^0-9０-９]{2,}")
"""One figure, and words behind it that it does not count: the first sound of a garbled town."""

_FIGURE = re.compile(r"[0-9０-９]")

_PREFECTURE = re.compile(r"東京都|北海道|京都府|大阪府|[一-龠]{2,3}県")

_POSTAL = re.compile(r"(?:[0-9０-９]++[^0-9０-９都道府県]{0,3})+(?=[^0-9０-９]{2,3}[都道府県])")
"""A number before a prefecture: a postal code, however garbled, and no block."""

_CODE = re.compile(r"[0-9０-９〇一二三四五六七八九のノ〒、。 \n-]{5,}")
"""Figures that an address begins with: its postal code, said once or twice."""

FILLERS = r"はい|ええ|うん|えっと|えーと|えー|あの|です(?:ね)?|の|、|。|・|\s"
"""What is said between two pieces of one address or number: fillers, answers and joints."""

_FILLERS = re.compile(FILLERS)


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
            if len(_FILLERS.sub("", transcript.text[before : entity.chars.start])) <= MAX_GAP_CHARS:
                groups[-1].append(index)
                continue
        if not number:
            groups.append([index])
    return tuple(map(tuple, groups))


def whose_address(text: str, known: Sequence[RegisteredAddress], reader: KanaReader) -> tuple[Verdict, bool]:
    """Judge an address, and tell whether it is at least near one of the requester's.

    Args:
        text: As recognised; the pieces of one address joined.
        known: The requester's.
        reader: Reads the text.

    Returns:
        The verdict; and whether it shares a
        place or a block number with one of the requester's.
    """
    text = _without_code(text, known, reader)
    line = place_in(text, reader)
    # Only what numbers a block: 郷 of a place name sounds like five.
    numbers = _once(numbers_of(text))
    verdict = Verdict(Party.THIRD_PARTY, Reason.ADDRESS_NOT_REGISTERED, False)
    near = False
    for address in known:
        near = near or _near(line, numbers, address)
        found = _against(line, numbers, address)
        if found is None or found.party is not Party.REQUESTER:
            mended = without_orders(numbers)
            other = _against(line, mended, address) if mended != numbers else None
            found = (
                _looked_at(other)
                or _looked_at(_as_words(text, address, reader))
                or _looked_at(_place_in_figures(text, address, reader))
                or found
            )
        if found is not None:
            verdict = found
            if found.party is Party.REQUESTER:
                break
    return verdict, near


def _without_code(text: str, known: Sequence[RegisteredAddress], reader: KanaReader) -> str:
    """An address without the postal code before its prefecture, or before the registered one by sound."""
    if told := _POSTAL.match(text):
        return text[told.end() :]
    code = _CODE.match(text)
    if code is None:
        return text
    rest = text[code.end() :]
    line = place_in(rest, reader)
    begun = any(
        match.start == 0
        for address in known
        for part in address.above[:1]
        for match in find_sound(part, line, MAX_PRICE_VERBATIM)
    )
    return rest if begun else text


def _looked_at(verdict: Verdict | None) -> Verdict | None:
    """The verdict as doubtful if it says the requester's; else none."""
    return (
        verdict._replace(doubtful=True) if verdict is not None and verdict.party is Party.REQUESTER else None
    )


def _once(numbers: str) -> str:
    """The number once, if it was said twice."""
    half = len(numbers) // 2
    return numbers[:half] if half >= MIN_TELLING and numbers[:half] == numbers[half:] else numbers


def within_a_line(text: str, known: Sequence[RegisteredAddress], reader: KanaReader) -> Verdict | None:
    """Judge a text line by line: it may hold an address twice, or be taken for something else.

    Args:
        text: As recognised.
        known: The requester's.
        reader: Reads the text.

    Returns:
        The verdict, to be looked at, where one line says a place and a telling number that are the
        requester's; ``None`` where none does.
    """
    for said in text.split("\n"):
        place, numbers = place_in(said, reader), numbers_of(said)
        if len(place) < MIN_TELLING or len(numbers) < MIN_BLOCK_DIGITS:
            continue
        for one, address in itertools.product({numbers, without_orders(numbers)}, known):
            # The same but for the last figure is a neighbour's as well.
            same = bool(address.number) and (one in address.number or address.number in one)
            found = _looked_at(_against(place, one, address)) if same else None
            if found is not None and found.reason is not Reason.ADDRESS_BLOCK_ALONE_SAME:
                return found
    return None


def clearly_within(text: str, known: Sequence[RegisteredAddress], reader: KanaReader) -> bool:
    """Whether words that were not taken for an address sound like a piece of the requester's.

    Args:
        text: As recognised.
        known: The requester's.
        reader: Reads the text.
    """
    line = morae(reader.kana(text))
    return len(line) > MIN_TELLING and any(
        find_sound(line, address.place, MAX_PRICE_VERBATIM) for address in known
    )


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
    elif _half_like(line, numbers, address):
        verdict = Verdict(Party.REQUESTER, Reason.ADDRESS_CITY_AND_BLOCK_NEAR, True)
    elif (sounds or town) and (blocks := _near_blocks(numbers, address)):
        # Misheard, or the house next door: only a person can tell, or what else is said.
        clear = len(numbers) >= MIN_TELLING and find_sound(address.town, line, MAX_PRICE_CLEAR)
        off = not clear or any(is_next_door(numbers, block) for block in blocks)
        verdict = Verdict(
            Party.UNKNOWN, Reason.ADDRESS_NEXT_DOOR if off else Reason.ADDRESS_ONE_FIGURE_OFF, True
        )
    elif rooms := near_rooms(line, numbers, address):
        off = any(is_next_door(room, address.number[-ROOM_DIGITS:]) for room in rooms)
        verdict = Verdict(
            Party.UNKNOWN, Reason.ADDRESS_NEXT_DOOR if off else Reason.ADDRESS_ROOM_ONE_FIGURE_OFF, True
        )
    return verdict


def _as_words(text: str, address: RegisteredAddress, reader: KanaReader) -> Verdict | None:
    """Judge a text whose only figure is a sound of the town: さわらく2市人 for サワラク・ニシジン."""
    if not _ONE_WITHIN.fullmatch(text):
        return None
    return _against(morae(reader.kana(text)), "", address)


def _place_in_figures(text: str, address: RegisteredAddress, reader: KanaReader) -> Verdict | None:
    """Judge a text in which a figure is a sound of town or building: 8満帳の3の33, 3ハイツの403."""
    if not _FIGURE.search(text):
        return None
    line = reader.line(text)
    for place in (address.town, address.building):
        for match in find_sound(place, line.morae, MAX_PRICE_CLEAR) if len(place) > MIN_TELLING else ():
            at = line.span(match.start, match.end)
            said, numbers = text[at.start : at.end], _once(numbers_of(text[at.end :]))
            # 8番地 is near ハチマンチョウ: only with a number behind it, that fits, is it the town.
            if _FIGURE.search(said) and len(numbers) >= MIN_TELLING:
                before = place_in(text[: at.start], reader)
                return _against(before + place, numbers, address)
    return None


def _near_blocks(numbers: str, address: RegisteredAddress) -> list[str]:
    """The registered numbers, with the room and without, that differ from a number by at most one digit."""
    blocks = (address.number, address.number[:-ROOM_DIGITS]) if address.building else (address.number,)
    return [block for block in blocks if block and edit_distance(numbers, block) <= 1]


def _half_like(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether city or ward is the registered one, and most of a long number is."""
    longest = max(len(numbers), len(address.number))
    above = len(_without(line, address.above, MAX_PRICE_CLEAR)) < len(line)
    near = edit_distance(numbers, address.number) <= MAX_MISHEARD_SHARE * longest
    return above and near and min(len(numbers), len(address.number)) >= MIN_DIGITS_WITH_ROOM


def faintly_like(text: str, known: Sequence[RegisteredAddress], reader: KanaReader) -> bool:
    """Whether any part of an address is like the requester's: enough where the talk calls it theirs.

    Args:
        text: As recognised.
        known: The requester's.
        reader: Reads the text.
    """
    line, numbers = place_in(text, reader), numbers_of(text)
    prefecture = _PREFECTURE.match(text)
    return any(
        any(
            # ナカチョウヨンチョ is near シャトーマツカゼ: who says another number says another place.
            len(part) > MIN_TELLING and find_sound(part, line, _bound(part) if alike else MAX_PRICE_CLEAR)
            for alike in (may_be_misheard(numbers, address.number, MAX_MISHEARD_SHARE),)
            for part in (address.town, address.building)
            # Another room of the same building is a neighbour's.
            if part is address.town
            or may_be_misheard(numbers, address.number[-ROOM_DIGITS:], MAX_MISHEARD_SHARE)
        )
        # アイチケン is near オオイタケン.
        or any(
            len(part) > MIN_TELLING and find_sound(part, line, MAX_PRICE_VERBATIM) for part in address.above
        )
        or (
            # 1960-407 is half 21030411, too: where another place is said, the number is that one's.
            len(line) <= MAX_VAGUE_MORAE
            and min(len(numbers), len(address.number)) >= MIN_BLOCK_DIGITS
            and edit_distance(numbers, address.number)
            <= MAX_MISHEARD_SHARE * max(len(numbers), len(address.number))
        )
        for address in known
        # チョウフシ is near シャトーショウフウ: who says another prefecture says another place.
        if not prefecture or not address.above or find_sound(address.above[0], line, MAX_PLACE_PRICE)
    )


def _near(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether the block number is the registered one, or the town clearly is.

    Of two towns drawn at random one in fifty is as near, and one in five at ``MAX_PLACE_PRICE``.
    """
    if len(numbers) >= MIN_TELLING and _same_number(numbers, address.number):
        return True
    sounds, _ = _sounds_like(line, address)
    return sounds or (
        len(address.town) > MIN_TELLING and bool(find_sound(address.town, line, MAX_PRICE_CLEAR))
    )


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
