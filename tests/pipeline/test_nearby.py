from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.nearby import Nearby
from pipeline.types import CharSpan, TimeSpan

SPANS = st.tuples(st.integers(0, 30), st.integers(0, 9)).map(lambda each: CharSpan(each[0], sum(each)))


@given(st.lists(SPANS, max_size=30), SPANS)
def test_what_touches_is_found_in_its_order(spans: list[CharSpan], wanted: CharSpan) -> None:
    """Every one that touches, none other, long ones and empty ones included."""
    numbered = list(enumerate(spans))
    found = Nearby(numbered, lambda each: each[1]).touching(wanted.start, wanted.end)
    assert found == [each for each in numbered if each[1].start <= wanted.end and wanted.start <= each[1].end]


def test_times_are_taken_too() -> None:
    """Seconds as well as characters."""
    near = Nearby([TimeSpan(0.0, 9.0), TimeSpan(1.0, 1.5), TimeSpan(4.0, 4.2)], lambda time: time)
    assert near.touching(4.2, 5.0) == [TimeSpan(0.0, 9.0), TimeSpan(4.0, 4.2)]
    assert near.touching(9.5, 12.0) == []
