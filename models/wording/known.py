"""The words of a call's case, as the case writes them, and their readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.language.readings import Reader
from pipeline.correcting.offers import Known
from pipeline.sound.morae import fold_kana, morae
from pipeline.types import CallCase, CaseName

__all__ = ["known_people", "known_words"]


def known_words(case: CallCase, reader: Reader) -> tuple[Known, ...]:
    """The names of requester, staff, company and products; an analyst may be offered them.

    Args:
        case: The case.
        reader: Reads names whose reading is not stated.

    Returns:
        Each name; of people also surname and given name.
    """
    named = (*case.requester.names, *case.staff, *case.company_names, *case.products)
    return _read((*named, *_parts(case, reader)), reader)


def known_people(case: CallCase, reader: Reader) -> tuple[Known, ...]:
    """The names of requester and staff, whole, and surname and given name by themselves.

    Args:
        case: The case.
        reader: Reads names whose reading is not stated.
    """
    return _read((*case.requester.names, *case.staff, *_parts(case, reader)), reader)


def _read(names: Iterable[CaseName], reader: Reader) -> tuple[Known, ...]:
    """Names with their readings; of two written alike, the reading of the one that is given first."""
    words = {each.text: each.kana or reader.kana(each.text) for each in reversed(tuple(names))}
    return tuple(Known(text, morae(fold_kana(kana))) for text, kana in words.items())


def _parts(case: CallCase, reader: Reader) -> Iterator[CaseName]:
    """Surname and given name of requester and staff, where a name can be cut.

    Of staff a case often gives the surname alone, and two kanji of that are no two names.
    """
    for name in (*case.requester.names, *(each for each in case.staff if len(each.text) > 2)):
        kana = fold_kana(name.kana or reader.kana(name.text))
        parts = reader.name_parts(name.text, kana)
        if parts is None:
            continue
        surname, given = parts
        cuts = (at for at in range(1, len(name.text)) if surname in reader.readings(name.text[:at]))
        cut = next(cuts, None)
        if cut is not None:
            yield CaseName(name.text[:cut], surname)
            yield CaseName(name.text[cut:], given)
