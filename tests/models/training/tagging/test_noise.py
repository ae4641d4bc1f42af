from __future__ import annotations

import random
from collections import Counter
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.language.readings import load_reader
from models.training.tagging.noise import (
    INVENTORY,
    NoiseRates,
    Respeller,
    garble_digits,
    garble_morae,
    to_hiragana,
    word_counts,
)
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import fold_kana, mora_price, morae

NONE = NoiseRates(0, 0, 0, 0, 0, 0)
NAMES = ("ハセガワタカシ", "スズキハナコ", "コウノジュンイチ", "ハットリケイコ", "リョウ")
names = st.sampled_from(NAMES)
seeds = st.integers(0, 2**32)


def chance(seed: int) -> random.Random:
    """The same chance each time."""
    return random.Random(seed)


@settings(max_examples=60, deadline=None)
@given(names, seeds)
def test_no_noise_changes_nothing(name: str, seed: int) -> None:
    """With every rate at nought a name is heard as it was said."""
    assert garble_morae(morae(name), NONE, chance(seed)) == morae(name)


@settings(max_examples=60, deadline=None)
@given(names, seeds, st.floats(0, 6))
def test_something_is_always_heard(name: str, seed: int, factor: float) -> None:
    """However bad the line, a name leaves a trace, and the same chance leaves the same one."""
    rates = NoiseRates().scaled(factor)
    heard = garble_morae(morae(name), rates, chance(seed))
    assert heard
    assert heard == garble_morae(morae(name), rates, chance(seed))


def test_more_noise_garbles_more() -> None:
    """Twice the rates leave fewer names whole."""
    sounds, rng = morae("ハセガワタカシ"), chance(1)
    whole = [
        sum(garble_morae(sounds, NoiseRates().scaled(f), rng) == sounds for _ in range(300))
        for f in (0.25, 0.5, 1, 2)
    ]
    assert whole == sorted(whole, reverse=True)
    assert whole[0] > whole[-1] + 60


def test_a_mora_is_heard_as_a_neighbour() -> None:
    """What replaces a mora mostly sounds like it."""
    rates, rng = NoiseRates(1, 0, 0, 0, 0, 0), chance(1)
    prices = [
        mora_price(m, garble_morae((m,), rates, rng)[0]) for m in morae("ハセガワタカシ") for _ in range(100)
    ]
    anything = [mora_price(m, other) for m in morae("ハセガワタカシ") for other in INVENTORY if other != m]
    assert min(prices) > 0
    assert sum(prices) / len(prices) < 0.7 * sum(anything) / len(anything)


def test_rates_are_scaled_but_stay_chances() -> None:
    """Every rate grows with the factor, none beyond 0.95."""
    doubled, huge = NoiseRates().scaled(2), NoiseRates().scaled(1000)
    for f in fields(NoiseRates):
        assert getattr(doubled, f.name) == pytest.approx(min(0.95, 2 * getattr(NoiseRates(), f.name)))
        assert getattr(huge, f.name) == 0.95


@settings(max_examples=60, deadline=None)
@given(names, seeds)
def test_a_spelling_without_words_sounds_the_same(name: str, seed: int) -> None:
    """Kana alone keep every mora."""
    spelt = Respeller(()).spell(morae(name), chance(seed))
    assert morae(fold_kana(spelt)) == morae(name)


def test_names_are_spelt_with_the_words_that_there_are() -> None:
    """ハセガワ becomes 葉瀬側 where only such words are known, and ordinary kana elsewhere."""
    respeller = Respeller(
        [("葉瀬", "ハセ", 5), ("側", "ガワ", 5), ("長い言葉の連なり", "ナガイコトバノツラナリ", 9)]
    )
    spelt = Counter(respeller.spell(morae("ハセガワ"), chance(seed)) for seed in range(60))
    assert spelt["葉瀬側"] > 10
    assert all("長" not in text for text in spelt)


def test_common_words_are_commoner() -> None:
    """Of two words with one reading the common one is written more often."""
    respeller = Respeller([("橋", "ハシ", 900), ("箸", "ハシ", 4)])
    spelt = Counter(respeller.spell(morae("ハシ"), chance(seed)) for seed in range(200))
    assert spelt["橋"] > 3 * spelt["箸"] > 0


@settings(max_examples=60, deadline=None)
@given(st.text("123456789-", min_size=1, max_size=13), seeds)
def test_digits_survive_without_noise(number: str, seed: int) -> None:
    """Joints and the spelling of digits change, the number does not."""
    written = garble_digits(number, NONE, chance(seed))
    assert digits_of(written) == number.replace("-", "")


def test_zero_is_written_in_many_ways() -> None:
    """A recogniser writes 0, ゼロ, まる or 〇."""
    written = {garble_digits("0", NONE, chance(seed)) for seed in range(200)}
    assert written >= {"0", "ゼロ", "まる", "〇"}


def test_digits_are_lost_and_changed() -> None:
    """With noise some numbers come out wrong."""
    rates = NoiseRates(digit=0.5)
    wrong = [digits_of(garble_digits("1234567", rates, chance(s))) != "1234567" for s in range(50)]
    assert sum(wrong) > 35


def test_to_hiragana() -> None:
    """Katakana as hiragana; long vowels stay."""
    assert to_hiragana("コーノジュン") == "こーのじゅん"


def test_words_are_counted_with_their_readings() -> None:
    """Surface, reading, count; no marks, no Latin letters, no digits without a letter."""
    counts = {(s, k): n for s, k, n in word_counts(["荷物が、荷物と ABC", "荷物。"], load_reader())}
    assert counts["荷物", "ニモツ"] == 3
    assert not any(surface in "、。 ABC" for surface, _ in counts)
