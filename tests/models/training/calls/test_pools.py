"""The people, buildings and firms of the training calls."""

from __future__ import annotations

from models.training.calls.pools import training_pools
from pipeline.sound.morae import fold_kana
from sample_audio.pools import default_pools


def test_everything_has_a_reading() -> None:
    """Whatever is cast can be spoken: its kana is katakana throughout."""
    pools = training_pools(1)
    named = [*pools.surnames, *pools.given_names, *pools.buildings, *(c.name for c in pools.companies)]
    assert all(n.text and n.kana and fold_kana(n.kana) for n in named)


def test_buildings_and_firms_are_many_and_the_samples_are_few_among_them() -> None:
    """The tagger cannot learn the samples' own by heart; the same seed gives the same."""
    pools, own = training_pools(1), default_pools()
    assert len(set(pools.buildings)) > 300 + len(own.buildings)
    assert len(set(pools.companies)) > 200 + len(own.companies)
    assert pools == training_pools(1)
    assert pools.buildings != training_pools(2).buildings
