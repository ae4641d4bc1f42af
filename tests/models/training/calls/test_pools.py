"""The people, buildings and firms of the training calls."""

from __future__ import annotations

from models.language.lexicon.lexicon import load_lexicon
from models.training.calls.pools import ABROAD, spellings, towns, training_pools
from pipeline.sound.morae import fold_kana
from sample_audio.pools import default_pools


def test_everything_has_a_reading() -> None:
    """Whatever is cast can be spoken: its kana is katakana throughout."""
    pools = training_pools(1)
    named = [*pools.surnames, *pools.given_names, *pools.buildings, *(c.name for c in pools.companies)]
    assert all(n.text and n.kana and fold_kana(n.kana) for n in named)


def test_some_people_have_names_from_abroad() -> None:
    """Many different ones, in katakana; the commonest among them, and few people of all."""
    pools = training_pools(1)
    family, given = ({pair[at].text for pair in pools.abroad} for at in (0, 1))
    assert min(len(family), len(given)) > 150
    assert {"グエン", "スミス", "キム"} <= family
    assert all(fold_kana(name) == name for name in family | given)
    assert pools.abroad_share == ABROAD
    assert 0.02 < ABROAD < 0.1


def test_buildings_and_firms_are_many_and_the_samples_are_few_among_them() -> None:
    """The tagger cannot learn the samples' own by heart; the same seed gives the same."""
    pools, own = training_pools(1), default_pools()
    assert len(set(pools.buildings)) > 300 + len(own.buildings)
    assert len(set(pools.companies)) > 200 + len(own.companies)
    assert pools == training_pools(1)
    assert pools.buildings != training_pools(2).buildings


def test_rows_are_there_to_draw_from() -> None:
    """Rows are plentiful, weights are positive and sum to about a million people."""
    assert len(towns()) > 110_000
    assert all(place.kana for line in towns() for place in line)
    for names in (load_lexicon().surnames, load_lexicon().given_names):
        rows = spellings(names)
        assert min(row.weight for row in rows) > 0
        assert 0.8e6 < sum(row.weight for row in rows) < 1.1e6
