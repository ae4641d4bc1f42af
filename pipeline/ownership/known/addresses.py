"""Separate the places of an address from its numbers.

東京都町田市成瀬5丁目11番30号コーポ桜201      places: トウキョウト, マチダシ, ナルセ   number: 51130201
"""

from __future__ import annotations

import re

from pipeline.ownership.known.names import KanaReader
from pipeline.sound.digits import ZERO_KANJI, digits_of
from pipeline.sound.morae import fold_kana
from pipeline.types import CaseName

BUILDINGS = (
    "ハイツ|コーポ|マンション|アパート|ハイム|メゾン|コート|パレス|レジデンス|グラン|ヴィラ|ビラ|シャトー|ドミール|"
    "ルミエール|ビル|荘|団地|寮|タワー|ヒルズ|ガーデン|プラザ|テラス|エステート|ホーム|カーサ|住宅|社宅"
)
"""Alternatives of a pattern: words in the names of buildings where people live."""

_NUMBERING = re.compile(
    r"[0-9０-９のノ-]|(?<=[0-9０-９])(?:丸|まる|マル|ゼロ)|(?:丸|まる|マル|ゼロ)(?=[0-9０-９])|"
    rf"(?<=[0-9０-９]){ZERO_KANJI}(?=[0-9０-９])|"
    # A kanji digit belongs to the number where more digits follow or precede it: 二番, but not 二条.
    r"[〇零一二三四五六七八九十百千]+(?=[〇零一二三四五六七八九十のノ丁番号階、。]|$)|"
    r"(?<=[一二三四五六七八九十][のノ])[〇零一二三四五六七八九十](?![一-龠])|丁目|番地|番|号室|号|階"
)
_CODE = re.compile(
    r"〒?\s*(?P<three>[0-9０-９]{3})[-‐－−ー]?(?P<four>[0-9０-９]{4})[\s、,]*(?=[^0-9０-９\s-])"
)
"""A postal code before an address: 〒194-0011 東京都…"""

_FIGURES = "〇一二三四五六七八九"
_LARGE = re.compile(
    r"(?:(?P<thousands>[一二三四五六七八九]?)千)?(?:(?P<hundreds>[一二三四五六七八九]?)百)?"
    r"(?:(?P<tens>[一二三四五六七八九]?)十)?(?P<ones>[一二三四五六七八九]?)"
)
_FIGURE = "0-9０-９〇零一二三四五六七八九十"
_NAMED_SO = rf"町|[{_FIGURE}]+(?:丁目|[-のノ][{_FIGURE}]+[-のノ])"
"""Text after the 番 of a place name, as a 丁目 comes before a 番: 一番町, 麻布十番1丁目."""

_FIRST_NUMBER = re.compile(rf"[0-9０-９]|[〇零一二三四五六七八九十]+(?=丁目|番(?!{_NAMED_SO})|の[{_FIGURE}])")
_NUMBER_KANA = re.compile(
    r"(?:ゼロ|レイ|イチ|イッ|ニ|サン|ヨン|シ|ゴ|ロク|ロッ|ナナ|シチ|ハチ|ハッ|キュウ|ク|ジュウ|ジュッ|[ヒビピ]ャク|セン|ゼン)+"
    r"(?:チョウメ|バンチ|バン|ノ|ゴウ)"
)
_BETWEEN_NUMBERS = re.compile(r"丁目|番地?|号室?|階|[のノー－−‐-]")
"""Separators between the numbers of a block."""
_COUNTED = re.compile(r"[0-9０-９〇零一二三四五六七八九十]+(?:丁目|番地|番)")
_ABOVE = re.compile(
    r"^(?:東京都|北海道|京都府|大阪府|..県|...県)|[^市区郡]{1,6}?[市区郡](?!場|役所|原|川|町)"
)


def parted_code(address: CaseName) -> tuple[str, CaseName]:
    """Separate an address from the postal code before it.

    Args:
        address: Address of the case.

    Returns:
        The digits of the code, empty where there is none, and the address without it.
    """
    code = _CODE.match(address.text)
    if code is None:
        return "", address
    return digits_of(code["three"] + code["four"]), CaseName(address.text[code.end() :], address.kana)


def number_of(address: CaseName) -> str:
    """Return the text of an address from its first number on; empty where it has none."""
    first = _FIRST_NUMBER.search(address.text)
    return address.text[first.start() :] if first else ""


def places_of(address: CaseName, reader: KanaReader) -> tuple[CaseName, ...]:
    """Return the places of an address: the parts before its number.

    Args:
        address: Address of the case; the kana may lack the number, or everything.
        reader: Reader of places without kana.

    Returns:
        Prefecture, city and ward as far as present, and the rest, each as a name with its kana; the rest may
        be empty.
    """
    first = _FIRST_NUMBER.search(address.text)
    written = address.text[: first.start()] if first else address.text
    by_dictionary = reader.kana(written)
    kana = fold_kana(address.kana) or by_dictionary
    # The number is no part of the place: ニチョウメ sounds similar to many towns.
    kana = kana[: _number_at(kana, max(0, len(by_dictionary) - 3), address, reader)] if first else kana
    places: list[CaseName] = []
    for part in _ABOVE.findall(written):
        # As long as the dictionary's reading agrees: where it errs, it mostly errs in the reading alone.
        width = len(reader.kana(part))
        places.append(CaseName(part, kana[:width]))
        kana = kana[width:]
    town = written[sum(len(place.text) for place in places) :]
    return (*places, CaseName(town, kana))


def _number_at(kana: str, start: int, address: CaseName, reader: KanaReader) -> int:
    """Return the index in an address's kana at which its number begins.

    Compared by reading, as ミクニ has a ク, too.
    """
    first = _COUNTED.match(number_of(address))
    at = kana.find(reader.kana(first[0]), start) if first else -1
    if at >= 0:
        return at
    counted = _NUMBER_KANA.search(kana, start)
    return counted.start() if counted else len(kana)


def without_numbering(text: str) -> str:
    """Return an address without its numbers."""
    return _NUMBERING.sub("", text)


def numbers_of(text: str) -> str:
    """Return the digits of the block and room numbers of a text."""
    return digits_of("".join(_LARGE.sub(_in_figures, piece) for piece in _NUMBERING.findall(text)))


def block_of(number: str) -> tuple[str, ...]:
    """Return each number of a block and a room in digits: 5丁目11番30号コーポ桜201 is 5, 11, 30, 201."""
    return tuple(figures for piece in _BETWEEN_NUMBERS.split(number) if (figures := numbers_of(piece)))


def _in_figures(said: re.Match[str]) -> str:
    """Return the digits of a number of three or four digits written in words: 二千百六十六, 八百二十七."""
    if said["thousands"] is None and said["hundreds"] is None:
        return said[0]
    places = (said["thousands"], said["hundreds"], said["tens"])
    figures = [_FIGURES.index(place or "一") if place is not None else 0 for place in places]
    return str(int("".join(map(str, (*figures, _FIGURES.index(said["ones"] or "〇"))))))
