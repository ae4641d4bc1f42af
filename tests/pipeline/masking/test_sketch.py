from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.audio import quiet as heard
from pipeline.audio.quiet import quiet
from pipeline.audio.recording import Recording
from pipeline.masking import sketch
from pipeline.masking.sketch import PEAKS_PER_SECOND, coarser, sketch_of
from tests.builders import recording


def test_peaks_hold_the_loudest_sample():
    """Even the least of all, that has no positive twin."""
    call = recording(1.0)
    call.samples[0, :] = 0
    call.samples[0, 4000] = -32768
    (heights,) = sketch_of(call).peaks

    assert len(heights) == PEAKS_PER_SECOND
    assert {at: high for at, high in enumerate(heights) if high} == {50: 255}
    assert list(coarser(heights, 10)) == [0, 0, 0, 0, 0, 255, 0, 0, 0, 0]


def test_a_sketch_knows_the_shape_and_the_quiet_of_its_call():
    """As the sound itself would tell."""
    call = recording(3.0)
    call.samples[0, 8000:20000] = 0
    drawn = sketch_of(call)

    assert (drawn.rate, drawn.channels, drawn.length) == (call.rate, call.channels, call.length)
    assert (drawn.duration, drawn.sha256) == (call.duration, call.sha256)
    assert drawn.quiet == quiet(call.samples, call.rate) != ()


@example(560, 8000, 1, 0)
@given(
    st.integers(300, 3000), st.sampled_from((8000, 11025, 44100)), st.sampled_from((1, 2, 5)), st.integers()
)
def test_coarse_peaks_are_those_of_longer_stretches(length: int, rate: int, together: int, seed: int):
    """However the rate falls on the stretches: nothing loud is lost and nothing is heard twice."""
    samples = np.random.default_rng(abs(seed)).integers(-32768, 32767, (1, length), np.int16)
    (peaks,) = sketch_of(Recording(samples, rate, "pcm16", "")).peaks
    edges = [int(at * rate / PEAKS_PER_SECOND) for at in range(0, len(peaks), together)]
    loudest = [
        int(np.abs(samples[0, first:last].astype(np.int32)).max())
        for first, last in zip(edges, [*edges[1:], length], strict=True)
    ]

    assert list(coarser(peaks, together)) == [round(np.sqrt(high / 32768) * 255) for high in loudest]


def test_a_long_call_is_drawn_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn some minutes at a time is what is drawn at once."""
    call = recording(2.003, channels=2)
    at_once = sketch_of(call)
    monkeypatch.setattr(sketch, "_BLOCK_PEAKS", 7)
    monkeypatch.setattr(heard, "_BLOCK_FRAMES", 3)
    assert sketch_of(call) == at_once
