"""What is heard around a finding, and how much what is found in it tells."""

from __future__ import annotations

import pytest

from pipeline.ownership.heard.heard_stretch import Channels, figures_beside, tells
from pipeline.ownership.heard.spoken_forms import ENOUGH_WORTH, HALF_ENOUGH, SpokenForm
from pipeline.reasons import Reason
from pipeline.sound.morae import morae
from pipeline.sound.spotting import Hit
from pipeline.types import CharSpan, EntitySpan, Finding, Party
from tests.posteriorgrams import STEP, heard


def test_four_seconds_around_a_finding_are_heard_and_its_own_begin_a_tenth_later() -> None:
    """Of a call of 19 seconds, a mora and a character in .16 s: two characters at 9.6 s."""
    call = heard("アカサタナハマヤラワ" * 12, "ら" * 120)
    entity = EntitySpan("PERSON", CharSpan(60, 62), 0.9, "Test")
    (stretch,) = Channels(call).stretches(Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, False))

    assert stretch.times[0] == pytest.approx(5.6, abs=2 * STEP)
    assert stretch.times[-1] == pytest.approx(13.92, abs=2 * STEP)
    assert stretch.times[stretch.first] == pytest.approx(9.7, abs=STEP / 2)


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
