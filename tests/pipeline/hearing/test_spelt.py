"""Known names are written as the case has them, where they were written as they sound."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.correcting.offers import CaseWord
from pipeline.hearing.spelt import spelt
from pipeline.hearing.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.sound.morae import morae
from pipeline.types import Transcript

PEOPLE = (
    CaseWord("須ヶ間ひろみ", morae("スガマヒロミ")),
    CaseWord("須ヶ間", morae("スガマ")),
    CaseWord("ひろみ", morae("ヒロミ")),
    CaseWord("大野", morae("オオノ")),
    CaseWord("森", morae("モリ")),
    CaseWord("井", morae("イ")),
)


def call(words: Sequence[str]) -> Transcript:
    """One utterance; each word lasts a second and is half as sure as the one before."""
    heard = tuple(
        HeardWord(text, float(n), n + 1.0, 0.5**n, (0.1 * n, 0.0, 0.2), (0.1 * n, 0.01 * n))
        for n, text in enumerate(words)
    )
    return build_transcript([HeardSegment(heard, channel=1, speaker="cu")], "c-1", "base", "0" * 64)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("はい", "、", "ス", "ガ", "マ", "です"), "はい、須ヶ間です"),
        (("スガ", "マヒロ", "ミ", "です"), "須ヶ間ひろみです"),
        (("オー", "ノ", "様"), "大野様"),
        (("スガマ", "の", "ヒロミ"), "須ヶ間のひろみ"),
        (("モリ", "さん"), "森さん"),
    ],
)
def test_a_name_that_reads_exactly_so_is_spelt(words: Sequence[str], text: str) -> None:
    """Whatever the words are that it was written in; long vowels have one sound."""
    assert spelt(call(words), PEOPLE).text == text


@pytest.mark.parametrize(
    "words",
    [
        ("スガマヒロシ", "です"),  # another given name
        ("スガヤ", "です"),
        ("モリヤ", "さん"),
        ("すがま", "です"),  # not written as it sounds by the adapter, which writes names in katakana
        ("です", "イ"),  # a single mora
        ("リ", "スガマ", "です"),  # within other katakana
        ("はスガ", "マ", "です"),  # a word that begins before it
    ],
)
def test_all_else_stays(words: Sequence[str]) -> None:
    """The transcript itself is given back."""
    before = call(words)
    assert spelt(before, PEOPLE) is before


def test_two_names_that_sound_alike_stay_as_they_sound() -> None:
    """Nobody knows which of them was said."""
    before = call(("スガマ", "です"))
    assert spelt(before, (*PEOPLE, CaseWord("菅間", morae("スガマ")))) is before


def test_the_word_sounds_as_all_that_it_stands_for() -> None:
    """Its time, what may be wrong with it, the least of their probabilities and the most of their sounds."""
    transcript = spelt(call(("あ", "ス", "ガ", "マ", "よ")), PEOPLE)
    (segment,) = transcript.segments
    assert (segment.channel, segment.speaker) == (1, "cu")
    assert [transcript.text[w.chars.start : w.chars.end] for w in segment.words] == ["あ", "須ヶ間", "よ"]
    name = segment.words[1]
    assert (name.time.start, name.time.end, name.probability) == (1.0, 4.0, 0.125)
    assert name.sounds == pytest.approx((0.3, 0.0, 0.2))
    assert name.spread == pytest.approx((0.1, 0.03))


def test_of_words_of_which_little_is_known_nothing_more_is() -> None:
    """Nobody listened to one of them: what may be wrong with the times, and what sounds there, is unknown."""
    heard = (HeardWord("スガ", 0.0, 1.0, 0.9), HeardWord("マ", 1.0, 2.0, 0.8, (0.1, 0.0, 0.2), (0.1, 0.2)))
    (segment,) = spelt(build_transcript([HeardSegment(heard)], "c-1", "base", "0" * 64), PEOPLE).segments
    assert [(word.sounds, word.spread) for word in segment.words] == [((), ())]
