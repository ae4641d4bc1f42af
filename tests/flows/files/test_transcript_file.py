from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.files.transcript_file import read_transcript
from pipeline.audio.recording import Recording
from pipeline.errors import CallUnsafeError, CaseFileError
from tests.builders import RATE, recording, voice


def read(tmp_path: Path, document: object, channels: int = 1):
    """The transcript of a ten-second call from a JSON document."""
    path = tmp_path / "words.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return read_transcript(path, recording(10.0, channels), "c-test")


def word(text: str, start: float, end: float, **more: object) -> dict[str, object]:
    """A word as every program writes it."""
    return {"word": text, "start": start, "end": end, **more}


def test_faster_whisper(tmp_path: Path):
    """Words with a probability inside segments."""
    document = {
        "language": "ja",
        "segments": [
            {"start": 1.0, "end": 2.0, "text": "はい、", "no_speech_prob": 0.25,
             "words": [word("はい", 1.0, 1.5, probability=0.75), word("、", 1.5, 2.0, probability=0.5)]},
            {"start": 3.0, "end": 4.0, "text": "佐藤", "words": [word("佐藤", 3.0, 4.0, probability=1)]},
        ],
    }  # fmt: skip
    found = read(tmp_path, document)

    assert found.text == "はい、\n佐藤"
    assert [w.probability for s in found.segments for w in s.words] == [0.75, 0.5, 1.0]
    assert found.segments[0].no_speech_probability == 0.25
    assert (found.segments[1].chars.start, found.segments[1].time.start) == (4, 3.0)


def test_whisperx(tmp_path: Path):
    """Words with a score and a speaker; a word without times takes the gap between its neighbours."""
    document = {
        "segments": [
            {"start": 1.0, "end": 3.0, "text": "番号90です", "words": [
                word("番", 1.0, 1.2, score=0.9), word("号", 1.2, 1.4, score=0.8), {"word": "90"},
                word("で", 2.5, 2.7, score=0.9), word("す", 2.7, 3.0, score=0.9)]},
        ],
        "word_segments": [],
    }  # fmt: skip
    found = read(tmp_path, document)

    unaligned = found.segments[0].words[2]
    assert (unaligned.time.start, unaligned.time.end) == (1.4, 2.5)
    assert found.segments[0].words[1].probability == 0.8


def test_openai_verbose_json(tmp_path: Path):
    """Words beside the segments go to the segment they begin in, and none is lost."""
    document = {
        "task": "transcribe", "language": "japanese", "duration": 10.0, "text": "はい佐藤です",
        "segments": [
            {"id": 0, "start": 1.0, "end": 2.0, "text": "はい"},
            {"id": 1, "start": 3.0, "end": 5.0, "text": "佐藤です"},
        ],
        "words": [word("はい", 0.9, 1.5), word("佐藤", 2.4, 3.4), word("です", 4.0, 6.0)],
    }  # fmt: skip
    found = read(tmp_path, document)

    assert sorted(found.text.replace("\n", "")) == sorted("はい佐藤です")
    assert found.segments[0].words[0].probability == 1.0


def test_words_alone(tmp_path: Path):
    """A file of words without segments is one utterance."""
    assert read(tmp_path, {"words": [word("はい", 1.0, 1.5)]}).text == "はい"


def test_a_list_of_words_without_end_becomes_utterances(tmp_path: Path):
    """At its pauses, so that no utterance has more than hundreds of words; not a word is lost."""
    words = [word("あ", at * 0.01, at * 0.01 + 0.01) for at in range(330)]
    words += [word("い", 5 + at * 0.01, 5 + at * 0.01 + 0.01) for at in range(260)]
    found = read(tmp_path, {"segments": [seg(*words)]})

    assert [len(segment.words) for segment in found.segments] == [330, 260]
    assert found.text == "あ" * 330 + "\n" + "い" * 260


@pytest.mark.parametrize(("said", "within"), [({}, None), ({"times_within": 0.02}, 0.02)])
def test_a_source_may_vouch_for_its_times(tmp_path: Path, said: dict[str, object], within: float | None):
    """How far the times may be off is taken from the file; nothing is assumed where it does not say."""
    assert read(tmp_path, {"segments": [{"words": [word("佐藤", 1.0, 1.5)]}]} | said).times_within == within


def test_speakers_and_channels_of_two_channel_files(tmp_path: Path):
    """A speaker is a channel in a two-channel file, and a channel a speaker; a change splits the segment."""
    document = {
        "segments": [
            {"words": [word("はい", 1.0, 1.5, speaker="op"), word("佐藤", 1.5, 2.0, speaker="cu")]},
            {"channel": 1, "words": [word("です", 3.0, 4.0)]},
        ]
    }
    found = read(tmp_path, document, channels=2)

    assert [(s.channel, s.speaker) for s in found.segments] == [(0, "op"), (1, "cu"), (1, "cu")]


def test_speakers_of_mono_files(tmp_path: Path):
    """In a mono file a speaker is known and the channel stays 0; a diariser's own label is passed over."""
    document = {
        "segments": [
            {"speaker": "cu", "words": [word("はい", 1.0, 1.5)]},
            {"speaker": "SPEAKER_01", "words": [word("ええ", 2.0, 2.5)]},
        ]
    }
    found = read(tmp_path, document)

    assert [(s.channel, s.speaker) for s in found.segments] == [(0, "cu"), (0, None)]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "transcript: オブジェクト"),
        ({"segments": {}}, "segments: 配列"),
        ({"segments": ["佐藤"]}, r"segments\[0\]: オブジェクト"),
        ({"segments": [{"start": 0, "end": 1, "text": "佐藤"}]}, r"segments\[0\].words"),
        ({"segments": [{"words": [{"word": 3, "start": 0, "end": 1}]}]}, r"words\[0\].word"),
        ({"segments": [{"words": [{"word": "佐藤", "start": "0", "end": 1}]}]}, r"words\[0\].start"),
        ({"segments": [{"words": [{"word": "佐藤", "start": 2, "end": 1}]}]}, r"words\[0\]"),
        ({"segments": [{"words": [{"word": "佐藤", "start": -1, "end": 1}]}]}, r"words\[0\]"),
        ({"segments": [{"words": [{"word": "佐藤", "start": 0, "end": 1, "channel": 1}]}]}, "channel"),
        ({"segments": [{"words": [{"word": "佐藤", "start": 0, "end": 11}]}]}, "1.0秒後"),
        ({"times_within": "0.01", "segments": [{"words": [word("佐藤", 0, 1)]}]}, "times_within: 数"),
        ({"times_within": -0.01, "segments": [{"words": [word("佐藤", 0, 1)]}]}, "times_within: 負"),
    ],
)
def test_a_malformed_file_is_an_error_that_names_the_key(tmp_path: Path, document, told):
    """What is wrong is named; what was said is not."""
    with pytest.raises(CaseFileError, match=told) as caught:
        read(tmp_path, document)

    assert "佐藤" not in str(caught.value)


def seg(*words: dict[str, object], **more: object) -> dict[str, object]:
    """A segment of words."""
    return {"words": list(words), **more}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        # Text that the words do not hold.
        ({"segments": [seg(word("はい", 1, 2), text="はい佐藤です")]}, r"segments\[0\]: text と words"),
        ({"segments": [seg(word("はい佐藤", 1, 2), text="はい")]}, r"segments\[0\]: text と words"),
        ({"text": "はい佐藤です", "segments": [seg(word("はい", 1, 2))]}, "transcript: text と words"),
        ({"text": "はい佐藤", "words": [word("はい", 1, 2)]}, "transcript: text と words"),
        (
            {"segments": [{"start": 1, "end": 2, "text": "はい佐藤"}], "words": [word("はい", 1, 2)]},
            "text と words",
        ),
        ({"segments": [seg(text="佐藤")]}, r"segments\[0\].words: 単語の時刻"),
        ({"segments": [seg(word("はい", 1, 2), text=7)]}, r"segments\[0\].text: 文字列"),
        ({"segments": [seg(word("はい", 1, 2)), {}], "words": [word("佐藤", 3, 4)]}, "中と外の両方"),
        # Times that run back, lie outside or come twice.
        (
            {"segments": [seg(word("佐", 2, 3), word("藤", 1, 2))]},
            r"segments\[0\].words\[0\]: 単語の時刻が前に",
        ),
        ({"words": [word("佐", 2, 3), word("藤", 1, 2)]}, "単語の時刻が前に"),
        (
            {"segments": [seg(word("はい", 5, 6)), seg(word("佐藤", 1, 2))]},
            r"segments\[1\].words\[0\]: 同じ話者の",
        ),
        (
            {"segments": [seg(word("はい", 1, 5)), seg(word("佐藤", 2, 6))]},
            r"segments\[1\].words\[0\]: 同じ話者の",
        ),
        ({"segments": [seg(word("佐藤", 1, 1.4))] * 2}, r"segments\[1\].words\[0\]: 同じ話者の"),
        (
            {"segments": [seg(word("佐藤", 1, 2), start=5, end=6)]},
            r"segments\[0\].words\[0\]: 時刻が segments",
        ),
        (
            {"segments": [seg(word("佐藤", 4, 5), start=1, end=2)]},
            r"segments\[0\].words\[0\]: 時刻が segments",
        ),
        ({"segments": [seg(word("佐藤", 1, 2), start=-1, end=2)]}, r"segments\[0\]: start が負"),
        ({"segments": [seg(word("佐藤", 1, 2), start=3, end=2)]}, r"segments\[0\]: start が負"),
        (
            {"segments": [seg(word("佐藤", 9, 10), start=9, end=20)]},
            r"segments\[0\]: end が音声の終わりより10",
        ),
        # What no number and no text is.
        ({"words": [word("佐藤", 1, 10**400)]}, r"words\[0\].end: 数"),
        ({"words": [word("佐藤", 1, 1e300)]}, r"words\[0\].end: 数"),
        ({"words": [word("佐藤", True, 2)]}, r"words\[0\].start: 数"),
        ({"words": [word("佐藤", 1, 2, probability="1")]}, r"words\[0\].probability: 数"),
        ({"segments": [seg(word("佐藤", 1, 2), no_speech_prob=[])]}, "no_speech_prob: 数"),
        ({"words": [word("佐\ud800藤", 1, 2)]}, r"words\[0\].word: 文字列"),
        ({"words": [word("佐藤", 1, 2, channel="0")]}, "channel"),
        ({"words": [word("佐藤", 1, 2, channel=True)]}, "channel"),
        ({"words": [word("佐藤", 1, 2, channel=-1)]}, "channel"),
        ({"words": [None]}, r"words\[0\]: オブジェクト"),
        ({"words": [{"start": 1, "end": 2}]}, r"words\[0\].word: 文字列"),
        # More than can be said.
        ({"words": [word("佐" * 700, 1, 2)]}, "上限600文字"),
        ({"words": [word("", 1, 2)] * 700}, "上限600文字"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(tmp_path: Path, document, told):
    """The place is named by its number; what was said is not."""
    with pytest.raises(CaseFileError, match=told) as caught:
        read(tmp_path, document)

    assert "佐" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "document",
    [
        {"segments": [seg(word(" Ｎ", 1, 1.5), word("TT", 1.5, 2), text="ntt。")]},
        {"segments": [seg(word("はい", 1, 2)), seg(word("ええ", 1.7, 4)), seg(word("佐藤", 3.6, 5))]},
        {"segments": [seg(word("はい", 1, 2), speaker="op"), seg(word("ええ", 1.2, 1.6), speaker="cu")]},
        {"segments": [seg(word("佐", 2, 2.3), word("藤", 1.95, 2.6))]},
        {"segments": [seg(word("佐藤", 0.4, 2.8), start=1, end=2)]},
        {"segments": [{"start": 1, "end": 30, "text": "佐藤"}], "words": [word("佐藤", 1, 2)]},
        {"words": [word("佐" * 500, 1, 9)]},
    ],
)
def test_what_recognisers_write_is_no_contradiction(tmp_path: Path, document):
    """Width, case, blanks, punctuation; edges that overlap by their rounding; speakers who talk at once."""
    assert read(tmp_path, document).text


def test_words_of_a_two_channel_call_without_channels_are_placed_by_the_sound(tmp_path: Path):
    """Both channels recognised as one: each word goes where somebody speaks."""
    samples = voice(10.0, channels=2)
    samples[0, 40_000:] //= 300
    samples[1, :40_000] //= 300
    path = tmp_path / "words.json"
    path.write_text(json.dumps({"words": [word("はい", 1, 1.5), word("佐藤", 6, 7)]}), encoding="utf-8")
    found = read_transcript(path, Recording(samples, RATE, "pcm16", "0" * 64), "c-test")

    assert [(s.channel, s.speaker) for s in found.segments] == [(0, "op"), (1, "cu")]


def test_not_a_number_is_no_time(tmp_path: Path):
    """NaN, which Python's JSON lets through, is no time."""
    (tmp_path / "words.json").write_text(
        '{"words": [{"word": "a", "start": NaN, "end": 1}]}', encoding="utf-8"
    )

    with pytest.raises(CaseFileError, match="start"):
        read_transcript(tmp_path / "words.json", recording(), "c-test")


def test_a_file_without_words_is_unsafe(tmp_path: Path):
    """No words is no proof of silence: the call is not masked."""
    with pytest.raises(CallUnsafeError):
        read(tmp_path, {"segments": []})
