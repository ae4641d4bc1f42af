"""Morae that sound as names and places do."""

from __future__ import annotations

import numpy as np
import pytest

from models.language.gazetteer import BEGINS, COLUMNS, ENDS, VALUES, Gazetteer, load_gazetteer
from pipeline.sound.morae import morae


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """Of the real lexicons."""
    return load_gazetteer()


def column(gazetteer: Gazetteer, kana: str, name: str) -> list[int]:
    """Values of one column."""
    return [int(value) for value in gazetteer.columns(morae(kana))[:, COLUMNS.index(name)]]


def test_a_whole_name_is_seen_as_one(gazetteer: Gazetteer) -> None:
    """From its first mora to its last, and nothing beside it."""
    values = column(gazetteer, "デワタナベレイコガ", "whole name")
    assert [value > 0 for value in values] == [False, *[True] * 7, False]
    assert values[1] & BEGINS
    assert values[7] & ENDS


def test_common_names_are_of_a_higher_grade(gazetteer: Gazetteer) -> None:
    """タナカ is borne by many, マンネンヤ by few, and サトウ is sugar, too."""
    grades = [max(column(gazetteer, kana, "surname")) // 4 for kana in ("タナカ", "ハザマダ", "サトウ")]
    assert grades[0] > grades[1]
    assert grades[0] > grades[2]


def test_long_vowels_are_overlooked(gazetteer: Gazetteer) -> None:
    """ユーコ and ユコ; a drawn vowel is a part of what it draws."""
    assert all(column(gazetteer, "ユーコ", "given name"))
    assert all(column(gazetteer, "ユコ", "given name"))


def test_places_are_known_without_their_ending(gazetteer: Gazetteer) -> None:
    """下関市 and 下関."""
    assert all(column(gazetteer, "シモノセキシ", "place"))
    assert all(column(gazetteer, "シモノセキ", "place"))


def test_every_value_is_one_that_the_network_knows(gazetteer: Gazetteer) -> None:
    """Of any talk; of none there are none."""
    table = gazetteer.columns(
        morae("ワタシノナマエワサイトウユウコデジュウショワトウキョウトシンジュククデス")
    )
    assert table.shape[1] == len(COLUMNS)
    assert ((table >= 0) & (table < VALUES)).all()
    assert gazetteer.columns(()).shape == (0, len(COLUMNS))
    assert np.array_equal(
        table,
        gazetteer.columns(morae("ワタシノナマエワサイトウユウコデジュウショワトウキョウトシンジュククデス")),
    )
