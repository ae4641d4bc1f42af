from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.hearing.unheard import MIN_UNHEARD_SECONDS, WORD_MARGIN_SECONDS, unheard, windows_to_retry
from pipeline.hearing.windows import Channel, loud_stretches, windows_of
from pipeline.types import TimeSpan
from tests.builders import sounding

bursts = st.lists(
    st.tuples(st.sampled_from(["voice", "quiet"]), st.floats(0.2, 4.0)), min_size=1, max_size=8
).filter(lambda parts: any(what == "voice" for what, _ in parts))


@settings(max_examples=40, deadline=None)
@given(bursts, st.lists(st.tuples(st.floats(0, 25), st.floats(0, 1.5)), max_size=12))
def test_every_unheard_stretch_is_found(
    parts: list[tuple[str, float]], spoken: list[tuple[float, float]]
) -> None:
    """What is loud, far from every word and long enough lies in a stretch to be listened to; words do not."""
    call = sounding(*parts)
    channel = Channel.of(call.samples[0] / np.float32(32768), call.rate)
    gaps = unheard(channel, sorted((start, start + length) for start, length in spoken))
    step = 0.01
    moments = np.arange(0, channel.duration, step)
    free = np.zeros(len(moments), bool)
    for stretch in loud_stretches(channel, margin=0.0, least=MIN_UNHEARD_SECONDS):
        free |= (moments >= stretch.start) & (moments < stretch.end)
    for start, length in spoken:
        near = (moments > start - WORD_MARGIN_SECONDS) & (moments < start + length + WORD_MARGIN_SECONDS)
        free &= ~near
        assert not any(gap.overlaps(TimeSpan(start, start + length)) for gap in gaps if length)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free.astype(int), [0])))).reshape(-1, 2) * step
    for start, end in edges.tolist():
        if end - start >= MIN_UNHEARD_SECONDS + 2 * step:
            assert any(gap.start <= start + step and end - step <= gap.end for gap in gaps)


VOICE, QUIET = ("voice", 1.0), ("quiet", 0.5)


@pytest.mark.parametrize(
    ("words", "again"),
    [
        ([(0.0, 1.0), (1.5, 2.5), (3.0, 4.0), (4.5, 5.5)], []),
        ([(0.0, 1.0), (1.5, 2.5), (3.0, 4.0)], [(4.4, 5.5)]),
        ([(4.5, 5.5)], [(0.0, 4.25)]),
        ([(0.0, 1.0), (4.5, 5.5)], [(1.25, 4.25)]),
        ([], [(0.0, 5.5)]),
    ],
)
def test_what_was_left_out_is_heard_again_together(
    words: list[tuple[float, float]], again: list[tuple[float, float]]
) -> None:
    """Not loud stretch by stretch: what is said more quietly in between is none."""
    call = sounding(VOICE, QUIET, VOICE, QUIET, VOICE, QUIET, VOICE)
    channel = Channel.of(call.samples[0] / np.float32(32768), call.rate)
    windows = windows_of(channel)
    pieces = [
        (piece.start, piece.end)
        for window in windows_to_retry(channel, windows, words)
        for piece in window.pieces
    ]
    assert len(pieces) == len(again)
    assert np.allclose(pieces, again, atol=0.05)
