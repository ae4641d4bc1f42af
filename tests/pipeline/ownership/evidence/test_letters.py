"""How a name that is written compares with those of a case."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.evidence.letters import EXPLAINS, explains, name_in, written_name
from pipeline.ownership.known.names import KnownName
from pipeline.sound.morae import likeness
from pipeline.types import Party

YAMANAKA = KnownName(Party.REQUESTER, "ヤマナカヨウコ", ("ヤマナカ", "ヨウコ"))
ICHIKAWA = KnownName(Party.REQUESTER, "イチカワキイチロウ", ("イチカワ", "キイチロウ"))
COMPANY = KnownName(Party.COMPANY, "ヤマナカ", ())


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
    miku = KnownName(Party.REQUESTER, "ミク", ())
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
        # How alike the given name is: .67 at the least, and .48.
        ("ヤマナカユウカ", False),
        ("ヤマナカノブコ", True),
        ("スズキマキ", False),
    ],
)
def test_a_surname_with_another_given_name_is_a_relatives(said: str, relative: bool, reader: Reader) -> None:
    """A family shares its surname, which may be misheard; so may the requester's given name."""
    assert values(said, reader)["relative"] == relative


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
    assert explains(said, "", ("花子",), reader)["explains, heard"] == 0.0
    assert explains(said, heard, (), reader) == {"explains, written": 0.0, "explains, heard": 0.0}
