"""Two hearings' morae are paired by sound and time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sound.morae import morae
from pipeline.sound.pairs import MAX_PAIR_SECONDS, PIECE_MORAE, TimedMora, paired, paired_in_pieces


def line(kana: str, start: float = 0.0, step: float = 0.15) -> list[TimedMora]:
    """Morae spoken at an even pace."""
    return [TimedMora(mora, start + step * at) for at, mora in enumerate(morae(kana))]


@pytest.mark.parametrize(
    ("one", "other", "partners"),
    [
        ("タナカサン", "タナカサン", [0, 1, 2, 3, 4]),
        ("タナカサン", "タナベサン", [0, 1, 2, 3, 4]),
        ("トナリノタナカサン", "タナカサン", [4, 5, 6, 7, 8]),
        ("タナカサン", "トナリノタナカサン", [-1, -1, -1, -1, 0, 1, 2, 3, 4]),
        ("", "タナカ", [-1, -1, -1]),
        ("タナカ", "", []),
    ],
)
def test_what_sounds_alike_is_paired(one: str, other: str, partners: list[int]) -> None:
    """A misheard mora keeps its partner; what only one hearing has is left alone."""
    assert paired(line(one), line(other)).tolist() == partners


def test_the_same_word_much_later_is_another() -> None:
    """Sound alone does not pair what lies seconds apart."""
    assert set(paired(line("タナカ"), line("タナカ", start=2 * MAX_PAIR_SECONDS)).tolist()) == {-1}


@settings(max_examples=30, deadline=None)
@given(st.text("アカサタナハマヤラワン", max_size=30), st.text("アカサタナハマヤラワン", max_size=30))
def test_partners_only_rise(one: str, other: str) -> None:
    """Nobody is heard out of order."""
    partners = [p for p in paired(line(one), line(other)).tolist() if p >= 0]
    assert partners == sorted(set(partners))
    assert all(p < len(line(one)) for p in partners)


def test_a_long_call_is_paired_in_pieces() -> None:
    """Pieces are cut at pauses and give what the whole gives."""
    rng = np.random.default_rng(1)
    spoken: list[TimedMora] = []
    for turn in range(40):
        kana = "".join(rng.choice(list("アカサタナハマヤラワ"), 20))
        spoken += line(kana, start=5.0 * turn)
    assert len(spoken) > 2 * PIECE_MORAE
    assert paired_in_pieces(spoken, spoken).tolist() == list(range(len(spoken)))
