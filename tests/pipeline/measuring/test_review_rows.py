"""Tests of pipeline.measuring.review_rows: the findings that the program reports, without their text."""

from __future__ import annotations

import pytest

from pipeline.errors import CaseFileError
from pipeline.measuring.review_rows import ReviewRow, read_review_rows
from pipeline.types import Party, TimeSpan

GOOD_ROW = {
    "start_seconds": 1.0, "end_seconds": 2, "channel": 1, "text": "伊藤", "entity_type": "PERSON",
    "recognizer": "honorific", "action": "keep", "needs_review": True,
}  # fmt: skip


@pytest.mark.parametrize(("channel", "channels"), [(1, (1,)), ([0, 1], (0, 1)), (None, ())])
def test_a_review_row_is_read_without_its_text(channel: object, channels: tuple[int, ...]) -> None:
    """One channel, several or all; what was said is not taken along."""
    (read,) = read_review_rows([{**GOOD_ROW, "channel": channel}])
    assert read == ReviewRow(
        TimeSpan(1.0, 2.0), channels, "PERSON", "honorific", masked=False, needs_review=True
    )
    assert "伊藤" not in repr(read)


@pytest.mark.parametrize("party", list(Party))
def test_whose_a_row_is_said_to_be_is_read(party: Party) -> None:
    """By the word of the review file."""
    (read,) = read_review_rows([{**GOOD_ROW, "party": party.value}])
    assert read.party is party


@pytest.mark.parametrize(
    "change",
    [
        {"start_seconds": "1"},
        {"start_seconds": 3.0},
        {"channel": -1},
        {"channel": "1"},
        {"action": "blur"},
        {"needs_review": 1},
        {"party": "neighbour"},
    ],
)
def test_a_malformed_review_row_is_named_by_its_index(change: dict[str, object]) -> None:
    """A row that cannot be read is an error, never skipped; its text is not repeated."""
    with pytest.raises(CaseFileError, match=r"findings\[1\]") as caught:
        read_review_rows([GOOD_ROW, {**GOOD_ROW, **change}])
    assert "伊藤" not in str(caught.value)
