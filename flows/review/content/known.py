"""The words of a call's case that an analyst may be offered: as the case writes them, and their readings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.correcting.offers import Known
from pipeline.sound.morae import fold_kana, morae
from pipeline.types import CallCase, CaseName

if TYPE_CHECKING:
    from models.language.readings import Reader

__all__ = ["known_words"]


def known_words(case: CallCase, reader: Reader) -> tuple[Known, ...]:
    """Return the names of requester, staff, company and products, of people also surname and given name.

    Args:
        case: The case.
        reader: Reads names whose reading is not stated.
    """
    people = (*case.requester.names, *case.staff)
    written = [
        *people,
        *case.company_names,
        *case.products,
        *(part for each in people for part in _parts(each, reader)),
    ]
    words = {each.text: each.kana or reader.kana(each.text) for each in reversed(written)}
    return tuple(Known(text, morae(fold_kana(kana))) for text, kana in words.items())


def _parts(name: CaseName, reader: Reader) -> Iterator[CaseName]:
    """Surname and given name, where the name can be cut."""
    kana = fold_kana(name.kana or reader.kana(name.text))
    parts = reader.name_parts(name.text, kana)
    if parts is None:
        return
    surname, given = parts
    cuts = (at for at in range(1, len(name.text)) if surname in reader.readings(name.text[:at]))
    cut = next(cuts, None)
    if cut is not None:
        yield CaseName(name.text[:cut], surname)
        yield CaseName(name.text[cut:], given)
