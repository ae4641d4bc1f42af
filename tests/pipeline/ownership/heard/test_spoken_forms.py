"""What the case knows as it is said."""

from __future__ import annotations

import pytest

from models.language.readings import load_reader
from pipeline.ownership.heard.spoken_forms import ENOUGH_WORTH, MIN_FIGURE_ODDS, SpokenForm, spoken_forms
from pipeline.sound.morae import morae
from pipeline.sound.posteriorgram import CLASSES
from pipeline.types import CallCase, CaseName, Party, Requester

CASE = CallCase(
    "R-1",
    Requester(
        (CaseName("佐藤隼人", "サトウハヤト"),),
        phones=("07000708074",),
        addresses=(
            CaseName(
                "広島県福山市引野町1丁目22番308号メゾン若葉510号室", "ヒロシマケンフクヤマシヒキノチョウ"
            ),
        ),
    ),
    staff=(CaseName("石井", "イシイ"),),
    company_names=(CaseName("ほしぞら通販", "ホシゾラツウハン"),),
)


@pytest.fixture(scope="module")
def forms() -> dict[tuple[tuple[str, str], ...], SpokenForm]:
    """By sound."""
    return {form.sound: form for form in spoken_forms(CASE, load_reader())}


@pytest.mark.parametrize("said", ["サトウ", "ハヤト", "サトウハヤト"])
def test_names_tell_by_themselves(forms, said: str) -> None:
    """The surname, the given name, and both together; only the first may be a relative's too."""
    form = forms[morae(said)]
    assert (form.party, form.tells >= ENOUGH_WORTH) == (Party.REQUESTER, True)
    assert form.surname == (said == "サトウ")


def test_a_surname_of_two_kanji_is_not_cut() -> None:
    """平野 of the staff is no 平 and 野; with a blank between it would be."""
    case = CallCase("R-1", staff=(CaseName("平野"), CaseName("森 彩香", "モリ アヤカ")))
    sounds = {form.sound: form.surname for form in spoken_forms(case, load_reader())}
    assert sounds == {morae("ヒラノ"): False, morae("アヤカ"): False, morae("モリアヤカ"): False}


def test_nothing_known_is_no_form() -> None:
    """A case may name nobody."""
    assert spoken_forms(CallCase("R-0"), load_reader()) == ()


def test_staff_and_company_are_known_too(forms) -> None:
    """With their parties."""
    assert forms[morae("イシイ")].party is Party.STAFF
    assert forms[morae("ホシゾラツウハン")].party is Party.COMPANY


@pytest.mark.parametrize(
    "said",
    [
        "イッチョウメニジュウニバンサンビャクハチゴウ",
        "イチノニジュウニノサンビャクハチ",
        "イチノニイニイノサンゼロハチ",
        "ニジュウニバンサンビャクハチゴウ",
        "ゴヒャクジュウゴウシツ",
        "ゴオイチマル",
        "ゴオイチゼロゴウシツ",
    ],
)
def test_numbers_of_an_address_are_said_in_many_ways(forms, said: str) -> None:
    """Counted or figure by figure, with counters or の; a block by itself is hardly anybody else's."""
    form = forms[morae(said)]
    assert (form.party, form.figures, form.tells) == (Party.REQUESTER, True, ENOUGH_WORTH)
    assert form.least >= MIN_FIGURE_ODDS


def test_towns_and_cities_tell_little(forms) -> None:
    """Others live there, too: town and city together are not enough."""
    assert forms[morae("ヒキノチョウ")].tells + forms[morae("フクヤマシ")].tells < ENOUGH_WORTH
    assert forms[morae("フクヤマ")].part == forms[morae("フクヤマシ")].part
    assert forms[morae("ヒロシマケン")].tells == 0


def test_groups_of_a_number_tell_together(forms) -> None:
    """Any number may begin with 070; of one value each group is a part."""
    first, middle, last = (forms[morae(s)] for s in ("ゼロナナゼロ", "マルマルナナマル", "ハチゼロナナヨン"))
    assert first.tells == 0
    assert middle.tells < ENOUGH_WORTH <= middle.tells + last.tells
    assert first.value == middle.value == last.value
    assert len({first.part, middle.part, last.part}) == 3


def test_an_area_of_four_figures_tells_a_little() -> None:
    """0466, 03 and 1790 are a whole number; of 03 there are many."""
    case = CallCase("R-1", Requester(phones=("0466031790",)))
    told = {form.sound: form.tells for form in spoken_forms(case, load_reader())}
    area, middle, last = (
        told[morae(each)] for each in ("ゼロヨンロクロク", "ゼロサン", "イチナナキューゼロ")
    )
    assert area + last < ENOUGH_WORTH <= area + middle + last
    assert told[morae("ゼロヨンロク")] == 0


def test_what_is_short_has_to_be_heard_as_it_is(forms) -> None:
    """サトー has two morae and a drawn vowel."""
    assert forms[morae("サトウ")].least > forms[morae("ハヤト")].least > forms[morae("サトウハヤト")].least


def test_every_form_can_be_heard(forms) -> None:
    """No mora that the recogniser does not tell apart, none too short to tell."""
    assert all(set(sound) <= set(CLASSES) and len(sound) > 2 for sound in forms)


def test_a_case_without_anything_has_no_forms() -> None:
    """Nothing is known."""
    assert spoken_forms(CallCase("R-2"), load_reader()) == ()


def test_an_address_without_kana_is_read() -> None:
    """By the dictionary."""
    case = CallCase("R-3", Requester((), addresses=(CaseName("福山市引野町1-2-3", ""),)))
    assert any(form.sound[:3] == morae("ヒキノ") for form in spoken_forms(case, load_reader()))


def test_half_of_what_is_enough_is_enough_with_as_much_again(forms) -> None:
    """A town with the talk's word; a group with the end of the number, of which the last figure is lost."""
    town, group, cut, building = (
        forms[morae(each)].tells
        for each in ("ヒキノチョウ", "マルマルナナマル", "ハチゼロナナ", "メゾンワカバ")
    )
    assert town + group == town + cut == ENOUGH_WORTH
    assert building < ENOUGH_WORTH


@pytest.mark.parametrize(
    ("number", "said", "enough"), [("1-3", "イチサン", True), ("1-1", "イチイチ", False)]
)
def test_a_block_number_of_three_morae_tells_half(number: str, said: str, enough: bool) -> None:
    """Its vowel drawn, イチイチ has three, and they are in many a telephone number."""
    case = CallCase("R-4", Requester((), addresses=(CaseName(f"福山市引野町{number}"),)))
    told = {form.sound: form.tells for form in spoken_forms(case, load_reader())}
    assert (told[morae(said)] == ENOUGH_WORTH) is enough


@pytest.mark.parametrize(
    ("said", "figures", "least"),
    [
        ("サトー", False, -0.8),
        ("ハヤト", False, -3.6),
        ("サトウハヤトシ", False, -7.0),
        ("ナナロクサンヨン", True, -5.0),
    ],
)
def test_a_longer_form_may_be_heard_worse(said: str, figures: bool, least: float) -> None:
    """By so much for each mora, and never more than so much in all; figures less."""
    form = SpokenForm(Party.REQUESTER, -1, 0, ENOUGH_WORTH, morae(said), figures=figures)
    assert form.least == pytest.approx(least)
