"""What the case knows, in every way in which it is said: for ``pipeline.sound.spotting``.

伊藤 幸子               イトウ | サチコ | イトウサチコ
成瀬5丁目11番30号       ナルセ | ゴチョウメジュウイチバンサンジュウゴウ | ゴノジュウイチノサンジュウ ...
070-0537-2833           ゼロナナゼロ | ゼロゴーサンナナ | マルゴーサンナナ | ニーハチサンサン ...
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.ownership.compare.name import KanaReader, known_names
from pipeline.ownership.compare.registered_address import number_of, places_of, without_numbering
from pipeline.sound.digits import counted_kana, digits_of, kana_of
from pipeline.sound.morae import MIN_TELLING, Mora, morae, undrawn
from pipeline.types import CallCase, CaseName, Party

__all__ = ["ENOUGH_WORTH", "HALF_ENOUGH", "MIN_LOG_ODDS", "SpokenForm", "spoken_forms"]

_SHAPES: Final = {11: ((3, 4, 4),), 10: ((2, 4, 4), (3, 3, 4), (4, 2, 4))}
"""Digits in the groups of mobile numbers, and of others after area codes of two to four digits."""

ENOUGH_WORTH: Final = 4
"""What tells by itself whose it is: a name, a block number, two groups of a telephone number."""

HALF_ENOUGH: Final = ENOUGH_WORTH // 2
"""What tells with as much again: a town, a group of a number, its end cut short, the talk's word."""

SHORT_BLOCK: Final = 4
"""Morae of a block number below which it tells half: イチイチ, of 1丁目1番, is in many a telephone number."""

MIN_ODDS_PER_MORA: Final = -1.2
MIN_LOG_ODDS: Final = -7.0
MIN_FIGURE_ODDS: Final = -5.0
"""Log odds from which a form is said: for each of its morae, in all, and in all of a number.  Of 13,195 pairs
of a third party's finding and a stranger's case 32 lie above in all of it, all but three of them the same
name by sound."""

AS_IT_IS: Final = -0.8
"""Log odds from which サトー is said, of two morae and a vowel that is drawn: 石 is in 石川."""

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
_SHORTENED = {
    "イチチョウメ": "イッチョウメ",
    "ハチチョウメ": "ハッチョウメ",
    "ジュウチョウメ": "ジュッチョウメ",
}


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """Something of the case as it is said.

    Attributes:
        party: Whose it is.
        value: Which name, address or number of the case it is of.
        part: Which part of it: other ways of saying the same have the same.
        tells: How much it tells of whose it is: ``ENOUGH_WORTH`` does by itself.
        sound: Its morae.
        figures: Whether it is a number, of which a neighbour's differs in a figure.
        phone: Whether it is of a telephone number.
        surname: Whether it is a surname, behind which a relative's name may follow.
        ends: Whether it is how a telephone number ends: its begin is many people's, this hardly anybody's.
    """

    party: Party
    value: int
    part: int
    tells: int
    sound: tuple[Mora, ...] = field(repr=False)
    figures: bool = False
    surname: bool = False
    phone: bool = False
    ends: bool = False

    @property
    def least(self) -> float:
        """Log odds from which it is said (``pipeline.sound.spotting``)."""
        counted = len(undrawn(self.sound))
        if counted < MIN_TELLING:
            return AS_IT_IS
        return max(MIN_FIGURE_ODDS if self.figures else MIN_LOG_ODDS, MIN_ODDS_PER_MORA * counted)


def spoken_forms(case: CallCase, reader: KanaReader) -> tuple[SpokenForm, ...]:
    """Every form of the names of a case, and of the requester's addresses and numbers.

    Args:
        case: The requester, the staff and the company.
        reader: Reads what the case gives no kana for.

    Returns:
        Forms of ``MIN_TELLING`` morae and more, each once.
    """
    said = list(_names(case, reader))
    own = Party.REQUESTER
    for value, address in enumerate(case.requester.addresses):
        said += [_Said(own, value, tells, _morae(kana)) for tells, kana in _places(address, reader)]
        said += [
            _Said(own, value, ENOUGH_WORTH, _morae(kana), figures=True)
            for kana in _numbers(number_of(address))
        ]
    for value, phone in enumerate(case.requester.phones, len(case.requester.addresses)):
        said += [
            _Said(own, value, tells, _morae(kana), figures=True, phone=True, ends=ends)
            for tells, kana, ends in _groups(digits_of(phone))
        ]
    forms: dict[tuple[Mora, ...], SpokenForm] = {}
    for part, each in enumerate(said):
        for sound in each.sounds:
            short = each.block and len(undrawn(sound)) < SHORT_BLOCK
            form = SpokenForm(
                each.party,
                each.value,
                part,
                min(each.tells, HALF_ENOUGH) if short else each.tells,
                sound,
                each.figures,
                each.surname,
                each.phone,
                each.ends,
            )
            if len(sound) >= MIN_TELLING:
                forms.setdefault(sound, form)
    return tuple(forms.values())


@dataclass(frozen=True, slots=True)
class _Said:
    """A part of a value in every way in which it is said; attributes as ``SpokenForm``."""

    party: Party
    value: int
    tells: int
    sounds: tuple[tuple[Mora, ...], ...] = field(repr=False)
    figures: bool = False
    surname: bool = False
    phone: bool = False
    ends: bool = False

    @property
    def block(self) -> bool:
        """Whether it is some of an address's numbers."""
        return self.figures and not self.phone


def _names(case: CallCase, reader: KanaReader) -> Iterator[_Said]:
    """Each name whole, and the surname and the given name by themselves."""
    for known in known_names(case, reader):
        if len(known.parts) == 2:
            surname, given = known.parts
            yield _Said(known.party, -1, ENOUGH_WORTH, (morae(surname),), surname=True)
            yield _Said(known.party, -1, ENOUGH_WORTH, (morae(given),))
        yield _Said(known.party, -1, ENOUGH_WORTH, (morae(known.whole),))


def _morae(said: Iterable[str]) -> tuple[tuple[Mora, ...], ...]:
    return tuple(map(morae, said))


def _places(address: CaseName, reader: KanaReader) -> Iterator[tuple[int, list[str]]]:
    """Each place of an address by itself; a town is others' too, and many a building has the same name."""
    *above, town = places_of(address, reader)
    for place in above:
        # 市 and 県 are left out, too.
        width = len(reader.kana(place.text[-1:]))
        yield (1 if place.text[-1:] in "市区" else 0), [place.kana, place.kana[:-width]]
    yield HALF_ENOUGH, [town.kana]
    if building := without_numbering(number_of(address)).strip():
        yield 3, [reader.kana(building)]


def _numbers(said: str) -> Iterator[list[str]]:
    """The block and the room, each in all ways, and of a block every run of two of its numbers and more."""
    pieces = [(match[1], match[2] or "", match.start(), match.end()) for match in _PIECE.finditer(said)]
    runs: list[list[tuple[str, str]]] = []
    last = None
    for digits, counter, start, end in pieces:
        between = said[last:start] if last is not None else None
        if between is None or between not in {"", "-", "の", "－"}:
            runs.append([])
        runs[-1].append((digits, counter))
        last = end
    for run in runs:
        for start, end in itertools.combinations(range(len(run) + 1), 2):
            if end - start > 1 or len(run) == 1:
                yield list(_ways(run[start:end]))


def _ways(run: Sequence[tuple[str, str]]) -> Iterator[str]:
    """One block number or room in every way in which it is said."""
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


def _groups(digits: str) -> Iterator[tuple[int, list[str], bool]]:
    """The groups of a telephone number, each by itself, and whether it ends so; many people's begin alike.

    Of the last one also all but the last figure: the other side says はい before it is over.
    """
    for shape in _SHAPES.get(len(digits), ()):
        edges = (0, *itertools.accumulate(shape))
        for start, end in itertools.pairwise(edges):
            # Of 0466 there is one town, of 090 half of all numbers: how it begins tells less.
            tells = (end - start) // 2 - (not start)
            yield tells, list(kana_of(digits[start:end])), end == len(digits)
        yield HALF_ENOUGH, list(kana_of(digits[edges[-2] : -1])), False
