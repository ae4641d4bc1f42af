from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.language.readings import load_reader
from models.weighing.tagger.features import DOUBT_EDGES, FEATURES, PAUSE_EDGES, Vocabulary, encode, short_pos
from models.weighing.tagger.tagger import load_tagger
from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.types import Transcript
from tests.builders import transcript, utterance

READER = load_reader()
SHIPPED = load_tagger()._vocabulary
CHAR, POS, PLACE, FIRST, LAST, SPEAKER, DOUBT, PAUSE = range(8)
SMALL = Vocabulary(
    {"長": 2, "谷": 3, "川": 4}, {"名詞-固有名詞-人名-姓": 2}, {"ha": 2, "se": 3, "ga": 4, "wa": 5}
)


def rows(call: Transcript, vocabulary: Vocabulary = SMALL) -> np.ndarray:
    """Features of a call."""
    tokens = READER.tokens(call.text)
    return encode(call, tokens, READER.line(call.text, tokens), vocabulary)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=25).filter(str.strip), st.sampled_from([None, "op", "cu", "三人目"]))
def test_every_feature_fits_the_network(text: str, speaker: str | None) -> None:
    """Whatever is written, by whomever, each number is one that the network has an embedding for."""
    call = transcript(utterance(text, 0.5, speaker=speaker))
    encoded = rows(call, SHIPPED)
    assert encoded.shape == (len(text), len(FEATURES))
    assert (encoded >= 0).all()
    assert (encoded < np.array(SHIPPED.sizes)).all()


def test_a_name_brings_spelling_sound_and_word() -> None:
    """長谷川: three known characters, one surname of three, four morae shared out."""
    encoded = rows(transcript(utterance("長谷川", 0.0)))
    assert encoded[:, CHAR].tolist() == [2, 3, 4]
    assert encoded[:, POS].tolist() == [2, 2, 2]
    assert encoded[:, PLACE].tolist() == [1, 2, 3]
    assert encoded[0, FIRST] == 2
    assert encoded[2, LAST] == 5


def test_width_does_not_matter() -> None:
    """A full-width letter is the same character."""
    vocabulary = Vocabulary({"A": 2}, {}, {})
    assert rows(transcript(utterance("ＡA", 0.0)), vocabulary)[:, CHAR].tolist() == [2, 2]


def test_unknown_characters_are_known_by_their_script() -> None:
    """Two unknown kanji are one number, a kana, a digit and a letter are others."""
    encoded = rows(transcript(utterance("森林あア5Z♪", 0.0)), Vocabulary({}, {}, {}))[:, CHAR].tolist()
    assert encoded[0] == encoded[1]
    assert len(set(encoded[1:])) == 6


def test_an_unknown_kanji_is_no_known_character() -> None:
    """The numbers of unknown characters begin after the known ones."""
    encoded = rows(transcript(utterance("川森", 0.0)), Vocabulary({"川": 2}, {}, {}))[:, CHAR].tolist()
    assert encoded[0] != encoded[1]


def test_speakers_are_told_apart() -> None:
    """Operator, caller and unknown are three numbers."""
    call = transcript(*(utterance("はい", float(i), speaker=s) for i, s in enumerate(("op", "cu", None))))
    encoded = rows(call)[:, SPEAKER]
    assert len({int(encoded[s.chars.start]) for s in call.segments}) == 3


def test_doubt_grows_as_probability_falls() -> None:
    """Each bound crossed is another number; a transcript without probabilities is marked as such."""
    chances = (*(edge - 0.01 for edge in DOUBT_EDGES), 0.99)
    words = tuple(HeardWord("あ", float(i), i + 1.0, p) for i, p in enumerate((0.0, *chances)))
    assert rows(transcript(HeardSegment(words)))[:, DOUBT].tolist() == [0, 1, 2, 3, 4, 5]


def test_pauses_are_measured_within_an_utterance() -> None:
    """A word's pause is the silence before it; the first has none, an overlap is no pause."""
    clock, words = 0.0, [HeardWord("あ", 0.0, 0.2, 0.9)]
    for pause in (-0.1, *(edge + 0.01 for edge in PAUSE_EDGES)):
        clock = words[-1].end + pause
        words.append(HeardWord("あ", clock, clock + 0.2, 0.9))
    assert rows(transcript(HeardSegment(tuple(words))))[:, PAUSE].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_line_end_belongs_to_nobody() -> None:
    """The newline between two utterances has no speaker, doubt or pause."""
    encoded = rows(transcript(utterance("はい", 0.0, speaker="op"), utterance("ええ", 2.0, speaker="cu")))
    assert encoded[2, [SPEAKER, DOUBT, PAUSE]].tolist() == [0, 0, 0]


def test_features_do_not_depend_on_the_clock() -> None:
    """The same call an hour later is the same to the network."""
    early, late = (transcript(utterance("長谷川です", start)) for start in (0.0, 3600.0))
    assert (rows(early) == rows(late)).all()


@pytest.mark.parametrize(
    ("pos", "short"), [("名詞-固有名詞-人名-姓-*-*", "名詞-固有名詞-人名-姓"), ("助詞-格助詞", "助詞-格助詞")]
)
def test_short_pos(pos: str, short: str) -> None:
    """Inflection is dropped."""
    assert short_pos(pos) == short
