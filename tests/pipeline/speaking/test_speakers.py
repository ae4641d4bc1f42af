"""Lines of a call on one channel get their speakers, and are cut between them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.audio.recording import Recording
from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.speaking.speakers import with_speakers, without_guessed_speakers
from pipeline.speaking.third import EVIDENCE, Weights
from pipeline.types import Posteriorgram, Trace, Transcript
from tests.builders import transcript, utterance

RATE = 8000
HIGH, LOW = 900, 300


class Tones:
    """Hears a tone's pitch as a voice; staff say the polite things."""

    third = Weights((0.0,) * len(EVIDENCE), alone=-9.0)

    def voice(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """One direction for high tones, another for low ones."""
        high = np.abs(np.fft.rfft(sound)).argmax() / len(sound) * 16_000 > 600
        return np.array([1.0, 0.0] if high else [0.0, 1.0], np.float32)

    def staff(self, text: str) -> float:
        """Sure of one phrase each."""
        return 4.0 if "ございます" in text else -4.0 if "ですけど" in text else 0.0


def sounding(*pieces: tuple[int, float, float], channels: int = 1) -> Recording:
    """Tones, each from when to when."""
    time = np.arange(round(12 * RATE)) / RATE
    sound = np.zeros(len(time))
    for pitch, start, end in pieces:
        sound += 8000 * np.sin(2 * np.pi * pitch * time) * ((time >= start) & (time < end))
    return Recording(np.stack([sound.astype(np.int16)] * channels), RATE, "pcm16", "0" * 64)


CALL = sounding((HIGH, 0.0, 2.0), (LOW, 2.4, 4.0), (HIGH, 4.4, 5.0), (LOW, 5.4, 7.0))

WORDS = (
    HeardSegment((HeardWord("山田でございます", 0.0, 2.0, 0.9),)),
    HeardSegment(
        (HeardWord("昨日のものですけど", 2.4, 4.0, 0.9), HeardWord("はい", 4.4, 5.0, 0.9)),
        traces=(Trace(1.4, 0.1, (0.5,) * 46),),
        posteriorgrams=(Posteriorgram(1.4, 0.1, ("x",) * 46),),
    ),
    HeardSegment((HeardWord("届かなくて", 5.4, 7.0, 0.9),)),
)


def told(*heard: HeardSegment, recording: Recording = CALL) -> Transcript:
    """As the product does it."""
    return with_speakers(recording, transcript(*heard), Tones())


def test_a_line_of_two_is_cut_between_them() -> None:
    """The words of a call stay the same, in the same order."""
    made = told(*WORDS)
    assert made.text.split("\n") == ["山田でございます", "昨日のものですけど", "はい", "届かなくて"]
    assert [segment.speaker for segment in made.segments] == ["op", "cu", "op", "cu"]
    assert made.speakers_by_ear


def test_words_tile_their_lines() -> None:
    """Characters are counted anew, times are not."""
    made = told(*WORDS)
    for segment in made.segments:
        assert segment.words[0].chars.start == segment.chars.start
        assert segment.words[-1].chars.end == segment.chars.end
    times = [word.time for segment in made.segments for word in segment.words]
    assert times == [word.time for segment in transcript(*WORDS).segments for word in segment.words]


def test_each_half_keeps_what_was_heard_around_it() -> None:
    """A second before and after."""
    first, second = told(*WORDS).segments[1:3]
    assert (first.traces[0].start, second.traces[0].start) == pytest.approx((1.4, 3.4))
    assert len(second.posteriorgrams[0].chances) == pytest.approx(26, abs=1)


@pytest.mark.parametrize("speaker", ["op", "cu"])
def test_who_is_known_stays(speaker: str) -> None:
    """From a file, or from its channel."""
    words = transcript(utterance("山田でございます", 0.0, 0, speaker))
    assert with_speakers(CALL, words, Tones()) is words
    two = transcript(utterance("山田でございます", 0.0))
    assert with_speakers(sounding(channels=2), two, Tones()) is two


def test_what_judges_sees_the_lines_without_speakers() -> None:
    """Those told by ear only."""
    made = told(*WORDS)
    assert {segment.speaker for segment in without_guessed_speakers(made).segments} == {None}
    assert without_guessed_speakers(made).text == made.text
    given = transcript(utterance("山田でございます", 0.0, 0, "op"))
    assert without_guessed_speakers(given) is given
