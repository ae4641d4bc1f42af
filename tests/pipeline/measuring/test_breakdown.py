"""Tests of pipeline.measuring.breakdown: the figures by voice and by kind of name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.measuring.breakdown import NameKindFigures, VoiceFigures, by_name_kind, by_voice
from pipeline.measuring.figures import CallFigures, Share, SideFigures, SpanFigures, summarise
from pipeline.types import TimeSpan

NAME = SpanFigures(
    "NAME", "third", must_mask=True, must_keep=False, time=TimeSpan(1, 2), channel=0,
    speech=100, changed=75, changed_after_review=100, caught=False, speaker="cu", name_kind="surname",
)  # fmt: skip
PHONE = replace(NAME, kind="PHONE", speech=50, changed=50, caught=True, name_kind="")
OWN = replace(NAME, party="requester", must_mask=False, must_keep=True, speech=40, changed=10)
SAID_BACK = replace(NAME, speaker="op", name_kind="short", speech=20, changed=20, caught=True)
CALL = CallFigures(
    call_id="a",
    seconds=60.0,
    has_third_party=True,
    spans=(NAME, PHONE, OWN, SAID_BACK),
    leak=Share(25, 170),
    leak_after_review=Share(0, 170),
    over_mask=Share(0, 1000),
    over_mask_after_review=Share(0, 1000),
    over_mask_causes=(),
    requester_kept=Share(30, 40),
    requester_kept_after_review=Share(30, 40),
    review_seconds=0.0,
    review_findings=0,
    character_errors=Share(12, 100),
    sides=(
        SideFigures("op", "takumi", 2000, Share(5, 1900), Share(2, 60)),
        SideFigures("cu", "bella", 1000, Share(9, 900), Share(10, 40), Share(3, 50)),
    ),
)


def test_a_span_belongs_to_the_voice_of_the_side_that_says_it() -> None:
    """The caller's voice said a name, a number and their own name; the operator's said the name back."""
    bella, takumi = by_voice([CALL])
    assert bella == VoiceFigures(
        "bella",
        1,
        1000,
        Share(25, 150),
        Share(25, 100),
        Share(1, 2),
        Share(9, 900),
        Share(30, 40),
        Share(10, 40),
        Share(3, 50),
    )
    assert takumi.caught == Share(1, 1)
    assert takumi.requester_kept.value is None


def test_a_voice_is_summed_over_calls_and_sides() -> None:
    """The operator of one call is the caller of the next, and speaks with itself in a third."""
    swapped = replace(
        CALL, sides=(replace(CALL.sides[0], voice="bella"), replace(CALL.sides[1], voice="takumi"))
    )
    alone = replace(CALL, sides=tuple(replace(side, voice="takumi") for side in CALL.sides))
    bella, takumi = by_voice([CALL, swapped, alone])
    assert (bella.calls, takumi.calls) == (2, 3)
    assert bella.leak == Share(25, 170)
    assert takumi.character_errors == Share(2 + 10 + 12, 60 + 40 + 100)


def test_a_side_without_a_name_is_in_no_row() -> None:
    """Nobody is told of where the truth names none."""
    assert by_voice([replace(CALL, sides=())]) == ()
    assert [each.voice for each in by_voice([replace(CALL, sides=CALL.sides[:1])])] == ["takumi"]


def test_the_kinds_of_name_add_up_to_the_names_that_had_to_be_masked() -> None:
    """In the order of the tables; the requester's own name is in none."""
    assert by_name_kind([CALL]) == (
        NameKindFigures("surname", Share(25, 100), Share(0, 1)),
        NameKindFigures("short", Share(0, 20), Share(1, 1)),
    )
    names = dict(summarise([CALL]).leak_by_kind)["NAME"]
    assert sum(each.leak.total for each in by_name_kind([CALL])) == names.total


@pytest.mark.parametrize("figures", [by_voice, by_name_kind])
def test_no_calls_give_no_rows(figures) -> None:
    """An empty folder is no perfect score."""
    assert figures([]) == ()
