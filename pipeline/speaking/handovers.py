"""Words that are said when a telephone changes hands.

    cu      ……ちょっと主人に代わりますね。        leaves: the next line has another speaker
    third   もしもし、お電話代わりました。        arrives: another speaker from here on

These words tell of a handover, not who takes the telephone: staff are put through in the same words, and
changed data (住所が変わりました) is announced in nearly the same.  So they are weighed with the voices.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.speaking.units import Unit

_BEGINS: Final = "(?:^|(?<=[。？！?!、]))(?:もしもし|はい|あ)?"
"""Beginning of a sentence or clause."""

_NAMED: Final = "[、。]?[^。？]{0,10}(?:です|でございます|と申します)"

_ARRIVES: Final = re.compile(
    "電話を?、?[代替変換か]わりました"
    f"|{_BEGINS}(?:[代替換]わりました(?![かけのんらっ?？])|[変か]わりました(?={_NAMED}))"
)
"""Recognisers write 代わる with any of these kanji; alone, 変わりました means that something has changed."""

_LEAVES: Final = re.compile(
    f"(?:{_BEGINS}|[にと]、?|電話を?)[代替変換か]わ(?:ります(?![かっ?？])|る[ねわ]|っても(?:いい|よろ))"
)

_STAFF: Final = re.compile("担当|係の|課の|部の|窓口|伺って")
"""Words of lines in which staff are put through, mostly."""


def arrives(units: Sequence[Unit]) -> NDArray[np.bool_]:
    """Mark each unit in which a new speaker announces having taken the telephone."""
    return _marked(units, _ARRIVES, at_end=False)


def leaves(units: Sequence[Unit]) -> NDArray[np.bool_]:
    """Mark each unit in which a speaker announces handing the telephone over."""
    return _marked(units, _LEAVES, at_end=True)


def _marked(units: Sequence[Unit], said: re.Pattern[str], *, at_end: bool) -> NDArray[np.bool_]:
    """Mark the units in which a match in a line begins, or ends; a match may span a pause."""
    marks = np.zeros(len(units), dtype=bool)
    first = 0
    for _, together in itertools.groupby(units, key=lambda unit: unit.segment):
        texts = [unit.text for unit in together]
        ends = list(itertools.accumulate(len(text) for text in texts))
        line = "".join(texts)
        for match in () if _STAFF.search(line) else said.finditer(line):
            place = match.end() - 1 if at_end else match.start()
            marks[first + int(np.searchsorted(ends, place, side="right"))] = True
        first += len(texts)
    return marks
