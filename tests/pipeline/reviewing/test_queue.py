"""What a candidate is, and what masks leave of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.reviewing.queue import is_candidate, outside_masks
from pipeline.types import MaskAction, MaskItem, Party
from tests.builders import item


def of(
    number: int, score: float, *, masked: bool = True, review: bool = False, party: Party = Party.THIRD_PARTY
) -> MaskItem:
    """A second-long item, two seconds after the one before."""
    return item(
        2.0 * number,
        2.0 * number + 1,
        item_id=f"m{number:04d}",
        score=score,
        action=MaskAction.MASK if masked else MaskAction.KEEP,
        needs_review=review,
        party=party,
    )


def test_nobody_is_asked_about_what_is_masked_already() -> None:
    """Of a candidate only what no mask covers is left; on another channel a mask covers nothing."""

    def timed(start: float, end: float, action: MaskAction, channels: tuple[int, ...] = (0,)) -> MaskItem:
        review = action is MaskAction.KEEP
        return item(start, end, item_id=f"m{start}", action=action, needs_review=review, channels=channels)

    mask = timed(1.0, 2.0, MaskAction.MASK)
    beside, within = timed(1.8, 2.6, MaskAction.KEEP), timed(1.1, 2.1, MaskAction.KEEP)
    left = outside_masks((mask, within, beside))
    assert [(each.time.start, each.time.end) for each in left] == [(1.0, 2.0), (2.0, 2.6)]
    elsewhere = timed(1.8, 2.6, MaskAction.KEEP, channels=(0, 1))
    assert outside_masks((mask, elsewhere)) == (mask, elsewhere)
    requesters = replace(beside, party=Party.REQUESTER)
    assert outside_masks((mask, requesters)) == (mask, requesters)


@pytest.mark.parametrize(
    ("masked", "review", "party", "candidate"),
    [
        (False, True, Party.THIRD_PARTY, True),
        (False, True, Party.UNKNOWN, True),
        (False, True, Party.REQUESTER, False),
        (False, False, Party.THIRD_PARTY, False),
        (True, True, Party.THIRD_PARTY, False),
    ],
)
def test_a_candidate_is_kept_for_a_person_to_decide(
    masked: bool, review: bool, party: Party, candidate: bool
) -> None:
    """What is the requester's, or masked, is none."""
    assert is_candidate(of(0, 0.3, masked=masked, review=review, party=party)) is candidate
