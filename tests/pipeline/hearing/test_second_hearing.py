from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.recording import Recording, Resampled
from pipeline.hearing.second_hearing import (
    BATCH_WINDOWS,
    CLOSE_MARGIN_SECONDS,
    LOOP,
    RATE,
    RETRY_WINDOW_SECONDS,
    SECOND_WINDOW_SECONDS,
    brightened,
    hear_again,
    hear_with_other_model,
)
from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.hearing.windows import Channel, Window, loud_stretches
from pipeline.types import TimeSpan, Transcript
from tests.builders import RATE as FILE_RATE
from tests.builders import recording, voice

SLACK = 0.03
"""Seconds by which the edges of a stretch of sound are found beside where it was put."""


def words_of(text: str, start: float, step: float = 0.2) -> tuple[HeardWord, ...]:
    """One word per character, ``step`` seconds each."""
    return tuple(HeardWord(c, start + step * i, start + step * (i + 1), 0.9) for i, c in enumerate(text))


@dataclass
class Batches:
    """Hears in each window what ``of`` says of its seconds, and remembers the windows."""

    of: Callable[[float], tuple[HeardWord, ...]]
    name: str = "fake"
    at_once: int = 1
    batches: list[list[float]] = field(default_factory=list)

    def recognise_batch(self, windows: Sequence[np.ndarray]) -> tuple[HeardSegment, ...]:
        """One utterance per window."""
        self.batches.append([len(window) / RATE for window in windows])
        return tuple(HeardSegment(self.of(len(window) / RATE), 0.1) for window in windows)


def sounding(*parts: float, rate: int = FILE_RATE) -> Recording:
    """A call that sounds for the first number of seconds, is silent for the second, and so on."""
    pieces = [
        np.random.default_rng(i).normal(0, 3000 if i % 2 == 0 else 1, (1, round(seconds * rate)))
        for i, seconds in enumerate(parts)
    ]
    return Recording(np.concatenate(pieces, axis=1).astype(np.int16), rate, "pcm16", "0" * 64)


def lines(made: Transcript) -> list[str]:
    """The text of every utterance."""
    return made.text.split("\n")


def test_every_loud_moment_is_heard_once_and_no_window_is_too_long() -> None:
    """The windows hold as many seconds as the loud stretches, in batches of at most ``BATCH_WINDOWS``."""
    call = recording(200.0)
    recogniser = Batches(lambda _: words_of("はい", 0.0))
    hear_again(call, recogniser, "c")
    loud = loud_stretches(Channel.of(Resampled(call.samples[0], call.rate), RATE), CLOSE_MARGIN_SECONDS)
    windows = [seconds for batch in recogniser.batches for seconds in batch]
    assert sum(windows) == pytest.approx(sum(s.duration for s in loud), abs=0.01)
    assert max(windows) <= SECOND_WINDOW_SECONDS + 1e-6
    assert max(map(len, recogniser.batches)) <= BATCH_WINDOWS < len(windows) / (len(recogniser.batches) - 1)


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_no_more_windows_are_decoded_at_the_same_time_than_one_batch_has(at_once: int) -> None:
    """Several workers share the memory that one would take."""
    recogniser = Batches(lambda _: words_of("はい", 0.0), at_once=at_once)
    hear_again(recording(200.0), recogniser, "c")
    assert max(map(len, recogniser.batches)) * at_once <= BATCH_WINDOWS


def test_both_channels_are_heard() -> None:
    """Two channels are the operator's and the caller's; one is nobody's."""
    recogniser = Batches(lambda _: words_of("はい", 0.0))
    stereo = hear_again(recording(4.0, channels=2), recogniser, "c-7")
    assert {(s.channel, s.speaker) for s in stereo.segments} == {(0, "op"), (1, "cu")}
    mono = hear_again(recording(4.0), recogniser, "c-7")
    assert [(s.channel, s.speaker) for s in mono.segments] == [(0, None)]
    assert (mono.call_id, mono.model, mono.audio_sha256) == ("c-7", "fake", "0" * 64)


def test_both_channels_share_a_batch() -> None:
    """A batch is as full as it can be: what decoding costs hangs on how often weights are read."""
    recogniser = Batches(lambda _: words_of("はい", 0.0))
    made = hear_again(recording(20.0, channels=2), recogniser, "c")
    assert [len(batch) for batch in recogniser.batches] == [4]
    assert {segment.channel for segment in made.segments} == {0, 1}


def test_nothing_heard_is_an_empty_transcript() -> None:
    """The first hearing refuses a call without words; the second adds nothing to it."""
    made = hear_again(recording(4.0), Batches(lambda _: ()), "c")
    assert (made.text, made.segments) == ("", ())


@dataclass
class Other:
    """Another model, asked window by window: it hears two words in each, or none, in any language."""

    said: str
    name: str = "other"
    at_once: int = 1

    def recognise(self, samples: np.ndarray) -> tuple[HeardSegment, ...]:
        """The same in every window."""
        return (HeardSegment(words_of(self.said, 0.1)),) if self.said else ()

    def is_foreign(self, samples: np.ndarray) -> bool:
        """Not Japanese."""
        return True


def test_another_model_hears_the_whole_call_and_refuses_nothing() -> None:
    """Whether the call is Japanese, the first hearing has decided; times are the call's, sides are told."""
    call = recording(channels=2)
    heard = hear_with_other_model(call, Other("はい"), "c")
    assert set(heard.text.split("\n")) == {"はい"}
    assert {segment.speaker for segment in heard.segments} == {"op", "cu"}
    assert (heard.call_id, heard.model, heard.audio_sha256) == ("c", "other", call.sha256)
    nothing = hear_with_other_model(call, Other(""), "c")
    assert (nothing.text, nothing.segments, nothing.model) == ("", (), "other")


def test_times_are_the_calls_and_a_silence_ends_an_utterance() -> None:
    """A word that lasts through the silence cut out of a window ends where its sound does."""
    call = sounding(1.0, 3.0, 1.0)
    first = 1.0 + CLOSE_MARGIN_SECONDS
    heard = (
        HeardWord("田", 0.0, first, 0.9),
        HeardWord("中", first - 0.05, first + 0.5, 0.9),
        HeardWord("。", first + 0.5, first + 1.0, 0.9),
    )
    made = hear_again(call, Batches(lambda _: heard), "c")
    assert lines(made) == ["田", "中。"]
    a, b = (segment.words[0].time for segment in made.segments)
    assert a.end <= 1.0 + CLOSE_MARGIN_SECONDS + SLACK
    assert 4.0 - CLOSE_MARGIN_SECONDS - SLACK <= b.start < b.end <= 5.0


def test_what_begins_a_turn_is_not_left_in_the_one_before() -> None:
    """The first word of a turn is timed from the end of the last one, silence included."""
    call = sounding(1.0, 3.0, 1.0)
    heard = (
        HeardWord("は", 0.0, 0.6, 0.9),
        HeardWord("田", 1.0, 1.0 + CLOSE_MARGIN_SECONDS, 0.9),
        *words_of("中", 1.3),
    )
    made = hear_again(call, Batches(lambda _: heard), "c")
    assert lines(made) == ["は", "田中"]


def test_a_click_holds_no_word_alone() -> None:
    """A word of one character alone in a click belongs to the turn that follows."""
    call = sounding(1.0, 2.0, 0.2, 2.0, 1.0)
    before = 1.0 + CLOSE_MARGIN_SECONDS
    heard = (*words_of("はい", 0.2), *words_of("お", before + 0.1), *words_of("迎え", before + 0.6))
    made = hear_again(call, Batches(lambda _: heard), "c")
    assert lines(made) == ["はい", "お迎え"]
    assert made.segments[1].time.start > 4.5


def test_a_pause_at_the_beginning_of_a_word_ends_the_utterance_before() -> None:
    """Where sound is never silent, a pause shows only in how long a word lasts."""
    heard = (*words_of("です", 0.0), HeardWord("は", 0.4, 1.6, 0.9), *words_of("い", 1.6))
    made = hear_again(recording(4.0), Batches(lambda _: heard), "c")
    assert lines(made) == ["です", "はい"]
    assert made.segments[1].time.start > 1.2


def test_a_mark_is_no_word() -> None:
    """The time of a space or a full stop is a pause: it ends an utterance and begins none."""
    heard = (*words_of("です", 0.0), HeardWord(" ", 0.4, 1.6, 0.9), *words_of("はい", 1.6))
    assert lines(hear_again(recording(4.0), Batches(lambda _: heard), "c")) == ["です ", "はい"]


def test_a_loop_is_heard_again_in_short_pieces() -> None:
    """What looped in a long window is taken from short ones; the rest is heard once."""

    def of(seconds: float) -> tuple[HeardWord, ...]:
        return words_of("はい" * 9, 0.0) if seconds > RETRY_WINDOW_SECONDS else words_of("田中です", 0.1)

    recogniser = Batches(of)
    made = hear_again(recording(13.0), recogniser, "c")
    assert set(lines(made)) == {"田中です"}
    assert sum(recogniser.batches[1]) == pytest.approx(13.0, abs=0.1)


@given(st.text("あいう", min_size=1, max_size=4), st.integers(5, 40), st.text("報です", max_size=4))
@settings(max_examples=30, deadline=None)
def test_a_loop_that_stays_loses_its_rounds(unit: str, rounds: int, tail: str) -> None:
    """One round of a loop is kept, and all that is no part of it."""
    heard = words_of("田中" + unit * rounds + tail, 0.0, step=0.01)
    made = hear_again(recording(4.0), Batches(lambda _: heard), "c")
    text = "".join(lines(made))
    assert text.startswith("田中")
    assert text.endswith(tail)
    assert len(text) <= len("田中" + unit * 4 + tail)
    assert not LOOP.search(text[2:].removesuffix(tail))


spoken = st.lists(
    st.tuples(st.sampled_from("田は。 9"), st.floats(0, 0.4), st.floats(0, 1.5)), min_size=1, max_size=20
)


@given(spoken)
@settings(max_examples=60, deadline=None)
def test_no_word_is_lost_turned_round_or_put_into_silence(pieces: list[tuple[str, float, float]]) -> None:
    """Whatever the times of a recogniser are, words keep their order and lie in loud stretches."""
    heard, clock = [], 0.0
    for text, gap, seconds in pieces:
        heard.append(HeardWord(text, clock + gap, clock + gap + seconds, 0.5))
        clock += gap + seconds
    written = "".join(word.text for word in heard)
    if LOOP.search(written):
        return
    call = sounding(1.0, 1.5, 0.2, 1.5, 2.0)
    made = hear_again(call, Batches(lambda _: tuple(heard)), "c")
    assert made.text.replace("\n", "").strip() == written.strip()
    loud = loud_stretches(Channel.of(Resampled(call.samples[0], call.rate), RATE), CLOSE_MARGIN_SECONDS)
    for segment in made.segments:
        for word in segment.words:
            assert any(s.start <= word.time.start and word.time.end <= s.end + 1e-9 for s in loud)
    starts = [segment.time.start for segment in made.segments]
    assert starts == sorted(starts)


def test_brightening_moves_nothing() -> None:
    """A filter without delay: a click stays where it is; low is weakened, high raised."""
    click = np.zeros(RATE, np.float32)
    click[5000] = 1.0
    assert int(np.abs(brightened(click)).argmax()) == 5000
    seconds = np.arange(RATE) / RATE
    low, high = (np.sin(2 * np.pi * f * seconds).astype(np.float32) for f in (120.0, 3000.0))
    assert np.std(brightened(low)) == pytest.approx(0.3 * np.std(low), rel=0.02)
    assert np.std(brightened(high)) == pytest.approx(2.0 * np.std(high), rel=0.02)


def test_what_is_decoded_is_the_brightened_sound() -> None:
    """The recogniser is given the window through the filter."""
    given_samples: list[np.ndarray] = []

    class Keeps(Batches):
        def recognise_batch(self, windows: Sequence[np.ndarray]) -> tuple[HeardSegment, ...]:
            given_samples.extend(windows)
            return super().recognise_batch(windows)

    call = Recording(voice(3.0), FILE_RATE, "pcm16", "0" * 64)
    hear_again(call, Keeps(lambda _: ()), "c")
    channel = Channel.of(Resampled(call.samples[0], call.rate), RATE)
    window = Window((TimeSpan(0.0, 3.0),), RATE)
    assert np.allclose(given_samples[0], brightened(window.samples(channel.samples)), atol=1e-5)
