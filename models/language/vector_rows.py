"""Which row of a table of word vectors a word has, in a tenth of the memory.

spaCy keeps a dictionary of Python numbers: of ja_ginza's half a million words 56 MB.  Sorted arrays of the
same numbers take 6 MB, and what is asked for in a call is found in microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

__all__ = ["VectorRows"]


class VectorRows(Mapping[int, int]):
    """What ``spacy.vectors.Vectors.key2row`` is, read-only.

    Args:
        rows: Hash of each word, and its row.
    """

    def __init__(self, rows: Mapping[int, int]) -> None:
        keys = np.fromiter(rows.keys(), np.uint64, len(rows))
        order = np.argsort(keys)
        self._keys = keys[order]
        self._rows = np.fromiter(rows.values(), np.int32, len(rows))[order]

    def __getitem__(self, key: int) -> int:
        """The row of a word.

        Raises:
            KeyError: when it has none.
        """
        at = int(np.searchsorted(self._keys, np.uint64(key)))
        if at == len(self._keys) or int(self._keys[at]) != key:
            raise KeyError(key)
        return int(self._rows[at])

    def __len__(self) -> int:
        """How many words have a row."""
        return len(self._keys)

    def __iter__(self) -> Iterator[int]:
        """Their hashes, ascending."""
        return map(int, self._keys)
