"""Spoken forms of the data of a case, to be searched for in words and in posteriorgrams.

伊藤 幸子               イトウ | サチコ | イトウサチコ
成瀬5丁目11番30号       ナルセ | ゴチョウメジュウイチバンサンジュウゴウ | ゴノジュウイチノサンジュウ ...
070-0537-2833           ゼロナナゼロ | ゼロゴーサンナナ | マルゴーサンナナ | ニーハチサンサン ...
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.ownership.known.addresses import number_of, places_of, without_numbering
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.names import KanaReader, KnownName
from pipeline.sound.digits import counted_kana, digits_of, kana_of
from pipeline.sound.morae import MIN_TELLING, Mora, morae
from pipeline.types import CallCase, CaseName

MIN_NAME_MORAE: Final = 2
"""Least number of morae of a name; for any other datum it is ``MIN_TELLING``."""

_SHAPES: Final = {11: ((3, 4, 4),), 10: ((2, 4, 4), (3, 3, 4), (4, 2, 4), (4, 3, 3))}
"""Sizes of the groups of digits of mobile numbers, and of others after area codes of two to four digits."""

_PIECE = re.compile(r"([0-9]+)(丁目|番地?|号室?|階)?")
_COUNTERS = {
    "": "",
    "丁目": "チョウメ",
    "番": "バン",
    "番地": "バンチ",
    "号": "ゴウ",
    "号室": "ゴウシツ",
    "階": "カイ",
}
_TOWN_ENDS = re.compile(r"(?<=[町村])")
_TOWNS = {"町": ("チョウ", "マチ"), "村": ("ムラ", "ソン")}
_SHORTENED = {
    "イチチョウメ": "イッチョウメ",
    "ハチチョウメ": "ハッチョウメ",
    "ジュウチョウメ": "ジュッチョウメ",
}


NAMES: Final = frozenset({"surname", "given name", "whole name"})
NUMBERS: Final = frozenset({"block", "number begins", "number"})
"""Kinds of forms that are names, and kinds that are digits."""


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """One spoken form of one datum of the case.

    Attributes:
        claimant: Owner of the datum.
        kind: Kind of datum: ``surname``, ``given name``, ``whole name``, ``region`` (prefecture, city, ward),
            ``town``, ``building``, ``block`` (also a room), ``number begins`` (many begin alike), ``number``.
        sound: Morae of the form.
        covers: Whether words that sound like it count as explained.  A full name in two parts does not cover:
            佐藤花恵 sounds similar to 佐藤花子, but neither 佐藤 nor 花子 explains 恵.
    """

    claimant: Claimant
    kind: str
    sound: tuple[Mora, ...] = field(repr=False)
    covers: bool = True


def spoken_forms(case: CallCase, names: Sequence[KnownName], reader: KanaReader) -> tuple[SpokenForm, ...]:
    """Return the spoken forms of a case's names and telephone numbers, and of the requester's addresses.

    Args:
        case: The requester, the staff and the company.
        names: Names of the case, by sound.
        reader: Reader of places without kana.

    Returns:
        The forms; each sound occurs once for each claimant.
    """
    forms: dict[tuple[Claimant, tuple[Mora, ...]], SpokenForm] = {}
    halved = {known.whole for known in names if len(known.parts) == 2}
    said = itertools.chain(_names(names), _addresses(case, reader), _phones(case))
    for claimant, kind, kana in said:
        sound = morae(kana)
        if len(sound) >= (MIN_NAME_MORAE if kind.endswith("name") else MIN_TELLING):
            covers = not (kind == "whole name" and kana in halved)
            forms.setdefault((claimant, sound), SpokenForm(claimant, kind, sound, covers))
    return tuple(forms.values())


def _names(names: Sequence[KnownName]) -> Iterator[tuple[Claimant, str, str]]:
    """Yield each full name, and its surname and given name alone, as claimant, kind and kana."""
    for known in names:
        yield known.claimant, "whole name", known.whole
        if len(known.parts) == 2:
            yield known.claimant, "surname", known.parts[0]
            yield known.claimant, "given name", known.parts[1]


def _addresses(case: CallCase, reader: KanaReader) -> Iterator[tuple[Claimant, str, str]]:
    """Yield each place of an address alone, regions also without 市 or 県, and its numbers."""
    own = Claimant.REQUESTER
    for address in case.requester.addresses:
        *regions, town = places_of(address, reader)
        for place in regions:
            yield from ((own, "region", kana) for kana in _place_readings(place))
            yield own, "region", place.kana[: -len(reader.kana(place.text[-1:]))]
        parts = [part for part in _TOWN_ENDS.split(town.text) if part]
        towns = [town, *(CaseName(part, reader.kana(part)) for part in parts if len(parts) > 1)]
        yield from ((own, "town", kana) for each in towns for kana in _place_readings(each))
        said = number_of(address)
        if building := without_numbering(said).strip():
            yield own, "building", reader.kana(building)
        yield from ((own, "block", kana) for kana in _blocks(said))


def _place_readings(place: CaseName) -> Iterator[str]:
    """Yield the readings of a place: its own, and the other reading of 町 and 村."""
    yield place.kana
    for letter, readings in _TOWNS.items():
        for one, other in itertools.permutations(readings):
            if place.text.count(letter) == 1 == place.kana.count(one):
                yield place.kana.replace(one, other)


def _blocks(said: str) -> Iterator[str]:
    """Yield the readings of block and room, and of every run of two or more block numbers."""
    runs: list[list[tuple[str, str]]] = []
    last = None
    said = unicodedata.normalize("NFKC", said)
    for piece in _PIECE.finditer(said):
        between = said[last : piece.start()] if last is not None else None
        if between is None or between not in {"", "-", "の", "－"}:
            runs.append([])
        runs[-1].append((piece[1], piece[2] or ""))
        last = piece.end()
    for run in runs:
        for start, end in itertools.combinations(range(len(run) + 1), 2):
            if end - start > 1 or len(run) == 1:
                yield from _ways(run[start:end])


def _ways(run: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield every reading of one run of block numbers, or of a room."""
    counted = [counted_kana(int(digits)) for digits, _ in run]
    counters = [_COUNTERS[counter] for _, counter in run]
    zeros = range(3) if any("0" in digits for digits, _ in run) else range(1)
    singly = [[kana_of(digits)[zero if "0" in digits else 0] for digits, _ in run] for zero in zeros]
    for numbers in (counted, *singly):
        with_counters = ["".join(each) for each in zip(numbers, counters, strict=True)]
        yield "".join(_SHORTENED.get(each, each) for each in with_counters)
        yield "".join((*with_counters[:-1], numbers[-1]))
        yield "ノ".join(numbers)
        yield "".join(numbers)


def _phones(case: CallCase) -> Iterator[tuple[Claimant, str, str]]:
    """Yield the readings of each group of every telephone number.

    The last group also occurs without its last digit: the other side says はい before it is over.
    """
    own, company = case.requester.phones, case.company_phones
    for claimant, phone in (
        *((Claimant.REQUESTER, p) for p in own),
        *((Claimant.COMPANY, p) for p in company),
    ):
        digits = digits_of(phone)
        for shape in _SHAPES.get(len(digits), ()):
            edges = (0, *itertools.accumulate(shape))
            yield from ((claimant, "number begins", kana) for kana in kana_of(digits[: edges[1]]))
            for start, end in (*itertools.pairwise(edges[1:]), (edges[-2], len(digits) - 1)):
                yield from ((claimant, "number", kana) for kana in kana_of(digits[start:end]))
