"""What is heard around a finding, and how much what is found in it tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.ownership.heard.heard_stretch import (
    Channels,
    Stretch,
    figures_beside,
    other_figures,
    runs,
    tells,
)
from pipeline.ownership.heard.spoken_forms import ENOUGH_WORTH, HALF_ENOUGH, SpokenForm
from pipeline.reasons import Reason
from pipeline.sound.morae import morae
from pipeline.sound.spotting import Hit, spotted
from pipeline.types import CharSpan, EntitySpan, Finding, Party
from tests.posteriorgrams import STEP, heard, logs_of, spread


def test_four_seconds_around_a_finding_are_heard_and_its_own_begin_a_tenth_later() -> None:
    """Of a call of 19 seconds, a mora and a character in .16 s: two characters at 9.6 s."""
    call = heard("アカサタナハマヤラワ" * 12, "ら" * 120)
    entity = EntitySpan("PERSON", CharSpan(60, 62), 0.9, "Test")
    (stretch,) = Channels(call).stretches(Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, False))

    assert stretch.times[0] == pytest.approx(5.6, abs=2 * STEP)
    assert stretch.times[-1] == pytest.approx(13.92, abs=2 * STEP)
    assert stretch.times[stretch.first] == pytest.approx(9.7, abs=STEP / 2)

    # Begun half a step later, the tenth ends between the middles of two steps, 9.70 and 9.74.
    later = replace(call, segments=(spread(call.segments[0], STEP / 2, 120 * 4 * STEP),))
    (stretch,) = Channels(later).stretches(Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, False))
    assert stretch.times[stretch.first] == pytest.approx(9.74)


@pytest.mark.parametrize(("hit", "heard_beside"), [(2, ""), (3, "サ")])
def test_a_mora_that_begins_less_than_three_steps_before_a_hit_is_of_it(hit: int, heard_beside: str) -> None:
    """Of サ, which lasts some steps, the hit of サンチョウメ has the last; three steps are another mora."""
    logs = logs_of("サ")
    there = np.arange(len(logs)) >= hit
    beside = runs(Stretch(logs, STEP * np.arange(len(logs)), 0, len(logs)), there)
    assert "".join(kana for _, kana in beside) == heard_beside


@pytest.mark.parametrize(
    ("said", "another"),
    [
        ("イチノニジューニ", False),
        ("ナナイチノニジューニ", True),  # 7-1-22
        ("ナナノイチノニジューニ", True),
        ("ニジューナナノイチノニジューニ", True),
        ("ナナデスイチノニジューニ", False),
    ],
)
def test_a_figure_before_theirs_makes_it_another_house(said: str, another: bool) -> None:
    """All of it is heard, also where the finding begins behind it."""
    logs = logs_of(said)
    first = len(logs) - len(logs_of("イチノニジューニ"))
    stretch = Stretch(logs, STEP * np.arange(len(logs)), first + 2, len(logs))
    hits = spotted([morae("イチノニジュウニ")], logs, [-5.0])
    assert other_figures(stretch, hits, hits) is another


@pytest.mark.parametrize(("run", "figures"), [("ワタワタナナ", False), ("タワタナナ", True)])
def test_figures_are_beside_theirs_within_five_kana(run: str, figures: bool) -> None:
    """What is said further off is another matter."""
    assert figures_beside(run, before=False, behind=True) is figures
    assert figures_beside(run[::-1], before=True, behind=False) is figures


@pytest.mark.parametrize(
    ("said", "score", "worth"),
    [
        ("ハチゼロナナヨン", -2.0, ENOUGH_WORTH),
        ("ハチゼロナナヨン", -2.1, HALF_ENOUGH),
        ("ニーニーサンヨン", -0.1, ENOUGH_WORTH),  # six, no vowel drawn
        ("ニーニーニーサン", -0.1, HALF_ENOUGH),
    ],
)
def test_how_a_number_ends_is_enough_where_it_is_long_and_clear(said: str, score: float, worth: int) -> None:
    """Hardly two numbers end so; two figures less, and many do."""
    form = SpokenForm(Party.REQUESTER, 0, 0, HALF_ENOUGH, morae(said), figures=True, phone=True, ends=True)
    hit = Hit(0, 4, 40, score)
    assert tells([hit], [hit], [form]) == worth
