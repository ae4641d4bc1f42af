"""Tests of pipeline.measuring.sides: what each side of a call says, on calls made of a few known frames."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.measuring.evaluate import measure_call
from pipeline.measuring.figures import CallFigures, Share, SideFigures
from pipeline.measuring.frames import AudioPair
from pipeline.measuring.truth import CallTruth, TruthSpan, TruthTurn
from pipeline.types import TimeSpan

RATE = 8000
OP = TruthTurn(TimeSpan(0.0, 0.5), "op", "いろは")
CU = TruthTurn(TimeSpan(0.4, 1.0), "cu", "伊藤です")
NAME = TruthSpan(TimeSpan(0.6, 0.8), "cu", "NAME", "third", "伊藤")
VOICES = (("op", "takumi"), ("cu", "bella"))


def measured(
    channels: int,
    voices: tuple[tuple[str, str], ...],
    recognised: str | None = None,
    mora_errors: tuple[Share, ...] = (),
) -> CallFigures:
    """A second of two voices, loud everywhere, masked from 0.3 to 0.5 s on every channel."""
    original = np.full((channels, RATE), 3000, dtype=np.int16)
    copy = original.copy()
    copy[:, round(0.3 * RATE) : round(0.5 * RATE)] = 0
    truth = CallTruth("c", "stereo" if channels == 2 else "mono", 1.0, (NAME,), (OP, CU), voices)
    return measure_call(
        AudioPair(original, copy, RATE), truth, recognised=recognised, mora_errors=mora_errors
    )


def test_on_one_channel_what_both_say_at_once_is_neithers() -> None:
    """From 0.4 to 0.5 s both talk; the operator alone was masked from 0.3 to 0.4 s."""
    assert measured(1, VOICES).sides == (
        SideFigures("op", "takumi", 40, Share(10, 40), Share(0, 0)),
        SideFigures("cu", "bella", 50, Share(0, 30), Share(0, 0)),
    )


def test_on_two_channels_each_side_has_its_own() -> None:
    """Talking at once hides nothing there."""
    assert measured(2, VOICES).sides == (
        SideFigures("op", "takumi", 50, Share(20, 50), Share(0, 0)),
        SideFigures("cu", "bella", 60, Share(10, 40), Share(0, 0)),
    )


def test_character_errors_of_the_sides_add_up_to_the_calls() -> None:
    """One letter wrong in each turn, and one more in the second."""
    figures = measured(1, VOICES, recognised="いろに佐藤でした")
    assert [side.character_errors for side in figures.sides] == [Share(1, 3), Share(3, 4)]
    assert figures.character_errors == Share(4, 7)


def test_mora_errors_of_the_sides_add_up_to_the_calls() -> None:
    """Where nobody listened there are none, of nothing."""
    figures = measured(1, VOICES, mora_errors=(Share(1, 3), Share(2, 5)))
    assert [side.mora_errors for side in figures.sides] == [Share(1, 3), Share(2, 5)]
    assert figures.mora_errors == Share(3, 8)
    assert measured(1, VOICES).mora_errors == Share(0, 0)


@pytest.mark.parametrize(("voices", "speakers"), [((), []), ((("cu", "bella"),), ["cu"])])
def test_only_a_named_voice_is_told(voices: tuple[tuple[str, str], ...], speakers: list[str]) -> None:
    """No name, no figures; the figures of the call are the same."""
    figures = measured(1, voices, recognised="いろは伊藤です")
    assert [side.speaker for side in figures.sides] == speakers
    assert figures.leak == measured(1, VOICES).leak
    assert figures.over_mask == measured(1, VOICES).over_mask
