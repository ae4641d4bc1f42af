"""Names from abroad are counted as the dictionary and the residents have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.training.lexicon.build_foreign_names import (
    Names,
    count_persons,
    lines,
    read_names,
    read_residents,
    split_person,
)

ENTRIES = [
    ("スミス", "place", "Smith"),
    ("ジョン", "given", "John"),
    ("アイコ", "fem", "Aiko"),
    ("マーク", "masc", "Mark"),
    ("パン", "surname", "Pan"),
    ("ローザ", "fem", "Rosa"),
    ("ジョンスミス", "person", "John Smith"),
    ("ジョン・スミス", "person", "John Smith"),
    ("マーク・スミス", "person", "Mark Smith"),
]


@pytest.fixture
def names() -> Names:
    """What these entries say."""
    names = Names()
    count_persons(ENTRIES, read_names(ENTRIES, names), names)
    return names


@pytest.mark.parametrize(
    ("kana", "words", "parts"),
    [
        ("ジョン・スミス", ["john", "smith"], ("ジョン", "スミス")),
        ("ジョンスミス", ["john", "smith"], ("ジョン", "スミス")),
        ("ジョンバリー", ["john", "barry"], ("ジョン", "バリー")),
        ("アダムスミス", ["adam", "smith"], ("アダム", "スミス")),
        ("ジョンエフケネディ", ["john", "f", "kennedy"], ("ジョン", "")),
        ("アナンタ", ["anan", "ta"], ("", "")),
    ],
)
def test_a_full_name_is_cut_where_its_words_are_known(
    kana: str, words: list[str], parts: tuple[str, str]
) -> None:
    """At its dots, or by the katakana of its words; of two words one tells the other."""
    written = {"john": {"ジョン"}, "smith": {"スミス"}}
    assert split_person(kana.replace("・", ""), kana, words, written) == parts


def test_a_person_counts_once(names: Names) -> None:
    """Written with a dot and without, it is one John Smith."""
    assert names.family == {"スミス": 2}
    assert names.given == {"ジョン": 1, "マーク": 1}


def test_japanese_names_and_common_words_are_left_out(names: Names) -> None:
    """アイコ is written as it is read; パン is bread; マーク needs three who bear it."""
    written = [line.split("\t")[0] for line in lines(names, {"パン": 49, "マーク": 49, "ローザ": 50})]
    assert written == ["スミス", "ジョン", "ローザ"]


def test_residents_weigh_as_they_are(names: Names, tmp_path: Path) -> None:
    """A tenth of 124,000 people are a hundred in a million; who lives here is kept though it is a word."""
    path = tmp_path / "residents.toml"
    path.write_text(
        '[x]\npeople = 124000\nshare = 1.0\nfamily = "マーク:10"\ngiven = "ナナ"\n', encoding="utf-8"
    )
    read_residents(path, names)
    found = {line.split("\t")[0]: line.split("\t")[1:] for line in lines(names, {"マーク": 49})}
    assert found["マーク"][0] == "100"
    assert found["ナナ"] == ["0", "500", "0\n"]
