from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.g711 import quantise
from pipeline.audio.recording import for_recogniser, read_recording, to_samples
from pipeline.audio.spans import merged
from pipeline.errors import CallUnsafeError
from pipeline.masking.audio import fill, mask_audio, masked_pieces, masked_windows
from pipeline.types import MaskAction, MaskItem, MaskPlan
from tests.audio_files import Format, babble, encode, white
from tests.strategies import make_item, make_plan, plans

RATE = 8000
SECONDS = 4.0
LENGTH = int(RATE * SECONDS)


def inside(plan: MaskPlan, channel: int) -> np.ndarray:
    """Which samples of a channel lie in a window."""
    chosen = np.zeros(LENGTH, bool)
    for start, end in masked_windows(plan, channel, RATE, LENGTH):
        chosen[start:end] = True
    return chosen


@pytest.mark.parametrize(
    ("spans", "gap", "expected"),
    [
        ([], 1, ()),
        ([(3, 3)], 1, ()),
        ([(1, 2), (4, 5)], 2, ((1, 2), (4, 5))),
        ([(1, 2), (4, 5)], 2.1, ((1, 5),)),
        ([(1, 2), (2, 3)], 0, ((1, 3),)),
        ([(4, 5), (1, 9)], 0, ((1, 9),)),
        ([(5, 6), (1, 2), (1, 4)], 0, ((1, 4), (5, 6))),
    ],
)
def test_merged(
    spans: list[tuple[float, float]], gap: float, expected: tuple[tuple[float, float], ...]
) -> None:
    """Spans join where they overlap, touch, or lie nearer than the gap."""
    assert merged(spans, gap) == expected


@given(plans(SECONDS, 2), st.sampled_from([0, 1]))
def test_windows_are_ordered_disjoint_and_cover(plan: MaskPlan, channel: int) -> None:
    """Windows are in order, apart by the merge gap, inside the call, and hold every masked item."""
    windows = masked_windows(plan, channel, RATE, LENGTH)
    assert all(0 <= start < end <= LENGTH for start, end in windows)
    for (_, end), (start, _) in itertools.pairwise(windows):
        assert start > end
        assert start - end >= plan.policy.merge_gap * RATE
    for item in plan.masked:
        if channel in item.channels:
            first, last = to_samples(item.time, RATE, LENGTH)
            assert any(start <= first and last <= end for start, end in windows)


@given(plans(SECONDS, 2), st.sampled_from([0, 1]))
def test_windows_hold_nothing_but_items_and_short_gaps(plan: MaskPlan, channel: int) -> None:
    """A window begins where an item begins and ends where one ends."""
    items = [to_samples(item.time, RATE, LENGTH) for item in plan.masked if channel in item.channels]
    for start, end in masked_windows(plan, channel, RATE, LENGTH):
        assert start in {first for first, _ in items}
        assert end in {last for _, last in items}


@given(plans(SECONDS, 2), st.sampled_from(["pcm16", "mulaw", "alaw"]))
def test_outside_is_bit_identical_and_inside_is_not_the_call(plan: MaskPlan, law: str) -> None:
    """Two calls with nothing in common are the same inside the plan and themselves outside it."""
    one, other = (
        quantise(white(RATE, SECONDS, 2, seed=1), law),
        quantise(white(RATE, SECONDS, 2, seed=2), law),
    )
    before = one.copy()
    masked_one, masked_other = (mask_audio(samples, RATE, plan, law) for samples in (one, other))
    assert np.array_equal(one, before)
    assert masked_one.shape == one.shape
    for channel in range(2):
        chosen = inside(plan, channel)
        assert np.array_equal(masked_one[channel, ~chosen], one[channel, ~chosen])
        assert np.array_equal(masked_one[channel, chosen], masked_other[channel, chosen])
    assert np.array_equal(quantise(masked_one, law), masked_one)


@given(plans(SECONDS, 1))
def test_same_plan_same_bytes(plan: MaskPlan) -> None:
    """Masking is a function: twice gives the same, and masking the result changes nothing more."""
    samples = white(RATE, SECONDS)
    once = mask_audio(samples, RATE, plan)
    assert np.array_equal(once, mask_audio(samples, RATE, plan))
    assert np.array_equal(once, mask_audio(once, RATE, plan))


@given(plans(SECONDS, 2), st.sampled_from([100, 7777, LENGTH]), st.sampled_from(["pcm16", "alaw"]))
def test_a_stretch_at_a_time_is_masked_as_the_whole(plan: MaskPlan, stride: int, law: str) -> None:
    """Windows that run over the joints are filled as if there were none."""
    samples = quantise(white(RATE, SECONDS, 2), law)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.masking.audio._BLOCK_SAMPLES", stride)
        pieces = list(masked_pieces(samples, RATE, plan, law))
    assert max(piece.shape[1] for piece in pieces) <= stride
    whole = samples.copy()
    for channel in range(2):
        for start, end in masked_windows(plan, channel, RATE, LENGTH):
            whole[channel, start:end] = fill(end - start, RATE, plan.policy.fill, law)
    assert np.array_equal(np.concatenate(pieces, axis=1), whole)


def test_kept_items_and_other_channels_stay() -> None:
    """Only the named channel of a masked item changes."""
    plan = make_plan(make_item(1, 2, channels=(1,)), make_item(3, 3.5, item_id="k", action=MaskAction.KEEP))
    samples = white(RATE, SECONDS, 2)
    masked = mask_audio(samples, RATE, plan)
    assert np.array_equal(masked[0], samples[0])
    assert np.array_equal(np.flatnonzero(masked[1] != samples[1])[[0, -1]], [RATE, 2 * RATE - 1])


@pytest.mark.parametrize(
    "item",
    [
        make_item(1, 2, channels=()),
        make_item(1, 2, channels=(1,)),
        make_item(1, 1),
        make_item(SECONDS + 1, SECONDS + 2),
    ],
    ids=["no channel", "a channel too many", "no length", "after the end"],
)
def test_what_cannot_be_masked_is_an_error(item: MaskItem) -> None:
    """An item that would leave every sample as it was never passes for masked."""
    with pytest.raises(CallUnsafeError, match="i0"):
        mask_audio(white(RATE, SECONDS), RATE, make_plan(item))


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
def test_tone_is_one_kilohertz_at_20_below_full_scale(rate: int) -> None:
    """The tone has one line in its spectrum, the level it should, and rises from nothing."""
    tone = fill(rate, rate, "tone", "pcm16")
    spectrum = np.abs(np.fft.rfft(tone))
    assert np.argmax(spectrum) == 1000
    assert 20 * np.log10(np.abs(tone.astype(float)).max() / 32768) == pytest.approx(-20, abs=0.5)
    edge = round(0.005 * rate)
    assert np.abs(tone[: edge // 5]).max() < 400
    assert np.abs(tone[-edge // 5 :]).max() < 400


@pytest.mark.parametrize("length", [0, 1, 2, 3, 79, 80, 81])
def test_fill_of_any_length(length: int) -> None:
    """The shortest windows are filled too."""
    assert fill(length, 8000, "tone", "mulaw").shape == (length,)


def test_silence_is_the_laws_own() -> None:
    """Silence is zero, and a constant 8 in A-law, which has no zero."""
    assert not fill(100, 8000, "silence", "pcm16").any()
    assert not fill(100, 8000, "silence", "mulaw").any()
    assert set(np.abs(fill(100, 8000, "silence", "alaw"))) == {8}


def test_unknown_fill_is_refused() -> None:
    """A fill that nobody defined is an error, not silence."""
    with pytest.raises(ValueError, match="fill"):
        fill(10, 8000, "noise", "pcm16")


# --- attempts to get the words back -------------------------------------------------------


def _likeness(one: np.ndarray, other: np.ndarray, shift: int = 200) -> float:
    """The largest correlation of two stretches within ``shift`` samples either way."""
    a, b = one - one.mean(), other - other.mean()
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    if norm == 0:
        return 0.0
    size = 1 << (2 * len(a)).bit_length()
    full = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return float(np.abs(np.concatenate([full[: shift + 1], full[-shift:]])).max()) / norm


def _without_tone(samples: np.ndarray, rate: int, law: str) -> np.ndarray:
    """Spectral subtraction by the best informed attacker: one who knows the tone to the bit."""
    return samples - fill(len(samples), rate, "tone", law).astype(np.float64)


@pytest.mark.parametrize("kind", ["tone", "silence"])
@pytest.mark.parametrize("law", ["pcm16", "mulaw", "alaw"])
def test_correlation_finds_nothing(kind: str, law: str) -> None:
    """No shift of the masked stretch is more like the call than chance, with or without the tone."""
    samples = quantise(white(RATE, SECONDS), law)
    masked = mask_audio(samples, RATE, make_plan(make_item(1, 3), fill=kind), law)
    said, left = samples[0, RATE : 3 * RATE].astype(float), masked[0, RATE : 3 * RATE].astype(float)
    chance = 5 / np.sqrt(len(said))
    assert _likeness(said, said + 20 * np.roll(said, 7)) > 0.9  # the attack works on what does leak
    assert _likeness(said, left) < chance
    if kind == "tone":
        assert not _without_tone(left, RATE, law).any()


@given(st.integers(0, 30))
@settings(max_examples=10)
def test_resampling_carries_nothing_far_into_the_mask(seed: int) -> None:
    """What the recogniser's resampler smears over an edge is gone 5 ms inside, to -60 dB."""
    speech = white(RATE, 2.0, seed=seed)
    nothing = np.zeros_like(speech)
    plan = make_plan(make_item(0.5, 1.5))
    heard, reference = (
        for_recogniser(mask_audio(samples, RATE, plan)[0], RATE)[int(16000 * 0.505) : int(16000 * 1.495)]
        for samples in (speech, nothing)
    )
    assert np.abs(heard - reference).max() < 10 ** (-60 / 20)


LOSSY = [
    Format("mp3", "mp3", "libmp3lame", "mp3", rate=8000),
    Format("aac", "mp4", "aac", "m4a", rate=16000),
    Format("opus", "ogg", "libopus", "ogg", rate=48000),
    Format("amr", "amr", "libopencore_amrnb", "amr"),
    Format("mulaw", "wav", "pcm_mulaw", "wav"),
    Format("alaw", "wav", "pcm_alaw", "wav"),
]


@pytest.mark.parametrize("form", LOSSY, ids=lambda form: form.name)
def test_a_lossy_copy_of_the_product_holds_nothing(form: Format, tmp_path: Path) -> None:
    """Encoded again, a product decodes to the same bits whatever was said under its mask."""
    plan, decoded = make_plan(make_item(1, 3)), []
    for seed in (1, 2):
        parts = babble(form.rate, 1.0), babble(form.rate, 2.0, seed=seed), babble(form.rate, 1.0, seed=5)
        masked = mask_audio(np.concatenate(parts, axis=1), form.rate, plan)
        decoded.append(read_recording(encode(tmp_path / f"copy.{form.suffix}", masked, form)).samples)
    assert np.array_equal(*decoded)
