"""Words of a call's case, in the case's spelling, with their readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.language.readings import Reader
from pipeline.correcting.offers import CaseWord
from pipeline.ownership.known.names import known_names
from pipeline.ownership.known.spelling import BLANKS
from pipeline.sound.morae import fold_kana, morae
from pipeline.types import CallCase, CaseName


def known_words(case: CallCase, reader: Reader) -> tuple[CaseWord, ...]:
    """Return the names of requester, staff, company and products, which an analyst may be offered.

    Args:
        case: The case.
        reader: Reads names without a stated reading.

    Returns:
        Each name; for people also surname and given name.
    """
    named = (*case.requester.names, *case.staff, *case.company_names, *case.products)
    return _read((*named, *_parts(case, reader)), reader)


def known_people(case: CallCase, reader: Reader) -> tuple[CaseWord, ...]:
    """Return the names of requester and staff, whole, and surname and given name alone.

    Args:
        case: The case.
        reader: Reads names without a stated reading.
    """
    return _read((*case.requester.names, *case.staff, *_parts(case, reader)), reader)


def known_trade(case: CallCase, reader: Reader) -> tuple[CaseWord, ...]:
    """Return the names of the company and its products.

    Args:
        case: The case.
        reader: Reads names without a stated reading.
    """
    return _read((*case.company_names, *case.products), reader)


def _read(names: Iterable[CaseName], reader: Reader) -> tuple[CaseWord, ...]:
    """Return names with their readings; the first reading wins where a name occurs twice."""
    words = {each.text: each.kana or reader.kana(each.text) for each in reversed(tuple(names))}
    return tuple(CaseWord(text, morae(fold_kana(kana))) for text, kana in words.items())


def _parts(case: CallCase, reader: Reader) -> Iterator[CaseName]:
    """Yield surname and given name of requester and staff, where the name can be split."""
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
