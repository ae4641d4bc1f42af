"""The lexicons hold what every Japanese person would expect."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.language.lexicon.kanji import load_kanji
from models.language.lexicon.lexicon import FOLDER, Lexicon, load_lexicon, place_stem
from models.training.calls.pools import spellings
from pipeline.errors import ModelError
from pipeline.sound.morae import fold_kana


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """The lexicon that ships."""
    return load_lexicon()


@pytest.mark.parametrize(
    ("reading", "surface"),
    [
        ("サトウ", "佐藤"),
        ("スズキ", "鈴木"),
        ("ワタナベ", "渡辺"),
        ("サイトウ", "斎藤"),
        ("モリ", "森"),
        ("ハヤシ", "林"),
    ],
)
def test_common_surnames_have_their_common_spelling_first(
    lexicon: Lexicon, reading: str, surface: str
) -> None:
    """The commonest spelling stands first, and the name counts as common."""
    entry = lexicon.surnames[reading]
    assert entry.surfaces[0] == surface
    assert entry.commonness > 0.9


@pytest.mark.parametrize(
    ("reading", "surface", "gender"),
    [
        ("ハナコ", "花子", "f"),
        ("ケンイチ", "健一", "m"),
        ("ヒロシ", "博", "m"),
        ("サクラ", "さくら", "f"),
        ("ユウキ", "勇樹", "u"),
    ],
)
def test_given_names_know_spelling_and_gender(
    lexicon: Lexicon, reading: str, surface: str, gender: str
) -> None:
    """A given name lists its spellings and who bears it."""
    entry = lexicon.given_names[reading]
    assert surface in entry.surfaces
    assert entry.gender == gender


def test_rarer_names_weigh_less(lexicon: Lexicon) -> None:
    """Commonness orders names as people meet them."""
    names = ["サトウ", "ヨコヤマ", "ツジムラ", "ネコイ"]
    weights = [lexicon.surnames[name].commonness for name in names]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] - weights[-1] > 0.4


@pytest.mark.parametrize(
    ("reading", "word"), [("モリ", True), ("ハヤシ", True), ("スズキ", False), ("ワタナベ", False)]
)
def test_names_that_sound_like_words_say_so(lexicon: Lexicon, reading: str, word: bool) -> None:
    """森 and 林 sound like ordinary words; 渡辺 does not."""
    assert bool(lexicon.surnames[reading].word_band) is word


def test_a_spelling_has_its_readings_commonest_first(lexicon: Lexicon) -> None:
    """東 is ヒガシ or アズマ, 佐藤 is サトウ, and an ordinary word is no surname."""
    assert {"ヒガシ", "アズマ"} <= {row.reading for row in lexicon.surname_of_surface("東")}
    assert lexicon.surname_of_surface("佐藤")[0].reading == "サトウ"
    assert lexicon.surname_of_surface("ありがとう") == ()


def test_places_know_what_they_lie_in(lexicon: Lexicon) -> None:
    """47 prefectures; wards lie in their city, counties' towns in their county, towns in the whole."""
    assert len(lexicon.prefectures) == 47
    assert ("中央区", "札幌市") in lexicon.cities["チュウオウク"].places
    assert ("愛別町", "上川郡") in lexicon.cities["アイベツチョウ"].places
    assert {"イイダバシ", "キタシジョウニシ"} <= set(lexicon.town_readings())


@pytest.mark.parametrize("surface", ["東京都", "札幌市", "札幌", "千代田区", "飯田橋", "上川郡"])
def test_place_surfaces_are_known(lexicon: Lexicon, surface: str) -> None:
    """Places are known as written, and bigger ones without their suffix."""
    assert lexicon.is_place_surface(surface)


def test_what_is_no_place_is_none(lexicon: Lexicon) -> None:
    """An ordinary word and a person are no places."""
    assert not lexicon.is_place_surface("電話番号")
    assert not lexicon.is_place_surface("鈴木花子")


@pytest.mark.parametrize(
    ("place", "stem"),
    [
        (("札幌市", "サッポロシ"), ("札幌", "サッポロ")),
        (("愛別町", "アイベツチョウ"), ("愛別", "アイベツ")),
        (("東白川村", "ヒガシシラカワムラ"), ("東白川", "ヒガシシラカワ")),
        (("北海道", "ホッカイドウ"), ("北海道", "ホッカイドウ")),
        (("津市", "ツシ"), ("津", "ツ")),
        (("市", "シ"), ("市", "シ")),
    ],
)
def test_stems(place: tuple[str, str], stem: tuple[str, str]) -> None:
    """A suffix goes from spelling and reading together, or not at all."""
    assert place_stem(*place) == stem


def test_readings_are_katakana_only(lexicon: Lexicon) -> None:
    """Every reading can be turned into morae."""
    tables = (
        lexicon.surnames,
        lexicon.given_names,
        lexicon.prefectures,
        lexicon.cities,
        tuple(lexicon.town_readings()),
    )
    odd = [reading for table in tables for reading in table if not all("ァ" <= c <= "ー" for c in reading)]
    assert odd == []


@pytest.mark.parametrize(("sound", "reading"), [("カガズメ", "カガヅメ"), ("クボズカ", "クボヅカ")])
def test_a_reading_with_zu_is_found_by_its_sound(lexicon: Lexicon, sound: str, reading: str) -> None:
    """What is heard and what a case gives are folded: ヅ is written ズ."""
    assert sound in lexicon.surnames
    assert lexicon.surnames[sound].reading == reading
    assert sound not in list(lexicon.surnames)


def test_files_are_small() -> None:
    """Under 4 MB in git."""
    assert sum(path.stat().st_size for path in FOLDER.glob("*.gz")) < 4_000_000


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """No lexicon is not an empty lexicon."""
    with pytest.raises(ModelError):
        Lexicon(tmp_path)


def test_a_spelling_leads_to_all_its_readings(lexicon: Lexicon) -> None:
    """What is found by spelling is what the rows by reading hold, surnames commonest first."""
    for surface in ("東", "上野", "佐藤", "実", "ない名字"):
        rows = [row for row in spellings(lexicon.surnames) if row.surface == surface]
        assert lexicon.surname_of_surface(surface) == tuple(sorted(rows, key=lambda row: -row.weight))
    for surface in ("実", "翼", "花子", "ない名前"):
        rows = [row for row in spellings(lexicon.given_names) if row.surface == surface]
        assert lexicon.given_of_surface(surface) == tuple(rows)
    assert len(lexicon.given_of_surface("実")) > 2


def test_what_is_read_ahead_is_not_read_again() -> None:
    """After it, whatever is asked by spelling is answered without parsing a file."""
    fresh = Lexicon(FOLDER)
    fresh.read_ahead()
    parsed = dict(fresh.__dict__)
    assert fresh.surname_of_surface("東")
    assert fresh.given_of_surface("実")
    assert fresh.is_place_surface("札幌")
    assert fresh.__dict__ == parsed


def test_kanji_of_names_have_words_that_everybody_knows() -> None:
    """Each with its readings; にんべん, too; a kanji that no name has is not there."""
    kanji = load_kanji()
    assert "タイヨウ" in kanji["陽"].words
    assert "ヨウ" in kanji["陽"].readings
    assert "ニンベン" in kanji["仁"].parts
    assert "ミヤザキケン" in kanji["崎"].words
    assert "あ" not in kanji


def test_kanji_of_few_common_words_have_others() -> None:
    """颯 and 斗 have no word that JMdict marks as common, and are in many a given name."""
    kanji = load_kanji()
    assert "サッソウ" in kanji["颯"].words
    assert "ホクト" in kanji["斗"].words
    assert "スイレン" in kanji["蓮"].words


def test_every_kanji_has_a_reading_and_no_empty_word() -> None:
    """What is searched for is katakana."""
    for sounds in load_kanji().values():
        assert sounds.readings
        for kana in (*sounds.readings, *sounds.words, *sounds.parts):
            assert kana
            assert fold_kana(kana) == kana
