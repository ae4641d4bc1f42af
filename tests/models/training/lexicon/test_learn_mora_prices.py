"""Prices learned from counts keep what prices promise."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from models.training.lexicon.learn_mora_prices import CHEAPEST, DEAREST, align, prices_from
from pipeline.sound.morae import Mora, mora_price, morae
from pipeline.sound.pairs import TimedMora


def line(kana: str) -> list[TimedMora]:
    """Morae spoken at an even pace."""
    return [TimedMora(mora, 0.15 * at) for at, mora in enumerate(morae(kana))]


def test_said_and_heard_are_paired_with_what_was_lost_and_added() -> None:
    """Every mora of both stands in exactly one pair, in order."""
    pairs = align(line("ワタナベサン"), line("ワタナメサンノ"), mora_price)
    assert [said for said, _ in pairs if said] == list(morae("ワタナベサン"))
    assert [heard for _, heard in pairs if heard] == list(morae("ワタナメサンノ"))
    assert (("b", "e"), ("m", "e")) in pairs
    assert pairs[-1] == (None, ("n", "o"))


def test_what_is_often_confused_is_cheap() -> None:
    """ベ heard as メ every other time costs less than ベ heard as カ never; the same costs nothing."""
    be, me, ka = (("b", "e"), ("m", "e"), ("k", "a"))
    same: list[tuple[Mora | None, Mora | None]] = [(be, be), (me, me), (ka, ka)] * 100
    counts = Counter([*same, *[(be, me)] * 100, *[(be, None)] * 10, *[(None, ka)] * 10])
    prices = prices_from(counts).scaled(0.1)
    price = prices.function()
    assert price(be, be) == 0.0
    assert price(be, me) < price(be, ka)
    assert np.all((prices.drop >= CHEAPEST) & (prices.drop <= DEAREST))


def test_a_mora_never_met_costs_what_phonetics_say() -> None:
    """The table holds only what was counted."""
    met: list[tuple[Mora | None, Mora | None]] = [(m, m) for m in morae("カキ")] * 5
    confused: list[tuple[Mora | None, Mora | None]] = [
        (("k", "a"), ("k", "i")),
        (("k", "a"), None),
        (None, ("k", "a")),
    ]
    price = prices_from(Counter([*met, *confused])).function()
    assert price(("p", "o"), ("b", "o")) == pytest.approx(mora_price(("p", "o"), ("b", "o")))
