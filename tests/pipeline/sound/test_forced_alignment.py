"""A text laid along what is heard: where each mora of it begins."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.sound.forced_alignment import mora_starts
from pipeline.sound.morae import morae
from tests.posteriorgrams import A_MORA, STEP, logs_of

SECONDS = A_MORA * STEP


def found(said: str, written: str, near: float = 0.0) -> list[float]:
    """The places, in morae of what is said, at which each mora of a text is found; timed ``near`` off."""
    logs = logs_of(said)
    times = (np.arange(len(logs)) + 0.5) * STEP
    sounds = morae(written)
    guess = [near + (place + 0.5) * SECONDS for place in range(len(sounds))]
    return [round((each.time - STEP / 2) / SECONDS, 1) for each in mora_starts(logs, times, sounds, guess)]


def test_each_mora_begins_where_it_is_heard() -> None:
    """To the step, however the recogniser had timed it."""
    assert found("ワタナベサン", "ワタナベサン") == [0, 1, 2, 3, 4, 5]
    assert found("  ワタ  ナベサン", "ワタナベサン") == [2, 3, 6, 7, 8, 9]
    assert found("ワタナベサン", "ワタナベサン", near=0.6) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("written", "places"),
    [
        ("ワタマメサン", {0: 0, 1: 1, 4: 4, 5: 5}),  # another name
        ("ワタサン", {0: 0, 1: 1, 2: 4, 3: 5}),  # two morae not written
        ("ワタナラベサン", {0: 0, 1: 1, 2: 2, 5: 4, 6: 5}),  # one that nobody says
    ],
)
def test_what_is_written_wrong_moves_nothing_else(written: str, places: dict[int, int]) -> None:
    """What is right around it stands where it is heard."""
    here = found("ワタナベサン", written)
    assert {place: here[place] for place in places} == places


def test_the_same_mora_twice_is_two() -> None:
    """Seven is ナナ, and the second does not begin in the first's next step."""
    logs = logs_of("ナナ")
    logs[1] = logs[0]  # it lasts for two steps
    times = (np.arange(len(logs)) + 0.5) * STEP
    first, second = mora_starts(logs, times, morae("ナナ"), [0.0, 0.1])
    assert (first.time, second.time) == (pytest.approx(STEP / 2), pytest.approx(SECONDS + STEP / 2))


def test_a_far_twin_is_not_taken() -> None:
    """Where the same is said twice, the recogniser's time tells which."""
    said = "ハラ" + " " * 12 + "ハラ"
    assert found(said, "ハラ") == [0, 1]
    assert found(said, "ハラ", near=14 * SECONDS) == [14, 15]


def test_how_sure_a_place_is() -> None:
    """Where it is heard, to a step; a mora that is nowhere may be anywhere near."""
    logs = logs_of("ワタ   サン")
    times = (np.arange(len(logs)) + 0.5) * STEP
    each = mora_starts(logs, times, morae("ワタナサン"), [n * SECONDS for n in (0, 1, 3, 5, 6)])
    assert each[1].spread <= STEP
    assert each[2].spread > 2 * STEP


def test_nothing_is_laid_along_nothing() -> None:
    """No posteriorgram, or no text."""
    assert mora_starts(logs_of(""), np.zeros(0), morae("ワタ"), [0.0, 0.1]) == ()
    assert mora_starts(logs_of("ワタ"), np.arange(2 * A_MORA) * STEP, (), []) == ()
