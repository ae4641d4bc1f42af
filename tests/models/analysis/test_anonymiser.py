from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.analysis.anonymiser import HOLE, anonymised_lines
from pipeline.types import CharSpan


@pytest.mark.parametrize(
    ("text", "spans", "lines"),
    [
        ("隣の長谷川さん", [(2, 5)], ("隣の■さん",)),
        ("隣の長谷川さん", [], ("隣の長谷川さん",)),
        ("隣の長谷川さん", [(3, 3)], ("隣の長谷川さん",)),
        ("長谷川隆", [(0, 3), (1, 4)], (HOLE,)),
        ("長谷川隆", [(0, 4), (1, 2)], (HOLE,)),
        ("番号は090\n1234です", [(3, 11)], ("番号は■", "■です")),
        ("090\nはい\n1234", [(0, 11)], (HOLE, HOLE, HOLE)),
        ("はい\n\n佐藤", [(4, 6)], ("はい", "", HOLE)),
        ("", [], ("",)),
    ],
)
def test_masked_stretches_are_holes(text: str, spans: list[tuple[int, int]], lines: tuple[str, ...]):
    """Whatever overlaps, is empty, or runs over a line end: what is masked is gone, the rest is there."""
    assert anonymised_lines(text, [CharSpan(*span) for span in spans]) == lines


@given(
    st.text("あい\n", max_size=12), st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=4)
)
def test_it_agrees_with_counting_characters(text: str, pairs: list[tuple[int, int]]):
    """Lines keep exactly the characters that no span holds."""
    spans = [CharSpan(min(pair), max(pair)) for pair in pairs]
    gone = {at for span in spans for at in range(span.start, span.end)}
    kept = "".join(char for at, char in enumerate(text) if at not in gone or char == "\n")
    assert "\n".join(anonymised_lines(text, spans)).replace(HOLE, "") == kept
