"""The second hearing as a witness."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.calls.artifacts import SecondHearing
from models.calls.second_hearing import SecondHearingRecognizer
from pipeline.types import CharSpan, EntitySpan, Party
from tests.models.recognizers.calls import artifacts_of, call_of


def test_what_was_carried_over_is_passed_on() -> None:
    """With its type and score, and whose it is where that is known."""
    call = call_of(("cu: 隣の谷辺さんの荷物です。",))
    nothing = np.full((len(call.text), 4), np.nan, dtype=np.float32)
    span = EntitySpan("PERSON", CharSpan(2, 4), 0.7, "A", hint=Party.REQUESTER)
    call = replace(call, again=SecondHearing((span,), nothing, nothing, nothing))
    (found,) = SecondHearingRecognizer().find(call, artifacts_of(call))
    assert (found.entity_type, found.start, found.end, found.score) == ("PERSON", 2, 4, 0.7)
    assert found.recognition_metadata["hint"] == "requester"


def test_a_call_heard_once_has_none() -> None:
    """Words from a file are heard by nobody."""
    call = call_of(("cu: 隣の谷辺さんの荷物です。",))
    assert SecondHearingRecognizer().find(call, artifacts_of(call)) == []
