"""Names are found in a call by sound: all of them, where they are, and quickly."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.language.lexicon.by_sound import Bound, KnownReading, SoundHit, SoundIndex, known_names
from models.language.lexicon.lexicon import load_lexicon
from pipeline.sound.morae import Mora, fold_kana, mora_price, morae

NAMES = (
    "サトウ",
    "サイトウ",
    "ワタナベ",
    "タナベ",
    "タナカ",
    "スズキ",
    "ハナコ",
    "ケンイチ",
    "シンジュク",
    "アオモリ",
)
CALL = (
    "オデンワアリガトウゴザイマスアオゾラツウシンノヤマモトデゴザイマスアノケイヤクシテイルスズキハナコトモウシマスガ"
    "トナリノワタシナベサンノニモツガウチニトドイテイマシテデンワバンゴウハゼロキュウゼロイチニサンヨンノゴロクナナハチ"
)


def index_of(*readings: str, bound: Bound | None = None) -> SoundIndex:
    """An index of a few readings."""
    return SoundIndex([KnownReading("surname", reading, 0.9) for reading in readings], bound=bound)


def best(hits: tuple[SoundHit, ...], reading: str) -> SoundHit | None:
    """The cheapest hit of a reading."""
    return min((hit for hit in hits if hit.known.reading == reading), key=lambda hit: hit.price, default=None)


@pytest.fixture(scope="module")
def whole() -> SoundIndex:
    """All but the rarest names."""
    return SoundIndex(known_names(load_lexicon(), 0.45))


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("トナリノサトウサンガ", "サトウ"),
        ("トナリノサトサンガ", "サトウ"),  # a long vowel lost
        ("トナリノザトーサンガ", "サトウ"),  # voicing
        ("トナリノワタシナベサンガ", "ワタナベ"),  # a mora too much
        ("トナリノワタナメサンガ", "ワタナベ"),  # a neighbouring consonant
        ("トナリノアタナベサンガ", "ワタナベ"),  # the first mora wrong
        ("トナリノケイイチサンガ", "ケンイチ"),
        ("アモモリニスンデイル", "アオモリ"),
        ("サトウ", "サトウ"),  # the whole line
    ],
)
def test_a_name_is_heard_through_what_recognisers_do(heard: str, name: str) -> None:
    """One slip of the recogniser does not hide a name of three morae or more."""
    hit = best(index_of(*NAMES, bound=Bound(per_mora=0.3)).find(morae(heard)), name)
    assert hit is not None
    assert hit.likeness > 0.6


@pytest.mark.parametrize("heard", ["カシコマリマシタデス", "ショウショウオマチクダサイ", "ハイ", "ン"])
def test_ordinary_words_are_no_name_of_these(heard: str) -> None:
    """Set phrases of the telephone are near none of ten common names."""
    assert index_of(*NAMES).find(morae(heard)) == ()


def test_the_stretch_is_the_name_alone() -> None:
    """Start and end are the name's own morae, not its neighbours'."""
    line = morae("トナリノワタナベサンガ")
    (hit,) = index_of("ワタナベ").find(line)
    assert (hit.start, hit.end, hit.price) == (4, 8, 0.0)
    assert line[hit.start : hit.end] == morae("ワタナベ")


@pytest.mark.parametrize(("reading", "length"), [("シマヅ", 3), ("チヂイワ", 4), ("すずき", 3)])
def test_readings_are_folded_before_they_are_cut(reading: str, length: int) -> None:
    """ヅ, ヂ and hiragana are morae like any other, not nothing."""
    (hit,) = index_of(reading).find(morae(fold_kana(reading)))
    assert (hit.price, hit.length) == (0.0, length)


def test_repeats_are_all_found() -> None:
    """A name said three times is found three times."""
    hits = index_of("タナカ").find(morae("タナカデスハイタナカサンデスネハイタナカデス"))
    assert [hit.price for hit in hits] == [0.0, 0.0, 0.0]


def test_prices_may_be_the_callers_own() -> None:
    """A price function that never forgives finds exact sounds only."""

    def strict(said: Mora | None, heard: Mora | None) -> float:
        return 0.0 if said == heard else 9.0

    index = SoundIndex([KnownReading("surname", "サトウ", 1.0)], price=strict)
    assert len(index.find(morae("サトウトザトウ"))) == 1


def test_nothing_in_nothing_out() -> None:
    """An empty call, an empty index and names too short to hear give no hit."""
    assert index_of("サトウ").find(()) == ()
    assert index_of().find(morae("サトウ")) == ()
    assert len(index_of("イ", "サトウ")) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(alphabet="アイウカキサシタトナハバマヤンッー", min_size=2, max_size=5), min_size=1, max_size=6
    ),
    st.text(alphabet="アイウカキサシタトナハバマヤンッー", min_size=1, max_size=9),
)
def test_finds_what_comparing_every_stretch_finds(readings: list[str], heard: str) -> None:
    """Without the limit on the way, the trie finds each reading's cheapest stretch, at its true price."""
    bound = Bound(per_mora=0.4, most=9.0, lead=99.0)
    line = morae(heard)
    hits = index_of(*readings, bound=bound).find(line)
    for reading in readings:
        said = morae(reading)
        if len(said) < 2:
            continue
        prices = [
            _edit_price(said, line[start:end])
            for start in range(len(line))
            for end in range(start + 1, len(line) + 1)
        ]
        cheapest = min(prices, default=99.0)
        hit = best(hits, reading)
        if cheapest <= 0.4 * (len(said) - 1) - 0.01:
            assert hit is not None
            assert hit.price == pytest.approx(cheapest, abs=1 / 128)
        elif cheapest > 0.4 * (len(said) - 1) + 0.01:
            assert hit is None


def _edit_price(said: tuple[Mora, ...], heard: tuple[Mora, ...]) -> float:
    """The textbook edit distance, one cell at a time."""
    row = [0.0]
    for mora in heard:
        row.append(row[-1] + mora_price(None, mora))
    for mora in said:
        new = [row[0] + mora_price(mora, None)]
        for j, other in enumerate(heard):
            swap, drop = row[j] + mora_price(mora, other), row[j + 1] + mora_price(mora, None)
            new.append(min(swap, drop, new[j] + mora_price(None, other)))
        row = new
    return row[-1]


def test_hits_of_one_name_do_not_overlap(whole: SoundIndex) -> None:
    """Of two hits of one name on one stretch only the cheaper is told."""
    taken: dict[KnownReading, int] = {}
    for hit in whole.find(morae(CALL)):
        assert hit.start >= taken.get(hit.known, 0)
        taken[hit.known] = hit.end


def test_a_call_of_everyone_is_heard(whole: SoundIndex) -> None:
    """Among 20,000 readings the names of the call are there, at price 0 or nearly."""
    hits = whole.find(morae(CALL))
    assert best(hits, "ヤマモト") is not None
    assert best(hits, "スズキ") is not None
    garbled = best(hits, "ワタナベ")
    assert garbled is not None
    assert 0 < garbled.price < 1


def test_a_minute_takes_well_under_a_second(whole: SoundIndex) -> None:
    """420 morae, a minute of talk without a pause, under 1.5 s on a busy machine (0.2 s on a quiet one)."""
    line = (morae(CALL) * 4)[:420]
    whole.find(line)
    start = time.perf_counter()
    whole.find(line)
    assert time.perf_counter() - start < 1.5
