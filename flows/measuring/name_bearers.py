"""How many people bear a name, as far as the lexicon knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from models.language.lexicon.lexicon import NameEntry, NameRow, load_lexicon
from pipeline.sound.morae import fold_kana

_KANA = re.compile(r"[ぁ-ゖァ-ヺー]+")


def bearers(written: str, reading: str) -> tuple[float, float]:
    """People per million with a name, as surname and as given name.

    Args:
        written: The name as written; kana stand for every spelling of their sound.
        reading: Its katakana; "" for any.

    Returns:
        The two numbers, 0 where the lexicon does not know the name.
    """
    lexicon = load_lexicon()
    if _KANA.fullmatch(written):
        sound = fold_kana(written)
        return _heard(lexicon.surnames, sound), _heard(lexicon.given_names, sound)
    return (
        _people(lexicon.surname_of_surface(written), reading),
        _people(lexicon.given_of_surface(written), reading),
    )


def _people(rows: Iterable[NameRow], reading: str) -> float:
    return sum(row.weight for row in rows if reading in {"", fold_kana(row.reading)})


def _heard(names: Mapping[str, NameEntry], sound: str) -> float:
    return names[sound].per_million if sound in names else 0.0
