"""Words that explain the kanji of names: 太陽の陽, にんべんの仁; ``build_kanji.py`` makes the list."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from models.language.lexicon.lexicon import FOLDER, lexicon_lines
from pipeline.ownership.known.kanji import KanjiSounds
from pipeline.sound.morae import fold_kana


@lru_cache(maxsize=1)
def load_kanji() -> Mapping[str, KanjiSounds]:
    """Read ``kanji.tsv.gz`` (about 20 ms).

    Returns:
        By kanji of names, its readings, common words that are spelt with it, and its radical.

    Raises:
        ModelError: the file is missing or is not the registered one.
    """
    found: dict[str, KanjiSounds] = {}
    for line in lexicon_lines(FOLDER / "kanji.tsv.gz"):
        kanji, *columns = line.split("\t")
        found[kanji] = KanjiSounds(*(_kana(column) for column in columns))
    return found


def _kana(column: str) -> tuple[str, ...]:
    return tuple(fold_kana(kana) for kana in column.split(";") if kana)
