"""The words of a call's case, as the case writes them, and their readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.language.readings import Reader
from pipeline.correcting.offers import CaseWord
from pipeline.ownership.known.names import known_names
from pipeline.ownership.known.spelling import BLANKS
from pipeline.sound.morae import fold_kana, morae
from pipeline.types import CallCase, CaseName

__all__ = ["known_people", "known_words"]


def known_words(case: CallCase, reader: Reader) -> tuple[CaseWord, ...]:
    """The names of requester, staff, company and products; an analyst may be offered them.

    Args:
        case: The case.
        reader: Reads names whose reading is not stated.

    Returns:
        Each name; of people also surname and given name.
    """
    named = (*case.requester.names, *case.staff, *case.company_names, *case.products)
    return _read((*named, *_parts(case, reader)), reader)


def known_people(case: CallCase, reader: Reader) -> tuple[CaseWord, ...]:
    """The names of requester and staff, whole, and surname and given name by themselves.

    Args:
        case: The case.
        reader: Reads names whose reading is not stated.
    """
    return _read((*case.requester.names, *case.staff, *_parts(case, reader)), reader)


def _read(names: Iterable[CaseName], reader: Reader) -> tuple[CaseWord, ...]:
    """Names with their readings; of two written alike, the reading of the one that is given first."""
    words = {each.text: each.kana or reader.kana(each.text) for each in reversed(tuple(names))}
    return tuple(CaseWord(text, morae(fold_kana(kana))) for text, kana in words.items())


def _parts(case: CallCase, reader: Reader) -> Iterator[CaseName]:
    """Surname and given name of requester and staff, where ownership knows them apart and they can be cut."""
    people = (*case.requester.names, *case.staff)
    for name, known in zip(people, known_names(case, reader), strict=False):
        if len(known.parts) != 2 or known.abroad:
            continue
        (surname, given), text = known.parts, BLANKS.sub("", name.text)
        cuts = (at for at in range(1, len(text)) if surname in reader.readings(text[:at]))
        cut = next(cuts, None)
        if cut is not None:
            yield CaseName(text[:cut], surname)
            yield CaseName(text[cut:], given)
