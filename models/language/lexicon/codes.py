"""With which three figures the postal codes of a city begin; from ``build_codes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from models.language.lexicon.lexicon import FOLDER, lexicon_lines

__all__ = ["first_figures", "load_codes"]


@lru_cache(maxsize=1)
def load_codes() -> Mapping[str, frozenset[str]]:
    """Read ``codes.tsv.gz`` (a few ms).

    Returns:
        By prefecture and city, in one, the first three figures of the codes of its places.

    Raises:
        ModelError: when the file is missing or is not the registered one.
    """
    rows = (line.split("\t") for line in lexicon_lines(FOLDER / "codes.tsv.gz"))
    return {city: frozenset(first.split(",")) for city, first in rows}


def first_figures(address: str) -> frozenset[str]:
    """The first three figures that the postal code of an address may have.

    Args:
        address: With its prefecture; of another one nothing is known.
    """
    codes = load_codes()
    cities = (address[:end] for end in range(len(address), 0, -1))
    return next((codes[city] for city in cities if city in codes), frozenset())
