from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from flows.desk.answers.places import MaskedPlace, places
from flows.desk.answers.releases import ReleasedRange


def test_what_overlaps_and_is_of_one_kind_is_one_place():
    """Pieces of an address, and a name heard twice; another kind or ground stands by itself."""
    told = places(
        (
            ReleasedRange(13.2, 17.4, "PERSON", 1),
            ReleasedRange(12.4, 13.9, "PERSON", 1),
            ReleasedRange(21.9, 23.0, "ADDRESS", 1),
            ReleasedRange(22.1, 22.4, "ADDRESS", 1),
            ReleasedRange(23.0, 25.5, "ADDRESS", 1),
            ReleasedRange(22.2, 22.9, "CONFIDENTIAL", 2),
            ReleasedRange(22.2, 22.9, "ADDRESS", 3),
        )
    )

    assert told == (
        MaskedPlace(12, 18, "PERSON", 1),
        MaskedPlace(21, 23, "ADDRESS", 1),
        MaskedPlace(22, 23, "ADDRESS", 3),
        MaskedPlace(22, 23, "CONFIDENTIAL", 2),
        MaskedPlace(23, 26, "ADDRESS", 1),
    )


RANGES = st.builds(
    lambda start, length, kind, ground: ReleasedRange(start, start + length, kind, ground),
    st.floats(0, 100),
    st.floats(0.02, 9),
    st.sampled_from(("PERSON", "ADDRESS")),
    st.sampled_from((1, 2)),
)


@given(st.lists(RANGES, max_size=12))
def test_every_stretch_lies_in_a_place_and_no_two_places_overlap(ranges: list[ReleasedRange]):
    """Nothing that was masked goes untold."""
    told = places(ranges)
    for each in ranges:
        kind = (each.entity_type, each.ground)
        same = [place for place in told if (place.entity_type, place.ground) == kind]
        assert sum(place.start <= each.start and each.end <= place.end for place in same) == 1
        assert all(one.end <= other.start for one, other in itertools.pairwise(same))
