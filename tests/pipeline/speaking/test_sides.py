"""Units are shared by voice, wording and turns together."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.voices.third import load_third
from pipeline.speaking.hypotheses import THIRD
from pipeline.speaking.sides import CU, OP, Observations, share_between_sides
from pipeline.speaking.third import LEAST_ODDS, likeliest, with_third


def heard(
    voices: str,
    wording: list[float] | None = None,
    *,
    noise: float = 0.5,
    seconds: float = 1.5,
    arrives: int | None = None,
    leaves: int | None = None,
) -> Observations:
    """Units in the voices of people called by letters, each of whom differs a little from unit to unit."""
    rng = np.random.default_rng(7)
    people = {name: rng.normal(size=16) for name in sorted(set(voices))}
    said = np.stack([people[name] + noise * rng.normal(size=16) for name in voices])
    said /= np.linalg.norm(said, axis=1, keepdims=True)
    told = np.zeros(len(voices)) if wording is None else np.array(wording)
    place = np.arange(len(voices))
    lengths, pauses = np.full(len(voices), seconds), np.full(len(voices), 0.4)
    return Observations(said.astype(np.float32), told, lengths, pauses, place == arrives, place == leaves)


def sides(of: str, a: int, b: int) -> list[int]:
    """Who speaks, where a and b are known."""
    return [a if name == "a" else b for name in of]


def test_wording_names_the_voices_and_voices_tell_the_rest() -> None:
    """Two units whose words tell are enough for all others."""
    who = "aabbabbaab"
    wording = [0.0] * 10
    wording[1], wording[3] = 3.0, -3.0
    assert share_between_sides(heard(who, wording)).sides.tolist() == sides(who, OP, CU)


def test_the_caller_may_speak_first() -> None:
    """Who answers is a guess that wording overrules."""
    who = "ababab"
    assert share_between_sides(heard(who, [-4, 3, -3, 3, -3, 3])).sides.tolist() == sides(who, CU, OP)


def test_a_voice_overrules_a_misleading_word() -> None:
    """One line of the caller's sounds like staff's."""
    who = "abababab"
    wording = [3, -3, 3, -3, 3, 1.5, 3, -3]
    assert share_between_sides(heard(who, wording)).sides.tolist() == sides(who, OP, CU)


@pytest.mark.parametrize("count", [1, 2])
def test_short_calls_have_speakers_too(count: int) -> None:
    """Whoever they are."""
    assert len(share_between_sides(heard("ab"[:count], [3.0, -3.0][:count])).sides) == count


def test_a_third_person_is_found_where_the_callers_voice_changes() -> None:
    """And gets the units in between, not staff's among them."""
    who = "abababacacacababab"
    call = heard(who, [3.0 if name == "a" else -2.0 for name in who], noise=0.3)
    found = with_third(call, share_between_sides(call), load_third()).sides
    wanted = {"a": OP, "b": CU, "c": THIRD}
    assert found.tolist() == [wanted[name] for name in who]


def test_what_is_said_when_the_telephone_changes_hands_tells() -> None:
    """Voices that are nearly alike are two people's where one hands the telephone to the other."""
    who = "abababacacacababab"
    wording = [3.0 if name == "a" else -2.0 for name in who]
    odds = []
    for said in ({}, {"leaves": 5}, {"leaves": 5, "arrives": 7}):
        call = heard(who, wording, noise=0.9, **said)
        guess = likeliest(call, share_between_sides(call), load_third())
        assert guess is not None
        odds.append(guess.odds)
    assert odds[0] < odds[1] < odds[2]
    assert odds[2] > LEAST_ODDS


def test_staff_who_are_put_through_are_staff() -> None:
    """One of staff says that somebody takes over, and somebody else's voice goes on in staff's words."""
    who = "ab" * 5 + "cb" * 5
    call = heard(who, [-2.0 if name == "b" else 3.0 for name in who], noise=0.3, arrives=10, leaves=8)
    assert set(with_third(call, share_between_sides(call), load_third()).sides.tolist()) == {OP, CU}


def test_one_caller_is_no_third_person() -> None:
    """However often they speak."""
    who = "ab" * 10
    call = heard(who, [3.0 if name == "a" else -2.0 for name in who])
    assert set(with_third(call, share_between_sides(call), load_third()).sides.tolist()) == {OP, CU}


def test_too_little_speech_is_not_looked_at() -> None:
    """Of a single はい nobody knows whose it is."""
    who = "abacab"
    call = heard(who, [3.0 if name == "a" else -2.0 for name in who], seconds=0.4)
    assert likeliest(call, share_between_sides(call), load_third()) is None


def unit(values: NDArray[np.float64]) -> float:
    """The length of a direction."""
    return float(np.linalg.norm(values))


def test_voices_are_directions() -> None:
    """Of unit length."""
    found = share_between_sides(heard("abab", [3, -3, 3, -3])).means
    assert [unit(each) for each in found] == pytest.approx([1.0, 1.0])
