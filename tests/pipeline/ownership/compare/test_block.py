"""Block numbers, whatever they were taken for."""

from __future__ import annotations

import pytest

from pipeline.ownership.compare.block import block_in_a_piece, is_next_door
from pipeline.ownership.compare.registered_address import RegisteredAddress

OWN = (RegisteredAddress((), (), (), "21712"),)


@pytest.mark.parametrize(
    ("text", "theirs"),
    [
        ("17番12号、2の17の12", True),
        ("2話の17の10\n2話2の17の12", True),
        ("2の17の1", False),
        ("52の17の12の8", False),
        ("17の12", False),
    ],
)
def test_a_block_said_once_more_is_theirs(text: str, theirs: bool) -> None:
    """All of it, and a figure more at the most: of five figures one in 50,000 is the same by chance."""
    assert block_in_a_piece(text, OWN) is theirs


@pytest.mark.parametrize(
    ("heard", "next_door"),
    [
        ("304", True),
        ("302", True),
        ("403", True),
        ("301", True),
        ("308", False),
        ("903", False),
        ("33", False),
    ],
)
def test_next_door_is_near(heard: str, next_door: bool) -> None:
    """The flat beside, the one opposite and the one above; what is misheard is any figure."""
    assert is_next_door(heard, "303") is next_door
