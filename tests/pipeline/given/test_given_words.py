from __future__ import annotations

import numpy as np
import pytest

from models.language.readings import load_reader
from pipeline.audio.recording import Recording
from pipeline.errors import CallUnsafeError
from pipeline.given.given_words import MARK, check_against_sound, findings_of_marks, uncovered
from pipeline.given.listened_call import ListenedChannel
from pipeline.hearing.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.types import Party, TimeSpan, Transcript
from tests.builders import RATE, voice
from tests.posteriorgrams import A_MORA, STEP, gram_of

MORA = A_MORA * STEP
SAID = "トナリノハセガワサンガニモツオウケトッテクレタソーデス"
"""27 morae, as the listener hears them from the first second on."""

WORDS = (
    ("隣の", 4),
    ("長谷川", 4),
    ("さんが", 4),
    ("荷物を", 4),
    ("受け取って", 5),
    ("くれた", 3),
    ("そうです", 4),
)
"""As they are said, with the morae of each."""


def words(*changed: tuple[str, int], start: float = 1.0, pace: float = MORA) -> list[HeardWord]:
    """Words in a row from ``start`` on; an empty one leaves its time free."""
    out, at = [], start
    for text, count in changed or WORDS:
        if text:
            out.append(HeardWord(text, at, at + count * pace, 0.9))
        at += count * pace
    return out


def given(*utterances: tuple[int, list[HeardWord]]) -> Transcript:
    """A transcript of utterances on channels."""
    heard = [HeardSegment(tuple(said), 0.0, channel) for channel, said in utterances]
    return build_transcript(heard, "c-test", "transcript-file", "0" * 64)


def silent(channel: ListenedChannel) -> ListenedChannel:
    """The same time on a channel where nobody speaks."""
    return ListenedChannel((), (), np.full_like(channel.power, 1e-6))


def hearing(kana: str = SAID, start: float = 1.0) -> ListenedChannel:
    """A channel on which one thing is said."""
    end = start + len(kana) * MORA
    power = np.full(round((end + 1) * 100), 1e-6, np.float32)
    power[round(start * 100) : round(end * 100)] = 1e-2
    return ListenedChannel((gram_of(kana, start),), (TimeSpan(start, end),), power)


def missing(transcript: Transcript, *channels: ListenedChannel) -> tuple[TimeSpan, ...]:
    """What the words leave over of one who speaks on the first channel."""
    found, _ = uncovered(transcript, channels or (hearing(),), call(max(1, len(channels))), load_reader())
    return tuple(each.time for each in found)


def call(channels: int = 1) -> Recording:
    """Some recording of seven seconds."""
    return Recording(voice(7.0, channels=channels), RATE, "pcm16", "0" * 64)


def refused(transcript: Transcript, *channels: ListenedChannel) -> bool:
    """Whether the call ends here."""
    try:
        check_against_sound(transcript, channels or (hearing(),), call(max(1, len(channels))), load_reader())
    except CallUnsafeError as error:
        return "長谷川" not in str(error) and "\n" not in str(error)
    return False


def test_words_that_are_said_leave_nothing_over():
    """What is written is what is heard."""
    assert missing(given((0, words()))) == ()


@pytest.mark.parametrize("off", [-0.2, 0.2])
def test_words_may_be_off_as_a_recogniser_is(off: float):
    """A fifth of a second on average is a recogniser's usual error."""
    assert missing(given((0, words(start=1.0 + off)))) == ()


def test_other_morae_are_a_recognisers_errors():
    """長谷川 heard as 端側: as many morae, and nothing is missing."""
    garbled = [("隣の", 4), ("橋側", 4), *WORDS[2:]]

    assert missing(given((0, words(*garbled)))) == ()


def test_a_name_taken_out_with_its_time_is_left_over():
    """Where no word is, speech is masked; a little of what is beside it may go with it."""
    (found,) = missing(given((0, words(WORDS[0], ("", 4), *WORDS[2:]))))

    assert found.start <= 1.0 + 4 * MORA
    assert found.end >= 1.0 + 8 * MORA - 0.1
    assert found.duration < 1.2


def test_a_name_whose_time_its_neighbours_take_is_left_over():
    """隣の and さんが last longer instead: eight morae are heard where four are written in their time."""
    (found,) = missing(given((0, words(("隣の", 6), ("さんが", 6), *WORDS[3:]))))

    assert found.overlaps(TimeSpan(1.0 + 4 * MORA, 1.0 + 8 * MORA))


def test_what_is_left_over_is_marked_and_masked_whatever_the_case_says():
    """An utterance of its own, a third party's, to be looked at by a person."""
    made = check_against_sound(
        given((0, words(WORDS[0], ("", 4), *WORDS[2:]))), (hearing(),), call(), load_reader()
    )
    (finding,) = findings_of_marks(made, call())

    assert made.text.count(MARK) == 1
    assert (finding.party, finding.needs_review) == (Party.THIRD_PARTY, True)
    assert finding.time is not None
    assert finding.time.overlaps(TimeSpan(1.0 + 5 * MORA, 1.0 + 7 * MORA))


@pytest.mark.parametrize("off", [-3.0, -1.2, -0.6, 0.6, 1.2, 2.0, 5.0])
def test_words_said_elsewhere_are_refused(off: float):
    """Earlier or later by more than any recogniser is wrong on average."""
    assert refused(given((0, words(start=4.0 + off))), hearing(start=4.0))


def test_other_words_are_refused():
    """A text of the same length that is not what is said."""
    other = words(
        ("昨日は", 4),
        ("雨だった", 5),
        ("けれど", 3),
        ("今朝は", 3),
        ("もう", 2),
        ("すっかり", 4),
        ("晴れて", 3),
    )

    assert refused(given((0, other)))


def test_several_words_left_out_are_refused():
    """荷物を受け取ってくれたそうです is no short name."""
    assert refused(given((0, words(*WORDS[:3]))))


def test_words_pressed_together_are_refused():
    """All at the beginning of the time in which they are said."""
    assert refused(given((0, words(pace=MORA * 0.3))))


def test_words_of_the_other_channel_are_refused():
    """What is said on one channel stands in the file on the other."""
    speaking = hearing()

    assert refused(given((1, words())), speaking, silent(speaking))
    assert not refused(given((0, words())), speaking, silent(speaking))


def test_an_echo_needs_no_words_of_its_own():
    """The same, forty decibels down and a little later, on the other channel."""
    speaking, echo = hearing(), hearing(start=1.1)
    echo = ListenedChannel(echo.posteriorgrams, echo.loud, np.maximum(echo.power * 1e-4, 1e-8))

    assert missing(given((0, words())), speaking, echo) == ()


def test_one_sound_on_two_channels_needs_its_words_once():
    """A mono recording stored as two channels."""
    speaking = hearing()
    twice = Recording(np.repeat(voice(7.0), 2, axis=0), RATE, "pcm16", "0" * 64)
    found, _ = uncovered(given((0, words())), (speaking, speaking), twice, load_reader())

    assert found == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [("4,860円です", "ヨンセンハッピャクロクジューエンデス"), ("NTTです", "エヌティーティーデス")],
)
def test_what_is_written_otherwise_than_said_is_no_hole(written: str, said: str):
    """An amount is said with its thousands, letters by their names."""
    size = len(said.replace("ュ", "").replace("ャ", "").replace("ィ", ""))

    assert missing(given((0, words((written, size)))), hearing(said)) == ()


def test_words_beyond_what_is_heard_harm_nobody():
    """A recogniser makes words up in silence: nothing that is said is left out."""
    assert missing(given((0, words()), (0, words(("ご視聴ありがとうございました", 14), start=6.0)))) == ()
