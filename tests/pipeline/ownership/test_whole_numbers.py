"""A finding with several telephone numbers is cut where the next begins."""

from __future__ import annotations

import pytest

from pipeline.ownership.whole_numbers import part_whole_numbers
from pipeline.types import CharSpan, EntitySpan


def parts(text: str, kind: str = "PHONE_NUMBER") -> list[str]:
    """What is found where all of a text was."""
    whole = EntitySpan(kind, CharSpan(0, len(text)), 0.9, "test")
    return [text[e.chars.start : e.chars.end] for e in part_whole_numbers([whole], text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("052の、337の、1931と、0985の、25の、3449", ["052の、337の、1931と、", "0985の、25の、3449"]),
        ("0523371931と0985253449", ["0523371931と", "0985253449"]),
        ("080、7405、7002、と。080、17002", ["080、7405、7002、", "と。080、17002"]),
        ("080、8733、8953。石波さんが080、4279、4828", ["080、8733、8953。", "石波さんが080、4279、4828"]),
        ("080-3979-918で、幕さんが080-4635-3729", ["080-3979-918で、", "幕さんが080-4635-3729"]),
        ("070の7774の8146、河原", ["070の7774の8146、", "河原"]),
        # Garbled, and read back by the other side.
        ("080の、170の、7402。\n080、7405、7002", ["080の、170の、7402。\n", "080、7405、7002"]),
        (
            "090の1234の5678、0312345678、\n0120-123-456",
            ["090の1234の5678、", "0312345678、\n", "0120-123-456"],
        ),
    ],
)
def test_each_number_is_a_finding(text: str, found: list[str]) -> None:
    """The first is complete, or the other side of the line begins one."""
    assert parts(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "090の、1234の、5678",
        "090の\n1234の\n5678",
        # Its rest begins with a zero.
        "03、0123、4567",
        "03の\n0123の4567",
        "080、0123、4567",
        "0120、012、345",
        "090-1234-5678です、はい。",
        "7296",
    ],
)
def test_one_number_is_left_whole(text: str) -> None:
    """However it is said."""
    assert parts(text) == [text]


def test_an_address_is_left_to_others() -> None:
    """Its numbers are no telephone numbers."""
    assert parts("0312345678、0312345678", "ADDRESS") == ["0312345678、0312345678"]
