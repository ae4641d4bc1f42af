"""Block numbers, whatever they were taken for."""

from __future__ import annotations

import pytest

from pipeline.ownership.compare.block import block_in_a_piece, is_next_door, part_blocks, says_number
from pipeline.ownership.compare.registered_address import RegisteredAddress
from pipeline.types import CharSpan, EntitySpan

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


@pytest.mark.parametrize(
    ("texts", "said"), [(["2の17の12"], True), (["712号"], True), (["2の17の1"], False), ([], False)]
)
def test_whether_the_number_is_said(texts: list[str], said: bool) -> None:
    """All of it, or the room at its end."""
    assert says_number(texts, OWN) is said


@pytest.mark.parametrize(
    ("kind", "text", "pieces"),
    [
        (
            "PHONE_NUMBER",
            "3頭目31番17号マルナマルのマルゴー37の19",
            ["3頭目31番17号", "マルナマルのマルゴー37の19"],
        ),
        ("PHONE_NUMBER", "31番17号の203号", ["31番17号の203号"]),
        ("PHONE_NUMBER", "090の1番2号", ["090の1番2号"]),
        ("PHONE_NUMBER", "0317の31の17", ["0317の31の17"]),
        ("ADDRESS", "31番17号マルナマルのマルゴー37の19", ["31番17号マルナマルのマルゴー37の19"]),
    ],
)
def test_a_telephone_number_begins_behind_the_block(kind: str, text: str, pieces: list[str]) -> None:
    """What is counted with 番 and 号 is an address, judged by itself; a room is no telephone number."""
    found = list(part_blocks([EntitySpan(kind, CharSpan(0, len(text)), 0.9, "test")], text))
    assert [text[each.chars.start : each.chars.end] for each in found] == pieces
    assert [each.entity_type for each in found] == ([kind] if len(pieces) == 1 else ["ADDRESS", kind])
