"""An explanation of a name's kanji tells by its sound whose name it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.chain import RULES, Context, attribute
from pipeline.ownership.compare.kanji import (
    KanjiSounds,
    best_way,
    explained_at,
    explained_share,
    readings_of,
)
from pipeline.ownership.neighbours.gaps import AN_EXCHANGE
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Party, Requester, Transcript
from tests.builders import transcript, utterance


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The dictionary that ships."""
    return load_reader()


def people(heard: Transcript, *texts: str) -> tuple[EntitySpan, ...]:
    """Names, each where it stands."""
    starts = (heard.text.index(text) for text in texts)
    return tuple(
        EntitySpan("PERSON", CharSpan(start, start + len(text)), 0.9, "Test")
        for start, text in zip(starts, texts, strict=True)
    )


@pytest.mark.parametrize(
    ("heard", "name", "kanji"),
    [
        ("大陸の陸に森林の林", "陸林", 2),
        ("大量のようになのかなのな", "仲程陽菜", 2),
        ("やよいのや大変用の対応だと", "松村弥太郎", 3),
    ],
)
def test_garbled_words_are_near_enough(heard: str, name: str, kanji: int, reader: Reader) -> None:
    """Each explained kanji is told, with where, in the order of the name."""
    told = explained_at(heard, name, reader)
    assert 2 <= len(told) <= kanji
    assert all(0 <= at.start < at.end <= len(heard) for at in told)
    assert list(told) == sorted(told)


def test_the_other_order_is_another_name(reader: Reader) -> None:
    """森林 is not 林森."""
    assert explained_at("横浜の横に田んぼの田", "横田", reader)
    assert explained_at("横浜の横に田んぼの田", "田横", reader) == ()


@pytest.mark.parametrize("name", ["三宅修", "相馬千鶴", "鮎川悟", "長谷部隼人"])
def test_somebody_elses_kanji_are_not_explained(name: str, reader: Reader) -> None:
    """What explains one name explains no other."""
    assert explained_at("大量のようになのかなのな", name, reader) == ()
    assert explained_at("横浜の横に単望の雑王", name, reader) == ()


def test_too_little_tells_nothing(reader: Reader) -> None:
    """A few morae are near to anything."""
    assert explained_at("", "横田辰雄", reader) == ()
    assert explained_at("横の", "横田辰雄", reader) == ()


@pytest.mark.parametrize(("name", "party"), [("仲程陽菜", Party.REQUESTER), ("三宅修", Party.THIRD_PARTY)])
def test_the_requesters_explanation_stays_and_is_looked_at(name: str, party: Party, reader: Reader) -> None:
    """It is kept by its sound alone, and an analyst is asked; anybody else's stays masked."""
    heard = transcript(
        utterance("下のお名前の字は", 0.0), utterance("大量のようになのかなのなです", 2.0, channel=1)
    )
    case = CallCase("R-1", Requester(names=(CaseName(name),)))
    (found,) = attribute(
        people(heard, "大量のようになのかなのな"), Context(heard, case, reader), passes=RULES
    )
    assert found.party is party
    assert found.needs_review or party is Party.THIRD_PARTY


def test_pieces_of_one_explanation_tell_together(reader: Reader) -> None:
    """横浜の横 alone is little; with what goes on behind it, it is the whole surname."""
    heard = transcript(utterance("横浜の横に、", 0.0, channel=1), utterance("田んぼの田です", 2.0, channel=1))
    case = CallCase("R-1", Requester(names=(CaseName("横田辰雄"),)))
    found = attribute(people(heard, "横浜の横", "田んぼの田"), Context(heard, case, reader), passes=RULES)
    assert [each.party for each in found] == [Party.REQUESTER] * 2


def test_a_name_itself_is_no_explanation(reader: Reader) -> None:
    """Without の, へん or 字 likeness to some words of the name's kanji says nothing."""
    heard = transcript(utterance("映像雨見や広しさんです", 0.0))
    case = CallCase("R-1", Requester(names=(CaseName("雨宮良子"),)))
    (found,) = attribute(people(heard, "映像雨見や広し"), Context(heard, case, reader), passes=RULES)
    assert found.party is not Party.REQUESTER


@pytest.mark.parametrize(("named", "party"), [("仁科さま", Party.REQUESTER), ("岡本さま", Party.THIRD_PARTY)])
def test_another_explanation_is_no_name_that_was_said_last(named: str, party: Party, reader: Reader) -> None:
    """人便人にの人 is one, too: the name before it tells whose kanji are explained, if doubtfully heard."""
    lines = (named, "人便人にの人という字", "遠と人々にの人にないかのかです")
    heard = transcript(*(utterance(line, 4.0 * at, channel=1) for at, line in enumerate(lines)))
    case = CallCase("R-1", Requester(names=(CaseName("仁科陽菜", "ニシナハルナ"),)))
    found = attribute(
        people(heard, named, "人便人にの人", "遠と人々にの人にないかのか"),
        Context(heard, case, reader),
        passes=RULES,
    )
    assert found[2].party is party


@pytest.mark.parametrize(
    ("named", "score", "between", "theirs"),
    [
        ("小林佳奈", 0.95, "", False),
        ("小林佳奈", 0.5, "", True),
        ("小林佳奈", 0.95, "か" * AN_EXCHANGE, True),
        ("小池律", 0.95, "", True),
    ],
)
def test_what_is_said_right_behind_a_third_partys_name_explains_that(
    named: str, score: float, between: str, theirs: bool, reader: Reader
) -> None:
    """小学校の小, heard as 小学校の賞, is of 小池, too; a name that is hardly one may be theirs, garbled."""
    said = "小学校の賞に電池の地です"
    heard = transcript(utterance(f"{named}さんですね。{between}", 0.0), utterance(said, 6.0, channel=1))
    case = CallCase("R-1", Requester(names=(CaseName("小池律", "コイケリツ"),)))
    name, behind = people(heard, named, said)
    found = attribute((replace(name, score=score), behind), Context(heard, case, reader), passes=RULES)
    assert (found[1].party is Party.REQUESTER) is theirs


@pytest.mark.parametrize(("named", "theirs"), [("小池", True), ("まあ", False)])
def test_without_the_name_before_it_all_of_an_explanation_has_to_fit(
    named: str, theirs: bool, reader: Reader
) -> None:
    """Three fifths of 小学校の小に負担の木の速やし explain 小池, and another name as well."""
    said = "小学校の小に負担の木の速やし"
    heard = transcript(utterance(f"{named}です。{said}", 0.0))
    case = CallCase("R-1", Requester(names=(CaseName("小池律", "コイケリツ"),)))
    names = people(heard, *([named] if theirs else []), said)
    found = attribute(names, Context(heard, case, reader), passes=RULES)
    assert (found[-1].party is Party.REQUESTER) is theirs


def test_of_a_long_explanation_a_little_fits_any_name(reader: Reader) -> None:
    """Three findings in a row hold something like each kanji of 松浦三郎, and are 虎太郎's."""
    said = "トラの門のトラに太いと言いじに王座とのろうと読めるんです動物のトラに対閉どうのたいに王座とのろう"
    assert explained_at(said, "松浦三郎", reader) == ()
    assert explained_at("動物のトラに対閉どうのたいに王座とのろう", "虎太郎", reader)


@pytest.mark.parametrize(("said", "party"), [(None, Party.REQUESTER), (Party.THIRD_PARTY, Party.THIRD_PARTY)])
def test_what_the_talk_calls_anothers_explains_no_name_before_it(
    said: Party | None, party: Party, reader: Reader
) -> None:
    """幹事は柳田 behind the requester's name was heard as 感じは嫌な気だ: 漢字は is often heard so."""
    heard = transcript(utterance("岩田花子、感じは嫌な気だ", 0.0))
    case = CallCase("R-1", Requester(names=(CaseName("岩田花子", "イワタハナコ"),)))
    name, behind = people(heard, "岩田花子", "感じは嫌な気だ")
    found = attribute((name, replace(behind, hint=said)), Context(heard, case, reader), passes=RULES)
    assert [each.party for each in found] == [Party.REQUESTER, party]


def test_a_kanji_of_the_word_that_is_said_is_the_one_explained(reader: Reader) -> None:
    """静岡の静 explains no kanji of 岩田花子, however near the rest of it sounds."""
    for said, party in (
        ("向こう側のむ、名は静岡の静と子供のむ", Party.THIRD_PARTY),
        ("岩石のいに、花束のはと子供のむ", Party.REQUESTER),
    ):
        heard = transcript(utterance(f"岩田花子です、{said}", 0.0))
        case = CallCase("R-1", Requester(names=(CaseName("岩田花子", "イワタハナコ"),)))
        _, behind = attribute(people(heard, "岩田花子", said), Context(heard, case, reader), passes=RULES)
        assert behind.party is party


def test_how_much_is_explained_is_told_below_the_bound(reader: Reader) -> None:
    """タイラという時に 野球の屋 is nearly 平野's, and less another's; the bound is where it is found."""
    garbled = "タイラという時に 野球の屋で"
    assert explained_at(garbled, "平野拓也", reader) == ()
    assert 0.8 < explained_share(garbled, "平野拓也", reader) < 1
    assert explained_share(garbled, "三宅修", reader) < 0.8
    assert explained_share("大陸の陸に森林の林", "陸林", reader) >= 1
    assert explained_share("はい", "陸林", reader) == 0


@pytest.mark.parametrize(
    ("said", "name", "kanji"),
    [
        # Just enough of a name, and just too little.
        ("花束の花に子供の子", "花子", 2),
        ("小学校の小に池", "小池", 0),
        ("小学校の小に負担の木の速やし", "小池律", 2),
        ("動物のトラに対閉どうのたいに王座とのろう", "平野拓也", 0),
        # Words that are heard just well enough, and that are worth just enough.
        ("横浜の用に単望のた", "横田辰雄", 3),
        ("太陽のように菜の花の菜", "虎太郎", 0),
        ("やよいのや大変用の対応だと", "虎太郎", 2),
        ("沢の沢、修理の修", "三宅修", 0),
        ("沢の沢、香りの香、田んぼの田", "沢田香織", 3),
        ("平和の平と書きます", "平野拓也", 3),
        # Of a long one enough has to be of the name: the well was heard as a wood, the tree comes too late.
        ("上下の上に、森林の林、静岡の静と書きます", "井上静", 2),
        ("青空の青を書いて、明るいの明に明るいの明に、木曜の木", "青木明", 0),
    ],
)
def test_the_bounds_of_an_explanation_lie_between(said: str, name: str, kanji: int, reader: Reader) -> None:
    """Each is decided by one bound: moved by a quarter, more or fewer kanji would be explained."""
    assert len(explained_at(said, name, reader)) == kanji


@pytest.mark.parametrize(
    ("name", "surname", "said", "theirs"),
    [("小池律", "小池", "律儀の律、律儀の律", True), ("仲程陽菜", "仲程", "太陽の陽、太陽の陽", False)],
)
def test_a_little_less_explains_the_name_that_was_said_last(
    name: str, surname: str, said: str, theirs: bool, reader: Reader
) -> None:
    """One of its kanji, said twice, is now enough and now not: the bound lies between."""
    asked = f"{surname}です。はい、ありがとうございます。それでは、お名前のほうもお願いいたします。"
    heard = transcript(utterance(asked + said, 0.0))
    case = CallCase("R-1", Requester(names=(CaseName(name),)))
    found = attribute(people(heard, surname, said), Context(heard, case, reader), passes=RULES)
    assert [each.party is Party.REQUESTER for each in found] == [True, theirs]


def test_an_explanation_may_be_found_in_many_pieces(reader: Reader) -> None:
    """Kanji by kanji, as long as each piece explains one of the name's."""
    pieces = ("小学校の小", "お池の池", "行人偏", "法律の律")
    heard = transcript(*(utterance(piece, 2.0 * at, channel=1) for at, piece in enumerate(pieces)))
    case = CallCase("R-1", Requester(names=(CaseName("小池律"),)))
    found = attribute(people(heard, *pieces), Context(heard, case, reader), passes=RULES)
    assert [each.party for each in found] == [Party.REQUESTER] * 4


@pytest.mark.parametrize(("said", "kanji", "some"), [("森林の", "林", True), ("野原の", "野", False)])
def test_four_morae_explain_nothing(said: str, kanji: str, some: bool, reader: Reader) -> None:
    """シンリンノ has five, ノハラノ four."""
    assert (explained_share(said, kanji, reader) > 0) is some


def test_a_reading_behind_a_word_has_four_morae_at_the_most() -> None:
    """A longer one is a word itself."""
    known = KanjiSounds(readings=("ココロザ", "ウケタマワ", "シ"))
    assert [len(reading) for reading in readings_of(known)] == [4, 1]


@pytest.mark.parametrize(
    ("found", "way"),
    [
        # Of five places of a kanji the least is not tried, of four it is.
        (
            [[(1, 0, 1), (2, 4, 7), (4, 0, 3), (1.5, 8, 11), (2, 9, 10)], [(3, 0, 2), (4, 2, 3)]],
            ((2, 3),),
        ),
        (
            [[(3, 6, 7), (2.5, 6, 8), (1.5, 1, 3), (2, 5, 7)], [(1.5, 6, 8), (2, 5, 6)]],
            ((1, 3), (5, 6)),
        ),
        # Of many ways twelve are followed: more, or fewer, would lead elsewhere.
        (
            [
                [(1, 4, 5), (2, 2, 5)],
                [(2, 7, 8), (2.5, 7, 10), (4, 7, 10), (4, 6, 7), (2, 6, 8), (3, 8, 9)],
                [(4, 2, 5), (2.5, 5, 8), (2, 0, 3)],
                [(2.5, 6, 7), (1, 5, 7)],
            ],
            ((2, 5), (7, 10)),
        ),
        (
            [
                [(1, 5, 7), (2.5, 5, 6), (2, 0, 3), (2.5, 1, 3), (3, 6, 8)],
                [(3, 8, 11), (3, 1, 2), (2, 6, 8)],
                [(2, 8, 11), (4, 2, 4)],
            ],
            ((1, 2), (2, 4)),
        ),
    ],
)
def test_few_places_and_few_ways_are_tried(
    found: list[list[tuple[float, int, int]]], way: tuple[tuple[int, int], ...]
) -> None:
    """What an explanation costs stays small, however long it is."""
    assert best_way(found, shared=0).stretches == way
