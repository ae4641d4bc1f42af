"""What went wrong, span by span."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.language.readings import Reader, load_reader
from pipeline.types import CharSpan, EntitySpan, Party
from tests.bench.figures import StoredCall, planned, stored_calls
from tests.bench.spans import wrong_spans

SAMPLES = Path(__file__).parents[2] / "sample_audio"


@pytest.fixture(scope="module")
def call() -> StoredCall:
    """A sample in its exact words, with a third party and the requester's own data."""
    (found,) = stored_calls([SAMPLES], ["clinic-kanji"], exact=True)
    return found


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def test_where_nothing_is_found_everything_leaks(call: StoredCall, reader: Reader) -> None:
    """Each span that must be masked, whole; of the requester nothing is lost."""
    plan = planned(call, (), reader)
    leaked = tuple(wrong_spans(call, plan, leaked=True))
    spans = [span for span in call.truth.spans if span.must_mask]
    assert spans
    assert [each.span for each in leaked] == sorted(spans, key=lambda span: span.time)
    assert all(each.wrong == each.speech and not each.items for each in leaked)
    assert not tuple(wrong_spans(call, plan, leaked=False))


def test_where_everything_is_masked_the_requesters_own_is_lost(call: StoredCall, reader: Reader) -> None:
    """And what did it stands beside it."""
    text = call.transcript.text
    lines = [segment.chars for segment in call.transcript.segments]
    entities = tuple(
        EntitySpan("CONFIDENTIAL", CharSpan(line.start, line.end), 0.9, "Test")
        for line in lines
        if text[line.start : line.end].strip()
    )
    plan = planned(call, entities, reader)
    lost = tuple(wrong_spans(call, plan, leaked=False))
    assert {each.span.party for each in lost} == {"requester"}
    assert all(item.party is Party.COMPANY for each in lost for item in each.items)
    assert not tuple(wrong_spans(call, plan, leaked=True))
