"""Foreign names in Japanese katakana spelling; ``build_foreign_names.py`` makes the list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from models.language.lexicon.lexicon import FOLDER, lexicon_lines

COMMON_WORD = 49
"""Word band of a name that is also a common word: マーク, ホワイト."""

_V = re.compile("ヴ([ァィェォ]?)")
_B = {"ァ": "バ", "ィ": "ビ", "": "ブ", "ェ": "ベ", "ォ": "ボ"}


@dataclass(frozen=True, slots=True)
class ForeignName:
    """A foreign name with its commonness.

    Attributes:
        text: Katakana.
        family, given: Estimated people per million in Japan with it as a family name, and as a given name.
        word_band: 0, ``COMMON_WORD``, or 50 for a rare word (アリ).
    """

    text: str
    family: float
    given: float
    word_band: int

    @property
    def is_common_word(self) -> bool:
        """Whether it is a common word, so that it names nobody without context."""
        return self.word_band == COMMON_WORD


@lru_cache(maxsize=1)
def load_foreign_names() -> Mapping[str, ForeignName]:
    """Read ``foreign_names.tsv.gz`` (about 10 ms).

    Returns:
        Names by katakana, commonest first.

    Raises:
        ModelError: the file is missing or is not the registered one.
    """
    rows = (line.split("\t") for line in lexicon_lines(FOLDER / "foreign_names.tsv.gz"))
    return {text: ForeignName(text, float(sei), float(mei), int(band)) for text, sei, mei, band in rows}


@lru_cache(maxsize=1)
def _by_spelling() -> Mapping[str, ForeignName]:
    """Return names with バ for ヴァ; the commonest of those that become equal."""
    found: dict[str, ForeignName] = {}
    for text, name in load_foreign_names().items():
        found.setdefault(_plain(text), name)
    return found


def foreign_name(word: str) -> ForeignName | None:
    """Return the name with this spelling, ヴ and バ alike (エヴァンス, エバンス); ``None`` without one."""
    return load_foreign_names().get(word) or _by_spelling().get(_plain(word))


def _plain(word: str) -> str:
    return _V.sub(lambda match: _B[match[1]], word)
