from __future__ import annotations

import itertools
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sound.morae import (
    Mora,
    distance,
    fold_kana,
    fold_letters,
    likeness,
    mora_price,
    morae,
    to_katakana,
)
from pipeline.sound.search import ROUNDING_ERROR, SoundText, find_sound

KATAKANA = [chr(c) for c in range(ord("ァ"), ord("ヶ") + 1)] + ["ー"]
kana = st.text(KATAKANA, max_size=9)
"""Any katakana, such as no name ever was, small letters in front included."""

names = st.text("アイカキクコサシスタツトナノハヒフマミモヤユヨラリルワガジダバン", min_size=2, max_size=7)
"""Katakana like a name's."""


def naive(needle: tuple[Mora, ...], line: tuple[Mora, ...]) -> float:
    """Edit distance by the book, one cell at a time."""
    table: dict[tuple[int, int], float] = {(0, 0): 0.0}
    for i, j in itertools.product(range(len(needle) + 1), range(len(line) + 1)):
        ways = []
        if i:
            ways.append(table[i - 1, j] + mora_price(needle[i - 1], None))
        if j:
            ways.append(table[i, j - 1] + mora_price(None, line[j - 1]))
        if i and j:
            ways.append(table[i - 1, j - 1] + mora_price(needle[i - 1], line[j - 1]))
        table[i, j] = min(ways, default=0.0)
    return table[len(needle), len(line)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("はせがわ", "ハセガワ"),
        ("ハセガワ", "ハセガワ"),
        ("ﾊｾｶﾞﾜ", "ハセガワ"),
        ("ヂヅヲ", "ジズオ"),
        ("ヶ", "ケ"),
        ("おー、いし", "オーイシ"),
        ("長谷川 3", ""),
        ("ゔぁん", "ヴァン"),
    ],
)
def test_fold_kana(text: str, folded: str) -> None:
    """Full width katakana of what is kana, and nothing else."""
    assert fold_kana(text) == folded


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20))
def test_folding_leaves_only_katakana(text: str) -> None:
    """Folding any text gives katakana that folding leaves alone."""
    folded = fold_kana(text)
    assert all("ァ" <= c <= "ヴ" or c == "ー" for c in folded)
    assert fold_kana(folded) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("コウノ", "コーノ"),
        ("ケイコ", "ケーコ"),
        ("オオタ", "オータ"),
        ("ユウキ", "ユーキ"),
        ("ニイダ", "ニーダ"),
        ("カーート", "カート"),
    ],
)
def test_long_vowels_are_written_in_many_ways(one: str, other: str) -> None:
    """However a long vowel is spelt, it is the same mora."""
    assert morae(one) == morae(other)


@pytest.mark.parametrize(
    ("reading", "count"),
    [("スズキ", 3), ("キョウコ", 3), ("リョウ", 2), ("ハットリ", 4), ("ジュンイチ", 4), ("ー", 0), ("", 0)],
)
def test_morae_are_counted_as_they_are_spoken(reading: str, count: int) -> None:
    """Small letters belong to the mora before; っ, ん and long vowels are morae of their own."""
    assert len(morae(reading)) == count


@settings(max_examples=60, deadline=None)
@given(kana, kana)
def test_a_price_is_a_share_and_the_same_both_ways(a: str, b: str) -> None:
    """Any two morae have a price from 0 to 1, either way round, and only equals cost nothing."""
    for x, y in itertools.product((None, *morae(a)), (None, *morae(b))):
        assert mora_price(x, y) == mora_price(y, x)
        assert 0 <= mora_price(x, y) <= 1
        assert (mora_price(x, y) == 0) == (x == y)


@settings(max_examples=60, deadline=None)
@given(kana, kana)
def test_distance(a: str, b: str) -> None:
    """Nothing to itself, the same both ways, and what the book says."""
    assert distance(a, a) == 0
    assert distance(a, b) == pytest.approx(distance(b, a))
    assert distance(a, b) == pytest.approx(naive(morae(a), morae(b)))


@settings(max_examples=60, deadline=None)
@given(kana, kana)
def test_likeness_is_a_share(a: str, b: str) -> None:
    """Between 0 and 1; 1 for the same sound; 0 where there is no sound."""
    assert 0 <= likeness(a, b) <= 1
    assert likeness(a, a) == (1 if morae(a) else 0)
    assert likeness(a, "") == 0


@pytest.mark.parametrize(
    ("said", "confused", "distinct"),
    [
        ("ヒロシ", "シロシ", "マロシ"),
        ("コウジ", "コジ", "コケジ"),
        ("ハットリ", "ハトリ", "ハカリ"),
        ("ケンタ", "ケタ", "ケサタ"),
        ("ババ", "パパ", "ササ"),
        ("マミ", "ナミ", "サミ"),
        ("タナカ", "タナガ", "タナマ"),
    ],
)
def test_what_recognisers_confuse_is_near(said: str, confused: str, distinct: str) -> None:
    """What is confused over a telephone costs less than what is not."""
    assert distance(said, confused) < distance(said, distinct)


@pytest.mark.parametrize(
    ("said", "heard"), [("ハセガワ", "ハセカワ"), ("コバヤシ", "コワヤシ"), ("サトウ", "サト")]
)
def test_misheard_names_are_alike(said: str, heard: str) -> None:
    """One soft mistake leaves a name well above what counts as the same."""
    assert likeness(said, heard) > 0.8


@pytest.mark.parametrize(
    ("said", "heard"), [("ハセガワ", "ヨロシク"), ("コバヤシ", "デンワデ"), ("サトウ", "イイエ")]
)
def test_other_words_are_not(said: str, heard: str) -> None:
    """An ordinary word of the same length is far off."""
    assert likeness(said, heard) < 0.5


@settings(max_examples=60, deadline=None)
@given(names, names, names)
def test_what_was_said_is_found(needle: str, before: str, after: str) -> None:
    """A name between any two others is found, at no price or where something just as good stands."""
    # ン keeps a vowel of the name from lengthening the one before it.
    line = morae(before + "ン" + needle + "ン" + after)
    start = len(morae(before + "ン"))
    end = start + len(morae(needle))
    matches = find_sound(morae(needle), line, 0.3)
    assert any(m.start < end and start < m.end and m.price == pytest.approx(0) for m in matches)


@settings(max_examples=60, deadline=None)
@given(names, st.lists(names, max_size=4).map("".join), st.floats(0, 0.6))
def test_matches_are_disjoint_in_order_and_rightly_priced(needle: str, text: str, bound: float) -> None:
    """Every match costs what its stretch costs, is within the bound, and shares no mora with another."""
    line = morae(text)
    matches = find_sound(morae(needle), line, bound)
    for match in matches:
        assert match.price == pytest.approx(naive(morae(needle), line[match.start : match.end]))
        assert match.price <= bound * len(morae(needle)) + ROUNDING_ERROR
    assert all(a.end <= b.start for a, b in itertools.pairwise(matches))


@settings(max_examples=60, deadline=None)
@given(names, st.lists(names, max_size=4).map("".join), st.floats(0, 0.6))
def test_a_search_that_is_given_up_early_would_have_found_nothing(
    needle: str, text: str, bound: float
) -> None:
    """Within any bound there is what a search that goes to the end finds, as far as it is cheap enough."""
    wanted, line = morae(needle), morae(text)
    most = bound * len(wanted) + ROUNDING_ERROR
    whole = [match for match in find_sound(wanted, line, 9.0) if match.price <= most]
    assert list(find_sound(wanted, line, bound)) == whole


@settings(max_examples=40, deadline=None)
@given(st.text("アカサン", min_size=1, max_size=3), st.text("アカサン", max_size=8))
def test_the_best_stretch_is_found(needle: str, text: str) -> None:
    """No stretch of the line is cheaper than the cheapest match."""
    line = morae(text)
    stretches = itertools.combinations(range(len(line) + 1), 2)
    best = min((naive(morae(needle), line[i:j]) for i, j in stretches), default=None)
    matches = find_sound(morae(needle), line, 1.0)
    if best is not None and best < naive(morae(needle), ()):
        assert min(m.price for m in matches) == pytest.approx(best)


def test_every_mention_is_found() -> None:
    """Three mentions, one of them garbled, are three matches in order."""
    line = morae("ハセガワサンノコトデハセカワサンニハセガワデス")
    matches = find_sound(morae("ハセガワ"), line, 0.3)
    assert [(m.start, m.end) for m in matches] == [(0, 4), (10, 14), (17, 21)]
    assert matches[1].price > matches[0].price == 0


@pytest.mark.parametrize(("needle", "line"), [("", "ハセガワ"), ("ハセガワ", ""), ("", "")])
def test_nothing_matches_nothing(needle: str, line: str) -> None:
    """An empty needle or line has no match."""
    assert find_sound(morae(needle), morae(line), 0.5) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("アカサンーッ", max_size=5), max_size=6),
    st.lists(st.text("アカサンーッナ", max_size=9), max_size=3),
    st.sampled_from([0.0, 0.3, 0.6, 1.0]),
)
def test_many_needles_at_once_are_each_of_them(needles: list[str], texts: list[str], bound: float) -> None:
    """The same matches and prices as one by one, none reaching across a break."""
    line: list[Mora | None] = []
    for text in texts:
        line += [*morae(text), None]
    sounds, wanted = SoundText(line), [morae(needle) for needle in needles]
    one_by_one = [sounds.find(needle, bound) for needle in wanted]
    at_once = SoundText(line).find_each(wanted, bound)
    assert at_once == one_by_one
    prices = [[match.price for match in matches] for matches in at_once]
    assert prices == [[match.price for match in matches] for matches in one_by_one]


def test_each_needle_has_its_bound() -> None:
    """As the shorter of two words, which may cost less."""
    sounds, needles = SoundText(morae("ハセカワサン")), [morae("ハセガワ"), morae("ハセガワ")]
    none, found = sounds.find_each(needles, [0.0, 0.3])
    assert (none, found) == ((), sounds.find(morae("ハセガワ"), 0.3))
    assert found


def test_a_searched_line_grows_by_no_row_for_every_mora():
    """A call of hours is searched for every mora there is: of none a row as long as the call is kept."""
    kana = "アカサタナハマヤラワガザダバパイキシチニヒミリ"
    text = SoundText(morae(fold_kana(kana * 500)))
    text.find(morae("ア"), 0.0)
    tracemalloc.start()
    try:
        for char in kana:
            text.find(morae(char), 0.0)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 8 * 500 * len(kana)


def test_letters_are_compared_in_one_width_and_case() -> None:
    """Marks and blanks are no letters; kana stay the kana that they are."""
    assert fold_letters("Ａさん、ﾀﾅｶ １２-3。") == "aさんタナカ123"


def test_hiragana_is_written_as_katakana_and_nothing_is_lost() -> None:
    """Unlike what is compared by sound, which is kana alone."""
    assert to_katakana("たなか ヱﾂｺ 3丁目") == "タナカ ヱツコ 3丁目"
