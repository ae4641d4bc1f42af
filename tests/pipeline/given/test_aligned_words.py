"""Words of a file get the times at which they are heard, and what was heard around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from models.speech.word_times import WordTimes
from pipeline.given.aligned_words import align_with_sound
from pipeline.given.given_words import MARK
from pipeline.given.listened_call import ListenedChannel, ListenedWindow
from pipeline.hearing.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.hearing.windows import Window
from pipeline.types import Posteriorgram, Segment, TimeSpan, Trace, Transcript
from tests.posteriorgrams import A_MORA, STEP, gram_of

MORA = A_MORA * STEP
SOUNDS = (0.5, 0.25, 0.125)
TIMES = WordTimes()


@dataclass(frozen=True)
class Heard:
    """What is heard in a window."""

    posteriorgrams: tuple[Posteriorgram, ...]
    traces: tuple[Trace, ...]


def window(kana: str, *pieces: tuple[float, float]) -> ListenedWindow:
    """A window in which something is said, of these stretches of the channel."""
    gram = gram_of(kana)
    heard = Heard((gram,), (Trace(0.0, STEP, tuple(n / 1000 for n in range(len(gram.chances)))),))

    def on_words(words: Sequence[HeardWord]) -> tuple[HeardWord, ...]:
        return tuple(replace(word, sounds=SOUNDS) for word in TIMES.timed(words, heard.posteriorgrams))

    return ListenedWindow(Window(tuple(TimeSpan(*piece) for piece in pieces)), heard, on_words)


def channel(*windows: ListenedWindow) -> ListenedChannel:
    """One that was listened to in these windows."""
    grams = tuple(gram for each in windows for gram in each.heard.posteriorgrams)
    return ListenedChannel(grams, (), np.zeros(0, np.float32), windows)


def given(*utterances: tuple[int, Sequence[tuple[str, float, float]]]) -> Transcript:
    """A transcript of utterances on channels."""
    heard = [
        HeardSegment(tuple(HeardWord(*word, 0.9) for word in said), 0.1, on, "cu") for on, said in utterances
    ]
    return build_transcript(heard, "c-test", "transcript-file", "0" * 64)


def starts(segment: Segment) -> list[float]:
    """When each word of an utterance begins."""
    return [word.time.start for word in segment.words]


NAME = "ワタナベサンガ"
SAID = (0, [("渡辺", 10.4, 11.0), ("さんが", 11.0, 11.5)])
"""渡辺さんが, which is heard from the tenth second on."""


def test_words_begin_where_they_are_heard() -> None:
    """In seconds of the call; what else the file says of them stays."""
    before = given(SAID)
    (segment,) = align_with_sound(before, [channel(window(NAME, (10.0, 10.0 + 7 * MORA)))]).segments

    assert starts(segment) == pytest.approx([10.0 + STEP / 2, 10.0 + 4 * MORA + STEP / 2])
    assert all(len(word.spread) == 2 for word in segment.words)
    assert [word.chars for word in segment.words] == [word.chars for word in before.segments[0].words]
    assert [word.probability for word in segment.words] == [0.9] * 2
    assert (segment.speaker, segment.no_speech_probability) == ("cu", 0.1)


def test_an_utterance_has_what_was_heard_around_it() -> None:
    """In the call's time, from every window that it reaches into, as one that was recognised."""
    windows = window(NAME, (10.0, 11.12)), window("ハイ", (11.5, 11.82)), window("ハイ", (19.0, 19.32))
    (segment,) = align_with_sound(given(SAID), [channel(*windows)]).segments

    assert [gram.start for gram in segment.posteriorgrams] == pytest.approx([10.0, 11.5])
    assert [trace.start for trace in segment.traces] == pytest.approx([10.0, 11.5])
    assert segment.posteriorgrams[0].chances == windows[0].heard.posteriorgrams[0].chances


def test_times_that_the_file_vouches_for_stay() -> None:
    """What was heard around them is told all the same."""
    vouched = replace(given(SAID), times_within=0.02)
    made = align_with_sound(vouched, [channel(window(NAME, (10.0, 10.0 + 7 * MORA)))])

    assert made.times_within == 0.02
    assert starts(made.segments[0]) == [10.4, 11.0]
    assert made.segments[0].posteriorgrams
    assert [word.spread for word in made.segments[0].words] == [(), ()]


def test_words_are_found_by_reading_alone() -> None:
    """What weighs words against sounds has learned from a recogniser, and believes better ones too little."""
    (segment,) = align_with_sound(given(SAID), [channel(window(NAME, (10.0, 10.0 + 7 * MORA)))]).segments

    assert [word.sounds for word in segment.words] == [(), ()]


def test_a_word_that_is_mostly_silence_is_laid_on_its_sound() -> None:
    """Recognisers time a word from the end of the one before."""
    windows = window("ハイ", (5.0, 5.0 + 2 * MORA)), window("ワタナベ", (9.0, 9.0 + 4 * MORA))
    said = given((0, [("はい", 5.0, 5.3), ("渡辺", 5.3, 9.6)]))
    (segment,) = align_with_sound(said, [channel(*windows)]).segments

    assert starts(segment) == pytest.approx([5.0 + STEP / 2, 9.0 + STEP / 2])


def test_two_at_once_are_laid_by_themselves() -> None:
    """On one channel: what the one says meanwhile is no part of the other's line."""
    heard = channel(window("ワタナベハイサンガ", (10.0, 10.0 + 9 * MORA)))
    first = (0, [("渡辺", 10.1, 10.6), ("さんが", 11.0, 11.5)])
    second = (0, [("はい", 10.5, 10.9)])
    one, other = align_with_sound(given(first, second), [heard]).segments

    assert starts(one) == pytest.approx([10.0 + STEP / 2, 10.0 + 6 * MORA + STEP / 2])
    assert starts(other) == pytest.approx([10.0 + 4 * MORA + STEP / 2])


@pytest.mark.parametrize("word", ["Aさん", "ABさん", "、"])
def test_a_word_whose_reading_is_not_sure_keeps_its_time(word: str) -> None:
    """Of Aさん only サン is read, of a mark nothing: a mask would begin behind the A."""
    said = given((0, [("渡辺", 10.0, 10.6), (word, 10.7, 11.3)]))
    (segment,) = align_with_sound(
        said, [channel(window("ワタナベエーサン", (10.0, 10.0 + 8 * MORA)))]
    ).segments

    assert segment.words[1].time == TimeSpan(10.7, 11.3)


def test_where_nothing_is_heard_words_stay_as_they_are() -> None:
    """Far from every sound, on a channel that is silent, and in place of words."""
    said = given(SAID, (0, [("はい", 30.0, 30.4)]), (1, [("ええ", 12.0, 12.4)]), (0, [(MARK, 10.2, 10.8)]))
    made = align_with_sound(said, [channel(window(NAME, (10.0, 10.0 + 7 * MORA))), channel()])
    words = {made.text[w.chars.start : w.chars.end]: w for s in made.segments for w in s.words}

    for text, start, end in (("はい", 30.0, 30.4), ("ええ", 12.0, 12.4), (MARK, 10.2, 10.8)):
        assert words[text].time == TimeSpan(start, end)
    assert words["渡辺"].spread
    (mark,) = (s for s in made.segments if made.text[s.chars.start : s.chars.end] == MARK)
    assert mark.posteriorgrams


def test_a_call_that_nobody_listened_to_is_as_it_was() -> None:
    """To the last value."""
    said = given(SAID)
    assert align_with_sound(said, [channel()]) == said
