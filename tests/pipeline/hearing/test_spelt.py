"""Known names are written as the case has them, where they were written as they sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from models.language.readings import load_reader
from pipeline.correcting.offers import CaseWord
from pipeline.hearing.spelt import spelt, spelt_by_sound
from pipeline.hearing.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.sound.morae import morae
from pipeline.types import CharSpan, TimeSpan, Transcript
from tests.posteriorgrams import heard

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


TRADE = (CaseWord("花咲水産", morae("ハナサキスイサン")), CaseWord("中村", morae("ナカムラ")))


@pytest.mark.parametrize(
    ("said", "written", "instead", "text"),
    [
        ("ハナサキスイサン", "鼻先水産、", {}, "花咲水産、"),
        # One mora is not clear.
        ("ハナサキスイサン", "鼻先水産", {3: ("ギ", -3.0)}, "花咲水産"),
        # Another company, which differs in one clear mora.
        ("ハナサギスイサン", "鼻先水産", {}, "鼻先水産"),
        ("ヤマシタスイサン", "鼻先水産", {}, "鼻先水産"),
        ("ハナサキスイサン", "花咲水産", {}, "花咲水産"),
        # As short as a surname: it may be somebody's.
        ("ナカムラ", "中邨", {}, "中邨"),
    ],
)
def test_the_company_is_spelt_where_it_is_heard(
    said: str, written: str, instead: Mapping[int, tuple[str, float]], text: str
) -> None:
    """Whatever was written; a mora that is clearly another one makes it another name."""
    assert spelt_by_sound(heard(said, written, instead), TRADE, load_reader()).text == text


def test_words_around_the_company_stay() -> None:
    """With their own times."""
    before = heard("ハイハナサキスイサンデス", "はい鼻先水産です")
    (segment,) = before.segments
    after = spelt_by_sound(before, TRADE, load_reader())
    (now,) = after.segments

    assert after.text == "はい花咲水産です"
    assert now.words[0].time == segment.words[0].time
    assert now.words[-1].time == segment.words[-1].time
    assert now.posteriorgrams == segment.posteriorgrams


def test_without_a_listener_nothing_is_spelt_by_sound() -> None:
    """The transcript itself is given back."""
    before = call(("鼻先", "水産"))
    assert spelt_by_sound(before, TRADE, load_reader()) is before


def test_a_word_that_holds_more_than_the_company_stays() -> None:
    """What else it says, such as a third party's name, would be lost from the text, and would be heard."""
    before = heard("ハナサキスイサンタナカ", "鼻先水産田中")
    (segment,) = before.segments
    joined = replace(
        segment.words[2],
        chars=CharSpan(segment.words[2].chars.start, segment.words[-1].chars.end),
        time=TimeSpan(segment.words[2].time.start, segment.words[3].time.end),
    )
    whole = replace(before, segments=(replace(segment, words=(*segment.words[:2], joined)),))

    assert spelt_by_sound(before, TRADE, load_reader()).text == "花咲水産田中"
    assert spelt_by_sound(whole, TRADE, load_reader()).text == "鼻先水産田中"
