"""What of an address is place, and what is number."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.known.addresses import (
    number_of,
    numbers_of,
    parted_code,
    places_of,
    without_numbering,
)
from pipeline.types import CaseName

KYOTO = CaseName(
    "京都府京都市左京区下鴨1丁目12番14号",
    "キョウトフキョウトシサキョウクシモガモイッチョウメジュウニバンジュウヨンゴウ",
)
TOKYO = CaseName("東京都足立区梅島395番地レジデンス青葉310号室")
YOKOHAMA = CaseName("神奈川県横浜市港北区日吉3-2-1", "カナガワケンヨコハマシコウホククヒヨシ")
YONAGO = CaseName("鳥取県米子市皆生温泉2173番地レジデンス青葉604号室", "トットリケンヨナゴシカイケオンセン")
MACHIDA = CaseName("東京都町田市成瀬六丁目十九番二十九号")
SAPPORO = CaseName("北海道札幌市", "ホッカイドウサッポロシ")


@pytest.mark.parametrize(
    ("address", "number", "digits"),
    [
        (KYOTO, "1丁目12番14号", "11214"),
        (TOKYO, "395番地レジデンス青葉310号室", "395310"),
        (YOKOHAMA, "3-2-1", "321"),
        (MACHIDA, "六丁目十九番二十九号", "61929"),
        (SAPPORO, "", ""),
    ],
)
def test_the_number_begins_with_the_first_figure(address: CaseName, number: str, digits: str) -> None:
    """An address without a figure has no number; its building belongs to what the number says."""
    assert number_of(address) == number
    assert numbers_of(number) == digits


@pytest.mark.parametrize(
    ("address", "places"),
    [
        (KYOTO, ["キョウトフ", "キョウトシ", "サキョウク", "シモガモ"]),
        (TOKYO, ["トウキョウト", "アダチク", "ウメジマ"]),
        (YOKOHAMA, ["カナガワケン", "ヨコハマシ", "コウホクク", "ヒヨシ"]),
        (YONAGO, ["トットリケン", "ヨナゴシ", "カイケオンセン"]),
        (MACHIDA, ["トウキョウト", "マチダシ", "ナルセ"]),
        (SAPPORO, ["ホッカイドウ", "サッポロシ", ""]),
    ],
)
def test_an_address_is_cut_into_its_places(address: CaseName, places: list[str], reader: Reader) -> None:
    """Prefecture, city and ward stand by themselves, and the town last, with kana or without."""
    found = places_of(address, reader)
    assert [place.kana for place in found] == places
    assert "".join(place.text for place in found) + number_of(address) == address.text


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("東京都港区麻布十番", "1丁目2番3号"),
        ("東京都港区麻布十番", "一丁目二番三号"),
        ("東京都港区麻布十番", "1-2-3"),
        ("東京都千代田区一番町", "5番地"),
        ("宮城県仙台市青葉区一番町", "三丁目2番10号"),
        ("茨城県水戸市千波町", "二番3号"),
        ("茨城県水戸市千波町", "十二番地"),
        ("茨城県水戸市千波町", "三丁目二番"),
    ],
)
def test_a_town_may_be_called_by_a_number(place: str, number: str) -> None:
    """What has a 丁目 behind it, or a 町, is its name."""
    assert number_of(CaseName(place + number)) == number


@pytest.mark.parametrize(
    ("address", "town"),
    [
        (
            CaseName(
                "大阪府大阪市淀川区東三国2丁目13番7号",
                "オオサカフオオサカシヨドガワクヒガシミクニニチョウメジュウサンバンナナゴウ",
            ),
            "ヒガシミクニ",
        ),
        (
            CaseName("佐賀県佐賀市鍋島1748番地", "サガケンサガシナベシマセンナナヒャクヨンジュウハチバンチ"),
            "ナベシマ",
        ),
        (
            CaseName(
                "東京都板橋区高島平365番地",
                "トウキョウトイタバシクタカシマダイラサンビャクロクジュウゴバンチ",
            ),
            "タカシマダイラ",
        ),
    ],
)
def test_the_town_ends_where_its_number_begins(address: CaseName, town: str, reader: Reader) -> None:
    """The ク and ニ of ミクニ are no nine and two; the number's hundreds are none of the town."""
    assert places_of(address, reader)[-1].kana == town


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("二千百六十六", "2166"),
        ("八百二十七番地", "827"),
        ("百", "100"),
        ("千", "1000"),
        ("二番", "2"),
        ("3丁目二十四番", "324"),
        ("一の二の三", "123"),
        ("１丁目２番", "12"),
        # As a recogniser writes a zero.
        ("9丸9号", "909"),
        ("4例6号", "406"),
        ("5マル8", "508"),
        ("ゼロ5", "05"),
        # Kanji of words are no figures.
        ("二条", ""),
        ("千代田", ""),
        ("", ""),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, digits: str) -> None:
    """Figures, kanji, counted hundreds and misheard zeros give the same digits."""
    assert numbers_of(text) == digits


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1丁目22番308号", ""),
        ("395番地レジデンス青葉310号室", "レジデンス青葉"),
        ("グランドール桜の909号室", "グランドール桜"),
        ("二条", "二条"),
        ("成瀬九百四", "成瀬"),
        ("コーポ桜3階", "コーポ桜"),
    ],
)
def test_what_is_no_number_is_left(text: str, left: str) -> None:
    """A building keeps its name alone."""
    assert without_numbering(text) == left


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("〒194-0011 東京都町田市成瀬5丁目", "1940011", "東京都町田市成瀬5丁目"),
        ("194-0011、東京都町田市成瀬5丁目", "1940011", "東京都町田市成瀬5丁目"),
        ("〒１９４−００１１東京都", "1940011", "東京都"),
        ("1940011 東京都", "1940011", "東京都"),
        ("東京都町田市成瀬5丁目11-30", "", "東京都町田市成瀬5丁目11-30"),
        ("19400112 東京都", "", "19400112 東京都"),
        ("194-0011", "", "194-0011"),
    ],
)
def test_a_code_before_an_address_is_parted_from_it(text: str, code: str, rest: str) -> None:
    """A company's own books write it before the place."""
    assert parted_code(CaseName(text, "カナ")) == (code, CaseName(rest, "カナ"))
