"""Names from abroad as they are written in Japan, in katakana; from ``build_foreign_names.py``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from models.language.lexicon.lexicon import FOLDER, lexicon_lines

__all__ = ["COMMON_WORD", "ForeignName", "foreign_name", "load_foreign_names"]

COMMON_WORD = 49
"""Word band of a name that is also a common word: マーク, ホワイト."""

_V = re.compile("ヴ([ァィェォ]?)")
_B = {"ァ": "バ", "ィ": "ビ", "": "ブ", "ェ": "ベ", "ォ": "ボ"}


@dataclass(frozen=True, slots=True)
class ForeignName:
    """A name and how common it is.

    Attributes:
        text: Katakana.
        family, given: People per million in Japan that bear it as either, estimates.
        word_band: 0, ``COMMON_WORD``, or 50 where a rare word is written so (アリ).
    """

    text: str
    family: float
    given: float
    word_band: int

    @property
    def is_common_word(self) -> bool:
        """Whether it names nobody by itself."""
        return self.word_band == COMMON_WORD


@lru_cache(maxsize=1)
def load_foreign_names() -> Mapping[str, ForeignName]:
    """Read ``foreign_names.tsv.gz`` (about 10 ms).

    Returns:
        By katakana, commonest first.

    Raises:
        ModelError: when the file is missing or is not the registered one.
    """
    rows = (line.split("\t") for line in lexicon_lines(FOLDER / "foreign_names.tsv.gz"))
    return {text: ForeignName(text, float(sei), float(mei), int(band)) for text, sei, mei, band in rows}


@lru_cache(maxsize=1)
def _by_spelling() -> Mapping[str, ForeignName]:
    """With バ for ヴァ: of names that are written alike then, the commonest."""
    found: dict[str, ForeignName] = {}
    for text, name in load_foreign_names().items():
        found.setdefault(_plain(text), name)
    return found


def foreign_name(word: str) -> ForeignName | None:
    """The name that is written so, with ヴ or with バ, ビ, ブ, ベ, ボ (エヴァンス, エバンス); or ``None``."""
    return load_foreign_names().get(word) or _by_spelling().get(_plain(word))


def _plain(word: str) -> str:
    return _V.sub(lambda match: _B[match[1]], word)
