"""Rows of word vectors in sorted arrays."""

from __future__ import annotations

import pytest

from models.language.vector_rows import VectorRows

ROWS = {2**64 - 1: 3, 5: 0, 2**63: 7, 6: 0}


def test_it_says_what_the_dictionary_says() -> None:
    """Hashes have 64 bits; several words may share a row."""
    rows = VectorRows(ROWS)
    assert dict(rows) == ROWS
    assert [rows.get(key, -1) for key in (*ROWS, 0, 4, 7, 2**64 - 2)] == [*ROWS.values(), -1, -1, -1, -1]
    assert (len(rows), 5 in rows, 7 in rows) == (4, True, False)
    with pytest.raises(KeyError):
        rows[7]


def test_nothing_has_no_rows() -> None:
    """Of a pipeline without vectors."""
    assert VectorRows({}).get(5, -1) == -1
