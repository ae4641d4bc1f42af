"""Tests of pipeline.measuring.letters: edits of a text, and their share among its parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.measuring.letters import edits, edits_by_part, letters

few = st.text(alphabet="いろはに", max_size=8)


@pytest.mark.parametrize(
    ("parts", "recognised", "counts"),
    [
        (["あの伊藤さん", "はい"], "あの佐藤さんはい", (1, 0)),
        (["あの伊藤さん", "はい"], "あの伊藤さん", (0, 2)),
        (["はい", "あの伊藤さん"], "あの伊藤さん", (2, 0)),
        (["はい", "", "ええ"], "はいあえ", (0, 0, 1)),
        (["いろは"], "", (3,)),
        ([], "いろは", ()),
    ],
)
def test_each_part_gets_the_edits_of_its_own_piece(
    parts: list[str], recognised: str, counts: tuple[int, ...]
) -> None:
    """A turn that was not heard costs its own letters, and its neighbour none."""
    assert edits_by_part(parts, recognised) == counts


@given(parts=st.lists(few, min_size=1, max_size=6), recognised=st.text(alphabet="いろはに", max_size=30))
def test_the_parts_add_up_to_the_whole(parts: list[str], recognised: str) -> None:
    """However the text is cut, no edit is lost and none is counted twice."""
    assert sum(edits_by_part(parts, recognised)) == edits("".join(parts), recognised)


def test_only_letters_and_digits_count_in_one_width_and_case() -> None:
    """Punctuation and spaces cannot be heard."""
    assert letters("ＡＢ、１２ です。") == "ab12です"
