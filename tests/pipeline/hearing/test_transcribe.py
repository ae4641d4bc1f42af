from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import CallUnsafeError
from pipeline.hearing.transcribe import (
    RATE,
    TURN_PAUSE_SECONDS,
    HeardSegment,
    HeardWord,
    build_transcript,
    transcribe,
)
from pipeline.types import Trace
from tests.builders import recording, sounding, utterance
from tests.fakes import FakeRecogniser

words = st.lists(
    st.tuples(st.text("あ報9 12です", max_size=4), st.floats(0, 3), st.floats(-0.5, 2)),
    min_size=1,
    max_size=6,
)


def heard_from(pieces: list[tuple[str, float, float]], channel: int) -> HeardSegment:
    """An utterance of ``(text, start, length)``; a length below zero is a recogniser's slip."""
    return HeardSegment(tuple(HeardWord(t, s, s + n, 0.9) for t, s, n in pieces), 0.0, channel)


calls = st.lists(st.builds(heard_from, words, st.integers(0, 1)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(calls)
def test_offsets_give_every_word_back(heard: list[HeardSegment]) -> None:
    """``text[word.chars]`` is what the recogniser wrote, and words tile their segment, segments the text."""
    spoken = [s for s in heard if any(w.text.strip() for w in s.words)]
    if not spoken:
        with pytest.raises(CallUnsafeError):
            build_transcript(heard, "c", "m", "")
        return
    made = build_transcript(heard, "c", "m", "")
    written = [made.text[w.chars.start : w.chars.end] for s in made.segments for w in s.words]
    assert sorted(written) == sorted(w.text for s in spoken for w in s.words)
    assert made.text == "\n".join(made.text[s.chars.start : s.chars.end] for s in made.segments)
    for segment in made.segments:
        assert made.text[segment.chars.start : segment.chars.end] == "".join(
            made.text[w.chars.start : w.chars.end] for w in segment.words
        )


@settings(max_examples=60, deadline=None)
@given(calls)
def test_segments_are_in_order_of_time(heard: list[HeardSegment]) -> None:
    """Segments are ordered by start and hold their words' times."""
    if not any(w.text.strip() for s in heard for w in s.words):
        return
    segments = build_transcript(heard, "c", "m", "").segments
    assert [s.time.start for s in segments] == sorted(s.time.start for s in segments)
    assert all(word.time.end <= s.time.end for s in segments for word in s.words)


def test_channels_are_told_apart() -> None:
    """Channel, speaker and probabilities go where the utterance goes."""
    late, early = utterance("はい", 3.0, 1, "cu"), utterance("もしもし", 1.0, 0, "op")
    made = build_transcript([late, early], "c", "m", "")
    assert made.text == "もしもし\nはい"
    assert [(s.channel, s.speaker) for s in made.segments] == [(0, "op"), (1, "cu")]
    assert made.segments[0].words[0].probability == 0.9


@pytest.mark.parametrize("heard", [(), (HeardSegment(()),), (utterance("  ", 1.0),)])
def test_no_word_is_an_error(heard: tuple[HeardSegment, ...]) -> None:
    """A call in which nothing was recognised cannot be called clean."""
    with pytest.raises(CallUnsafeError):
        build_transcript(heard, "c", "m", "")


def test_words_are_not_in_a_repr() -> None:
    """Neither a heard word nor an utterance repeats what was said."""
    assert "長" not in repr(utterance("長谷川", 0.0))


@dataclass
class ScriptedRecogniser:
    """Answers by how long the audio is; remembers the seconds it was given."""

    answer: Callable[[float], tuple[HeardSegment, ...]]
    name: str = "scripted"
    at_once: int = 1
    given: list[float] = field(default_factory=list)

    def recognise(self, samples: np.ndarray) -> tuple[HeardSegment, ...]:
        """What the test gave for that length."""
        self.given.append(len(samples) / RATE)
        return self.answer(len(samples) / RATE)

    def is_foreign(self, samples: np.ndarray) -> bool:
        """Japanese."""
        return False


def spread(text: str, seconds: float) -> tuple[HeardSegment, ...]:
    """An utterance whose characters fill the audio evenly."""
    step = seconds / len(text)
    return (HeardSegment(tuple(HeardWord(c, i * step, (i + 1) * step, 0.9) for i, c in enumerate(text))),)


def test_both_channels_are_recognised() -> None:
    """Channel 0 is the operator and 1 the caller; a mono call has no known speaker."""
    recogniser = ScriptedRecogniser(lambda n: spread("もしもし", n))
    stereo = transcribe(recording(4.0, channels=2), recogniser, "c-7")
    assert {(s.channel, s.speaker) for s in stereo.segments} == {(0, "op"), (1, "cu")}
    mono = transcribe(recording(4.0), recogniser, "c-7")
    assert [(s.channel, s.speaker) for s in mono.segments] == [(0, None)]
    assert (mono.call_id, mono.model, mono.audio_sha256) == ("c-7", "scripted", "0" * 64)


def test_times_are_the_calls() -> None:
    """What is heard in a window after a long silence has the time at which it was said."""
    call = sounding(("quiet", 30.0), ("voice", 4.0), ("quiet", 10.0))
    recogniser = ScriptedRecogniser(lambda n: spread("もしもし", n))
    (segment,) = transcribe(call, recogniser, "c").segments
    assert recogniser.given == [pytest.approx(4.6, abs=0.2)]
    assert segment.time.start == pytest.approx(29.7, abs=0.1)
    assert segment.time.end == pytest.approx(34.3, abs=0.1)


def test_a_silence_that_was_left_out_ends_an_utterance() -> None:
    """A word that is timed through it ends before it."""
    call = sounding(("quiet", 2.0), ("voice", 2.0), ("quiet", 10.0), ("voice", 2.0), ("quiet", 2.0))
    heard = HeardSegment((HeardWord("はい", 0.3, 2.7, 0.9), HeardWord("ええ", 2.7, 4.9, 0.9)))
    made = transcribe(call, ScriptedRecogniser(lambda _: (heard,)), "c")
    assert made.text == "はい\nええ"
    assert made.segments[0].time.end == pytest.approx(4.3, abs=0.1)
    assert made.segments[1].time.start == pytest.approx(13.8, abs=0.2)


def test_a_pause_ends_an_utterance() -> None:
    """Words before and after a pause of half a second are two utterances: the other side may have spoken."""
    heard = HeardSegment(
        (HeardWord("はい", 0.3, 1.9, 0.9), HeardWord("ええ", 1.9 + TURN_PAUSE_SECONDS + 0.1, 4.0, 0.9))
    )
    made = transcribe(recording(4.0), ScriptedRecogniser(lambda _: (heard,)), "c")
    assert made.text == "はい\nええ"


def test_a_loop_is_listened_to_again_in_short_pieces() -> None:
    """Where a long window loops, short ones are recognised instead, and their text counts."""
    call = recording(20.0)
    recogniser = ScriptedRecogniser(lambda n: spread("はい、" * 40 if n > 10 else "長谷川です", n))
    made = transcribe(call, recogniser, "c")
    assert recogniser.given[0] == pytest.approx(20.0)
    assert all(seconds <= 8.0 for seconds in recogniser.given[1:])
    assert set(made.text.split("\n")) == {"長谷川です"}


def test_what_a_loop_covered_is_listened_to_once_more() -> None:
    """A loop that stays a loop keeps its first round only; the sound under the rest is heard again."""
    recogniser = ScriptedRecogniser(lambda n: spread("はい、" * 40, n))
    made = transcribe(sounding(("voice", 7.0)), recogniser, "c")
    assert made.text.count("はい、") == 1
    assert len(recogniser.given) >= 3


def test_sound_under_no_word_is_listened_to_once_more() -> None:
    """A recogniser that skips a name in the middle is asked again for just that stretch."""
    answers = iter(
        [
            (HeardSegment((HeardWord("もしもし", 0.0, 1.5, 0.9), HeardWord("ですね", 4.5, 6.0, 0.9))),),
            (utterance("長谷川", 0.3),),
        ]
    )
    recogniser = ScriptedRecogniser(lambda _: next(answers))
    made = transcribe(sounding(("voice", 6.0)), recogniser, "c")
    assert made.text == "もしもし\n長谷川\nですね"
    assert recogniser.given[1] == pytest.approx(4.25 - 1.75, abs=0.05)
    name = made.segments[1].time
    assert 1.5 < name.start < name.end < 4.5


def test_silence_is_not_listened_to_again() -> None:
    """Speech that is all under words, and a pause between, need one listening."""
    call = sounding(("voice", 3.0), ("quiet", 3.0), ("voice", 3.0))
    recogniser = ScriptedRecogniser(lambda n: spread("もしもしもしもし", n))
    transcribe(call, recogniser, "c")
    assert len(recogniser.given) == 1


@pytest.mark.slow
def test_recognition_needs_no_memory_for_the_length() -> None:
    """A quarter of an hour at 16 kHz would be 58 MB a channel; a window at a time needs a fifth of that."""
    call = sounding(*[("voice", 20.0), ("quiet", 1.0)] * 43)
    recogniser = ScriptedRecogniser(lambda n: spread("もしもし" * 10, n))
    tracemalloc.start()
    transcribe(call, recogniser, "c")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(recogniser.given) >= 43
    assert peak < 20e6


def test_windows_heard_at_once_give_the_transcript_of_windows_heard_in_turn() -> None:
    """However many threads recognise, and whichever is done first: windows, retries and what was unheard."""
    call = sounding(("voice", 20.0), ("quiet", 2.0), ("voice", 15.0), ("quiet", 2.0), ("voice", 9.0))

    def answer(seconds: float) -> tuple[HeardSegment, ...]:
        time.sleep(0.02 * (seconds % 1))
        return spread("はい" * 40 if seconds > 16 else f"{seconds:.2f}秒です", seconds / 2)

    in_turn, at_once = ScriptedRecogniser(answer), ScriptedRecogniser(answer, at_once=3)
    assert transcribe(call, in_turn, "c") == transcribe(call, at_once, "c")
    assert len(in_turn.given) > 5
    assert sorted(in_turn.given) == sorted(at_once.given)


def test_an_error_in_one_of_several_threads_comes_out() -> None:
    """And nobody waits for ever."""

    def answer(seconds: float) -> tuple[HeardSegment, ...]:
        raise MemoryError(seconds)

    with pytest.raises(MemoryError):
        transcribe(sounding(("voice", 60.0)), ScriptedRecogniser(answer, at_once=2), "c")


def test_what_was_listened_to_lies_where_it_sounds() -> None:
    """The ear hears a window; each utterance has its own part, in the call's time."""
    call = sounding(("quiet", 30.0), ("voice", 4.0), ("quiet", 10.0), ("voice", 4.0))

    def heard(seconds: float) -> tuple[HeardSegment, ...]:
        chances = tuple(float(n) for n in range(int(seconds / 0.1)))
        return tuple(
            replace(each, traces=(Trace(0.0, 0.1, chances),)) for each in spread("もしもし", seconds)
        )

    first, second = transcribe(call, ScriptedRecogniser(heard), "c").segments
    assert first.traces[0].start == pytest.approx(first.time.start, abs=0.1)
    assert first.traces[0].chances[0] == 0.0
    later = second.traces[-1]
    assert later.start >= second.time.start - 1.1
    assert later.chances[0] == len(first.traces[0].chances)


def test_the_longest_window_is_recognised_first() -> None:
    """No thread is left with a long one at the end; the words are in order of time all the same."""
    recogniser = ScriptedRecogniser(lambda n: spread("長い長い方" if n > 15 else "短い方", n))
    heard = transcribe(sounding(("voice", 10.0), ("quiet", 3.0), ("voice", 24.0)), recogniser, "c")
    assert recogniser.given[0] > recogniser.given[1]
    assert heard.text == "短い方\n長い長い方"


def test_a_foreign_call_is_refused() -> None:
    """Names in another language would be missed."""
    with pytest.raises(CallUnsafeError, match="日本語"):
        transcribe(recording(4.0), FakeRecogniser((utterance("もしもし", 0.5),), foreign=True), "c")


def test_no_more_is_asked_about_the_language_than_decides_it() -> None:
    """Of six half-minutes three settle it for a Japanese call; of a foreign one all are asked about."""
    asked: list[int] = []

    class Asked(FakeRecogniser):
        def is_foreign(self, samples: np.ndarray) -> bool:
            asked.append(len(samples))
            return self.foreign

    long = recording(100.0, channels=2)
    transcribe(long, Asked((utterance("もしもし", 0.5),)), "c")
    assert len(asked) == 3
    with pytest.raises(CallUnsafeError):
        transcribe(long, Asked((utterance("もしもし", 0.5),), foreign=True), "c")
    assert len(asked) == 3 + 6


def test_a_call_without_words_is_refused() -> None:
    """A recogniser that hears nothing at all leaves nothing to mask by."""
    with pytest.raises(CallUnsafeError, match="聞き取れた言葉"):
        transcribe(recording(4.0), FakeRecogniser(()), "c")
