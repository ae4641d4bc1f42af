"""How a call's lines are written for the recogniser to learn from: people's names as they sound."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.measuring.truth import TruthSpan
from pipeline.sound.morae import fold_kana

__all__ = ["names_in_kana"]

WRITTEN_NAME = re.compile(r"[一-龠々ぁ-んァ-ヶー・]{1,8}")
"""What is written as a name, and no explanation of one: kanji and kana, eight at the most."""

EXPLAINS = "と書"
"""Of an explanation of kanji (山と書いて), which keeps the kanji that it is about."""

MOST_KANA = 12
"""Of a reading: a longer one is an explanation, too."""


def names_in_kana(text: str, spans: Iterable[TruthSpan]) -> str:
    """Write people's names in a line as katakana.

    Nobody hears which kanji a name has.  A recogniser that has to write some guesses, and writes likelier
    words over a name that it has hardly heard; katakana say what was heard.  Names of companies keep their
    writing: they are words.

    Args:
        text: Of the line.
        spans: Somebody's data in the line; others are left alone.

    Returns:
        The line, with the reading of each person's name for the name where it stands.
    """
    out, at = "", 0
    for span in sorted(spans, key=lambda each: each.time):
        found = text.find(span.surface, at)
        if found < 0:
            continue
        out += text[at:found] + (_kana(span) or span.surface)
        at = found + len(span.surface)
    return out + text[at:]


def _kana(span: TruthSpan) -> str:
    """Reading of a person's name; empty for everything else."""
    if span.kind != "NAME" or span.party == "company" or EXPLAINS in span.surface:
        return ""
    kana = fold_kana(span.reading)
    return kana if WRITTEN_NAME.fullmatch(span.surface) and len(kana) <= MOST_KANA else ""
