"""Where a finding may be more than one thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.weighing.judge.parts import parts_of
from pipeline.types import CharSpan


def parts(said: str, likely: list[float]) -> list[str]:
    """The parts of a finding that stands behind two other characters."""
    found = parts_of(f"あ、{said}", CharSpan(2, 2 + len(said)), likely)
    starts = [start - 2 for start, _ in found]
    return (
        []
        if not starts
        else [said[start:end] for start, end in zip(starts, [*starts[1:], len(said)], strict=True)]
    )


@pytest.mark.parametrize(
    ("said", "likely", "found"),
    [
        ("中の髪がハト", [0.6, 0.3, 0.6, 0.3, 1.0, 1.0], ["中の", "髪が", "ハト"]),
        ("私の中のハト", [0.3, 0.4, 0.5, 0.6, 0.9, 1.0], []),  # one slope
        ("ハトリさんと", [1.0, 1.0, 0.8, 0.6, 0.4, 0.3], []),
        ("ハトリチオ", [1.0, 0.95, 0.92, 0.95, 1.0], []),  # not deep enough
        ("中のハト", [0.6, 0.6, 0.6, 0.6], []),
        ("中、ハト", [0.6, 0.1, 0.9, 1.0], []),  # one letter is no part
        ("中野、ハト", [0.6, 0.6, 0.1, 0.9, 1.0], ["中野、", "ハト"]),
        ("中野ハト", [0.0, 0.0, 0.0, 0.0], []),
        ("お店は、ハト", [0.6, 0.6, 0.6, 0.6, 1.0, 1.0], ["お店は、", "ハト"]),
        ("ハト、トリ", [1.0, 1.0, 0.95, 0.95, 1.0], []),  # alike on both sides of the pause
        ("ハト、トリ、", [1.0, 1.0, 0.95, 0.95, 1.0, 0.1], []),
        ("中野ハト", [0.5, 0.0, 0.0, 0.5], []),  # behind the lowest, the last of them
    ],
)
def test_parts(said: str, likely: list[float], found: list[str]) -> None:
    """Valleys part, slopes and ripples do not."""
    assert parts(said, likely) == found


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=30))
def test_parts_hold_all_of_it_and_the_likeliest_has_all_of_the_score(likely: list[float]) -> None:
    """From the finding's own start, in order, each with some share."""
    found = parts_of("か" * (2 + len(likely)), CharSpan(2, 2 + len(likely)), likely)
    if found:
        starts = [start for start, _ in found]
        assert starts[0] == 2
        assert starts == sorted(set(starts))
        assert max(share for _, share in found) == 1.0
        assert min(share for _, share in found) > 0
