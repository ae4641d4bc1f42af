from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.audio.recording import Recording, read_recording
from pipeline.masking.crosstalk import audible_channels
from pipeline.types import TimeSpan
from tests.audio_files import white

RATE = 8000
SPAN = TimeSpan(2.0, 2.5)


def call(echo_db: float | None, *, delay: float = 0.04, over: float = 0.0, seed: int = 0) -> Recording:
    """Somebody on channel 0; on channel 1 line noise at -60 dBFS, their echo, and another voice."""
    said = white(RATE, 5.0, seed=seed)[0].astype(float)
    other = white(RATE, 5.0, seed=seed + 1000)[0].astype(float)
    noise = white(RATE, 5.0, seed=seed + 2000)[0] / 100
    late = np.concatenate([np.zeros(round(delay * RATE)), said])[: len(said)]
    heard = over * other + noise + (0 if echo_db is None else late * 10 ** (echo_db / 20))
    return Recording(np.rint(np.stack([said, heard])).clip(-32768, 32767).astype(np.int16), RATE, "pcm16", "")


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("over", [0.0, 1.0])
def test_two_people_are_not_an_echo(seed: int, over: float) -> None:
    """Another voice, or none, on the other channel is not the same sound."""
    assert audible_channels(call(None, over=over, seed=seed), SPAN, (0,)) == (0,)


@pytest.mark.parametrize("delay", [0.0, 0.005, 0.1, 0.28])
@pytest.mark.parametrize(("echo_db", "over"), [(-3, 1.0), (-12, 1.0), (-20, 0.3), (-30, 0.0)])
def test_an_echo_is_heard(echo_db: float, over: float, delay: float) -> None:
    """An echo is found at any delay, under another voice, and when faint on a quiet line."""
    assert audible_channels(call(echo_db, over=over, delay=delay), SPAN, (0,)) == (0, 1)


@pytest.mark.parametrize(
    ("echo_db", "over", "heard"), [(-24, 1.0, (0,)), (-12, 1.0, (0, 1)), (-24, 0.0, (0, 1))]
)
def test_an_echo_that_drowns_is_not_heard(echo_db: float, over: float, heard: tuple[int, ...]) -> None:
    """It is there, and can be measured; but 24 dB under other sound, in every band, nobody understands it."""
    assert audible_channels(call(echo_db, over=over), TimeSpan(0.5, 4.8), (0,)) == heard


def test_what_is_understood_between_other_sounds_is_heard() -> None:
    """Loud noise that stops for a third of the time leaves the echo to be understood meanwhile."""
    whole = call(-24, over=1.0)
    quiet = call(-24)
    samples = whole.samples.copy()
    samples[1, 3 * RATE : 4 * RATE] = quiet.samples[1, 3 * RATE : 4 * RATE]
    broken = Recording(samples, RATE, "pcm16", "")
    assert audible_channels(broken, TimeSpan(0.5, 4.8), (0,)) == (0, 1)


@pytest.mark.filterwarnings("error")
def test_a_single_sample_is_compared_with_what_is_around_it() -> None:
    """By itself it has no band that could agree."""
    assert audible_channels(call(-3, over=1.0), TimeSpan(2.0, 2.0 + 0.4 / RATE), (0,)) == (0, 1)
    assert audible_channels(call(None, over=1.0), TimeSpan(2.0, 2.0 + 0.4 / RATE), (0,)) == (0,)


def test_an_inverted_copy_is_heard() -> None:
    """A line with swapped wires carries the same sound upside down."""
    whole = call(-6)
    turned = Recording(whole.samples * np.array([[1], [-1]], np.int16), RATE, "pcm16", "")
    assert audible_channels(turned, SPAN, (0,)) == (0, 1)


def test_the_other_direction() -> None:
    """The caller's echo on the operator's channel is found as well."""
    whole = call(-12)
    turned = Recording(whole.samples[::-1].copy(), RATE, "pcm16", "")
    assert audible_channels(turned, SPAN, (1,)) == (0, 1)


@pytest.mark.parametrize(
    "span", [TimeSpan(0, 0), TimeSpan(4.9, 5), TimeSpan(5, 6), TimeSpan(0, 0.01), TimeSpan(0, 99)]
)
def test_any_span(span: TimeSpan) -> None:
    """Spans at the ends, of no length, or past the end are no error."""
    assert audible_channels(call(None), span, (0,)) == (0,)


def test_silence_carries_nothing() -> None:
    """Digital silence on either channel is no echo."""
    whole = call(None)
    for channel in (0, 1):
        samples = whole.samples.copy()
        samples[channel] = 0
        assert audible_channels(Recording(samples, RATE, "pcm16", ""), SPAN, (0,)) == (0,)


def test_one_channel_and_both_stay_as_they_are() -> None:
    """Mono has no other channel, and what is on both is on both."""
    mono = Recording(white(RATE, 5.0), RATE, "pcm16", "")
    assert audible_channels(mono, SPAN, (0,)) == (0,)
    assert audible_channels(call(None), SPAN, (1, 0)) == (0, 1)


def test_a_codec_that_folds_the_channels_is_found(tmp_path: Path) -> None:
    """Opus at 12 kbit/s makes one channel of two: what one says is on both (stereo matrixing)."""
    rate = 48000
    samples = np.concatenate([white(rate, 5.0), white(rate, 5.0, seed=7) // 30])
    with av.open(str(tmp_path / "call.ogg"), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=rate, layout="stereo")
        stream.bit_rate = 12000
        frame = av.AudioFrame.from_ndarray(samples.T.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts = rate, 0
        container.mux([packet for each in (frame, None) for packet in stream.encode(each)])
    assert audible_channels(read_recording(tmp_path / "call.ogg"), SPAN, (0,)) == (0, 1)
