"""What is said when a telephone changes hands.

    cu      ……ちょっと主人に代わりますね。        leaves: somebody else speaks behind it
    third   もしもし、お電話代わりました。        arrives: somebody else speaks from here on

Words tell that somebody takes the telephone, not who: staff are put through in the same words, and what
changes (住所が変わりました) is said in nearly the same.  So this is weighed with the voices.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.speaking.units import Unit

__all__ = ["arrives", "leaves"]

_TAKE: Final = "[代変替換か]"
"""First letter of 代わる; recognisers choose any of these."""

_FIRST: Final = (
    r"(?:(?:もしもし|もし|はい|ええと|えっと|あの|あ+|ああ|すみません|すいません|ごめんなさい|失礼しました"
    r"|お待たせしました|お待たせいたしました|どうも|ただいま|今|いま|じゃあ|え+)[、。ー… ]*)*"
)
"""What may stand before the first words of somebody who has just taken the telephone."""

_NAMED: Final = r"[、。]?[^。？]{0,10}(?:です|でございます|と申します)"

_ARRIVES: Final = re.compile(
    rf"お?(?:電話|でんわ)を?、?{_TAKE}わりました"
    rf"|(?:^|(?<=[。？！?!])){_FIRST}"
    rf"(?:[代替換]わりました(?![かけのんらっ])|[変か]わりました(?={_NAMED}))"
)

_LEAVES: Final = re.compile(
    r"(?:^|(?<=[。？！?!、]))(?:電話を?)?[代替か]わり(?:ます(?![かっ?？])|ましょうか|たい)"
    r"|に、?(?:お?電話を?、?|ちょっと、?|一旦、?|いったん、?)?[代替変換か]わ"
    r"(?:ります(?![?？])|りましょうか|ってもいい|ってもよろ|ってもらって|ってもらいますね|っていい"
    r"|る(?:ね|わ|んで|ので)|った方|ったほう)"
    r"|と[代替か]わります(?![か?？])"
    rf"|電話を?{_TAKE}わ(?:ります|る(?:ね|わ|んで|ので))"
)

_STAFF_ARRIVE: Final = re.compile("担当|係の|課の|部の|窓口|センター|店長|責任者|承り|伺って")
_STAFF_LEAVE: Final = re.compile("担当|係の|の者")
"""Whose lines these stand in, staff are put through, mostly."""


def arrives(units: Sequence[Unit]) -> NDArray[np.bool_]:
    """Say of each unit whether somebody who has just taken a telephone begins in it."""
    return _marked(units, _ARRIVES, _STAFF_ARRIVE, at_end=False)


def leaves(units: Sequence[Unit]) -> NDArray[np.bool_]:
    """Say of each unit whether somebody has said in it that they hand the telephone over."""
    return _marked(units, _LEAVES, _STAFF_LEAVE, at_end=True)


def _marked(
    units: Sequence[Unit], said: re.Pattern[str], staff: re.Pattern[str], *, at_end: bool
) -> NDArray[np.bool_]:
    """The units in which something said in a line begins, or ends: a pause may lie within it."""
    marks = np.zeros(len(units), dtype=bool)
    first = 0
    for _, together in itertools.groupby(units, key=lambda unit: unit.segment):
        texts = [unit.text for unit in together]
        ends = list(itertools.accumulate(len(text) for text in texts))
        line = "".join(texts)
        for match in () if staff.search(line) else said.finditer(line):
            place = match.end() - 1 if at_end else match.start()
            marks[first + int(np.searchsorted(ends, place, side="right"))] = True
        first += len(texts)
    return marks
