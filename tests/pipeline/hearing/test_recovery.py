"""Attempts to get a masked name back: by correlation, by spectral subtraction, by the real recogniser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pyopenjtalk
import pytest

from flows.loaded_models import Models
from pipeline.audio.g711 import quantise
from pipeline.audio.recording import Recording, for_recogniser, read_recording, to_samples
from pipeline.masking.align import align
from pipeline.masking.audio import fill, mask_audio
from pipeline.masking.crosstalk import audible_channels
from pipeline.reasons import Reason
from pipeline.sound.morae import morae
from pipeline.sound.search import find_sound
from pipeline.types import CharSpan, EntitySpan, Finding, MaskPlan, MaskPolicy, Party, TimeSpan
from pipeline.verifying.listen import listen_again
from tests.audio_files import FORMATS, Format, babble, encode, white
from tests.builders import transcript, utterance
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
    """Whether something like the name stands before ニモツ: what is said after that is not the name.

    ガエテウケタマワリ (間違えて承り) is as like it as a badly heard name may be.
    """
    return bool(find_sound(morae(NAME), morae(kana.partition("ニモツ")[0]), 0.35))


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


# --- without a recogniser: the residue of known sound -----------------------------------------


def _likeness(one: np.ndarray, other: np.ndarray, reach: int = RATE // 4) -> float:
    """The largest correlation of two stretches of one length at any delay up to ``reach``."""
    a, b = one - one.mean(), other - other.mean()
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    if norm == 0:
        return 0.0
    size = 1 << (2 * len(a)).bit_length()
    full = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return float(np.abs(np.concatenate([full[: reach + 1], full[-reach:]])).max()) / norm


def _by_chance(length: int) -> float:
    """What the likeness of unrelated noise stays below: five deviations."""
    return 5 / float(np.sqrt(length))


def _subtracted(sound: np.ndarray, width: int = 256) -> np.ndarray:
    """Spectral subtraction: what is steady is taken out of every frame's spectrum, the rest turned up."""
    hann = np.hanning(width + 1)[:-1]
    frames = np.stack([sound[at : at + width] * hann for at in range(0, len(sound) - width, width // 2)])
    spectra = np.fft.rfft(frames)
    steady = np.median(np.abs(spectra), axis=0)
    kept = np.maximum(np.abs(spectra) - 1.5 * steady, 0) * np.exp(1j * np.angle(spectra))
    out = np.zeros(len(sound))
    for index, frame in enumerate(np.fft.irfft(kept, width)):
        out[index * width // 2 : index * width // 2 + width] += frame
    loudest = float(np.abs(out).max())
    return out if loudest == 0 else out * (32767 / loudest)


@pytest.mark.parametrize("kind", ["tone", "silence"])
def test_spectral_subtraction_gives_nothing(kind: str) -> None:
    """It gets back what a tone is laid over, and nothing from a mask."""
    said = babble(RATE, 4.0, seed=4)
    span = slice(RATE, 3 * RATE)
    tone = fill(2 * RATE, RATE, "tone", "pcm16").astype(float)
    laid_over = said[0, span] * 0.1 + 8 * tone
    assert _likeness(_subtracted(laid_over), said[0, span].astype(float)) > 0.5
    product = mask_audio(said, RATE, make_plan(make_item(1, 3), fill=kind))[0, span].astype(float)
    assert _likeness(_subtracted(product), said[0, span].astype(float)) < _by_chance(RATE)


@pytest.mark.parametrize("delay", [0.0, 0.02])
@pytest.mark.parametrize("matrix", [(1, 0), (0, 1), (1, 1), (1, -1), (-0.25, 1)], ids=str)
def test_no_mix_of_two_channels_gives_it_back(matrix: tuple[float, float], delay: float) -> None:
    """A name with its echo on the other channel is in no sum or difference of the masked channels."""
    said = white(RATE, 2.0, seed=6)[0]
    lag = round(delay * RATE)
    caller = np.concatenate([white(RATE, 1.0)[0] // 10, said, white(RATE, 1.0, seed=1)[0] // 10])
    other = np.roll(caller, lag) // 4 + white(RATE, 4.0, seed=2)[0] // 30
    call = Recording(np.stack([other, caller]), RATE, "pcm16", "")
    channels = audible_channels(call, TimeSpan(1, 3), (1,))
    assert channels == (0, 1)
    span = slice(RATE, 3 * RATE)
    for masked, leaks in ((channels, False), ((1,), matrix[0] != 0)):
        plan = make_plan(make_item(1, 3, channels=masked))
        mixed = np.tensordot(matrix, mask_audio(call.samples, RATE, plan)[:, span].astype(float), 1)
        assert (_likeness(mixed, said.astype(float)) > _by_chance(len(said))) == leaks


SMEARING = [form for form in FORMATS if form.name in {"mp3-8k", "mp3-44k", "m4a", "opus", "amr"}]


@pytest.mark.parametrize("form", SMEARING, ids=lambda form: form.name)
def test_what_a_codec_smears_of_a_name_is_masked(form: Format, tmp_path: Path) -> None:
    """In a call that came as MP3, AAC, Opus or AMR, nothing audible of a name lies beside its mask."""
    said = white(form.rate, 1.0, form.channels, seed=3)
    quiet = np.zeros((form.channels, form.rate), np.int16)
    path = encode(tmp_path / f"call.{form.suffix}", np.concatenate([quiet, said, quiet], axis=1), form)
    call = read_recording(path)
    name = 5 * "あ"  # a fifth of a second each
    finding = Finding(
        EntitySpan("PERSON", CharSpan(0, 5), 1.0, "test"), Party.THIRD_PARTY, Reason.NOT_GIVEN, False
    )
    begin = float(np.flatnonzero(np.abs(call.samples[0]) > 1000)[0]) / form.rate
    (aligned,) = align((finding,), transcript(utterance(name, begin)), call, MaskPolicy())
    assert aligned.time is not None
    plan = make_plan(make_item(aligned.time.start, aligned.time.end, channels=aligned.channels))
    left = mask_audio(call.samples, call.rate, plan).astype(float)
    start, end = to_samples(aligned.time, call.rate, call.length)
    beside = np.concatenate([left[0, :start], left[0, end:]])
    frames = beside[: len(beside) // 80 * 80].reshape(-1, 80)
    loudest = float(np.sqrt((frames**2).mean(axis=1)).max())
    assert loudest < 10 ** (-50 / 20) * float(np.sqrt((said.astype(float) ** 2).mean()))
