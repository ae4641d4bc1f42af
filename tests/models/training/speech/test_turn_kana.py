"""What the recogniser learns to write of a name."""

from __future__ import annotations

import pytest

from models.training.speech.turn_kana import names_in_kana
from pipeline.measuring.truth import TruthSpan
from pipeline.types import TimeSpan


def span(
    surface: str, reading: str, start: float = 1.0, kind: str = "NAME", party: str = "third"
) -> TruthSpan:
    """Somebody's data, said half a second long."""
    return TruthSpan(TimeSpan(start, start + 0.5), "cu", kind, party, surface, reading)


@pytest.mark.parametrize("party", ["third", "requester", "operator"])
def test_names_of_people_are_written_as_they_sound(party: str) -> None:
    """Whoever they are."""
    assert names_in_kana("山路さんの件で", [span("山路", "ヤマジ", party=party)]) == "ヤマジさんの件で"


def test_hiragana_and_contracted_sounds_are_folded() -> None:
    """As everything is that is compared by sound."""
    assert names_in_kana("陣内です", [span("陣内", "ぢんない")]) == "ジンナイです"


def test_each_name_is_looked_for_after_the_one_before() -> None:
    """In the order in which they are said, not in which they are marked."""
    spans = [span("森", "モリ", 2.0), span("大森", "オオモリ", 1.0)]
    assert names_in_kana("大森と森です", spans) == "オオモリとモリです"


@pytest.mark.parametrize(
    "one",
    [
        span("丸新", "マルシン", party="company"),
        span("三丁目", "サンチョウメ", kind="ADDRESS"),
        span("山と書いて", "ヤマトカイテ"),
        span("090", "ゼロキュウゼロ"),
        span("にんべん", "ニンベンニホンノモトトイウジヲカキマス"),
        span("山路", ""),
    ],
)
def test_everything_else_stays_as_it_is_written(one: TruthSpan) -> None:
    """Companies, places, figures, explanations, and what has no reading."""
    line = f"{one.surface}の件です"
    assert names_in_kana(line, [one]) == line


def test_a_name_that_does_not_stand_in_the_line_changes_nothing() -> None:
    """The ones behind it are still found."""
    assert (
        names_in_kana("はい、山路です", [span("田代", "タシロ"), span("山路", "ヤマジ", 2.0)])
        == "はい、ヤマジです"
    )
