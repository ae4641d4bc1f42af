"""Attempts to hear a masked name again with the real recogniser, set to try hard."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
import pyopenjtalk
import pytest

from flows.stages import Models
from pipeline.audio import Recording, for_recogniser, to_samples
from pipeline.g711 import quantise
from pipeline.listen import listen_again
from pipeline.mask import fill, mask_audio
from pipeline.sound import find_sound, morae
from pipeline.types import MaskPlan, TimeSpan
from tests.strategies import make_item, make_plan

RATE = 8000
NAME = "ハセガワタカシ"
LINES = ("隣に住んでいる、", "長谷川隆", "さんの荷物を、間違えて受け取ってしまいました。")


def _spoken(line: str) -> np.ndarray:
    """A line by an offline voice at 8 kHz, without the silence around it."""
    wave, rate = pyopenjtalk.tts(line)
    frame = av.AudioFrame.from_ndarray(
        (wave * (10_000 / np.abs(wave).max())).astype(np.int16)[None], layout="mono"
    )
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    sound = np.concatenate([p.to_ndarray()[0] for part in (frame, None) for p in resampler.resample(part)])
    loud = np.flatnonzero(np.abs(sound) > 100)
    return sound[loud[0] : loud[-1] + 1]


@pytest.fixture(scope="module")
def call() -> tuple[Recording, TimeSpan]:
    """A sentence with a name in it, mu-law, and when the name sounds."""
    before, name, after = (_spoken(line) for line in LINES)
    quiet = np.zeros(RATE // 2, np.int16)
    pieces = (quiet, before, name, after, quiet)
    start = len(quiet) + len(before)
    samples = quantise(np.concatenate(pieces)[None], "mulaw")
    return Recording(samples, RATE, "mulaw", ""), TimeSpan(start / RATE, (start + len(name)) / RATE)


def _heard(samples: np.ndarray, models: Models) -> Iterator[str]:
    """What the recogniser makes of a stretch at several settings, as kana."""
    # Without sampling: what a recogniser draws at random is no recovery, and differs from run to run.
    for beam in (5, 1):
        # Tokens are capped because there is nothing to hear in a mask, and recognisers then loop.
        segments = models.recogniser.recognise(samples, max_new_tokens=60, beam_size=beam, temperature=0.0)
        yield models.reader.kana("".join(word.text for segment in segments for word in segment.words))


def _has_name(kana: str) -> bool:
    return bool(find_sound(morae(NAME), morae(kana), 0.35))


def _masked(call: Recording, plan: MaskPlan) -> Recording:
    return Recording(mask_audio(call.samples, RATE, plan, call.law), RATE, call.law, "")


def test_the_attack_works_on_the_call_itself(call: tuple[Recording, TimeSpan], models: Models) -> None:
    """Unmasked, the recogniser hears the name: the tests below could fail."""
    recording, _ = call
    assert any(_has_name(kana) for kana in _heard(for_recogniser(recording.samples[0], RATE), models))


@pytest.mark.parametrize("kind", ["tone", "silence"])
def test_a_masked_name_is_not_recognised(kind: str, call: tuple[Recording, TimeSpan], models: Models) -> None:
    """Neither the product, nor the masked stretch alone, amplified, its tone taken out, gives the name."""
    recording, time = call
    plan = make_plan(make_item(time.start, time.end), fill=kind)
    product = _masked(recording, plan).samples[0]
    start, end = to_samples(time, RATE, recording.length)
    left = product.copy()
    left[start:end] -= fill(end - start, RATE, kind, recording.law)
    assert not left[start:end].any()  # nothing there to amplify
    for attempt in (product, product[start:end], left):
        assert not any(_has_name(kana) for kana in _heard(for_recogniser(attempt, RATE), models))


def test_a_mask_in_the_wrong_place_is_heard(call: tuple[Recording, TimeSpan], models: Models) -> None:
    """A mask beside its name leaves the name audible, and listening again says so; the right one is clean."""
    recording, time = call
    wrong = make_plan(make_item(time.end + 0.3, time.end + 0.8))
    right = make_plan(make_item(time.start, time.end))
    readings = (("i0", NAME),)
    leaks = listen_again(_masked(recording, wrong), wrong, readings, models.listen, models.reader)
    assert {(leak.kind, leak.item_id) for leak in leaks} == {("HEARD_AGAIN", "i0")}
    assert leaks[0].where.overlaps(time)
    assert listen_again(_masked(recording, right), right, readings, models.listen, models.reader) == ()
