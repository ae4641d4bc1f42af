"""How much of a number is the requester's or the company's, figure by figure."""

from __future__ import annotations

from math import expm1, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ownership.evidence.feature import Feature, FeatureValues
from pipeline.ownership.evidence.numbers import (
    block_in,
    figures_in,
    other_block_figures,
    other_figures,
)

PHONE = "08053417296"
BLOCK = ("5", "11", "30", "201")

DIGITS = st.text("0123456789", max_size=12)


def counted(values: FeatureValues, *features: Feature) -> list[int]:
    """Numbers of figures."""
    return [round(expm1(values[feature])) for feature in features]


@pytest.mark.parametrize(
    ("said", "most", "own", "behind", "other"),
    [
        ("080-5341-7296", 11, 11, 8, 0),
        ("ゼロ80の5341の7296", 11, 11, 8, 0),
        ("7296", 4, 4, 4, 0),
        ("96", 2, 2, 2, 0),
        ("080", 3, 3, 0, 0),
        # Of 0805341 the first three figures are many a number's.
        ("0805341", 7, 7, 4, 0),
        ("0805399", 7, 5, 2, 2),
        # One figure differs in the middle, and the pieces beside it are theirs.
        ("080-5348-7296", 11, 10, 4, 1),
        # A number that is said again, or its end; but no pieces in another order.
        ("7296 7296", 8, 8, 4, 0),
        ("080-5341-7296、7296", 15, 15, 8, 0),
        ("5341の080", 7, 4, 4, 3),
        ("080-5341-5341", 11, 7, 4, 4),
        # Behind the whole number, or before it, particles read as figures; three are a piece of another.
        ("080-5341-7296に", 12, 12, 8, 0),
        ("080-5341-7296、ご", 12, 12, 8, 0),
        ("に、080-5341-7296に", 13, 13, 8, 0),
        ("080-5341-7296、888", 14, 11, 8, 3),
        ("080-5341-729に", 11, 10, 7, 1),
        # Two figures in a row are in most numbers.
        ("53007200", 8, 0, 2, 8),
        ("8877", 4, 0, 1, 4),
        ("", 0, 0, 0, 0),
        ("はい", 0, 0, 0, 0),
    ],
)
def test_figures_that_are_theirs_are_counted(said: str, most: int, own: int, behind: int, other: int) -> None:
    """Pieces of three figures or more are theirs in the number's own order, and all else is not."""
    values = figures_in([said], [PHONE])
    features = (
        Feature.FIGURES,
        Feature.FIGURES_OWN,
        Feature.FIGURES_OWN_BEHIND_PREFIX,
        Feature.FIGURES_OTHER,
    )
    assert counted(values, *features) == [most, own, behind, other]


def test_beside_a_short_number_no_figure_is_a_particle() -> None:
    """110 and an area code stand in many a number."""
    assert other_figures("11045", ["110"]) == 2


def test_figures_are_logarithms_of_their_number() -> None:
    """One figure more tells less and less."""
    values = figures_in(["7296"], [PHONE])
    assert values[Feature.FIGURES] == values[Feature.FIGURES_OWN] == pytest.approx(log1p(4))


def test_the_nearest_of_several_ways_of_writing_and_numbers_counts() -> None:
    """What is read otherwise, and another number of theirs, take nothing away."""
    values = figures_in(["五百", "7296"], ["0312341234", PHONE])
    assert counted(values, Feature.FIGURES_OWN, Feature.FIGURES_OTHER) == [4, 0]


@pytest.mark.parametrize(("figures", "other"), [(1, 1), (2, 2), (4, 4), (11, 11)])
def test_a_number_that_differs_at_its_end_differs_by_so_many_figures(figures: int, other: int) -> None:
    """However many agree before."""
    said = PHONE[:-figures] + "".join(str((int(digit) + 5) % 10) for digit in PHONE[-figures:])
    assert other_figures(said, [PHONE]) == other


def test_without_a_number_to_compare_with_all_figures_are_others() -> None:
    """A case may know none."""
    assert other_figures("7296", []) == 4


@given(DIGITS, st.lists(DIGITS.filter(bool), max_size=3))
def test_a_number_more_that_is_known_never_leaves_more_figures(said: str, numbers: list[str]) -> None:
    """And never more than are said, or fewer than none."""
    left = other_figures(said, numbers)
    assert 0 <= other_figures(said, [*numbers, PHONE]) <= left <= len(said)
    assert other_figures(said, [*numbers, said]) == 0


@pytest.mark.parametrize(
    ("said", "figures", "same", "other"),
    [
        ("5丁目11番30号", 5, 5, 0),
        ("5の11の30", 5, 5, 0),
        ("11番30号", 4, 4, 0),
        ("201号室", 3, 3, 0),
        ("5丁目", 1, 1, 0),
        # One figure of a number is no number: 1 of 11.
        ("1番", 1, 0, 1),
        ("5丁目11番28号", 5, 3, 2),
        ("3丁目4番12号", 4, 0, 4),
        # Said again, by the other side.
        ("5丁目11番30号、5の11の30", 10, 10, 0),
        ("どこか", 0, 0, 0),
    ],
)
def test_a_block_is_compared_number_by_number(said: str, figures: int, same: int, other: int) -> None:
    """By runs of whole numbers; said again it is the same."""
    values = block_in(said, [BLOCK], ["201"])
    features = (Feature.BLOCK_FIGURES, Feature.BLOCK_SAME, Feature.BLOCK_OTHER)
    assert counted(values, *features) == [figures, same, other]


@pytest.mark.parametrize(("said", "same"), [("コーポ桜201", 1.0), ("コーポ桜202", 0.0), ("5丁目", 0.0)])
def test_a_room_is_theirs_by_its_figures(said: str, same: float) -> None:
    """The last three of what is said."""
    assert block_in(said, [BLOCK], ["201"])[Feature.ROOM_SAME] == same


def test_without_an_address_to_compare_with_all_figures_are_others() -> None:
    """And of no figures none."""
    assert (other_block_figures("51130", []), other_block_figures("", [BLOCK])) == (5, 0)


@given(DIGITS, st.lists(DIGITS.filter(bool), min_size=1, max_size=4))
def test_a_run_of_a_blocks_numbers_is_theirs(said: str, block: list[str]) -> None:
    """All of them, and any one; of anything else no more is left than is said."""
    assert other_block_figures("".join(block), [tuple(block)]) == 0
    assert other_block_figures(block[-1], [tuple(block)]) == 0
    assert other_block_figures(said, [tuple(block)]) <= len(said)


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("5丁目11番30号", True),
        ("五の十一の三十", True),
        ("成瀬5の11の30、201号室", True),
        ("5の11の30、5の11の30", True),
        # A figure other, one missing, another room, in another order.
        ("5の11の31", False),
        ("5の11", False),
        ("5の11の30、202号室", False),
        ("11の5の30", False),
    ],
)
def test_a_whole_block_has_all_numbers_and_no_other(said: str, whole: bool) -> None:
    """Only the room may follow."""
    assert block_in(said, [BLOCK, ("12", "3")], ["201"])[Feature.WHOLE_BLOCK] == whole


def test_two_numbers_are_no_whole_block() -> None:
    """Many blocks have the same two."""
    assert not block_in("12番地の3", [("12", "3")], [])[Feature.WHOLE_BLOCK]
