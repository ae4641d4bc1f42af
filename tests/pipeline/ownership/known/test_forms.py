"""What the case knows as it is said."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.forms import NUMBERS, SpokenForm
from pipeline.ownership.known.known_case import read_case
from pipeline.sound.morae import Mora, morae
from pipeline.sound.posteriorgram import CLASSES
from pipeline.types import CallCase, CaseName, Requester

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
    company_phones=("0466-03-1792",),
)

OWN, COMPANY = Claimant.REQUESTER, Claimant.COMPANY
Forms = dict[tuple[Claimant, tuple[Mora, ...]], SpokenForm]


def forms_of(case: CallCase, reader: Reader) -> tuple[SpokenForm, ...]:
    """Every form of what a case knows."""
    return read_case(case, reader).forms


@pytest.fixture(scope="module")
def forms(reader: Reader) -> Forms:
    """By party and sound."""
    return {(form.claimant, form.sound): form for form in forms_of(CASE, reader)}


def kinds(forms: Forms, party: Claimant, *said: str) -> list[str | None]:
    """Of what kind the forms of some kana are."""
    found = [forms.get((party, morae(each))) for each in said]
    return [form.kind if form else None for form in found]


def of_kind(forms: Forms, party: Claimant, kind: str) -> set[tuple[Mora, ...]]:
    """The sounds of all forms of one kind."""
    return {form.sound for form in forms.values() if (form.claimant, form.kind) == (party, kind)}


def sounds(*kana: str) -> set[tuple[Mora, ...]]:
    """What some kana sound like."""
    return set(map(morae, kana))


def test_names_are_said_whole_and_in_halves(forms: Forms) -> None:
    """The surname, the given name and both together; of the staff and the company the whole."""
    assert kinds(forms, OWN, "サトウ", "ハヤト", "サトウハヤト") == ["surname", "given name", "whole name"]
    assert kinds(forms, Claimant.COLLEAGUES, "イシイ") == ["whole name"]
    assert kinds(forms, COMPANY, "ホシゾラツウハン") == ["whole name"]


def test_places_are_said_by_themselves(forms: Forms) -> None:
    """Prefecture and city are said with 県 and 市 and without, the town and the building as they are."""
    assert of_kind(forms, OWN, "region") == sounds("ヒロシマケン", "ヒロシマ", "フクヤマシ", "フクヤマ")
    assert of_kind(forms, OWN, "town") == sounds("ヒキノチョウ", "ヒキノマチ")
    assert of_kind(forms, OWN, "building") == sounds("メゾンワカバ")


@pytest.mark.parametrize(
    "said",
    [
        "イッチョウメニジュウニバンサンビャクハチゴウ",
        "イチノニジュウニノサンビャクハチ",
        "イチノニイニイノサンゼロハチ",
        "イチノニイニイノサンマルハチ",
        "イチニイニイサンレイハチ",
        "イッチョウメニジュウニバン",
        "ニジュウニバンサンビャクハチゴウ",
        "ゴヒャクジュウゴウシツ",
        "ゴオイチマル",
        "ゴオイチゼロゴウシツ",
    ],
)
def test_numbers_of_an_address_are_said_in_many_ways(forms: Forms, said: str) -> None:
    """Counted or figure by figure, with counters, with の or with nothing, whole or two of three numbers."""
    assert kinds(forms, OWN, said) == ["block"]


@pytest.mark.parametrize(
    "said",
    ["ニジュウニバン", "サンビャクハチゴウ", "サンビャクハチ", "イチノニジュウニノサンゼロハチゴヒャク"],
)
def test_one_number_of_a_block_is_not_said_alone(forms: Forms, said: str) -> None:
    """It is in many an address; and a room is no part of the block."""
    assert kinds(forms, OWN, said) == [None]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("8丁目10番", "ハッチョウメジュウバン"),
        ("10丁目2番地", "ジュッチョウメニバンチ"),
        ("1-2", "イチノニ"),
        ("2の15", "ニイノイチゴオ"),
        ("3丁目5番コーポ桜3階", "サンカイ"),
    ],
)
def test_counters_are_said_as_they_are_spoken(number: str, said: str, reader: Reader) -> None:
    """8丁目 is ハッチョウメ, 10丁目 is ジュッチョウメ, and 3階 a number by itself."""
    case = CallCase("R-1", Requester(addresses=(CaseName(f"福山市引野町{number}"),)))
    assert morae(said) in {form.sound for form in forms_of(case, reader) if form.kind == "block"}


def test_a_mobile_number_is_said_in_three_groups(forms: Forms) -> None:
    """Many begin with 070; the other groups tell, and of the last one also all but its last figure."""
    assert of_kind(forms, OWN, "number begins") == sounds("ゼロナナゼロ", "マルナナマル", "レイナナレイ")
    assert of_kind(forms, OWN, "number") == sounds(
        *("ゼロゼロナナゼロ", "マルマルナナマル", "レイレイナナレイ"),
        *("ハチゼロナナヨン", "ハチマルナナヨン", "ハチレイナナヨン"),
        *("ハチゼロナナ", "ハチマルナナ", "ハチレイナナ"),
    )


def test_an_area_code_has_two_to_four_figures(forms: Forms) -> None:
    """0466-03-1792 is said in any of four ways, for nobody knows its area; 0120 is none."""
    begins = of_kind(forms, COMPANY, "number begins")
    assert sounds("ゼロヨン", "ゼロヨンロク", "ゼロヨンロクロク") < begins
    assert {len(sound) for sound in begins} == {len(morae(each)) for each in ("マルヨン", "マルヨンロク")} | {
        len(morae("マルヨンロクロク"))
    }
    tells = of_kind(forms, COMPANY, "number")
    zeros = sounds("ロクロクゼロサン", "ロクゼロサン", "ゼロサン", "ゼロサンイチ")
    plain = sounds("イチナナキュウニイ", "イチナナキュウ", "ナナキュウニイ", "ナナキュウ")
    assert zeros | plain < tells
    # A group with a zero is said in three ways.
    assert len(tells) == 3 * len(zeros) + len(plain)


def test_a_number_after_0120_has_two_groups_of_three(reader: Reader) -> None:
    """0120-444-256 is said in fours and threes."""
    case = CallCase("R-1", company_phones=("0120-444-256",))
    found = {form.sound for form in forms_of(case, reader) if form.kind == "number"}
    assert sounds("ヨンヨンヨン", "ニイゴオロク", "ニイゴオ") <= found


def test_figures_are_told_from_names_and_places(forms: Forms) -> None:
    """A block and a number are figures; a name or a place is none."""
    kinds_of_figures = {form.kind for form in forms.values() if form.kind in NUMBERS}
    assert kinds_of_figures == {"block", "number begins", "number"}
    others = {form.kind for form in forms.values()} - NUMBERS
    assert others == {"whole name", "surname", "given name", "region", "town", "building"}


def test_a_block_in_full_width_figures_is_said_the_same(reader: Reader) -> None:
    """Many a register writes them so, and its hyphens, too."""
    for plain, wide in (("1丁目22番308号", "１丁目２２番３０８号"), ("1-22-308", "１－２２－３０８")):
        blocks = [
            {form.sound for form in forms_of(case, reader) if form.kind == "block"}
            for case in (
                CallCase("R-1", Requester(addresses=(CaseName(f"福山市引野町{number}"),)))
                for number in (plain, wide)
            )
        ]
        assert blocks[0] == blocks[1]
        assert morae("イチノニイニイノサンゼロハチ") in blocks[0]


@pytest.mark.parametrize("phone", ["", "不明", "0120", "123456789012"])
def test_a_number_of_another_length_is_not_said(phone: str, reader: Reader) -> None:
    """Nobody knows its groups."""
    assert forms_of(CallCase("R-1", Requester(phones=(phone,))), reader) == ()


def test_a_name_has_two_morae_and_anything_else_three(reader: Reader) -> None:
    """モリ is a surname; ミ is in any word, and so are ツ and ツシ."""
    case = CallCase("R-1", Requester((CaseName("森 美", "モリ ミ"),), addresses=(CaseName("津市", "ツシ"),)))
    found = [(form.kind, form.sound) for form in forms_of(case, reader)]
    assert found == [("whole name", morae("モリミ")), ("surname", morae("モリ"))]
    three = CallCase("R-1", Requester(addresses=(CaseName("堺市津", "サカイシツ"),)))
    assert [form.sound for form in forms_of(three, reader)] == [morae("サカイシ"), morae("サカイ")]


def test_a_name_from_abroad_is_said_in_either_order(reader: Reader) -> None:
    """And each half has one form."""
    case = CallCase("R-1", Requester((CaseName("スミス・ジョン", "スミス・ジョン"),)))
    found = [(form.kind, form.sound) for form in forms_of(case, reader)]
    assert found == [
        ("whole name", morae("スミスジョン")),
        ("surname", morae("スミス")),
        ("given name", morae("ジョン")),
        ("whole name", morae("ジョンスミス")),
    ]


def test_a_name_that_sounds_like_its_part_is_whole(reader: Reader) -> None:
    """The kana of a case may leave out the given name; what is said then is all that is known."""
    case = CallCase("R-1", Requester((CaseName("大野 茂", "オオノ"),)))
    assert [(form.kind, form.sound) for form in forms_of(case, reader)] == [("whole name", morae("オオノ"))]


def test_a_sound_has_one_form_for_each_party(reader: Reader) -> None:
    """The requester and the staff may share a surname."""
    name = CaseName("大野茂", "オオノシゲル")
    case = CallCase("R-1", Requester((name, name)), staff=(name,))
    assert [form.claimant for form in forms_of(case, reader)] == [OWN] * 3 + [Claimant.COLLEAGUES] * 3


def test_every_form_can_be_heard(forms: Forms) -> None:
    """No form has a mora that the recogniser does not tell apart."""
    assert all(set(form.sound) <= set(CLASSES) for form in forms.values())


def test_a_case_without_anything_has_no_forms(reader: Reader) -> None:
    """A case may name nobody."""
    assert forms_of(CallCase("R-2"), reader) == ()


def test_an_address_without_kana_is_read(reader: Reader) -> None:
    """By the dictionary."""
    case = CallCase("R-3", Requester((), addresses=(CaseName("福山市引野町1-2-3", ""),)))
    assert any(form.sound[:3] == morae("ヒキノ") for form in forms_of(case, reader))
