"""What was clearly said and differs from what the case has: one measure for each type of finding."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.evidence.disagreement import CLEAR, SAID_ODDS
from pipeline.ownership.evidence.evidence import Evidence
from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.known_case import read_case
from pipeline.reasons import Reason
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester, Transcript
from tests.builders import transcript, utterance
from tests.posteriorgrams import heard

OWN = Claimant.REQUESTER
KNOWN_FAILURE = pytest.mark.xfail(strict=True, reason="known failure")
CASE = CallCase(
    "R-1",
    Requester(
        (CaseName("西村隼人", "ニシムラハヤト"),),
        phones=("08053417296",),
        addresses=(
            CaseName("東京都町田市成瀬5丁目11番30号コーポ桜201号室", "トウキョウトマチダシナルセ"),
            CaseName("福山市引野町1丁目22番8号", "フクヤマシヒキノチョウ"),
        ),
    ),
    (CaseName("石井", "イシイ"),),
    company_names=(CaseName("石川商会", "イシカワショウカイ"),),
)


def other(
    words: Transcript,
    reader: Reader,
    *said: str,
    kind: str,
    claimant: Claimant = OWN,
    at: int = 0,
    case: CallCase = CASE,
) -> float:
    """How much of a finding is clearly another's; ``said`` are its pieces, all of one type."""
    findings, start = [], 0
    for each in said:
        start = words.text.index(each, start)
        entity = EntitySpan(kind, CharSpan(start, start + len(each)), 0.9, "T")
        findings.append(Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, needs_review=True))
        start += len(each)
    evidence = Evidence(findings, words, read_case(case, reader), reader)
    return evidence.by_itself()[at][claimant][Feature.CLEARLY_OTHER]


def read(reader: Reader, *said: str, kind: str, claimant: Claimant = OWN, at: int = 0) -> float:
    """The same of words that nobody listened to."""
    words = transcript(utterance("はい".join(said), 0.0))
    return other(words, reader, *said, kind=kind, claimant=claimant, at=at)


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("080-5341-7296", 0),
        ("7296", 0),
        ("080-5341", 0),
        # One figure, two, four, all.
        ("080-5341-7290", 1),
        ("080-5341-7210", 2),
        ("080-5341-1112", 4),
        ("090-2418-6635", 11),
    ],
)
def test_a_number_differs_by_its_figures(said: str, figures: int, reader: Reader) -> None:
    """One figure that is clearly another makes it another's."""
    assert read(reader, said, kind="PHONE_NUMBER") == figures
    assert (figures >= CLEAR) is (said.replace("-", "") not in CASE.requester.phones[0])


def test_a_piece_belongs_to_the_number_that_the_pieces_make(reader: Reader) -> None:
    """080 is theirs, and the beginning of many others' numbers."""
    for at in range(3):
        assert read(reader, "080", "5341", "7296", kind="PHONE_NUMBER", at=at) == 0
        assert read(reader, "080", "2418", "6635", kind="PHONE_NUMBER", at=at) == 8


def test_another_number_begins_where_one_is_complete(reader: Reader) -> None:
    """A husband's number right behind hers takes nothing of hers."""
    said = ("080-5341-7296", "080-2418-6635")
    assert [read(reader, *said, kind="PHONE_NUMBER", at=at) for at in (0, 1)] == [0, 8]


SOUND = "アゼロハチゼロゴーサンヨンイチナナニーキューロク"
"""080-5341-7296, a mora later than its words."""


@pytest.mark.parametrize(
    ("written", "instead", "figures"),
    [
        ("080-5341-7296", None, 0),
        # The recogniser errs, and the sound is plain.
        ("080-5341-7290", None, 0),
        # Both say シチ for the イチ of 5341, and the sound leaves it no chance.
        ("080-5347-7296", {13: ("シ", -9.0)}, 1),
        # Or nearly none, or one.
        ("080-5347-7296", {13: ("シ", SAID_ODDS - 1)}, 1),
        ("080-5347-7296", {13: ("シ", SAID_ODDS + 1)}, 0),
    ],
)
def test_a_figure_that_the_ears_are_unsure_of_is_not_clear(
    written: str, instead: dict[int, tuple[str, float]] | None, figures: int, reader: Reader
) -> None:
    """What words and sound both say is clear, and where they differ nothing is."""
    assert other(heard(SOUND, written, instead), reader, written, kind="PHONE_NUMBER") == figures


@pytest.mark.parametrize("zero", ["ゼロ", "マル", "レー"])
def test_a_zero_is_clear_however_it_is_said(zero: str, reader: Reader) -> None:
    """The listener writes れい with a long vowel."""
    sound = f"ア{zero}ハチ{zero}ゴーサンヨンイチナナニーキュー{zero}"
    assert other(heard(sound, "080-5341-7290"), reader, "080-5341-7290", kind="PHONE_NUMBER") == 1


@pytest.mark.parametrize(
    ("said", "clear"),
    [
        ("東京都町田市成瀬5丁目11番30号", False),
        ("成瀬5の11の30", False),
        ("町田市", False),
        ("11番30号", False),
        ("コーポ桜201", False),
        ("引野町1丁目22番8号", False),
        # Their name before it, a word behind it, the other side's saying it again.
        ("西村隼人、成瀬5丁目11番30号", False),
        ("成瀬5丁目11番30号まで", False),
        ("成瀬5丁目11番30号、成瀬5の11の30", False),
        # A postal code before it is none of its numbers.
        ("194-0011、町田市成瀬5丁目11番30号", False),
        # Somebody else's name before it.
        ("桜井浩二、成瀬5丁目11番30号", True),
        # The neighbour's: the same town, and another block; the same building, and another room.
        ("成瀬5丁目11番28号", True),
        ("成瀬2丁目7番1号", True),
        ("コーポ桜202号室", True),
        # Another town with the same block, another prefecture with one figure of it.
        ("玉川学園5丁目11番30号", True),
        ("大阪府堺市新金岡町5丁目2番", True),
        ("札幌市", True),
    ],
)
def test_an_address_differs_by_its_places_and_by_its_figures(said: str, clear: bool, reader: Reader) -> None:
    """A place of three morae that is none of theirs, or a figure of the block or the room."""
    assert (read(reader, said, kind="ADDRESS") >= CLEAR) is clear


def test_the_block_behind_another_place_is_that_places(reader: Reader) -> None:
    """新金岡町, はい, 5丁目: the 5 is theirs, and the address is not."""
    for at in (0, 1):
        assert read(reader, "堺市新金岡町", "5丁目", kind="ADDRESS", at=at) >= CLEAR
    assert read(reader, "5丁目", kind="ADDRESS") == 0


@pytest.mark.parametrize(
    ("written", "sound", "clear"),
    [
        ("原瀬の5の11の30", "アナルセノゴノジューイチノサンジュー", False),
        ("玉川の5の11の30", "アタマガワノゴノジューイチノサンジュー", True),
        ("成瀬の5の11の20", "アナルセノゴノジューイチノサンジュー", False),
        ("成瀬の5の11の20", "アナルセノゴノジューイチノニジュー", True),
        # What the sound leaves is particles, or a place of theirs of which a mora was misheard.
        ("大沢市の5の11の30", "アナルセノゴノジューイチノサンジューマデワデス", False),
        pytest.param(
            "大沢市の1丁目22番8号",
            "アニクヤマシノイッチョーメニジューニバンハチゴー",
            False,
            marks=KNOWN_FAILURE,
        ),
        ("福岡市の1丁目22番8号", "アフクオカシノイッチョーメニジューニバンハチゴー", True),
        # Another town, though its kanji are read otherwise than it is said.
        ("小平の5の11の30", "アオダイラノゴノジューイチノサンジュー", True),
        ("玉川学園の5の11の30", "アタマガワガクエンノゴノジューイチノサンジュー", True),
    ],
)
def test_an_address_that_is_heard_as_theirs_is_not_clearly_anothers(
    written: str, sound: str, clear: bool, reader: Reader
) -> None:
    """However it is written; and one that is heard as another's is, where it is written so."""
    assert (other(heard(sound, written), reader, written, kind="ADDRESS") >= CLEAR) is clear


@pytest.mark.parametrize(
    ("said", "clear"),
    [
        ("西村隼人", False),
        ("西村", False),
        ("隼人", False),
        ("ニシムラハヤト", False),
        # A place of theirs that was taken for a name.
        ("成瀬", False),
        # A relative, a stranger with the given name, a line that goes on with somebody else.
        ("西村香織", True),
        ("桜井隼人", True),
        ("西村と桜井", True),
        ("桜井浩二", True),
        # Explanations of kanji: of theirs, and of none of theirs.
        ("東西の西", False),
        ("石ころの石", True),
    ],
)
def test_a_name_differs_by_two_morae_that_are_none_of_theirs(said: str, clear: bool, reader: Reader) -> None:
    """Or by a kanji that is explained and that they have not."""
    assert (read(reader, said, kind="PERSON") >= CLEAR) is clear


@pytest.mark.parametrize(("sound", "clear"), [("アニシムラハヤト", False), ("アニシムラカオリ", True)])
def test_a_given_name_is_clear_where_it_is_written_and_heard(sound: str, clear: bool, reader: Reader) -> None:
    """What is written alone may be misheard."""
    assert (other(heard(sound, "西村香織"), reader, "西村香織", kind="PERSON") >= CLEAR) is clear


@pytest.mark.parametrize(
    ("claimant", "clear"), [(OWN, True), (Claimant.ON_CALL, True), (Claimant.COMPANY, False)]
)
def test_who_writes_another_name_means_no_name_that_sounds_like_it(
    claimant: Claimant, clear: bool, reader: Reader
) -> None:
    """市川 is no 石川; but what a company is called is written in many ways."""
    name = (CaseName("石川", "イシカワ"),)
    case = CallCase("R-1", Requester(name), name, company_names=name, on_call=name)
    words = transcript(utterance("市川", 0.0))
    assert (other(words, reader, "市川", kind="PERSON", claimant=claimant, case=case) >= CLEAR) is clear


@pytest.mark.parametrize("claimant", [each for each in Claimant if each is not OWN])
@pytest.mark.parametrize(
    ("kind", "said"), [("PHONE_NUMBER", "080-5341-7296"), ("ADDRESS", "成瀬5丁目11番30号")]
)
def test_of_whom_the_case_has_no_number_and_no_address_none_is_theirs(
    claimant: Claimant, kind: str, said: str, reader: Reader
) -> None:
    """However well the requester's agrees."""
    assert read(reader, said, kind=kind, claimant=claimant) >= CLEAR


@pytest.mark.parametrize(
    ("said", "clear"),
    [
        ("町田市ですね。ええ、成瀬", False),
        ("町田市の、成瀬の5丁目", False),
        ("西村隼人様、成瀬の5-11-30", False),
        ("桜井様、成瀬の5-11-30", True),
    ],
)
def test_what_is_said_between_the_words_of_an_address_is_none_of_it(
    said: str, clear: bool, reader: Reader
) -> None:
    """Answers, particles and their own name with an honorific differ from nothing; another name does."""
    assert (read(reader, said, kind="ADDRESS") >= CLEAR) is clear


@pytest.mark.parametrize(
    ("said", "clear"),
    [
        ("うちが5丁目11番30号で向こう", False),
        ("便もさ、うちが5丁目11番30号", False),
        ("五丁目十一番三十号名で", False),
        # A place by its letters or where it stands; somebody; a building.
        ("玉川の5丁目11番30号", True),
        ("原町、うちが5丁目11番30号", True),
        ("オガサカ5丁目11番30号", True),
        ("5丁目11番30号、桜井様", True),
        ("森様、5丁目11番30号", True),
        ("5丁目11番30号梅ハイツ", True),
        # With less than the whole block every word counts.
        ("うちが5丁目11番で向こう", True),
        ("うちが5丁目11番31号で向こう", True),
    ],
)
def test_beside_the_whole_block_words_of_the_talk_are_no_other_place(
    said: str, clear: bool, reader: Reader
) -> None:
    """Only what says of itself that it is a place, or stands where a place stands."""
    assert (read(reader, said, kind="ADDRESS") >= CLEAR) is clear


@pytest.mark.parametrize(
    ("written", "sound", "clear"),
    [
        ("蒲田山市鳴らせ5丁目11番30号", "ナルセゴチョーメジューイチバンサンジューゴー", False),
        ("蒲田山市玉川5丁目11番30号", "タマガワゴチョーメジューイチバンサンジューゴー", True),
        ("蒲田山市鳴らせ5丁目11番31号", "ナルセゴチョーメジューイチバンサンジューイチゴー", True),
        (
            "蒲田山市鳴らせ5丁目11番30号桜井様",
            "ナルセゴチョーメジューイチバンサンジューゴーサクライサマ",
            True,
        ),
    ],
)
def test_a_town_that_is_heard_with_the_whole_block_needs_no_city(
    written: str, sound: str, clear: bool, reader: Reader
) -> None:
    """The recogniser garbles long names of places; the numbers and the town are the requester's."""
    words = heard(f"アカマタヤマシ{sound}", written)
    assert (other(words, reader, written, kind="ADDRESS") >= CLEAR) is clear
