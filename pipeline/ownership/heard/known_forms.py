"""How the names and addresses of a case may stand in a transcript: by sound, and as written.

伊藤 幸子            イトウ: 伊藤, いとう, イトウ      サチコ: 幸子, さちこ, サチコ      and both together
町田市成瀬5丁目11番   町田市 | 成瀬 | 5丁目11番, 5の11, 5-11      and every run of these
"""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.ownership.compare.name import KanaReader, KnownName, known_names
from pipeline.ownership.compare.registered_address import number_of, places_of, without_numbering
from pipeline.ownership.compare.spelling import BLANKS
from pipeline.sound.digits import digits_of, kana_of
from pipeline.sound.morae import Mora, morae
from pipeline.types import CallCase, CaseName, Party

__all__ = ["SHAPES", "FormKind", "KnownForm", "known_forms"]

_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_NUMBER = re.compile(r"(?:[0-9０-９〇一二三四五六七八九十]++(?:丁目|番地?|号室?|階|[-のノ])*+)+")
_JOINED = re.compile(r"(?<=[0-9０-９])(?:丁目|番地?|号|-)の?(?=[0-9０-９])")
_LAST = re.compile(r"(?<=[0-9０-９])(?:丁目|番地?|号室?|階)$")

SHAPES = {11: ((3, 4, 4),), 10: ((2, 4, 4), (3, 3, 4), (4, 2, 4))}
"""Digits in the groups of mobile numbers, and of others after area codes of two to four digits."""

_TELLING = 6
"""Digits of a run at the least."""

_SHIFTS = (3, 7)
"""What is added to each digit of a number to make another one."""


class FormKind(enum.Enum):
    """What of a known value a form is."""

    SURNAME = "surname"
    GIVEN = "given"
    WHOLE = "whole"
    PLACE = "place"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class KnownForm:
    """Something of the case as it sounds, and the ways in which it is written.

    Attributes:
        party: Whose it is.
        kind: What of it.
        sound: Its morae.
        texts: One or more, the likeliest first.
        decoys: Of a number, others of the same shape and beginning, written alike: what tells them from it
            is not its shape.
    """

    party: Party
    kind: FormKind
    sound: tuple[Mora, ...] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    decoys: tuple[str, ...] = field(default=(), repr=False)


def known_forms(case: CallCase, reader: KanaReader) -> tuple[KnownForm, ...]:
    """Every form of the names of a case, and of the requester's addresses and numbers.

    Args:
        case: The requester, the staff and the company.
        reader: Reads what the case gives no kana for.

    Returns:
        Forms of two morae and more.
    """
    named = (*case.requester.names, *case.staff, *case.company_names)
    forms = [
        form
        for name, known in zip(named, known_names(case, reader), strict=True)
        for form in _of_name(name, known, reader)
    ]
    forms += [form for address in case.requester.addresses for form in _of_address(address, reader)]
    forms += [form for phone in case.requester.phones for form in _of_number(digits_of(phone))]
    return tuple(dict.fromkeys(form for form in forms if len(form.sound) > 1))


def _of_name(name: CaseName, known: KnownName, reader: KanaReader) -> Iterator[KnownForm]:
    written = BLANKS.sub("", name.text)
    # Of staff a case often gives the surname alone, and two kanji of that are no two names.
    if len(known.parts) == 2 and (known.party is Party.REQUESTER or len(written) > 2 or written != name.text):
        cut = _cut(written, known.parts, reader)
        texts = (written[:cut], written[cut:]) if cut else ("", "")
        for kind, kana, text in zip((FormKind.SURNAME, FormKind.GIVEN), known.parts, texts, strict=True):
            yield _form(known.party, kind, kana, text)
    yield _form(known.party, FormKind.WHOLE, known.whole, written)


def _cut(written: str, parts: Sequence[str], reader: KanaReader) -> int:
    """Characters of a surname in a full name; 0 where no cut reads as it.

    椎 by itself is a surname シイナ, too: of several cuts the one behind which the given name is read.
    """

    def read_as(text: str, kana: str) -> bool:
        return kana in {reader.kana(text), *reader.readings(text)}

    surname, given = parts
    cuts = [n for n in range(1, len(written)) if read_as(written[:n], surname)]
    return next((n for n in cuts if read_as(written[n:], given)), cuts[0] if cuts else 0)


def _form(party: Party, kind: FormKind, kana: str, written: str) -> KnownForm:
    """A name in kanji, hiragana and katakana: a recogniser writes any of them."""
    texts = filter(None, dict.fromkeys((written, kana.translate(_HIRAGANA), kana)))
    return KnownForm(party, kind, morae(kana), tuple(texts))


def _of_address(address: CaseName, reader: KanaReader) -> Iterator[KnownForm]:
    """Every run of its pieces but numbers alone; the numbers as they are, joined by の and by a dash."""
    places = [place for place in places_of(address, reader) if place.text]
    said = number_of(address)
    number = _NUMBER.match(said)
    behind = said[number.end() :] if number else said
    room = _NUMBER.search(behind)
    beside = (behind[: room.start()], room[0]) if room else (behind, "")
    for join in (None, "の", "-"):
        texts = [_joined(text, join) for text in (number[0] if number else "", *beside) if text]
        pieces = [*places, *(CaseName(text, reader.kana(text)) for text in texts)]
        for start, end in itertools.combinations(range(len(pieces) + 1), 2):
            written = "".join(piece.text for piece in pieces[start:end])
            # Numbers alone are compared as they are: by sound a neighbour's are as near.
            if without_numbering(written):
                kana = "".join(piece.kana for piece in pieces[start:end])
                yield KnownForm(Party.REQUESTER, FormKind.PLACE, morae(kana), (written,))


def _of_number(digits: str) -> Iterator[KnownForm]:
    """A telephone number, and every run of its groups of six digits or more; zero is said ゼロ or まる."""
    for shape in SHAPES.get(len(digits), ()):
        edges = (0, *itertools.accumulate(shape))
        for first, last in itertools.combinations(range(len(edges)), 2):
            if edges[last] - edges[first] < _TELLING:
                continue
            groups = [digits[edges[n] : edges[n + 1]] for n in range(first, last)]
            # All beginnings are alike.
            others = [[_shifted(each, by) for each in groups] for by in _SHIFTS]
            for other in others:
                other[0] = groups[0] if first == 0 else other[0]
            for kana in kana_of("".join(groups)):
                yield KnownForm(
                    Party.REQUESTER,
                    FormKind.NUMBER,
                    morae(kana),
                    _written(groups),
                    tuple(text for other in others for text in _written(other)),
                )


def _written(groups: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(("の".join(groups), "".join(groups))))


def _shifted(digits: str, by: int) -> str:
    return "".join(str((int(digit) + by) % 10) for digit in digits)


def _joined(number: str, join: str | None) -> str:
    return number if join is None else _LAST.sub("", _JOINED.sub(join, number))
