"""How the names of a case may stand in a transcript: by sound, and as written.

伊藤 幸子            イトウ: 伊藤, いとう, イトウ      サチコ: 幸子, さちこ, サチコ      and both together
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.ownership.compare.name import KanaReader, KnownName, known_names
from pipeline.ownership.compare.spelling import BLANKS
from pipeline.sound.morae import Mora, morae
from pipeline.types import CallCase, CaseName, Party

__all__ = ["FormKind", "KnownForm", "known_forms"]

_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


class FormKind(enum.Enum):
    """What of a known name a form is."""

    SURNAME = "surname"
    GIVEN = "given"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class KnownForm:
    """A name of the case as it sounds, and the ways in which it is written.

    Attributes:
        party: Whose it is.
        kind: What of it.
        sound: Its morae.
        texts: One or more, the likeliest first, the last in katakana.
    """

    party: Party
    kind: FormKind
    sound: tuple[Mora, ...] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)


def known_forms(case: CallCase, reader: KanaReader) -> tuple[KnownForm, ...]:
    """Every form of the names of a case.

    Args:
        case: The requester, the staff and the company.
        reader: Reads what the case gives no kana for.

    Returns:
        Forms of two morae and more.
    """
    named = (*case.requester.names, *case.staff, *case.company_names)
    forms = (
        form
        for name, known in zip(named, known_names(case, reader), strict=True)
        for form in _of_name(name, known, reader)
    )
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
