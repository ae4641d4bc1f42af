"""What the truth asks for, through the product's own align, plan and mask, on two sample calls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.types import MaskPolicy, Party
from tests.bench.figures import StoredCall, stored_calls
from tests.bench.told import MOST_LEAK, MOST_OVER, figures_of, told

SAMPLES = Path(__file__).parents[2] / "sample_audio"
CALLS = tuple(stored_calls([SAMPLES], ["cram", "neighbour"], exact=True))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.truth.call_id)
def test_told_everything_it_masks_little_more_and_nothing_less(call: StoredCall):
    """With exact words, spans and parties hardly a frame is missed and few are taken; the rest stays."""
    found = figures_of(call, MaskPolicy())
    assert found.leak.total > 100
    assert found.leak.count <= MOST_LEAK * found.leak.total
    assert found.over_mask.count <= MOST_OVER * found.over_mask.total
    assert found.requester_kept.count == found.requester_kept.total


def test_what_is_told_is_what_is_true():
    """One finding for each span, with its party, on words that sound in it."""
    call = CALLS[0]
    findings = told(call.transcript, call.truth)
    assert len(findings) == len(call.truth.spans)
    words = [word for segment in call.transcript.segments for word in segment.words]
    for finding, span in zip(findings, call.truth.spans, strict=True):
        assert (finding.party is Party.THIRD_PARTY) == (span.party == "third")
        mine = [word.time for word in words if word.chars.overlaps(finding.entity.chars)]
        assert min(time.start for time in mine) == pytest.approx(span.time.start, abs=0.2)
        assert max(time.end for time in mine) == pytest.approx(span.time.end, abs=0.2)


def test_without_anyone_vouching_for_the_times_more_is_taken():
    """The same words as if a recogniser had timed them: the edges go further out."""
    call = CALLS[0]
    unsure = replace(call, transcript=replace(call.transcript, times_within=None))
    vouched, doubted = (figures_of(each, MaskPolicy()).over_mask.count for each in (call, unsure))
    assert doubted > 1.5 * vouched
