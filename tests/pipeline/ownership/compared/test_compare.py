"""What is said beside what a case registers: which value is nearest, what differs, and the sentence of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.language.readings import Reader
from pipeline.ownership.compared.compare import COMPARED, Registered, compared, registered_in
from pipeline.ownership.compared.comparison import Comparison, Likeness, Mark, Run
from pipeline.ownership.compared.sentences import comparison_sentence
from pipeline.types import CallCase, CaseName, Party, Requester

NAME, PHONE = CaseName("大野 茂"), "070-0537-2833"
ADDRESS = CaseName("東京都町田市成瀬5丁目11番30号コーポ桜201")
CASE = CallCase(
    "R-1",
    Requester((NAME,), (PHONE,), (ADDRESS,)),
    staff=(CaseName("市川", "イチカワ"),),
    company_names=(CaseName("なないろ損保"),),
    company_phones=("0120018436",),
)


@pytest.fixture(scope="session")
def registered(reader: Reader) -> Registered:
    """What the case registers."""
    return registered_in(CASE, reader)


def shown(runs: Iterable[Run]) -> str:
    """Runs as a person would write them down: [different], (unsaid)."""
    around = {Mark.SAME: "{}", Mark.DIFFERENT: "[{}]", Mark.UNSAID: "({})"}
    return "".join(around[run.mark].format(run.text) for run in runs)


def seen(found: Comparison | None) -> tuple[str, str]:
    """Both values with their marks."""
    assert found is not None
    return shown(found.said), shown(found.registered)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("070-0537-2833", ("070-0537-2833", "070-0537-2833", "登録の番号と同じです")),
        ("ゼロ70の0538の2833です", ("070-053[8]-2833", "070-053[7]-2833", "登録の番号と11桁中1桁が違います")),
        ("07005382834", ("070-053[8]-283[4]", "070-053[7]-283[3]", "登録の番号と11桁中2桁が違います")),
        ("07014462833", ("070-[1446]-2833", "070-[0537]-2833", "登録の番号と11桁中4桁が違います")),
        ("0700537283", ("070-0537-283", "070-0537-283[3]", "登録の番号と11桁中1桁が違います")),
        ("070053728335", ("070-0537-2833[5]", "070-0537-2833", "登録の番号と12桁中1桁が違います")),
        ("0537", ("0537", "(070-)0537-(2833)", "登録の番号の一部(4桁)と同じです")),
        ("37の2833", ("37-2833", "(070-05)37-2833", "登録の番号の一部(6桁)と同じです")),
        ("0573", ("05[73]", "(070-)05[37]-(2833)", "登録の番号の一部と4桁中2桁が違います")),
        ("0538", ("053[8]", "(070-)053[7]-(2833)", "登録の番号の一部と4桁中1桁が違います")),
    ],
)
def test_a_number_stands_beside_the_nearest_one(
    text: str, expected: tuple[str, str, str], registered: Registered, reader: Reader
):
    """Figure by figure, in the groups of the registered number."""
    found = compared(text, "PHONE_NUMBER", registered, reader)

    assert (*seen(found), comparison_sentence(found, "PHONE_NUMBER")) == expected
    assert found is not None
    assert found.party is Party.REQUESTER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大野茂", ("大野茂", "大野 茂", Party.REQUESTER, "登録の名前と同じです")),
        ("はい、大野です", ("大野", "大野 (茂)", Party.REQUESTER, "登録の名前の姓と同じです")),
        ("茂さん", ("茂", "(大野) 茂", Party.REQUESTER, "登録の名前の名と同じです")),
        ("滋", ("[滋]", "(大野) [茂]", Party.REQUESTER, "登録の名前の名と読みは同じ、字が違います")),
        ("おおのしげる", ("オオノシゲル", "大野 茂", Party.REQUESTER, "登録の名前と同じです")),
        ("オ・オ・ノ", ("オオノ", "大野 (茂)", Party.REQUESTER, "登録の名前の姓と同じです")),
        ("大野花子", ("大野[花子]", "大野 [茂]", Party.REQUESTER, "姓は登録と同じ、名が違います")),
        ("オオノハナコ", ("オオノ[ハナコ]", "大野 茂", Party.REQUESTER, "姓は登録と同じ、名が違います")),
        ("田中茂", ("[田中]茂", "[大野] 茂", Party.REQUESTER, "名は登録と同じ、姓が違います")),
        ("小野", ("[小]野", "[大]野 (茂)", Party.REQUESTER, "登録の名前に読みが近く、3音中1音が違います")),
        ("大野木", ("大野[木]", "大野 (茂)", Party.REQUESTER, "登録の名前に読みが近く、4音中1音が違います")),
        ("市川さん", ("市川", "市川", Party.STAFF, "登録の名前と同じです")),
        ("市河", ("市[河]", "市[川]", Party.STAFF, "登録の名前と読みは同じ、字が違います")),
        ("なないろ損保", ("なないろ損保", "なないろ損保", Party.COMPANY, "登録の名前と同じです")),
    ],
)
def test_a_name_stands_beside_the_nearest_one(
    text: str, expected: tuple[str, str, Party, str], registered: Registered, reader: Reader
):
    """Surname and given name apart, by letters and by reading."""
    found = compared(text, "PERSON", registered, reader)

    assert found is not None
    assert (*seen(found), found.party, comparison_sentence(found, "PERSON")) == expected


def test_a_name_is_compared_by_its_reading_too(registered: Registered, reader: Reader):
    """A recogniser's kanji are its own guess: what was heard stands beside the registered reading."""
    found = compared("大野花子", "PERSON", registered, reader)

    assert found is not None
    assert shown(found.said_reading) == "オオノ[ハナコ]"
    assert shown(found.registered_reading) == "オオノ [シゲル]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ADDRESS.text, (ADDRESS.text, ADDRESS.text, "登録の住所と同じです")),
        (
            "町田市成瀬の5の11の31です",
            (
                "町田市成瀬の5の11の3[1]",
                "(東京都)町田市成瀬5丁目11番3[0]号(コーポ桜201)",
                "登録の住所と町までは同じ、番地が違います",
            ),
        ),
        (
            "成瀬5の1130",
            ("成瀬5の1130", "(東京都町田市)成瀬5丁目11番30号(コーポ桜201)", "登録の住所の一部と同じです"),
        ),
        (
            "成瀬５丁目１２番",
            (
                "成瀬５丁目１[２]番",
                "(東京都町田市)成瀬5丁目1[1]番(30号コーポ桜201)",
                "登録の住所と町までは同じ、番地が違います",
            ),
        ),
        (
            "成瀬5-11-30の202号室",
            (
                "成瀬5-11-30の20[2]号室",
                "(東京都町田市)成瀬5丁目11番30号(コーポ桜)20[1]",
                "登録の住所と番地までは同じ、部屋の番号が違います",
            ),
        ),
        (
            "成瀬5丁目11番30号メゾン桜201",
            (
                "成瀬5丁目11番30号[メゾン桜]201",
                "(東京都町田市)成瀬5丁目11番30号[コーポ桜]201",
                "登録の住所と番地までは同じ、建物の名が違います",
            ),
        ),
        (
            "町田の成瀬",
            ("町田の成瀬", "(東京都)町田市成瀬(5丁目11番30号コーポ桜201)", "登録の住所の一部と同じです"),
        ),
        (
            "町田市鶴川2丁目",
            (
                "町田市[鶴川2]丁目",
                "(東京都)町田市[成瀬5]丁目(11番30号コーポ桜201)",
                "登録の住所と市区町村までは同じ、町が違います",
            ),
        ),
        (
            "町田市5の1",
            (
                "町田市5の1",
                "(東京都)町田市(成瀬)5丁目[1]1番(30号コーポ桜201)",
                "登録の住所と市区町村までは同じ、番地が違います",
            ),
        ),
        (
            "東京都八王子市横山町3-2",
            (
                "東京都[八王子市横山町3]-[2]",
                "東京都[町田市成瀬5]丁目[11]番(30号コーポ桜201)",
                "登録の住所と都道府県までは同じ、市区町村が違います",
            ),
        ),
        (
            "大阪府堺市成瀬5-11-30",
            (
                "[大阪府堺市]成瀬5-11-30",
                "[東京都町田市]成瀬5丁目11番30号(コーポ桜201)",
                "町の名は登録の住所と同じ、市区町村か都道府県が違います",
            ),
        ),
        (
            "大阪府吹田市5-11-30",
            (
                "[大阪府吹田市]5-11-30",
                "[東京都町田市](成瀬)5丁目11番30号(コーポ桜201)",
                "番地は登録の住所と同じ、地名が違います",
            ),
        ),
        (
            "ナルサ",
            (
                "[ナルサ]",
                "(東京都町田市)[成瀬](5丁目11番30号コーポ桜201)",
                "登録の住所の地名に読みが近く、3音中1音が違います",
            ),
        ),
        (
            "五丁目十一番三十号",
            (
                "五丁目十一番三十号",
                "(東京都町田市成瀬)5丁目11番30号(コーポ桜201)",
                "登録の住所の番地(5桁)と同じです",
            ),
        ),
        (
            "5の12の30",
            (
                "5の1[2]の30",
                "(東京都町田市成瀬)5丁目1[1]番30号(コーポ桜201)",
                "登録の住所の番地と5桁中1桁が違います",
            ),
        ),
        (
            "201号室",
            ("201号室", "(東京都町田市成瀬5丁目11番30号コーポ桜)201", "登録の住所の部屋の番号と同じです"),
        ),
    ],
)
def test_an_address_stands_beside_the_nearest_one(
    text: str, expected: tuple[str, str, str], registered: Registered, reader: Reader
):
    """Place by place, and number by number."""
    found = compared(text, "ADDRESS", registered, reader)

    assert (*seen(found), comparison_sentence(found, "ADDRESS")) == expected


@pytest.mark.parametrize(
    ("text", "entity_type", "sentence"),
    [
        ("99999999999", "PHONE_NUMBER", "登録のある、どの番号とも一致しません"),
        ("9146", "PHONE_NUMBER", "登録のある、どの番号とも一致しません"),
        ("えっと", "PHONE_NUMBER", "登録のある、どの番号とも一致しません"),
        ("山田", "PERSON", "登録のある、どの名前とも一致しません"),
        ("のはら", "PERSON", "登録のある、どの名前とも一致しません"),
        ("", "PERSON", "登録のある、どの名前とも一致しません"),
        ("大阪府吹田市8-2", "ADDRESS", "登録のある、どの住所とも一致しません"),
        ("", "ADDRESS", "登録のある、どの住所とも一致しません"),
        ("sato@example.com", "EMAIL_ADDRESS", ""),
    ],
)
def test_what_is_like_nothing_registered_stands_alone(
    text: str, entity_type: str, sentence: str, registered: Registered, reader: Reader
):
    """The sentence says so."""
    found = compared(text, entity_type, registered, reader)

    assert found is None
    assert comparison_sentence(found, entity_type) == sentence


@pytest.mark.parametrize("entity_type", COMPARED)
def test_a_case_that_registers_nothing_has_nothing_near(entity_type: str, reader: Reader):
    """Whatever is said."""
    nothing = registered_in(CallCase("R-1"), reader)

    assert compared("大野茂 070-0537-2833 成瀬5の11", entity_type, nothing, reader) is None


def test_of_several_the_nearest_is_shown(reader: Reader):
    """Another number of the requester's, and another address."""
    other = Requester(
        (NAME,), (PHONE, "0427-22-1111"), (CaseName("香川県丸亀市土器町東七丁目十五番地三号"), ADDRESS)
    )
    registered = registered_in(CallCase("R-1", other), reader)

    number = compared("0427221112", "PHONE_NUMBER", registered, reader)
    address = compared("丸亀市土器町東七丁目十五番地四号", "ADDRESS", registered, reader)

    assert seen(number) == ("0427-22-111[2]", "0427-22-111[1]")
    assert seen(address) == (
        "丸亀市土器町東七丁目十五番地[四]号",
        "(香川県)丸亀市土器町東七丁目十五番地[三]号",
    )


@given(text=st.text("0123456789-", min_size=1, max_size=13))
def test_a_number_never_differs_from_itself(text: str, reader: Reader):
    """However it is written in groups."""
    registered = registered_in(CallCase("R-1", Requester(phones=(text,))), reader)
    found = compared(text, "PHONE_NUMBER", registered, reader)

    if any(char.isdigit() for char in text):
        assert found is not None
        assert (found.likeness, found.differing) == (Likeness.NUMBER_SAME, 0)


ADDRESSES = (
    ADDRESS.text,
    "北海道札幌市北区新琴似1086番地",
    "香川県丸亀市土器町東七丁目十五番地三号",
    "鍋島７丁目２番２２号",
)
NAMES = (NAME.text, "菅野智子", "グエン・ラン・アン", "勅使河原左衛門三郎アレクサンドラ", "すずき はなこ")


@given(name=st.sampled_from(NAMES), address=st.sampled_from(ADDRESSES))
def test_a_name_and_an_address_never_differ_from_themselves(name: str, address: str, reader: Reader):
    """Nothing of either is marked."""
    case = CallCase("R-1", Requester((CaseName(name),), (), (CaseName(address),)))
    registered = registered_in(case, reader)
    found = compared(name, "PERSON", registered, reader), compared(address, "ADDRESS", registered, reader)

    assert [each and each.likeness for each in found] == [Likeness.NAME_SAME, Likeness.ADDRESS_SAME]
    for each in found:
        assert each is not None
        assert {run.mark for runs in (each.said, each.registered) for run in runs} == {Mark.SAME}


def text_of(runs: Iterable[Run]) -> str:
    """The value that runs are cut from."""
    return "".join(run.text for run in runs)


@given(
    text=st.text("0123456789大野小茂花子町田市成瀬東京都丁目番号のコーポ桜オノ、 -です", max_size=24),
    entity_type=st.sampled_from(COMPARED),
)
def test_runs_join_to_the_values(text: str, entity_type: str, registered: Registered, reader: Reader):
    """The registered one as the case writes it; what is unsaid is of the registered one alone."""
    found = compared(text, entity_type, registered, reader)

    if found is not None:
        values = {"PHONE_NUMBER": CASE.requester.phones + CASE.company_phones, "ADDRESS": (ADDRESS.text,)}
        names = (NAME.text, "市川", "なないろ損保")
        assert text_of(found.registered) in values.get(entity_type, names)
        assert Mark.UNSAID not in {run.mark for run in (*found.said, *found.said_reading)}
        assert 0 <= found.differing <= found.in_all
        for runs in (found.said, found.registered, found.said_reading, found.registered_reading):
            assert all(run.text for run in runs)
            assert all(one.mark is not other.mark for one, other in itertools.pairwise(runs))


@given(said=st.text("0123456789", min_size=1, max_size=14))
def test_a_number_is_shown_with_all_its_figures(said: str, registered: Registered, reader: Reader):
    """None is lost or made up beside the registered ones."""
    found = compared(said, "PHONE_NUMBER", registered, reader)

    if found is not None:
        assert text_of(found.said).replace("-", "") == said


def test_no_value_is_in_a_repr(registered: Registered, reader: Reader):
    """Neither what was said nor what is registered."""
    for text, entity_type in (("大野花子", "PERSON"), (PHONE, "PHONE_NUMBER"), (ADDRESS.text, "ADDRESS")):
        told = repr((registered, compared(text, entity_type, registered, reader)))
        assert not any(value in told for value in ("大野", "花子", "0537", "成瀬", "5丁目", "オオノ"))
