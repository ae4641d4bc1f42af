"""How near what a case knows is to what is written in a finding, and to what is heard in it."""

from __future__ import annotations

from collections.abc import Mapping
from math import log1p

import pytest

from pipeline.ownership.evidence.nearness import heard_nearness, without_honorific, written_nearness
from pipeline.ownership.evidence.stretches import Stretch
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.forms import SpokenForm
from pipeline.sound.morae import morae
from tests.posteriorgrams import A_MORA, logs_of

OWN, STAFF = Claimant.REQUESTER, Claimant.COLLEAGUES


def form(kana: str, kind: str = "surname", claimant: Claimant = OWN) -> SpokenForm:
    """Something that a case knows."""
    return SpokenForm(claimant, kind, morae(kana))


TAKASAME = form("タカサメ")


def near(said: str, *forms: SpokenForm, claimant: Claimant = OWN) -> Mapping[str, float]:
    """How near some forms are to what is written, as kana."""
    return written_nearness(morae(said), forms or (TAKASAME,))[claimant]


def stretch(
    kana: str, first: int, last: int, instead: Mapping[int, tuple[str, float]] | None = None
) -> Stretch:
    """What is heard, of which the morae ``[first, last)`` are a finding's."""
    return Stretch(logs_of(kana, instead), A_MORA * first, A_MORA * last)


def sounding(*stretches: Stretch, forms: tuple[SpokenForm, ...] = (TAKASAME,)) -> Mapping[str, float]:
    """How near some forms of the requester's are to what is heard."""
    return heard_nearness(stretches, forms)[OWN]


def test_a_form_that_is_written_is_as_near_as_can_be() -> None:
    """Its worth grows with its length."""
    values = near("タカサメ")
    assert values["written surname"] == 1.0
    assert values["written surname, worth"] == pytest.approx(log1p(4))


@pytest.mark.parametrize(
    ("said", "nearness", "covered"),
    [
        ("タカサ", 0.8, 1.0),
        ("カガサメ", 1 - (0.55 * 0.44 + 0.55 * 0.15) / 4, 1.0),
        # Fairly near up to a price of three tenths of its length.
        ("タキシメ", 0.745, 1.0),
        ("カキモメ", 0.681, 0.0),
    ],
)
def test_what_is_written_badly_is_less_near(said: str, nearness: float, covered: float) -> None:
    """What is hardly near covers nothing, but is told."""
    values = near(said)
    assert values["written surname"] == pytest.approx(nearness, abs=0.001)
    assert values["written covered"] == covered


@pytest.mark.parametrize(("said", "there"), [("タ", True), ("ヒ", False)])
def test_what_is_too_far_is_not_told(said: str, there: bool) -> None:
    """A third of a form has lost 53 % of it, another mora 72 %; the bound is at three fifths."""
    assert ("written surname" in near(said, form("タカサ"))) is there


def test_of_several_forms_of_one_kind_the_one_that_tells_most_is_kept() -> None:
    """A longer one tells more, also where it is a little less near."""
    short, long = form("タカ"), form("タカサメナ")
    for forms in ((short, long), (long, short)):
        values = near("タガサメナ", *forms)
        assert values["written surname, worth"] == pytest.approx((1 - 0.55 * 0.15 / 5) * log1p(5))


def test_each_kind_and_party_has_values_of_its_own() -> None:
    """A surname of the staff says nothing of the requester's town."""
    forms = (form("タカサメ", "town"), form("タカサメ", "surname", STAFF))
    found = written_nearness(morae("タカサメ"), forms)
    assert set(found) == set(Claimant)
    assert [name for name in found[OWN] if "surname" in name] == []
    assert found[OWN]["written town"] == found[STAFF]["written surname"] == 1.0
    assert [name for name in found[STAFF] if "town" in name] == []
    assert found[Claimant.COMPANY]["written covered"] == 0.0


def test_what_is_left_is_counted_before_and_behind() -> None:
    """All that no form covers: up to the first of them, and from there on."""
    values = near("ヒヒヒタカサメヒモリヒ", TAKASAME, form("モリ", "given name"))
    assert values["written covered"] == pytest.approx(6 / 11)
    assert values["written left before"] == pytest.approx(log1p(3))
    assert values["written left behind"] == pytest.approx(log1p(2))


@pytest.mark.parametrize(("said", "count"), [("タカサメ", 4), ("ヒヒタカサメヒ", 7), ("タカーサメ", 5)])
def test_what_is_written_has_so_many_morae(said: str, count: int) -> None:
    """For every party the same, whatever is near."""
    found = written_nearness(morae(said), (TAKASAME,))
    assert [values["written morae"] for values in found.values()] == [pytest.approx(log1p(count))] * 4


def test_no_form_reaches_across_a_break() -> None:
    """A word that ends in half a name, and one that begins with the other half, are no name."""
    whole, halves = morae("タカサメ"), (*morae("タカ"), None, *morae("サメ"))
    assert written_nearness(whole, (TAKASAME,))[OWN]["written surname"] == 1.0
    parted = written_nearness(halves, (TAKASAME,))[OWN]
    assert parted.get("written surname", 0.0) < 0.7
    assert parted["written covered"] == 0.0


def test_each_side_of_a_break_is_looked_through() -> None:
    """Two words may hold a name each."""
    line = (*morae("モリ"), None, *morae("タカサメ"))
    values = written_nearness(line, (TAKASAME, form("モリ", "given name")))[OWN]
    assert values["written surname"] == values["written given name"] == 1.0
    assert values["written left before"] == 0.0


def test_a_break_is_no_mora() -> None:
    """It is neither counted nor covered nor left, on either side of a form and behind all of them."""
    line = (*morae("モリ"), None, *morae("タカサメ"), None, *morae("ヒヒ"), None)
    both = written_nearness(line, (TAKASAME, form("モリ", "given name")))[OWN]
    assert both["written morae"] == pytest.approx(log1p(8))
    assert both["written covered"] == pytest.approx(6 / 8)
    assert (both["written left before"], both["written left behind"]) == (0.0, pytest.approx(log1p(2)))


def test_where_all_is_covered_but_a_break_all_is_covered() -> None:
    """ritsu-umezawa is all theirs."""
    line = (*morae("モリ"), None, *morae("タカサメ"))
    values = written_nearness(line, (TAKASAME, form("モリ", "given name")))[OWN]
    assert (values["written covered"], values["written left behind"]) == (1.0, 0.0)


def test_where_nothing_is_near_all_is_left_before() -> None:
    """Nothing is covered."""
    values = near("ヒヒヒヒヒヒ")
    assert (values["written covered"], values["written left behind"]) == (0.0, 0.0)
    assert values["written left before"] == pytest.approx(log1p(6))


def test_nothing_written_tells_nothing() -> None:
    """A finding may have no sound; then no value is there."""
    assert written_nearness((), (TAKASAME,)) == {each: {} for each in Claimant}
    assert written_nearness((None,), (TAKASAME,)) == {each: {} for each in Claimant}
    assert near("タカ", form("タカサメ", claimant=STAFF))["written covered"] == 0.0


def test_a_form_that_is_heard_is_as_near_as_can_be() -> None:
    """Whatever stands around the finding."""
    values = sounding(stretch("ヒクタカサメクヒ", 2, 6))
    assert values["heard surname"] == pytest.approx(1.0)
    assert values["heard surname, worth"] == pytest.approx(log1p(4))
    # The last mora's blanks are no part of a hit.
    assert values["heard covered"] == pytest.approx(13 / 16)
    assert (values["heard left before"], values["heard left behind"]) == (0.0, 0.0)


@pytest.mark.parametrize(("left", "there"), [(-8.0, True), (-8.95, False)])
def test_what_is_heard_faintly_is_less_near(left: float, there: bool) -> None:
    """Log odds of -2.2 for each mora are the bound: -8.8 of four."""
    values = sounding(stretch("ヒクタカサメクヒ", 2, 6, {3: ("ロ", left)}))
    assert ("heard surname" in values) is there
    if there:
        assert values["heard surname"] == pytest.approx(1 - 7.99 / 4 / 2.2)


@pytest.mark.parametrize(("left", "covered"), [(-3.7, 13 / 16), (-4.3, 0.0)])
def test_what_is_heard_fairly_covers(left: float, covered: float) -> None:
    """Log odds of -1 for each mora are the bound: -4 of four."""
    values = sounding(stretch("ヒクタカサメクヒ", 2, 6, {3: ("ロ", left)}))
    assert values["heard covered"] == pytest.approx(covered)
    assert values["heard left before"] == pytest.approx(0.0 if covered else log1p(4))


@pytest.mark.parametrize(
    ("first", "last", "before", "behind"),
    [(1, 7, 1, 1), (4, 7, 0, 1), (0, 4, 2, 0), (2, 8, 0, 2)],
)
def test_a_form_may_lie_partly_in_a_finding(first: int, last: int, before: int, behind: int) -> None:
    """What is heard beside it is left."""
    values = sounding(stretch("ケクタカサメクケ", first, last))
    assert values["heard surname"] == pytest.approx(1.0)
    assert values["heard left before"] == pytest.approx(log1p(before))
    assert values["heard left behind"] == pytest.approx(log1p(behind))


def test_a_form_beside_a_finding_is_not_in_it() -> None:
    """A second around it is heard, too."""
    values = sounding(stretch("タカサメクケクケ", 4, 8))
    assert "heard surname" not in values
    assert values["heard covered"] == 0.0
    assert values["heard left before"] == pytest.approx(log1p(4))


BEHIND = (
    *(
        "サマ",
        "サン",
        "チャン",
        "クン",
        "デス",
        "デスケド",
        "デスネ",
        "デスガ",
        "ハイ",
        "モウシマス",
        "トモーシマス",
    ),
    *("ー", "ノ", "ガ", "ト", "モ", "ニ", "デ", "ヨネ"),
)


@pytest.mark.parametrize("said", BEHIND)
def test_what_is_said_behind_names_is_not_left(said: str) -> None:
    """Neither an honorific nor です nor a particle nor a drawn vowel is more of a name."""
    length = 4 + len(said) - sum(char in "ャ" for char in said)
    values = sounding(stretch(f"タカサメ{said}", 0, length))
    assert values["heard left behind"] == 0.0


@pytest.mark.parametrize(
    ("said", "left"), [("ノ", 0), ("エー", 0), ("ガ", 0), ("ワ", 0), ("ニ", 0), ("ヒ", 1)]
)
def test_what_is_said_before_names_is_not_left(said: str, left: int) -> None:
    """A particle of what went before may be heard, too."""
    values = sounding(stretch(f"{said}タカサメ", 0, 4 + len(said)))
    assert values["heard left before"] == pytest.approx(log1p(left))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        # Only what is left is stripped, and in it an honorific wherever it stands.
        ("サンロク", 2),
        ("ロクサンロク", 4),
        ("ノロク", 2),
        ("ロクニ", 2),
        ("ロクノロク", 5),
        ("ロッーク", 2),
    ],
)
def test_what_is_left_beside_a_name_is_counted_without_what_is_said_around_it(said: str, left: int) -> None:
    """Particles at either end of it, honorifics anywhere, long vowels and stops tell nothing."""
    values = sounding(stretch(f"タカサメ{said}", 0, 4 + len(said)))
    assert values["heard left behind"] == pytest.approx(log1p(left))


def test_what_is_heard_has_so_many_morae() -> None:
    """All of a finding's, in all its utterances, for every party; of long vowels and stops none."""
    found = heard_nearness([stretch("ヒタカサメ", 1, 5), stretch("クーケッ", 0, 4)], (TAKASAME,))
    assert [values["heard morae"] for values in found.values()] == [pytest.approx(log1p(6))] * 4


def test_what_is_heard_in_several_utterances_counts_together() -> None:
    """A finding may go on in the next one."""
    values = sounding(stretch("タカサメ", 0, 4), stretch("クケクケ", 0, 4))
    assert values["heard covered"] == pytest.approx(13 / 32)
    assert values["heard left before"] == pytest.approx(log1p(4))


def test_of_another_party_nothing_is_near() -> None:
    """What covers the requester's leaves all of it to the staff."""
    found = heard_nearness([stretch("タカサメ", 0, 4)], (TAKASAME, form("モリ", claimant=STAFF)))
    assert found[OWN]["heard covered"] > 0
    assert found[STAFF]["heard covered"] == 0.0
    assert "heard surname" not in found[STAFF]


def test_without_a_stretch_nothing_is_heard() -> None:
    """Nobody listened, and no value is there."""
    assert heard_nearness([], (TAKASAME,)) == {each: {} for each in Claimant}


@pytest.mark.parametrize(
    ("kana", "left"),
    [
        ("ニシムラサマ", "ニシムラ"),
        ("ニシムラチャン", "ニシムラ"),
        ("ニシムラクン", "ニシムラ"),
        ("ニシムラデス", "ニシムラ"),
        ("ニシムラデスケド", "ニシムラ"),
        ("ニシムラデスネ", "ニシムラ"),
        ("ニシムラデスガ", "ニシムラ"),
        ("ニシムラモウシマス", "ニシムラ"),
        ("ニシムラトモーシマス", "ニシムラ"),
        ("ニシムラトモオシマス", "ニシムラ"),
        # One behind the other.
        ("ニシムラサンデスハイ", "ニシムラ"),
        ("ハイ", ""),
        ("ニシムラ", "ニシムラ"),
    ],
)
def test_an_honorific_is_taken_off_the_end_of_a_name(kana: str, left: str) -> None:
    """And です, はい and と申します."""
    assert without_honorific(kana) == left


@pytest.mark.parametrize(
    "kana",
    [
        *(
            "ノムラ",
            "ワタナベ",
            "エンドウ",
            "トモコ",
            "サンペイ",
            "サンノミヤ",
            "クンイチ",
            "ハイバラ",
            "モリ",
        ),
        *("オガタ", "ナガノ", "ニシダニ", "クドウヨネ", "タケモト", "イデ"),
    ],
)
def test_a_name_that_begins_or_ends_like_talk_is_whole(kana: str) -> None:
    """What stands before a name is not taken off, nor is a particle behind it."""
    assert without_honorific(kana) == kana
    assert without_honorific(f"{kana}サン") == kana
