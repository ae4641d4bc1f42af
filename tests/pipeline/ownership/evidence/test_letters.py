"""How a name that is written compares with those of a case."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.evidence.letters import EXPLAINS, explains, name_in, written_name
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.names import KnownName
from pipeline.sound.morae import likeness

YAMANAKA = KnownName(Claimant.REQUESTER, "ヤマナカヨウコ", ("ヤマナカ", "ヨウコ"))
ICHIKAWA = KnownName(Claimant.REQUESTER, "イチカワキイチロウ", ("イチカワ", "キイチロウ"))
COMPANY = KnownName(Claimant.COMPANY, "ヤマナカ", ())
MORI = KnownName(Claimant.REQUESTER, "モリヨウコ", ("モリ", "ヨウコ"))
ONO = KnownName(Claimant.REQUESTER, "オオノキ", ("オオノ", "キ"))
BROWN = KnownName(Claimant.REQUESTER, "ジェームズブラウン", ("ジェームズ", "ブラウン"), abroad=True)
SMITH = KnownName(Claimant.REQUESTER, "スミスジョン", ("スミス", "ジョン"), abroad=True)
NGUYEN = KnownName(Claimant.REQUESTER, "グエンティラン", ("グエン", "ティラン"), abroad=True)


def values(
    said: str,
    reader: Reader,
    known: tuple[KnownName, ...] = (YAMANAKA,),
    spelt: tuple[str, ...] = ("山中陽子",),
    heard: str = "",
) -> dict[str, float]:
    """How some words compare with the names of one party."""
    return dict(name_in(written_name(said, reader), heard, known, spelt))


@pytest.mark.parametrize(
    ("said", "text", "kana"),
    [
        ("西村", "西村", ("ニシムラ",)),
        ("西村さんです", "西村", ("ニシムラ",)),
        ("は西村です", "西村", ("ハニシムラ", "ニシムラ")),
        ("ニ・シ・ム・ラ", "ニシムラ", ("ニシムラ",)),
        ("ニ・シ・ム・ラ、カタカナで", "ニシムラ", ("ニシムラ",)),
    ],
)
def test_a_name_is_read_without_what_is_said_around_it(
    said: str, text: str, kana: tuple[str, ...], reader: Reader
) -> None:
    """Word by word less of it is read; one that is said syllable by syllable is joined."""
    name = written_name(said, reader)
    assert (name.text, name.kana) == (text, kana)


@pytest.mark.parametrize(
    ("said", "halves"),
    [
        ("エミリー・ブラウン", ("エミリー", "ブラウン")),
        ("はいエミリー・ブラウンさんです", ("エミリー", "ブラウン")),
        ("グエン・ラン・アン", ("グエン", "ラン", "アン")),
        # No part is a single mora: that is spelled out, or an initial.
        ("ス・ミ・ス", ()),
        ("グエン・ティ・ラン", ()),
        ("ジョン・J", ()),
        ("エミリーブラウン", ()),
        ("西村", ()),
    ],
)
def test_a_name_with_a_dot_has_parts(said: str, halves: tuple[str, ...], reader: Reader) -> None:
    """As they read."""
    assert written_name(said, reader).halves == halves


@pytest.mark.parametrize(
    ("said", "kanji"),
    [
        ("石川さん", "石川"),
        ("西村隼人様", "西村"),
        ("石川は", "石川"),
        # One kanji is in any word, and with の it explains a name.
        ("石", ""),
        ("石さん", ""),
        ("大石の石", ""),
        ("いしかわ", ""),
        ("石かわ", ""),
        ("凸凹凸", ""),
    ],
)
def test_a_name_begins_with_the_longest_name_in_kanji(said: str, kanji: str, reader: Reader) -> None:
    """Two kanji at the least, that somebody is called."""
    name = written_name(said, reader)
    assert name.kanji == kanji
    assert bool(name.kanji_readings) is bool(kanji)
    assert not kanji or name.kanji_readings == set(reader.readings(kanji))


def test_all_readings_of_a_name_are_known(reader: Reader) -> None:
    """未来 is ミライ and ミク; other words have none."""
    assert {"ミライ", "ミク"} <= set(written_name("未来", reader).readings)
    assert written_name("未来西村", reader).readings == ()


@pytest.mark.parametrize("said", ["山中陽子", "やまなか", "ようこ", "の山中です"])
def test_a_name_that_reads_like_theirs_is_alike(said: str, reader: Reader) -> None:
    """As a whole, as the surname or as the given name."""
    assert values(said, reader)["alike"] == 1.0


def test_likeness_is_that_of_the_nearest_of_their_names(reader: Reader) -> None:
    """ヤマナ is nearest to the surname; of nobody's names nothing is alike."""
    assert values("やまな", reader)["alike"] == pytest.approx(likeness("ヤマナカ", "ヤマナ"))
    assert values("やまな", reader, (), ())["alike"] == 0.0


def test_another_reading_may_be_theirs(reader: Reader) -> None:
    """未来 is read ミライ, and ミク is called so."""
    miku = KnownName(Claimant.REQUESTER, "ミク", ())
    told = values("未来", reader, (miku,), ("美来",))
    assert told["alike"] < 1.0
    assert told["alike, other reading"] == 1.0
    assert values("みらい", reader, (miku,), ("美来",))["alike, other reading"] < 1.0
    assert values("未来西村", reader, (miku,), ("美来",))["alike, other reading"] == 0.0


def test_what_is_heard_is_compared_where_anything_is(reader: Reader) -> None:
    """Whatever is written."""
    assert values("中山", reader, heard="ヤマナカ")["alike, heard"] == 1.0
    assert values("山中", reader)["alike, heard"] == 0.0
    assert values("山中", reader, heard="ヤマサカ")["alike, heard"] == pytest.approx(
        likeness("ヤマナカ", "ヤマサカ")
    )


@pytest.mark.parametrize(
    ("said", "letters", "theirs"),
    [
        ("山中陽子", 1.0, 1.0),
        ("山中", 1.0, 0.5),
        ("山中太郎", 0.5, 0.5),
        ("中山", 0.5, 0.25),
        ("陽中山", 1 / 3, 0.25),
        ("鈴木", 0.0, 0.0),
    ],
)
def test_letters_in_a_row_are_counted(said: str, letters: float, theirs: float, reader: Reader) -> None:
    """As a share of what is written, and of a name of theirs."""
    told = values(said, reader)
    assert (told["letters"], told["letters, of theirs"]) == pytest.approx((letters, theirs))


def test_of_several_names_the_likest_letters_tell(reader: Reader) -> None:
    """A short name may be theirs whole; an empty one is none."""
    told = values("山中太郎", reader, spelt=("山中陽子", "山中", ""))
    assert (told["letters"], told["letters, of theirs"]) == (0.5, 1.0)
    assert values("山中", reader, spelt=())["letters"] == 0.0


@pytest.mark.parametrize(
    ("said", "theirs", "anothers"),
    [
        ("市川さん", 1.0, 0.0),
        ("市川喜一郎", 1.0, 0.0),
        # Other kanji of the same reading are nobody else's; of another reading they are.
        ("市河さん", 0.0, 0.0),
        ("一川", 0.0, 0.0),
        ("石川さん", 0.0, 1.0),
        ("石川一郎", 0.0, 1.0),
        # Kana tell nothing, nor does a single kanji.
        ("いしかわ", 0.0, 0.0),
        ("石", 0.0, 0.0),
    ],
)
def test_kanji_are_theirs_or_anothers(said: str, theirs: float, anothers: float, reader: Reader) -> None:
    """Whoever writes 石川 means no 市川."""
    told = values(said, reader, (ICHIKAWA,), ("市川喜一郎",))
    assert (told["kanji theirs"], told["kanji another's"]) == (theirs, anothers)


@pytest.mark.parametrize(
    ("said", "relative"),
    [
        ("やまなか", False),
        ("やまなかようこ", False),
        ("やまなかまき", True),
        ("ヤマナカケンイチです", True),
        # One mora behind a surname is no given name.
        ("やまなかま", True),
        ("やまなま", False),
        # How alike the surname is: .77 at the most, and .63.
        ("ヤマモトマキ", True),
        ("ヤマシロマキ", False),
        # Another given name, however alike the whole is: .82.
        ("ヤマナカノブコ", True),
        ("スズキマキ", False),
    ],
)
def test_a_surname_with_another_given_name_is_a_relatives(said: str, relative: bool, reader: Reader) -> None:
    """A family shares its surname, which may be misheard; so may the requester's given name."""
    assert values(said, reader)["relative"] == relative


def test_kanji_are_nobody_elses_where_a_party_has_no_names(reader: Reader) -> None:
    """A case may name no staff; then nothing is spelt otherwise."""
    told = values("石川さん", reader, (), ())
    assert (told["kanji theirs"], told["kanji another's"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("known", "said", "relative"),
    [
        # A given name of one mora hardly tells: オオ and ノキ are none of theirs.
        (ONO, "おおのき", False),
        # Like theirs from nine tenths on: .92, and .86 at the most.
        (YAMANAKA, "ヤマナカノヨウコ", False),
        (YAMANAKA, "ヤマナカユウカ", False),
        # How alike the given name is: .79, and .61.
        (MORI, "モリリョウタ", False),
        (MORI, "モリユキコ", True),
        (ONO, "おおのみ", True),
        (ONO, "おおのかき", True),
        (YAMANAKA, "ヤマナカコウジ", True),
        # Any name of three parts is whole.
        (NGUYEN, "グエンティラン", False),
        (NGUYEN, "グエン・ティ・ラン", False),
        (
            KnownName(Claimant.REQUESTER, "グエンランアン", ("グエン", "ランアン"), True),
            "グエン・ラン・アン",
            False,
        ),
    ],
)
def test_a_whole_name_that_is_like_theirs_is_no_relatives(
    known: KnownName, said: str, relative: bool, reader: Reader
) -> None:
    """Wherever it may be cut."""
    assert values(said, reader, (known,), ())["relative"] == relative


@pytest.mark.parametrize(
    ("known", "said", "relative"),
    [
        (BROWN, "エミリー・ブラウン", True),
        (BROWN, "メアリー・ブラウン", True),
        (BROWN, "ブラウン・メアリー", True),
        (BROWN, "ジェームズ・ブラウン", False),
        (BROWN, "ブラウン・ジェームズ", False),
        (BROWN, "メアリー・スミス", False),
        (SMITH, "エミリー・スミス", True),
        (SMITH, "スミス・エミリー", True),
        (SMITH, "ジョン・スミス", False),
        (SMITH, "ス・ミ・ス", False),
        # How alike the other part is: .66, .63, .75 and .78.
        (BROWN, "ジェームズ・トラウト", True),
        (SMITH, "スミス・ジョージ", True),
        (SMITH, "スミス・ジョナ", False),
        (SMITH, "ジェーン・スミス", False),
        (YAMANAKA, "やまなか・まき", True),
        (YAMANAKA, "やまなか・ようこ", False),
    ],
)
def test_a_relative_from_abroad_has_one_part_of_theirs(
    known: KnownName, said: str, relative: bool, reader: Reader
) -> None:
    """Before the dot or behind it; where both parts are theirs, it is nobody else."""
    assert values(said, reader, (known,), ())["relative"] == relative


def test_a_name_that_cannot_be_cut_has_no_relatives(reader: Reader) -> None:
    """A company has no given name."""
    assert values("やまなかまき", reader, (COMPANY,), ())["relative"] == 0.0


@pytest.mark.parametrize(
    "said",
    [
        "横浜の横",
        "ニンベン、人偏",
        "しめすへん",
        "うかんむり",
        "草冠",
        "三角のじ",
        "と書く",
        "という字",
        "といって",
    ],
)
def test_an_explanation_is_told_from_a_name(said: str) -> None:
    """の behind a letter, a radical, 字, and how it is written."""
    assert (EXPLAINS.search(said) is not None) is (said != "といって")


@pytest.mark.parametrize("said", ["西村", "のはら", "ニシムラハヤト"])
def test_a_name_is_no_explanation(said: str) -> None:
    """The の of 野原 begins it."""
    assert EXPLAINS.search(said) is None


def test_an_explanation_is_seen_in_what_is_written_and_heard(reader: Reader) -> None:
    """Of several names the one that it explains most tells."""
    said, heard = "花束の花に子供の子", "ハナタバノハナニコドモノコ"
    told = explains(said, heard, ("山中陽子", "花子"), reader)
    assert told["explains, written"] >= 1
    assert told["explains, heard"] >= 1
    other = explains(said, heard, ("三宅修",), reader)
    assert other["explains, written"] < told["explains, written"]
    assert told["explains, written kanji"] == told["explains, heard kanji"] == 2
    assert told["explains, written density"] > 0.8 > other["explains, written density"]
    assert explains(said, "", ("花子",), reader)["explains, heard"] == 0.0
    assert explains(said, heard, (), reader) == {
        "explains": 1.0,
        "explains, written": 0.0,
        "explains, written kanji": 0.0,
        "explains, written density": 0.0,
        "explains, heard": 0.0,
        "explains, heard kanji": 0.0,
        "explains, heard density": 0.0,
        "explains kanji of theirs": 0.0,
        "explains kanji of another": 2.0,
    }


@pytest.mark.parametrize(
    ("said", "theirs", "others"),
    [
        ("静岡の静", 1, 0),
        ("石ころの石です", 1, 0),
        ("小さい", 1, 0),
        ("小さいの小", 1, 0),
        ("静岡の静に石ころの石、", 2, 0),
        ("静岡の岡", 0, 1),
        ("砂浜の浜に静岡の静", 1, 1),
        ("長い", 0, 1),
        ("新しい。古い", 0, 2),
        ("小さいと長い", 1, 1),
        ("小さいに", 1, 0),
        # Before a comma it goes on in another way.
        ("新しい、古い", 0, 1),
        ("言い、", 0, 0),
        ("小さい 石", 0, 0),
        ("明るいで", 0, 1),
        # Each kanji counts once.
        ("静岡の静、静岡の静", 1, 0),
        # It is not named outright where the word has no such kanji, or says more.
        ("石川の花", 0, 0),
        ("しずかの静", 0, 0),
        ("小さかった", 0, 0),
        ("静岡に小さい人", 0, 0),
        # The word has it at its end, in it, before kana, twice.
        ("安静の静", 1, 0),
        ("真ん中の中", 0, 1),
        ("冷静さの静", 1, 0),
        ("松の木の松", 0, 1),
        ("高い低いの高い", 0, 1),
        ("漢数字の一", 0, 1),
        ("数字の二", 0, 1),
        # Another word stands between, or none before.
        ("静に岡の静", 0, 0),
        ("静の静", 0, 0),
        ("静かな人たちの静", 0, 0),
        ("大小い", 0, 0),
        ("木へん白い", 0, 0),
        ("木へんに白い", 0, 0),
        ("静かな岡", 0, 0),
    ],
)
def test_a_kanji_that_is_named_outright_is_theirs_or_anothers(
    said: str, theirs: int, others: int, reader: Reader
) -> None:
    """By a word that holds it, or by an adjective."""
    told = explains(said, "", ("小石静",), reader)
    assert (told["explains kanji of theirs"], told["explains kanji of another"]) == (theirs, others)
    assert told["explains"] == 1.0


def test_of_several_names_any_may_have_the_kanji(reader: Reader) -> None:
    """A party may have several names; what none of them has is another's."""
    told = explains("静岡の静に石ころの石に砂浜の浜", "", ("山本石", "川口静"), reader)
    assert (told["explains kanji of theirs"], told["explains kanji of another"]) == (2, 1)
    told = explains("静岡の静に石ころの石", "", ("山本", "石静", "静"), reader)
    assert (told["explains kanji of theirs"], told["explains kanji of another"]) == (2, 0)
    told = explains("静岡の静に石ころの石", "", ("山本", "川口"), reader)
    assert (told["explains kanji of theirs"], told["explains kanji of another"]) == (0, 2)
