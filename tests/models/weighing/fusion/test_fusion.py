"""What reading and listening say together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.calls.artifacts import Call, SecondHearing
from models.language.readings import load_reader
from models.weighing.fusion.columns import NAMES, fusion_rows, sounds
from models.weighing.fusion.fusion import fused_probabilities
from models.weighing.tagger.tagger import Tagger, load_tagger
from pipeline.types import CallCase, Transcript
from tests.builders import transcript, utterance

CASE = CallCase("R-0")


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    """The real one."""
    return load_tagger()


def call(*sounds: float) -> Call:
    """Plain talk in which each character's word sounds like a name as far as is said."""
    words = transcript(utterance("荷物が届かなくて困っています", 0.0))
    return Call(_listened(words, sounds) if sounds else words, CASE, load_reader())


def _listened(words: Transcript, sounds: tuple[float, ...]) -> Transcript:
    segments = tuple(
        replace(s, words=tuple(replace(w, sounds=sounds) for w in s.words)) for s in words.segments
    )
    return replace(words, segments=segments)


def test_without_an_ear_what_was_read_stands(tagger: Tagger) -> None:
    """Another speech model, or words from a file."""
    plain = call()
    assert np.array_equal(fused_probabilities(plain, tagger), plain.tagged(tagger)[0])


def test_what_sounds_like_a_name_is_likelier_one(tagger: Tagger) -> None:
    """And what does not is less likely; probabilities add up."""
    loud, quiet = (
        fused_probabilities(call(0.98, 0.0, 0.0), tagger),
        fused_probabilities(call(0.001, 0.0, 0.0), tagger),
    )
    assert (loud[:, 0] < quiet[:, 0]).all()
    assert loud.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert loud[:, 1].mean() > quiet[:, 1].mean()


def test_which_kind_it_is_is_heard_too(tagger: Tagger) -> None:
    """An address by the sound and by the morae is likelier an address; so is a name."""
    heard = np.array([[0.9, 0.001, 0.001], [0.001, 0.9, 0.001]], dtype=np.float32)
    name, address = (
        fused_probabilities(replace(listened, morae=np.tile(kinds, (len(listened.text), 1))), tagger)
        for kinds in heard
        for listened in [call(*kinds.tolist())]
    )
    assert (address[:, 2] > name[:, 2]).all()
    assert (name[:, 1] > address[:, 1]).all()


def test_the_second_hearing_is_listened_to_as_well(tagger: Tagger) -> None:
    """Where only one of the two has a word, that one's is taken."""
    first = call(0.2, 0.0, 0.0)
    size = len(first.text)
    heard = np.full((size, 3), np.nan, dtype=np.float32)
    heard[: size // 2] = (0.6, 0.0, 0.0)
    kinds = np.full((size, 4), np.nan, dtype=np.float32)
    both = first.heard_again(SecondHearing((), kinds, np.full((size, 5), np.nan, dtype=np.float32), heard))
    assert sounds(both)[:, 0] == pytest.approx([0.4] * (size // 2) + [0.2] * (size - size // 2))
    table = fusion_rows(both, tagger)
    assert table.shape == (size, len(NAMES))
    assert np.isfinite(table).all()
    assert table[:, NAMES.index("no sound again")].sum() == size - size // 2


def test_what_is_heard_mora_by_mora_counts_too(tagger: Tagger) -> None:
    """A name in the morae makes one likelier; where none was heard there is a column that says so."""
    listened = call(0.2, 0.0, 0.0)
    size = len(listened.text)
    loud, quiet = (
        replace(listened, morae=np.tile(np.array([[p, 0.0, 0.0]], dtype=np.float32), (size, 1)))
        for p in (0.98, 0.001)
    )
    assert (fused_probabilities(loud, tagger)[:, 0] < fused_probabilities(quiet, tagger)[:, 0]).all()
    assert fusion_rows(loud, tagger)[:, NAMES.index("no morae")].sum() == 0
    assert fusion_rows(listened, tagger)[:, NAMES.index("no morae")].all()
