"""Whose address is it: place and number against those of the case, by sound.

    heard  東京都 / はい / 町田市鳴瀬 / はい / 5-11-30 です      one address, said in pieces
    known  東京都町田市成瀬5丁目11番30号                        place and number both fit: the requester's

Likeness of whole addresses is unsafe, for a third party in the same town sounds like the requester:
where a number is said, town *and* number must fit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.party_name import KanaReader
from pipeline.sound import Mora, find_sound, fold_kana, morae
from pipeline.spoken_digits import digits_apart, digits_of
from pipeline.types import CaseName, EntitySpan, Party, Transcript

__all__ = [
    "ASIDE",
    "RegisteredAddress",
    "address_groups",
    "clearly_within",
    "is_block",
    "number_of",
    "places_of",
    "registered",
    "whose_address",
    "without_numbering",
]

PLACE = 0.3
"""Price, as a share of the length, up to which two readings are the same place (facts.md 0.2)."""

CLEARLY = 0.2
"""The same for a town that shall tell by itself."""

VERBATIM = 0.1
"""The same for words that nothing else tells to be a place: a consonant voiced, a vowel drawn out."""

ENOUGH = 3
"""Digits of a block number, or morae of a place, that say something by themselves."""

LONG, HALF = 6, 0.4
"""Digits of a number with a room, and share of them that may be misheard: of two such numbers drawn at random
one pair in 400 is as near."""

BESIDE = 3
"""Morae that may be said beside a town and nothing more: a particle, a word half caught."""

TELLING = 4
"""Digits of a block number that tell even where the place was not understood: one in 10,000 has the same."""

ROOM = 3
"""Digits of a room."""

BLOCK = 7
"""Most digits of a block number with a room."""

BETWEEN = 2
"""Characters between two pieces, fillers and answers left out, up to which they are one address."""

_NUMBERING = re.compile(
    r"[0-9０-９のノ-]|(?<=[0-9０-９])(?:丸|まる|マル|ゼロ)|(?:丸|まる|マル|ゼロ)(?=[0-9０-９])|"
    # A kanji digit belongs to the number where more of it follows or went before: 二番, but not 二条.
    r"[〇零一二三四五六七八九十]+(?=[〇零一二三四五六七八九十のノ丁番号階、。]|$)|"
    r"(?<=[一二三四五六七八九十][のノ])[〇零一二三四五六七八九十](?![一-龠])|丁目|番地|番|号室|号|階"
)
_FIRST_NUMBER = re.compile(
    r"[0-9０-９]|[〇零一二三四五六七八九十]+(?=丁目|番|の[0-9０-９一二三四五六七八九十])"
)
_NUMBER_KANA = re.compile(
    r"(?:ゼロ|レイ|イチ|イッ|ニ|サン|ヨン|シ|ゴ|ロク|ロッ|ナナ|シチ|ハチ|ハッ|キュウ|ク|ジュウ|ジュッ|ヒャク)+"
    r"(?:チョウメ|バンチ|バン|ノ|ゴウ)"
)
_ABOVE = re.compile(
    r"^(?:東京都|北海道|京都府|大阪府|..県|...県)|[^市区郡]{1,6}?[市区郡](?!場|役所|原|川|町)"
)
_ONE_WITHIN = re.compile(r"[^0-9０-９]*[0-9０-９](?![の丁番地号階条])[^0-9０-９]{2,}")
"""One figure, and words behind it that it does not count: the first sound of a garbled town."""

ASIDE = r"はい|ええ|うん|えっと|えーと|えー|あの|です(?:ね)?|の|、|。|・|\s"
"""What is said between two pieces of one address or number: fillers, answers and joints."""

_ASIDE = re.compile(ASIDE)

_Verdict = tuple[Party, str, bool]


@dataclass(frozen=True, slots=True)
class RegisteredAddress:
    """An address of the requester by sound.

    ``place`` is all but the number; ``above`` are prefecture, city and ward, each by itself, ``town``
    what comes after them; ``number`` the digits; ``building`` its name, where the address has one.
    """

    place: tuple[Mora, ...] = field(repr=False)
    above: tuple[tuple[Mora, ...], ...] = field(repr=False)
    town: tuple[Mora, ...] = field(repr=False)
    number: str = field(repr=False)
    building: tuple[Mora, ...] = field(default=(), repr=False)


def registered(addresses: Sequence[CaseName], reader: KanaReader) -> tuple[RegisteredAddress, ...]:
    """The requester's addresses, ready to be compared with.

    Args:
        addresses: As the case gives them; the kana may leave out the number, or everything.
        reader: Reads those without kana.
    """
    return tuple(_registered(address, reader) for address in addresses)


def _registered(address: CaseName, reader: KanaReader) -> RegisteredAddress:
    *above, town = places_of(address, reader)
    said = number_of(address)
    building = morae(reader.kana(without_numbering(said)))
    number = _numbers(said)
    parts = tuple(morae(place.kana) for place in above)
    whole = "".join(place.kana for place in (*above, town))
    return RegisteredAddress(morae(whole), parts, morae(town.kana), number, building)


def number_of(address: CaseName) -> str:
    """What an address says from its first number on; empty where it has none."""
    first = _FIRST_NUMBER.search(address.text)
    return address.text[first.start() :] if first else ""


def places_of(address: CaseName, reader: KanaReader) -> tuple[CaseName, ...]:
    """Cut what an address says before its number.

    Args:
        address: As the case gives it; the kana may leave out the number, or everything.
        reader: Reads what has no kana.

    Returns:
        Prefecture, city and ward, each by itself and as far as they are there, and what comes after them,
        with their kana; the last may be empty.
    """
    first = _FIRST_NUMBER.search(address.text)
    written = address.text[: first.start()] if first else address.text
    by_dictionary = reader.kana(written)
    kana = fold_kana(address.kana) or by_dictionary
    # The number is no part of the place: ニチョウメ is near many a town.
    counted = _NUMBER_KANA.search(kana, max(0, len(by_dictionary) - 3)) if first else None
    kana = kana[: counted.start()] if counted else kana
    places: list[CaseName] = []
    for part in _ABOVE.findall(written):
        # As long as the dictionary reads it: where it errs, it mostly errs in the reading alone.
        width = len(reader.kana(part))
        places.append(CaseName(part, kana[:width]))
        kana = kana[width:]
    town = written[sum(len(place.text) for place in places) :]
    return (*places, CaseName(town, kana))


def without_numbering(text: str) -> str:
    """What of an address is no number."""
    return _NUMBERING.sub("", text)


def address_groups(entities: Sequence[EntitySpan], transcript: Transcript) -> tuple[tuple[int, ...], ...]:
    """Which findings are one address said in pieces.

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
        number = entity.entity_type == "PHONE_NUMBER" and len(digits_of(text)) <= BLOCK
        if entity.candidate or not (number or entity.entity_type == "ADDRESS"):
            continue
        if groups:
            before = entities[groups[-1][-1]].chars.end
            if len(_ASIDE.sub("", transcript.text[before : entity.chars.start])) <= BETWEEN:
                groups[-1].append(index)
                continue
        if not number:
            groups.append([index])
    return tuple(map(tuple, groups))


def whose_address(text: str, known: Sequence[RegisteredAddress], reader: KanaReader) -> tuple[_Verdict, bool]:
    """Judge an address, and say whether it is at least near one of the requester's.

    Args:
        text: As recognised; the pieces of one address joined.
        known: The requester's.
        reader: Reads the text.

    Returns:
        The party, the reason in Japanese and whether a person should look; and whether it shares a
        place or a block number with one of the requester's.
    """
    line = morae(reader.kana(without_numbering(text)))
    # Only what numbers a block: 郷 of a place name sounds like five.
    numbers = _once(_numbers(text))
    verdict: _Verdict = (Party.THIRD_PARTY, "登録のない住所", False)
    near = False
    for address in known:
        near = near or _near(line, numbers, address)
        found = _against(line, numbers, address) or _as_words(text, address, reader)
        if found is not None:
            verdict = found
            if found[0] is Party.REQUESTER:
                break
    return verdict, near


def _numbers(text: str) -> str:
    """The digits of what numbers a block or a room."""
    return digits_of("".join(_NUMBERING.findall(text)))


def _once(numbers: str) -> str:
    """A number that was said twice, once."""
    half = len(numbers) // 2
    return numbers[:half] if half >= ENOUGH and numbers[:half] == numbers[half:] else numbers


def clearly_within(text: str, known: Sequence[RegisteredAddress], reader: KanaReader) -> bool:
    """Whether words that are not even taken for an address are a piece of the requester's, by sound.

    Args:
        text: As recognised.
        known: The requester's.
        reader: Reads the text.
    """
    line = morae(reader.kana(text))
    return len(line) > ENOUGH and any(find_sound(line, address.place, VERBATIM) for address in known)


def is_block(text: str, known: Sequence[RegisteredAddress]) -> bool:
    """Whether digits, whatever they are taken for, are a telling stretch of the requester's block."""
    numbers = _numbers(text)
    return len(numbers) >= TELLING and any(address.number.startswith(numbers) for address in known)


def _against(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> _Verdict | None:
    """The verdict by one address; ``None`` where it is unlike it."""
    sounds, town = _sounds_like(line, address)
    same = _same_number(numbers, address.number)
    verdict: _Verdict | None = None
    if (sounds or town) and same:
        verdict = Party.REQUESTER, "登録された住所と地名・番地が同じ", False
    elif sounds and not numbers:
        verdict = Party.REQUESTER, "登録された住所の地名と同じ", False
    elif _same_building(line, numbers, address):
        verdict = Party.REQUESTER, "登録された住所と建物が同じ", True
    elif same and min(len(numbers), len(address.number)) >= ENOUGH:
        # With a place that was not understood; one that was is somebody else's.
        told = len(line) < ENOUGH or len(numbers) >= TELLING
        verdict = (Party.REQUESTER if told else Party.UNKNOWN), "登録された住所と番地だけが同じ", True
    elif _half_like(line, numbers, address):
        verdict = Party.REQUESTER, "登録された住所と市区も番地も近い", True
    elif (sounds or town) and address.number and digits_apart(numbers, address.number) <= 1:
        # Misheard, or the house next door: only a person can tell.
        verdict = Party.UNKNOWN, "登録された住所と番地が一桁違い", True
    elif _next_room(line, numbers, address):
        verdict = Party.UNKNOWN, "登録された建物で部屋番号が一桁違い", True
    return verdict


def _as_words(text: str, address: RegisteredAddress, reader: KanaReader) -> _Verdict | None:
    """The verdict where the only figure is a sound of the town: さわらく2市人 for サワラク・ニシジン."""
    if not _ONE_WITHIN.fullmatch(text):
        return None
    verdict = _against(morae(reader.kana(text)), "", address)
    return (verdict[0], verdict[1], True) if verdict is not None and verdict[0] is Party.REQUESTER else None


def _same_building(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether the registered building is said, with a room or a block that is the registered one's."""
    return _building_said(line, address) and len(numbers) >= ENOUGH and numbers in address.number


def _next_room(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether the registered building is said, with a room that is a digit off; 号 is misheard as 五."""
    rooms = [numbers, numbers[:-1]] if numbers.endswith("5") else [numbers]
    own = address.number[-ROOM:]
    near = any(ROOM - 1 <= len(room) <= ROOM and digits_apart(room, own) <= 1 for room in rooms)
    return near and _building_said(line, address)


def _building_said(line: tuple[Mora, ...], address: RegisteredAddress) -> bool:
    return len(address.building) > ENOUGH and bool(find_sound(address.building, line, PLACE))


def _half_like(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether city or ward is the registered one, and a long number is for the most part."""
    longest = max(len(numbers), len(address.number))
    above = len(_without(line, address.above, CLEARLY)) < len(line)
    near = digits_apart(numbers, address.number) <= HALF * longest
    return above and near and min(len(numbers), len(address.number)) >= LONG


def _near(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether the block number, or clearly the town, is the registered one's.

    Of two towns drawn at random one in fifty is as near, and one in five at ``PLACE``.
    """
    if len(numbers) >= ENOUGH and _same_number(numbers, address.number):
        return True
    sounds, _ = _sounds_like(line, address)
    return sounds or (len(address.town) > ENOUGH and bool(find_sound(address.town, line, CLEARLY)))


def _same_number(numbers: str, own: str) -> bool:
    """Whether one number is the other, or a part of it (1-2 of 1-2-3), or the same but for the room.

    What holds the registered number and more than a room beside it holds another number, too.
    """
    if not numbers or not own:
        return False
    block = next((at for at, (a, b) in enumerate(zip(numbers, own, strict=False)) if a != b), 0)
    beside = len(numbers.replace(own, ""))
    contained = numbers in own or (
        beside <= ROOM and (numbers.startswith(own) or (len(own) >= ENOUGH and own in numbers))
    )
    return contained or (block >= TELLING and len(numbers) - block <= ROOM)


def _sounds_like(line: tuple[Mora, ...], address: RegisteredAddress) -> tuple[bool, bool]:
    """Whether all that was said of a place is in the registered one, and whether its town was said.

    Prefecture, city and ward are taken out first: who lives in the same city sounds alike for the most part.
    """
    rest = _without(line, address.above, PLACE)
    if len(rest) < ENOUGH:
        # Nothing but what is above the town: then that must be heard clearly.
        return len(line) >= ENOUGH > len(_without(line, address.above, CLEARLY)), False
    town = len(address.town) >= ENOUGH and bool(find_sound(address.town, rest, _bound(address.town)))
    if town and len(rest) - len(address.town) <= BESIDE and find_sound(address.town, rest, CLEARLY):
        return True, True
    if len(rest) < len(line):
        return bool(find_sound(rest, address.town, _bound(rest))), town
    # Of all that an address says some stretch across its parts is near to any five morae.
    return bool(find_sound(rest, address.place, CLEARLY)), town


def _without(line: tuple[Mora, ...], parts: Sequence[tuple[Mora, ...]], bound: float) -> tuple[Mora, ...]:
    """A line without the stretches that sound like some parts, the most particular part first."""
    for part in reversed(parts):
        for match in find_sound(part, line, bound if len(part) > ENOUGH else CLEARLY)[:1]:
            line = line[: match.start] + line[match.end :]
    return line


def _bound(sound: tuple[Mora, ...]) -> float:
    """How far a stretch may be from a place that it shall be: the shorter, the nearer."""
    return PLACE if len(sound) > 4 else CLEARLY
