"""What the judge of parties learns from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.training.calls.stored import stored_calls, unheard_words
from models.training.weighing.collect_owner import OWNERS, _whose
from tests.posteriorgrams import heard

SAMPLES = Path(__file__).parents[4] / "sample_audio"


def test_each_character_is_somebodys_as_long_as_it_is_said() -> None:
    """No character is two owners', and all of what is said is there."""
    (call,) = stored_calls([SAMPLES], ["clinic-kanji"], exact=True)
    seconds = dict(zip(OWNERS, _whose(call.transcript, call.truth), strict=True))
    spans = call.truth.spans
    own, third = seconds["requester"], seconds["third"]
    assert own.sum() == pytest.approx(sum(s.time.duration for s in spans if s.must_keep), rel=0.1)
    assert third.sum() == pytest.approx(sum(s.time.duration for s in spans if s.must_mask), rel=0.1)
    assert np.all(sum((each > 0).astype(int) for each in seconds.values()) <= 1)


def test_to_what_is_only_read_nobody_listened() -> None:
    """The words stay."""
    call = heard("ニシムラ", "西村")
    read = unheard_words(call)
    assert read.text == call.text
    assert not any(segment.posteriorgrams for segment in read.segments)
