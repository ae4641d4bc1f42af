from __future__ import annotations

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.masking.passages import masked_transcript, words_within
from pipeline.masking.text import MaskedSegment, MaskedTranscript, MaskedWord, as_json, as_text
from pipeline.types import TimeSpan


def word(text: str, start: float, end: float, kind: str | None = None) -> MaskedWord:
    """A word, or a label."""
    return MaskedWord(text, TimeSpan(start, end), None if kind else 0.9, kind)


CALL = MaskedTranscript(
    "",
    (
        MaskedSegment(
            TimeSpan(0.0, 4.0),
            0,
            "op",
            (word("お名前", 0.0, 1.0), word("は", 1.0, 1.2), word("。", 4.0, 4.0)),
        ),
        MaskedSegment(
            TimeSpan(4.0, 9.0), 1, "cu", (word("[氏名]", 4.0, 6.0, "PERSON"), word("です", 6.0, 7.0))
        ),
    ),
)


def texts(masked: MaskedTranscript) -> list[str]:
    """Of its utterances."""
    return [segment.text for segment in masked.segments]


def test_words_mostly_inside_count_and_labels_that_are_touched():
    """The reader of a passage hears a part of the tone, and is told what it stands for."""
    assert texts(words_within(CALL, TimeSpan(0.4, 1.05))) == ["お名前"]
    assert texts(words_within(CALL, TimeSpan(0.6, 1.2))) == ["は"]
    assert texts(words_within(CALL, TimeSpan(5.9, 7.0))) == ["[氏名]です"]
    assert texts(words_within(CALL, TimeSpan(3.9, 4.0))) == []
    assert texts(words_within(CALL, TimeSpan(7.5, 9.0))) == []


def test_a_line_begins_with_its_first_word_inside():
    """Not with the utterance, which may be long before."""
    assert as_text(words_within(CALL, TimeSpan(5.0, 7.0))) == "[00:05] お客様: [氏名]です\n"


def test_what_was_written_is_read_back():
    """From the copy's own file."""
    assert masked_transcript(json.loads(json.dumps(as_json(CALL)))) == CALL


@given(st.lists(st.floats(0, 10), min_size=2, max_size=12, unique=True))
def test_a_passage_holds_no_word_of_another(bounds: list[float]):
    """Cut at any places: each kept word is in one part at most, and in none that it lies outside."""
    cuts = sorted(bounds)
    parts = [TimeSpan(start, end) for start, end in itertools.pairwise(cuts)]
    seen: list[MaskedWord] = []
    for part in parts:
        for segment in words_within(CALL, part).segments:
            kept = [each for each in segment.words if each.entity_type is None]
            assert all(each.time.start <= part.end and part.start <= each.time.end for each in segment.words)
            assert part.start <= segment.time.start <= segment.time.end <= part.end
            seen += kept

    assert len(seen) == len(set(seen))
