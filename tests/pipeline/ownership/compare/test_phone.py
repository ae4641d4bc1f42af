"""How many figures of a number make it theirs: on each side of every bound, figures that it decides."""

from __future__ import annotations

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.compare.phone import whose_number
from pipeline.types import CallCase, Party, Requester

CASE = CallCase("R-1", Requester(phones=("090-1234-5678", "045-123-4567")))


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


@pytest.mark.parametrize(
    ("figures", "theirs"),
    [
        # Three figures that others have, and as many as tell; one less is anybody's.
        ("090123", True),
        ("045123", True),
        ("09012", False),
        ("04512", False),
        # Most of it in pieces of theirs, or too little.
        ("1234599", False),
        ("1234567890", True),
        ("123459", True),
        ("456732", False),
        ("0123900", False),
    ],
)
def test_a_piece_of_a_number_is_theirs_where_it_tells_enough(
    figures: str, theirs: bool, reader: Reader
) -> None:
    """Many numbers begin alike; of random figures hardly any hold so much of one."""
    assert (whose_number(figures, CASE, (), reader).party is Party.REQUESTER) is theirs
