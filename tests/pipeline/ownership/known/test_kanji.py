"""An explanation of a name's kanji tells by its sound how much of the name it explains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from models.language.readings import Reader
from pipeline.ownership.known.kanji import Explained, KanjiReader, KanjiSounds, explained_each
from pipeline.sound.morae import Mora, morae
from pipeline.types import CharSpan


@dataclass(frozen=True)
class Line:
    """A text as its morae; nobody asks for their characters."""

    morae: tuple[Mora, ...]

    def span(self, start: int, end: int) -> CharSpan:
        """A mora a character."""
        return CharSpan(start, end)


@dataclass(frozen=True)
class KanaReader:
    """Reads kana as they are, and knows the kanji that a test gives."""

    known: Mapping[str, KanjiSounds]
    asked: list[str] = field(default_factory=list)

    def line(self, text: str) -> Line:
        """The morae of kana."""
        return Line(morae(text))

    def kanji_sounds(self, kanji: str) -> KanjiSounds:
        """What the test gave."""
        self.asked.append(kanji)
        return self.known.get(kanji, KanjiSounds())


def explained(text: str, name: str, reader: KanjiReader) -> Explained:
    """What is found of one name."""
    return explained_each(text, (name,), reader)[0]


def worth(text: str, **known: KanjiSounds) -> float:
    """What is found of some kanji, in morae; a text of more than 31 morae needs more, bit by bit."""
    share = explained(text, "".join(known), KanaReader(known)).share
    return share * (9.5 + 0.1 * len(morae(text)))


def by_words(*words: str) -> KanjiSounds:
    """A kanji that stands in some words."""
    return KanjiSounds(words=words)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("大陸の陸に森林の林", "陸林"),
        ("大量のようになのかなのな", "仲程陽菜"),
        ("やよいのや大変用の対応だと", "松村弥太郎"),
        ("横浜の横に田んぼの田", "横田"),
        ("花束の花に子供の子", "花子"),
    ],
)
def test_an_explanation_is_one_however_it_was_heard(said: str, name: str, reader: Reader) -> None:
    """Garbled words of the name's kanji in their order explain it whole."""
    assert explained(said, name, reader).share >= 1


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("横浜の横に田んぼの田", "田横"),
        ("大量のようになのかなのな", "三宅修"),
        ("大量のようになのかなのな", "相馬千鶴"),
        ("大量のようになのかなのな", "長谷部隼人"),
        ("沢の沢、修理の修", "三宅修"),
        # Of a long explanation a little fits any name.
        (
            "トラの門のトラに太いと言いじに王座とのろうと読めるんです動物のトラに対閉どうのたいに王座とのろう",
            "松浦三郎",
        ),
    ],
)
def test_another_name_is_not_explained(said: str, name: str, reader: Reader) -> None:
    """森林 is not 林森, and what explains one name explains no other."""
    assert explained(said, name, reader).share < 1


def test_a_part_of_an_explanation_is_told_as_a_share(reader: Reader) -> None:
    """タイラという時に 野球の屋 is nearly 平野's, and less another's."""
    garbled = "タイラという時に 野球の屋で"
    assert 0.8 < explained(garbled, "平野拓也", reader).share < 1
    assert explained(garbled, "三宅修", reader).share < 0.8


@pytest.mark.parametrize(
    ("name", "kanji", "worth"),
    [
        ("甲", 1, 4),
        ("甲乙", 2, 8),
        ("甲丙", 1, 4),
        ("丙乙甲", 1, 4),
        ("丙", 0, 0),
    ],
)
def test_what_explains_one_kanji_is_told_from_what_explains_all(name: str, kanji: int, worth: float) -> None:
    """Somebody whose name shares one kanji with that which is explained has no word for the rest."""
    reader = KanaReader({"甲": by_words("タカサ"), "乙": by_words("ヒロマ"), "丙": by_words("セツム")})
    told = explained("タカサノヌヒロマノネヌ", name, reader)
    assert told.kanji == kanji
    assert told.density == pytest.approx(worth / 11)


@pytest.mark.parametrize("said", ["", "タカサノ"])
def test_a_short_text_explains_no_kanji(said: str) -> None:
    """Chance is as good."""
    assert explained(said, "甲", KanaReader({"甲": by_words("タカサ")})) == Explained(0.0, 0, 0.0)


@pytest.mark.parametrize(("said", "name"), [("", "陸林"), ("はい", "陸林"), ("大陸の陸に森林の林", "")])
def test_nothing_explains_nothing(said: str, name: str, reader: Reader) -> None:
    """Neither a text without words nor a name without kanji has a share."""
    assert explained(said, name, reader).share == 0


@pytest.mark.parametrize(("said", "kanji", "some"), [("森林の", "林", True), ("野原の", "野", False)])
def test_four_morae_explain_nothing(said: str, kanji: str, some: bool, reader: Reader) -> None:
    """シンリンノ has five, ノハラノ four."""
    assert (explained(said, kanji, reader).share > 0) is some


def test_a_text_needs_more_for_each_of_its_morae() -> None:
    """Nine and a half morae, a tenth more for each; of a long text two fifths of it."""
    reader = KanaReader({"甲": by_words("タカサ")})
    for length, needed in ((10, 10.5), (31, 12.6), (32, 12.8), (40, 16.0)):
        text = "タカサノ" + "ヒ" * (length - 4)
        assert explained(text, "甲", reader).share == pytest.approx(4 / needed)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("タカサノヒヒ", 4.0),
        # ガ for カ costs little, and two and a half times that is lost.
        ("タガサノヒヒ", 4 - 2.5 * 0.55 * 0.15),
        # A mora that is missing, too: the word is worth just enough, or just too little.
        ("ガサノヒヒヒ", 4 - 2.5 * (0.8 + 0.55 * 0.15)),
        ("マサノヒヒヒ", 0.0),
        ("ヒヒヒヒヒヒ", 0.0),
    ],
)
def test_a_word_is_worth_its_morae_less_what_it_costs(said: str, found: float) -> None:
    """A word that is worth too little is none."""
    assert worth(said, 甲=by_words("タカサ")) == pytest.approx(found)


@pytest.mark.parametrize(
    ("said", "known", "found"),
    [
        # Word + の, and word + という字.
        ("タカノヒヒ", by_words("タカ"), 3.0),
        ("タノヒヒヒ", by_words("タ"), 0.0),
        ("タカサトイウジ", by_words("タカサ"), 7.0),
        ("タカトイウジ", by_words("タカ"), 3 - 2.5 * 0.55 * 0.35),
        # A long word alone.
        ("タカサメヒヒ", by_words("タカサメ"), 4.0),
        ("タカサヒヒヒ", by_words("タカサ"), 4 - 2.5 * 0.8),
        ("タカヒヒヒ", by_words("タカ"), 0.0),
        # A radical, and a reading + という字.
        ("ニンベンヒヒ", KanjiSounds(parts=("ニンベン",)), 4.0),
        ("タカトイウジ", KanjiSounds(readings=("タカ",)), 6.0),
        ("タカノササ", KanjiSounds(readings=("タカ",)), 0.0),
    ],
)
def test_a_kanji_is_explained_in_several_ways(said: str, known: KanjiSounds, found: float) -> None:
    """By a word with の or という字, by a long word, by its radical, by its reading."""
    assert worth(said, 甲=known) == pytest.approx(found)


@pytest.mark.parametrize(
    ("said", "reading", "more"),
    [
        ("タカサノメキ", "メキ", 2.0),
        ("タカサノメギ", "メキ", 2 - 2.5 * 0.55 * 0.15),
        # A mora later: 太陽の、陽.
        ("タカサノンメキ", "メキ", 2 - 2.5 * 0.4),
        ("タカサノヒヒメキ", "メキ", 0.0),
        # Four morae at the most: a longer one is a word itself.
        ("タカサノメキムモ", "メキムモ", 4.0),
        ("タカサノメキムモレ", "メキムモレ", 0.0),
        ("タカサノメ", "メキ", 0.0),
    ],
)
def test_its_reading_behind_its_word_is_worth_more(said: str, reading: str, more: float) -> None:
    """大陸の陸 tells more than 大陸の, where the reading follows at once or a mora later."""
    known = KanjiSounds(words=("タカサ",), readings=(reading,))
    assert worth(said, 甲=known) == pytest.approx(4 + more)


def test_a_long_word_alone_has_no_reading_behind_it() -> None:
    """Only の calls for the kanji."""
    known = KanjiSounds(words=("タカサメ",), readings=("メキ",))
    assert worth("タカサメメキ", 甲=known) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("タカサノメキムノ", 8.0),
        ("メキムノタカサノ", 4.0),
        # A mora may belong to two words.
        ("タカサノキムノヒ", 8.0),
    ],
)
def test_words_are_told_in_the_order_of_the_name(said: str, found: float) -> None:
    """The second kanji's word begins where the first one's ends, or shares a mora with it."""
    second = by_words("メキム") if "メ" in said else by_words("ノキム")
    assert worth(said, 甲=by_words("タカサ"), 乙=second) == pytest.approx(found)


def test_no_two_morae_belong_to_two_words() -> None:
    """Of two words that share サノ the one that is worth more is told."""
    assert worth("タカサノキムノヒ", 甲=by_words("タカサ"), 乙=by_words("サノキム")) == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("said", "words", "found"),
    [
        # Of three places of a kanji less would be found, and of five another way is lost.
        (
            "ムサキソクタトリノムテサノホミムムテサノノ",
            [("タカトニ",), ("ソクテ",), ("ホミム", "クタトリ"), ("ムテサノ", "ムサキソ")],
            10.86625,
        ),
        (
            "レサケノラムリメノルセナヒノレサケニソサノルセナヒノ",
            [
                ("ラムリメ", "リネモ"),
                ("レサケ",),
                ("ルセナヒ", "ヘセカ"),
                ("ニソサ", "サモラク", "ホホネ"),
            ],
            14.0,
        ),
        # Twelve ways are followed: fewer lead elsewhere, and so do more.
        (
            "クモカノサニセノロタクネノクモカノサモクモカノサモノサモノ",
            [("サニセ", "サモ", "クモカ"), ("ホムロカ",), ("ロタクネ", "カカキカ")],
            9.0,
        ),
        (
            "テココヒノムネレリメカロセムクラノメカロノムネレリヒケコノメカロヒケコテココヒノ",
            [("メカロ", "ムネレリ", "ヒケコ"), ("クモモソ", "テココヒ"), ("セムクラ",)],
            10.0,
        ),
        (
            "カヒサホノコスネヒスソムノロノサノカヒサホノナソリノソナリメケホ",
            [("カヒサホ",), ("ナソリノ",), ("コスネヒ", "メケホ", "ロノサ"), ("スソム", "ソナリ")],
            12.09125,
        ),
    ],
)
def test_few_places_and_few_ways_are_tried(said: str, words: list[tuple[str, ...]], found: float) -> None:
    """What an explanation costs stays small, however long it is."""
    known = {kanji: by_words(*each) for kanji, each in zip("甲乙丙丁", words, strict=False)}
    length = len(morae(said))
    share = explained(said, "".join(known), KanaReader(known)).share
    assert share * max(9.5 + 0.1 * length, 0.4 * length) == pytest.approx(found)


def test_a_kanji_that_many_names_have_is_looked_for_once(reader: Reader) -> None:
    """A company has hundreds of colleagues; each name is explained as it is by itself."""
    names = ["陸林", "林陸", "大林", "仲程陽菜", "林", "陸", "陽", "々"]
    for text in ("大陸の陸に森林の林", "大量のようになのかなのな", "はい", ""):
        assert explained_each(text, names, reader) == [explained(text, name, reader) for name in names]

    asked = KanaReader({"甲": by_words("タカサ"), "乙": by_words("ヒロマ")})
    explained_each("タカサノヌヒロマノネヌ", ["甲乙", "乙甲", "甲", "乙"] * 50, asked)
    assert sorted(asked.asked) == ["乙", "甲"]
