"""Tests of pipeline.measuring.truth: reading truth.json, and the transcript of a perfect recogniser."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import CaseFileError
from pipeline.measuring.truth import CallTruth, TruthSpan, TruthTurn, exact_transcript, read_truth
from pipeline.types import TimeSpan

DOCUMENT: dict[str, Any] = {
    "call_id": "neighbour-01",
    "layout": "stereo",
    "duration": 9.0,
    "spans": [
        {"start": 6.0, "end": 7.0, "speaker": "op", "kind": "EMAIL", "party": "third", "surface": "a@b"},
        {"start": 1.0, "end": 2.0, "speaker": "cu", "kind": "NAME", "party": "third", "surface": "伊藤"},
    ],
    "script": [{"speaker": "cu", "start": 0.0, "end": 4.0, "text": "隣の伊藤さんが"}],
}


def call(turn: TruthTurn, *spans: TruthSpan, layout: str = "mono") -> CallTruth:
    """A truth of one turn and its spans."""
    return CallTruth("c", layout, 60.0, tuple(sorted(spans, key=lambda span: span.time)), (turn,))


def name(start: float, end: float, surface: str) -> TruthSpan:
    """A third party's name said by the caller."""
    return TruthSpan(TimeSpan(start, end), "cu", "NAME", "third", surface)


def words_of(truth: CallTruth) -> list[dict[str, Any]]:
    """The words of every segment of the exact transcript."""
    segments: Any = exact_transcript(truth)["segments"]
    return [word for segment in segments for word in segment["words"]]


def test_spans_come_in_order_of_time_and_a_mail_address_counts_as_a_phone() -> None:
    """The truth is sorted, and EMAIL is folded into PHONE as the script format says."""
    truth = read_truth(DOCUMENT)
    assert [(span.kind, span.time.start) for span in truth.spans] == [("NAME", 1.0), ("PHONE", 6.0)]
    assert truth.call_id == "neighbour-01"
    assert read_truth(DOCUMENT, "stem").call_id == "stem"


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        ("spans", "start", "1"),
        ("spans", "start", True),
        ("spans", "start", float("nan")),
        ("spans", "start", -1.0),
        ("spans", "end", 0.5),
        ("spans", "speaker", "agent"),
        ("spans", "kind", "HOBBY"),
        ("spans", "party", "somebody"),
        ("spans", "surface", 5),
        ("spans", "reading", 5),
        ("spans", "name_kind", "伊藤"),
        ("script", "text", None),
        ("script", "end", None),
    ],
)
def test_a_malformed_key_is_named_and_its_value_is_not(where: str, key: str, value: object) -> None:
    """What is wrong is said by key and index; nothing that was said in the call is quoted."""
    document = copy.deepcopy(DOCUMENT)
    index = len(document[where]) - 1
    document[where][index][key] = value
    with pytest.raises(CaseFileError) as caught:
        read_truth(document)
    assert f"{where}[{index}]" in str(caught.value)
    assert "伊藤" not in str(caught.value)


@pytest.mark.parametrize("key", ["spans", "script", "duration", "call_id", "layout"])
def test_a_missing_key_is_an_error(key: str) -> None:
    """Every key of the contract is needed: without layout a span's channel is a guess."""
    with pytest.raises(CaseFileError, match=key):
        read_truth({name: value for name, value in DOCUMENT.items() if name != key})


def test_voices_and_kinds_of_names_are_read_where_the_truth_tells_them() -> None:
    """Both may be left out, and so may one side."""
    told = copy.deepcopy(DOCUMENT)
    told["spans"][1] |= {"reading": "イトウ", "name_kind": "surname"}
    told["voices"] = {"cu": "bella", "op": "takumi"}
    truth = read_truth(told)
    assert truth.voices == (("op", "takumi"), ("cu", "bella"))
    assert (truth.spans[0].reading, truth.spans[0].name_kind) == ("イトウ", "surname")
    assert read_truth(told | {"voices": {"cu": "bella"}}).voices == (("cu", "bella"),)
    assert (read_truth(DOCUMENT).voices, read_truth(DOCUMENT).spans[0].name_kind) == ((), "")


@pytest.mark.parametrize("voices", [["bella"], {"caller": "伊藤"}, {"cu": 5}, None])
def test_malformed_voices_are_refused(voices: object) -> None:
    """The key is named, the value is not."""
    with pytest.raises(CaseFileError, match="truth: voices") as caught:
        read_truth(DOCUMENT | {"voices": voices})
    assert "伊藤" not in str(caught.value)


@pytest.mark.parametrize(
    ("party", "kind", "must_mask", "must_keep"),
    [
        ("third", "NAME", True, False),
        ("company", "CONFIDENTIAL", True, False),
        ("requester", "CONFIDENTIAL", True, False),
        ("requester", "PHONE", False, True),
        ("operator", "NAME", False, False),
        ("company", "PHONE", False, False),
    ],
)
def test_whose_data_must_be_masked_or_kept(party: str, kind: str, must_mask: bool, must_keep: bool) -> None:
    """Third parties and secrets go, the requester's own stays, staff and company are policy."""
    span = TruthSpan(TimeSpan(0, 1), "op", kind, party)
    assert (span.must_mask, span.must_keep) == (must_mask, must_keep)


@pytest.mark.parametrize(
    ("speaker", "channels", "channel"), [("op", 2, 0), ("cu", 2, 1), ("op", 1, 0), ("cu", 1, 0)]
)
def test_the_channel_of_a_speaker(speaker: str, channels: int, channel: int) -> None:
    """Operator on 0 and caller on 1 in a two-channel file; a mono file has one channel."""
    assert TruthSpan(TimeSpan(0, 1), speaker, "NAME", "third").channel(channels) == channel


def test_a_surface_gets_exactly_the_stretch_of_its_span() -> None:
    """Characters of a span share its time evenly, the others the time around it."""
    truth = call(TruthTurn(TimeSpan(0.0, 4.0), "cu", "隣の伊藤さん"), name(1.0, 2.0, "伊藤"), layout="stereo")
    words = words_of(truth)
    assert "".join(word["word"] for word in words) == "隣の伊藤さん"
    assert [(word["start"], word["end"]) for word in words] == [
        (0.0, 0.5), (0.5, 1.0), (1.0, 1.5), (1.5, 2.0), (2.0, 3.0), (3.0, 4.0),
    ]  # fmt: skip
    assert {(word["speaker"], word["channel"], word["probability"]) for word in words} == {("cu", 1, 1.0)}


def times_of(words: list[dict[str, Any]], first: int, last: int) -> tuple[float, float]:
    """Where a run of words starts and ends."""
    return words[first]["start"], words[last]["end"]


def test_a_name_said_twice_is_matched_in_order_of_time() -> None:
    """Two spans of one surface take its two occurrences, the earlier the first."""
    truth = call(
        TruthTurn(TimeSpan(0, 10), "cu", "伊藤です、はい、伊藤"),
        name(0.5, 1.0, "伊藤"),
        name(9.0, 9.5, "伊藤"),
    )
    words = words_of(truth)
    assert times_of(words, 0, 1) == (0.5, 1.0)
    assert times_of(words, 8, 9) == (9.0, 9.5)


@pytest.mark.parametrize(("span", "first"), [((6.5, 7.0), 4), ((0.2, 0.8), 0)])
def test_a_word_that_is_also_the_name_is_told_apart_by_time(span: tuple[float, float], first: int) -> None:
    """Of 林 the wood and 林 the neighbour, the one said nearest to the span is the name."""
    words = words_of(call(TruthTurn(TimeSpan(0, 9), "cu", "林の横の林さんです"), name(*span, "林")))
    assert times_of(words, first, first) == span


def test_a_short_surface_does_not_take_the_place_of_a_longer_one() -> None:
    """佐藤 then 佐藤健一 are both placed although the first also fits inside the second."""
    truth = call(
        TruthTurn(TimeSpan(0, 10), "cu", "佐藤さん、佐藤健一さん"),
        name(4.0, 4.5, "佐藤"),
        name(5.0, 6.0, "佐藤健一"),
    )
    words = words_of(truth)
    assert times_of(words, 0, 1) == (4.0, 4.5)
    assert times_of(words, 5, 8) == (5.0, 6.0)


def test_a_surface_that_is_not_in_the_turn_falls_back_to_proportion() -> None:
    """Digits spoken otherwise anchor nothing; every character still gets its share of the turn."""
    words = words_of(call(TruthTurn(TimeSpan(0, 4), "cu", "ゼロキュウ"), name(1.0, 2.0, "09")))
    assert [round(word["end"] - word["start"], 6) for word in words] == [0.8] * 5


def test_digits_match_in_either_width() -> None:
    """A script with wide digits and a surface with narrow ones still meet; the text stays as written."""
    words = words_of(call(TruthTurn(TimeSpan(0, 4), "cu", "番号は０９㌢です"), name(1.0, 2.0, "09㌢")))
    assert "".join(word["word"] for word in words) == "番号は０９㌢です"
    assert times_of(words, 3, 5) == (1.0, 2.0)


def test_spaces_do_not_part_a_surface_from_its_turn() -> None:
    """White space, wide or narrow, in either is dropped before matching."""
    words = words_of(call(TruthTurn(TimeSpan(0, 4), "cu", " 伊藤　幸子 です"), name(1.0, 2.0, "伊藤 幸子")))
    assert "".join(word["word"] for word in words) == "伊藤幸子です"
    assert times_of(words, 0, 3) == (1.0, 2.0)


def test_the_other_speakers_turn_at_the_same_time_is_not_touched() -> None:
    """A span anchors in a turn of its own speaker only."""
    truth = CallTruth(
        "c", "mono", 4.0, (name(1.0, 2.0, "伊藤"),),
        (TruthTurn(TimeSpan(0, 4), "op", "伊藤様"), TruthTurn(TimeSpan(1, 3), "cu", "伊藤")),
    )  # fmt: skip
    segments: Any = exact_transcript(truth)["segments"]
    assert segments[0]["words"][0]["end"] == pytest.approx(4 / 3)
    assert times_of(segments[1]["words"], 0, 1) == (1.0, 2.0)


def test_a_truth_without_script_has_no_transcript() -> None:
    """Measuring detection on nothing would flatter it; the key is named instead."""
    with pytest.raises(CaseFileError, match="script"):
        exact_transcript(CallTruth("c", "mono", 1.0, (), ()))


moments = st.floats(0, 20, allow_nan=False)
spans = st.builds(
    lambda a, b, surface: name(min(a, b), max(a, b), surface),
    moments,
    moments,
    st.text(alphabet="林森の藤 x", max_size=3),
)


@given(text=st.text(alphabet="林森の藤 x、", min_size=1, max_size=20), many=st.lists(spans, max_size=5))
def test_any_truth_gives_every_character_an_ordered_time(text: str, many: list[TruthSpan]) -> None:
    """However odd the spans, words tile the text, in order, within turn and spans."""
    turn = TruthTurn(TimeSpan(5, 15), "cu", text)
    if not text.split():
        return
    words = words_of(call(turn, *many))
    assert "".join(word["word"] for word in words) == "".join(text.split())
    edges = [edge for word in words for edge in (word["start"], word["end"])]
    assert edges == sorted(edges)
