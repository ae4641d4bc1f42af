"""What ordinary talk is full of counts for little; what it never sounds like counts for much."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.language.lexicon.by_sound import Bound, Known, SoundHit
from models.language.lexicon.chance import BANDS, ChanceTable, band_of, load_chance
from models.language.lexicon.lexicon import load_lexicon
from pipeline.errors import ModelError
from pipeline.sound.morae import morae


def hit_of(reading: str, price: float = 0.0) -> SoundHit:
    """A hit of a reading at a price."""
    length = len(morae(reading))
    return SoundHit(0, length, price, length, Known("surname", reading, 1.0))


@pytest.mark.parametrize(("price", "band"), [(0.0, 0), (0.05, 1), (0.27, 1), (0.28, 2), (0.8, 3), (1.4, 3)])
def test_bands_are_thirds_of_what_a_match_may_cost(price: float, band: int) -> None:
    """The same sound has a band of its own; beyond the bound is the last."""
    assert Bound().most_for(4) == pytest.approx(0.81)
    assert band_of(hit_of("ワタナベ", price)) == band


def test_rates_come_from_counts_and_never_reach_nought() -> None:
    """A reading met often has about its own rate, one never met a small one."""
    table = ChanceTable(1000, (2, 2), {"アキ": (100, 0, 0, 0)})
    assert table.rate(hit_of("アキ")) == pytest.approx(0.1, rel=0.1)
    assert 0 < table.rate(hit_of("ユキ")) < 0.06
    assert 0 < table.rate(hit_of("サトウ")) < 0.001


def test_longer_than_any_counted_is_still_rated() -> None:
    """A reading longer than the table knows is rated as the longest."""
    table = ChanceTable(1000, (2,), {"アキ": (1, 0, 0, 0)})
    assert table.rate(hit_of("ワタナベ")) > 0


def test_chance_that_ships_knows_what_talk_sounds_like() -> None:
    """マス and イマ are in every sentence; a long surname is not."""
    table = load_chance()
    assert table.rate(hit_of("マス")) > 1e-3
    assert table.rate(hit_of("ワタナベ")) < 1e-5
    assert all(table.rate(hit_of("スズキ", price)) > 0 for price in (0.0, 0.1, 0.3, 0.5))
    assert len(BANDS) == 4


def test_evidence_orders_hits_as_a_person_would() -> None:
    """A common name heard exactly beats a near one, a rare one, and one that sounds like a word."""
    table, surnames = load_chance(), load_lexicon().surnames
    exact, near = (
        table.evidence(hit_of("ワタナベ", price), surnames["ワタナベ"].per_million) for price in (0.0, 0.75)
    )
    word = table.evidence(hit_of("モリ"), surnames["モリ"].per_million)
    rare = table.evidence(hit_of("ネコイ"), surnames["ネコイ"].per_million)
    assert exact > near
    assert exact > 2 > word
    assert exact > rare


def test_a_missing_table_is_an_error(tmp_path: Path) -> None:
    """No table is not an empty table."""
    with pytest.raises(ModelError):
        load_chance(tmp_path / "chance.tsv.gz")
