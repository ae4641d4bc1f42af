"""Utterances that are nothing but the other channel's echo are left out; what somebody says there stays."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio.recording import Recording
from pipeline.hearing.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.masking.echoed_words import without_echo
from pipeline.types import Transcript
from tests.audio_files import white

RATE = 8000
LATE = round(0.04 * RATE)


def call(echo_db: float | None, *, over_db: float | None = None, channels: int = 2) -> Recording:
    """From 0 to 4 s somebody speaks on channel 0, from 5 to 9 s on channel 1.

    Args:
        echo_db: Of the first on channel 1; nothing by default.
        over_db: Level at which another voice speaks on channel 1 from 1 to 2 s.
        channels: 1 for the first channel alone.
    """
    voices = [white(RATE, 10.0, seed=seed)[0].astype(float) for seed in (1, 2, 3)]
    seconds = np.arange(10 * RATE) / RATE
    one, two = voices[0] * (seconds < 4), voices[1] * ((seconds > 5) & (seconds < 9))
    three = voices[2] * ((seconds > 1) & (seconds < 2))
    two += 0 if echo_db is None else np.concatenate([np.zeros(LATE), one])[: len(one)] * 10 ** (echo_db / 20)
    two += 0 if over_db is None else three * 10 ** (over_db / 20)
    two += white(RATE, 10.0, seed=4)[0] / 1000
    sound = np.stack([one, two])[:channels].clip(-32768, 32767)
    return Recording(np.rint(sound).astype(np.int16), RATE, "pcm16", "")


def words(*said: tuple[int, float, float, str]) -> Transcript:
    """Utterances of one word: channel, start, end, text."""
    heard = [HeardSegment((HeardWord(text, a, b, 0.9),), channel=c, speaker="cu") for c, a, b, text in said]
    return build_transcript(heard, "c-1", "base", "0" * 64)


SAID = ((0, 0.5, 3.5, "復唱します"), (1, 1.0, 2.0, "フクシ"), (1, 5.5, 8.5, "お願いします"))


@pytest.mark.parametrize("echo_db", [-20.0, -30.0, -40.0])
def test_an_echo_is_written_once(echo_db: float) -> None:
    """Where it was said; what the other says later stays."""
    assert without_echo(words(*SAID), call(echo_db)).text == "復唱します\nお願いします"


@pytest.mark.parametrize(
    ("echo_db", "over_db"),
    [
        (None, -20.0),  # somebody speaks softly while the other does, without any echo
        (-30.0, 0.0),  # over the echo
        (-30.0, -10.0),  # softly
        (-6.0, None),  # so loud that it may be what is said there
    ],
)
def test_what_may_be_said_there_stays(echo_db: float | None, over_db: float | None) -> None:
    """In doubt it is written twice: what is not written is not looked at."""
    before = words(*SAID)
    assert without_echo(before, call(echo_db, over_db=over_db)) is before


def test_a_channel_that_never_speaks_tells_nothing() -> None:
    """Its echo is as loud as the loudest of it."""
    before = words(*SAID[:2])
    silent = call(-30.0)
    silent.samples[1, 5 * RATE :] = 0
    assert without_echo(before, silent) is before


def test_one_channel_has_no_echo_of_another() -> None:
    """The transcript itself is given back."""
    before = words((0, 0.5, 3.5, "復唱します"))
    assert without_echo(before, call(None, channels=1)) is before
