from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given

from pipeline.masking.text import LABELS, MaskedTranscript, as_json, as_text, mask_text
from pipeline.types import MaskAction, MaskItem, MaskPlan, Segment, TimeSpan, Transcript
from tests.strategies import make_item, make_plan, make_transcript, transcripts_with_plans

#        0  1  2  3  4  5  6  7
CALL = make_transcript(
    (
        0,
        "op",
        (
            ("隣の", 61.0, 61.4),
            ("佐藤", 61.4, 61.8),
            ("健一", 61.8, 62.2),
            ("さん", 62.2, 62.5),
            ("です", 62.5, 62.9),
        ),
    ),
    (1, "cu", (("はい", 63.0, 63.3), ("鈴木", 63.4, 63.9))),
    (0, None, (("電話は", 3605.0, 3605.5), ("090", 3605.5, 3606.5), ("1234", 3607.0, 3608.0))),
)


def at(word: str) -> tuple[int, int]:
    """Where a word stands in ``CALL``."""
    start = CALL.text.index(word)
    return start, start + len(word)


def text_of(*items: MaskItem) -> list[str]:
    """The masked lines, without times and speakers."""
    return [segment.text for segment in mask_text(CALL, make_plan(*items)).segments]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((), ["隣の佐藤健一さんです", "はい鈴木", "電話は0901234"]),
        ((make_item(61.4, 61.8, chars=at("佐藤")),), ["隣の[氏名]健一さんです", "はい鈴木", "電話は0901234"]),
        ((make_item(61.3, 62.3, chars=at("佐藤健一")),), ["隣の[氏名]さんです", "はい鈴木", "電話は0901234"]),
        ((make_item(61.4, 61.5, chars=at("藤健")),), ["隣の[氏名]さんです", "はい鈴木", "電話は0901234"]),
        (
            (make_item(3605.5, 3608.0, chars=at("0901234"), entity_type="PHONE_NUMBER"),),
            ["隣の佐藤健一さんです", "はい鈴木", "電話は[電話番号]"],
        ),
        ((make_item(61.4, 62.2, action=MaskAction.KEEP, chars=at("佐藤健一")),), text_of()),
        (
            (make_item(63.4, 63.9, channels=(1,), entity_type="MEMBER_NUMBER"),),
            ["隣の佐藤健一さんです", "はい[非開示]", "電話は0901234"],
        ),
    ],
    ids=["nothing", "a word", "two words", "parts of words", "a number", "kept", "the company's own type"],
)
def test_masks_by_characters(items: tuple[MaskItem, ...], expected: list[str]) -> None:
    """Every word that a masked item touches goes, and one label stands for the stretch."""
    assert text_of(*items) == expected


def test_two_names_in_a_row_are_one_label() -> None:
    """How many names stood there is not told."""
    one, two = make_item(61.4, 61.8, chars=at("佐藤")), make_item(61.8, 62.2, item_id="i1", chars=at("健一"))
    assert text_of(one, two)[0] == "隣の[氏名]さんです"


def test_neighbours_of_other_kinds_have_a_label_each() -> None:
    """A name and a secret side by side are two labels."""
    name = make_item(61.4, 61.8, chars=at("佐藤"))
    secret = make_item(61.8, 62.2, item_id="i1", chars=at("健一"), entity_type="CONFIDENTIAL")
    assert text_of(name, secret)[0] == "隣の[氏名][機密]さんです"


@pytest.mark.parametrize(
    ("start", "end", "channels", "expected"),
    [
        (62.2, 62.36, (0,), "隣の佐藤健一[氏名]です"),
        (62.2, 62.34, (0,), "隣の佐藤健一さんです"),
        (62.2, 62.36, (1,), "隣の佐藤健一さんです"),
    ],
    ids=["more than half", "less than half", "another channel"],
)
def test_masks_by_time(start: float, end: float, channels: tuple[int, ...], expected: str) -> None:
    """A word of which more than half is silenced on its channel is not written either."""
    assert text_of(make_item(start, end, channels=channels))[0] == expected


def test_a_word_in_the_gap_of_two_joined_masks_goes() -> None:
    """Masks closer than the merge gap are one window for the text as they are for the sound."""
    call = make_transcript((0, None, (("あ", 0.0, 1.0), ("い", 1.02, 1.08), ("う", 1.1, 2.0))))
    plan = make_plan(make_item(0.0, 1.0, chars=(0, 1)), make_item(1.1, 2.0, item_id="i1", chars=(2, 3)))
    assert mask_text(call, plan).segments[0].text == "[氏名]"


def test_a_word_of_no_length_goes_with_its_instant() -> None:
    """The recogniser gives some words no length; one inside a mask is masked."""
    call = make_transcript((0, None, (("あ", 1.0, 1.0), ("い", 2.0, 2.0))))
    assert mask_text(call, make_plan(make_item(0.5, 1.5, chars=(9, 9)))).segments[0].text == "[氏名]い"


def test_a_label_has_the_time_of_its_item_and_no_probability() -> None:
    """Word times and probabilities of what was masked are gone."""
    (word,) = (
        each
        for each in mask_text(CALL, make_plan(make_item(61.3, 62.3, chars=at("佐藤健一")))).segments[0].words
        if each.entity_type
    )
    assert (word.time.start, word.time.end, word.probability) == (61.3, 62.3, None)


def test_a_segment_without_words_is_masked_whole() -> None:
    """Where nothing was timed nothing is guessed at."""
    segment = CALL.segments[0]
    bare = Segment(segment.chars, segment.time, segment.channel, segment.speaker, ())
    call = Transcript("call", CALL.text, (bare, *CALL.segments[1:]), "ja", "test", "")
    masked = mask_text(call, make_plan(make_item(61.4, 61.8, chars=at("佐藤"))))
    assert masked.segments[0].text == "[氏名]"
    assert mask_text(call, make_plan()).segments[0].text == "隣の佐藤健一さんです"


def test_as_text() -> None:
    """A line for each utterance; minutes go on after the hour; empty utterances are left out."""
    masked = mask_text(CALL, make_plan(make_item(61.3, 62.3, chars=at("佐藤健一"))))
    assert as_text(masked) == (
        "[01:01] 担当者: 隣の[氏名]さんです\n[01:03] お客様: はい鈴木\n[60:05] 話者: 電話は0901234\n"
    )
    assert as_text(MaskedTranscript("call", ())) == ""


def test_as_json() -> None:
    """Kept words have a probability, labels an entity type; it goes through JSON."""
    plan = make_plan(make_item(61.3, 62.3, chars=at("佐藤健一")))
    document = json.loads(json.dumps(as_json(mask_text(CALL, plan)), ensure_ascii=False))
    words = document["segments"][0]["words"]
    assert words[0] == {"word": "隣の", "start": 61.0, "end": 61.4, "probability": 0.9}
    assert words[1] == {"word": "[氏名]", "start": 61.3, "end": 62.3, "entity_type": "PERSON"}
    assert document["segments"][0]["text"] == "隣の[氏名]さんです"
    assert document["segments"][1]["speaker"] == "cu"


def test_words_stay_out_of_repr() -> None:
    """A masked transcript in a log line shows no word: the requester's own are in it."""
    assert "鈴木" not in repr(mask_text(CALL, make_plan()))


def _distance(one: TimeSpan, other: TimeSpan) -> float:
    return max(one.start, other.start) - min(one.end, other.end)


@given(transcripts_with_plans())
def test_nothing_masked_is_left_and_nothing_else_is_lost(pair: tuple[Transcript, MaskPlan]) -> None:
    """Characters of masked items are nowhere; words that no mask touches are all there, in order."""
    transcript, plan = pair
    masked = mask_text(transcript, plan)
    written = as_text(masked) + json.dumps(as_json(masked), ensure_ascii=False)
    for item in plan.masked:
        assert not set(transcript.text[item.chars.start : item.chars.end]) & set(written) - {"\n"}
    for before, after in zip(transcript.segments, masked.segments, strict=True):
        kept = [word.text for word in after.words if word.entity_type is None]
        untouched = [
            transcript.text[word.chars.start : word.chars.end]
            for word in before.words
            if not any(word.chars.overlaps(item.chars) for item in plan.masked)
            and not any(_distance(word.time, item.time) <= 0 for item in plan.masked)
        ]
        assert [word for word in kept if word in untouched] == untouched


@given(transcripts_with_plans())
def test_labels_are_of_fixed_length_and_never_repeat(pair: tuple[Transcript, MaskPlan]) -> None:
    """Neither the length of a stretch nor the number of its items shows."""
    for segment in mask_text(*pair).segments:
        texts = [word.text if word.entity_type else None for word in segment.words]
        assert all(text in LABELS.values() for text in texts if text)
        assert not any(one and one == other for one, other in itertools.pairwise(texts))
