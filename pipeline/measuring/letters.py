"""Compare what was recognised with what was said, letter by letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["edits", "edits_by_part", "letters"]


def letters(text: str) -> str:
    """Letters and digits only, of one width and case: what a recogniser can get wrong by ear."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if unicodedata.category(character)[0] in "LMN")


def edits(said: str, recognised: str) -> int:
    """Count the fewest edits from one text to the other (Levenshtein distance)."""
    return int(_last_row(said, recognised)[-1])


def edits_by_part(parts: Sequence[str], recognised: str) -> tuple[int, ...]:
    """Share the fewest edits among the parts of a text, along one best alignment.

    The parts are the turns of a call.  Each gets the piece of the recognised text that a best alignment of
    the whole gives it, so that the counts add up to the edits of the whole.

        said        |あの伊藤さん|はい|          parts
        recognised  |あの佐藤さん|はいはい|      cut where both halves together cost least
        edits              1        2

    Args:
        parts: The text in pieces, in order.
        recognised: What it is compared with.

    Returns:
        The edits of each part.  What was added between two parts counts for the later one.
    """
    if len(parts) < 2:
        return tuple(edits(part, recognised) for part in parts)
    middle = len(parts) // 2
    ahead = _last_row("".join(parts[:middle]), recognised)
    behind = _last_row("".join(parts[middle:])[::-1], recognised[::-1])[::-1]
    cut = int(np.argmin(ahead + behind))
    return edits_by_part(parts[:middle], recognised[:cut]) + edits_by_part(parts[middle:], recognised[cut:])


def _last_row(said: str, recognised: str) -> NDArray[np.int64]:
    """Edits from the whole of ``said`` to each beginning of ``recognised``, a row of the table at a time.

    The insertions of a row chain from left to right; with ``cost - position`` they
    become a running minimum, which numpy has.
    """
    heard = np.array([ord(character) for character in recognised], dtype=np.int64)
    positions = np.arange(heard.size + 1)
    row = positions.copy()
    for character in said:
        below = row + 1
        below[1:] = np.minimum(below[1:], row[:-1] + (heard != ord(character)))
        row = np.minimum.accumulate(below - positions) + positions
    return row
