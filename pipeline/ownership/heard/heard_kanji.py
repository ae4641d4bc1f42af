"""Find in the posteriorgram whether the kanji of one name are explained, whatever was written.

    written  優先のユーにさせます    heard  ユーゼンノユーニシャシンノ    悠真: 悠然の悠に、写真の真

``compare.kanji`` reads one line of kana for the same; of what was heard that keeps the likeliest mora of each
place alone, and a word with two of them wrong is lost.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from pipeline.ownership.compare.kanji import (
    MIN_WORD_WORTH,
    MIN_WORTH,
    KanjiReader,
    best_way,
    readings_of,
    targets_of,
)
from pipeline.ownership.heard.heard_stretch import Stretch
from pipeline.sound.morae import Mora, morae
from pipeline.sound.spotting import spotted

__all__ = ["MARGIN_STEPS", "heard_explained"]

MARGIN_STEPS: Final = 25
"""Steps around a finding that may belong to the explanation of a name: a second."""

WORTH_PER_ODDS: Final = 0.35
"""Morae that a log odd takes from a word's worth: one misheard, of -7 or so, what two and a half tell."""

MIN_SHARE: Final = 0.3
"""Share of a finding that has to be explanation.  With ``MIN_WORTH``, of 767 findings of third parties in 120
made calls none explains the requester's kanji; of 5,869 pairs with a stranger's name five do, all of them
kanji that both names have (登美, 藤田, 高橋)."""

MAX_SHARED_STEPS: Final = 2
"""Steps that one word may have in common with the next."""

_NO: Final = morae("ノ")


def heard_explained(stretch: Stretch, name: str, reader: KanjiReader) -> bool:
    """Whether the sound of a stretch explains the kanji of a name.

    Args:
        stretch: What is heard of a finding.
        name: A whole name as written, blanks left out.
        reader: Knows kanji.

    Returns:
        Whether words for its kanji, in their order, are said in a good part of the finding, and worth enough.
    """
    start, end = max(0, stretch.first - MARGIN_STEPS), stretch.last + MARGIN_STEPS
    forms = [(at, sound) for at, kanji in enumerate(name) for sound in _said_of(kanji, reader)]
    least = [(MIN_WORD_WORTH - len(sound)) / WORTH_PER_ODDS for _, sound in forms]
    found: list[list[tuple[float, int, int]]] = [[] for _ in name]
    for hit in spotted([sound for _, sound in forms], stretch.logs[start:end], least):
        at, sound = forms[hit.form]
        placed = replace(hit, start=hit.start + start, end=hit.end + start)
        if stretch.holds(placed):
            found[at].append((len(sound) + WORTH_PER_ODDS * hit.score, placed.start, placed.end))
    way = best_way(found, MAX_SHARED_STEPS)
    there = np.zeros(len(stretch.logs), dtype=bool)
    for first, last in way.stretches:
        there[first:last] = True
    share = there[stretch.first : stretch.last].mean() if way.stretches else 0.0
    return bool(way.worth >= MIN_WORTH and share >= MIN_SHARE)


def _said_of(kanji: str, reader: KanjiReader) -> list[tuple[Mora, ...]]:
    """The phrases that explain a kanji, with and without its reading behind の."""
    known = reader.kanji_sounds(kanji)
    words = targets_of(known)
    read = [word + reading for word in words if word[-1:] == _NO for reading in readings_of(known)]
    return [*words, *read]
