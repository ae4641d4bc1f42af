"""Compare recognised with spoken text, letter by letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def letters(text: str) -> str:
    """Reduce a text to letters and digits of one width and case: differences that can be heard."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if unicodedata.category(character)[0] in "LMN")


def edits(said: str, recognised: str) -> int:
    """Return the Levenshtein distance between two texts."""
    return int(_last_row(said, recognised)[-1])


def edits_by_part(parts: Sequence[str], recognised: str) -> tuple[int, ...]:
    """Share the Levenshtein distance among the parts of a text, along one best alignment.

    The parts are the turns of a call.  Each part gets the piece of the recognised text that a best alignment
    of the whole gives it, so the counts add up to the distance of the whole.

        said        |あの伊藤さん|はい|          parts
        recognised  |あの佐藤さん|はいはい|      cut where both halves together cost least
        edits              1        2

    Args:
        parts: The spoken text in pieces, in order.
        recognised: The recognised text.

    Returns:
        The edits of each part.  An insertion between two parts counts for the later one.
    """
    if len(parts) < 2:
        return tuple(edits(part, recognised) for part in parts)
    middle = len(parts) // 2
    ahead = _last_row("".join(parts[:middle]), recognised)
    behind = _last_row("".join(parts[middle:])[::-1], recognised[::-1])[::-1]
    cut = int(np.argmin(ahead + behind))
    return edits_by_part(parts[:middle], recognised[:cut]) + edits_by_part(parts[middle:], recognised[cut:])


def _last_row(said: str, recognised: str) -> NDArray[np.int64]:
    """Return the edits from the whole of ``said`` to each prefix of ``recognised``.

    The insertions of a row chain from left to right; on ``cost - position`` they become a running minimum,
    which numpy computes at once.
    """
    heard = np.array([ord(character) for character in recognised], dtype=np.int64)
    positions = np.arange(heard.size + 1)
    row = positions.copy()
    for character in said:
        below = row + 1
        below[1:] = np.minimum(below[1:], row[:-1] + (heard != ord(character)))
        row = np.minimum.accumulate(below - positions) + positions
    return row
