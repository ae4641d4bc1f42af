"""Log odds that staff say a line, by its wording.

    「お電話ありがとうございます」    staff
    「ええと、先週頼んだものが」      caller
    「はい」                          either

A linear model over hashed runs of one to four characters: a recogniser garbles names, but not
かしこまりました.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.registry import registered_bytes

BUCKETS: Final = 1 << 14
"""Number of hash buckets."""

_LONGEST: Final = 4
_PASSED_OVER: Final = re.compile(r"[\s、。，．,.？?！!…・「」『』]+")
_DIGITS: Final = re.compile(r"[0-9０-９〇一二三四五六七八九]")


def buckets(text: str) -> tuple[int, ...]:
    """Return the hash buckets of a line's runs of characters, each once, ascending."""
    return tuple(sorted({zlib.crc32(run.encode()) % BUCKETS for run in _runs(text)}))


def _runs(text: str) -> Iterator[str]:
    said = _DIGITS.sub("0", _PASSED_OVER.sub("|", f"|{text}|"))
    for length in range(1, _LONGEST + 1):
        for start in range(len(said) - length + 1):
            yield said[start : start + length]


class Roles:
    """The linear model.

    Args:
        weights: Shape (``BUCKETS``,).
        bias: Intercept.
    """

    def __init__(self, weights: NDArray[np.float32], bias: float) -> None:
        self._weights, self._bias = weights, bias

    def staff(self, text: str) -> float:
        """Return the log odds that staff say a line, by its words; about 0 where these tell nothing."""
        found = list(buckets(text))
        return float(self._weights[found].sum() / np.sqrt(max(1, len(found))) + self._bias)


@lru_cache(maxsize=1)
def load_roles() -> Roles:
    """Load the weights that lie beside this module (a few ms).

    Raises:
        ModelError: their bytes are not the registered ones.
    """
    path = Path(__file__).with_name("roles.npz")
    with np.load(io.BytesIO(registered_bytes("voices", "roles", path))) as stored:
        return Roles(stored["weights"].astype(np.float32) * float(stored["scale"]), float(stored["bias"]))
