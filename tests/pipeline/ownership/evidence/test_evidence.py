"""All evidence of whose the findings of a call are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import expm1, log1p

import numpy as np
import pytest

from models.language.readings import Reader
from pipeline.ownership.evidence.evidence import Evidence
from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.known_case import KnownCase, read_case
from pipeline.reasons import Reason
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester, Transcript
from tests.builders import transcript, utterance
from tests.posteriorgrams import CASE, heard

OWN, STAFF, COMPANY = Claimant.REQUESTER, Claimant.COLLEAGUES, Claimant.COMPANY
PHONE, PLACE, NAME = "PHONE_NUMBER", "ADDRESS", "PERSON"


def found(words: Transcript, *said: tuple[str, str], **more: object) -> list[Finding]:
    """Findings by their type and words, in order of text."""
    out, at = [], 0
    for kind, each in said:
        at = words.text.index(each, at)
        entity = EntitySpan(kind, CharSpan(at, at + len(each)), 0.9, "T", **more)  # type: ignore[arg-type]
        out.append(Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, needs_review=True))
        at += len(each)
    return out


def known(reader: Reader) -> KnownCase:
    """What ``CASE`` knows."""
    return read_case(CASE, reader)


def seen(
    text: str,
    reader: Reader,
    *said: tuple[str, str],
    case: CallCase = CASE,
    at: int = 0,
    party: Claimant = OWN,
) -> Mapping[str, float]:
    """What speaks for one finding of a line that nobody listened to being a party's."""
    words = transcript(utterance(text, 0.0))
    findings = found(words, *said)
    return Evidence(findings, words, read_case(case, reader), reader).by_itself()[at][party]


def test_each_finding_has_values_for_each_party(reader: Reader) -> None:
    """And each party is told from the others."""
    words = transcript(utterance("西村と石井", 0.0))
    findings = found(words, (NAME, "西村"), (NAME, "石井"))
    values = Evidence(findings, words, known(reader), reader).by_itself()
    assert [set(each) for each in values] == [set(Claimant)] * 2
    for party in Claimant:
        told = [name for name in values[0][party] if name.startswith("claimant")]
        assert told == [f"claimant: {party.value}"]
    assert (values[0][OWN]["alike"], values[1][STAFF]["alike"]) == (1.0, 1.0)
    assert values[0][STAFF]["alike"] < 1
    assert values[1][OWN]["alike"] < 1


def test_a_call_without_findings_has_no_evidence(reader: Reader) -> None:
    """Nor does a case have to know anything."""
    words = transcript(utterance("はい", 0.0))
    assert Evidence([], words, known(reader), reader).by_itself() == ()
    told = seen("西村", reader, (NAME, "西村"), case=CallCase("R-0"))
    assert (told["alike"], told["written covered"], told["listened"]) == (0.0, 0.0, 0.0)


def test_what_is_written_and_what_the_talk_says_is_seen(reader: Reader) -> None:
    """The same setting for all parties, but whose it is by the talk for each."""
    words = transcript(utterance("漢字は、西村です", 0.0, speaker="cu"))
    findings = found(words, (NAME, "西村"), hint=Party.STAFF, owners=(0.1, 0.2, 0.7, 0.0))
    (values,) = Evidence(findings, words, known(reader), reader).by_itself()
    for party in Claimant:
        assert values[party]["type: PERSON"] == values[party]["said by: cu"] == 1.0
        assert values[party]["kanji asked"] == values[party]["read"] == 1.0
    assert (values[OWN]["talk: another's"], values[STAFF]["talk: theirs"]) == (1.0, 1.0)
    assert values[STAFF]["read as theirs"] > 0 > values[COMPANY]["read as theirs"]
    assert values[OWN]["written surname"] == 1.0


def test_what_is_heard_is_seen_whatever_is_written(reader: Reader) -> None:
    """In what is near the forms of a case, and in the kana."""
    # The first mora is said before the finding's own begin.
    words = heard("アニシムラサマ", "しんらさま")
    (values,) = Evidence(found(words, (NAME, words.text)), words, known(reader), reader).by_itself()
    assert values[OWN]["listened"] == values[OWN]["alike, heard"] == 1.0
    assert values[OWN]["heard surname"] == pytest.approx(1.0)
    assert values[STAFF]["heard covered"] == 0.0
    silent = seen("しんらさま", reader, (NAME, "しんらさま"))
    assert (silent["listened"], silent["alike, heard"]) == (0.0, 0.0)
    assert not any(name.startswith("heard") for name in silent)


@pytest.mark.parametrize(
    ("kind", "name", "number"), [(NAME, True, False), (PLACE, False, True), (PHONE, False, True)]
)
def test_letters_are_compared_of_names_and_figures_of_all_else(
    kind: str, name: bool, number: bool, reader: Reader
) -> None:
    """A mail address, too, may be taken for a number."""
    told = seen("西村1", reader, (kind, "西村1"))
    assert ("letters" in told, "figures" in told, "block" in told) == (name, number, number)
    other = seen("西村1", reader, (kind, "西村1"), party=STAFF)
    assert ("letters" in other, "figures" in other, "block" in other) == (name, number, False)


def test_only_an_explanation_explains_a_name(reader: Reader) -> None:
    """Of every party, for anybody's kanji may be explained; a name explains none."""
    case = CallCase("R-1", Requester((CaseName("花 子", "ハナ コ"),)), staff=(CaseName("三宅修"),))
    said = "花束の花に子供の子"
    told = {party: seen(said, reader, (NAME, said), case=case, party=party) for party in Claimant}
    assert [values["explains"] for values in told.values()] == [1.0] * 4
    assert told[OWN]["explains, written"] >= 1 > told[STAFF]["explains, written"]
    assert told[COMPANY]["explains, written"] == 0.0
    assert [values["explains kanji of theirs"] for values in told.values()] == [2.0, 0.0, 0.0, 0.0]
    assert [values["explains kanji of another"] for values in told.values()] == [0.0, 2.0, 2.0, 2.0]
    other = seen("花子", reader, (NAME, "花子"), case=case)
    assert not any(name.startswith("explains") for name in other)


@pytest.mark.parametrize(("kind", "else_"), [(NAME, False), (PLACE, True), (PHONE, True)])
def test_a_name_is_compared_with_names_alone(kind: str, else_: bool, reader: Reader) -> None:
    """No name is like figures or a place but by chance."""
    said = "8074引野町1丁目22番西村"
    values = seen(said, reader, (kind, said))
    assert values["written surname"] == 1.0
    assert ("written number" in values, "written block" in values, "written town" in values) == (else_,) * 3
    words = heard("アハチゼロナナヨンニシムラ", "にしむら")
    (each,) = Evidence(found(words, (kind, words.text)), words, known(reader), reader).by_itself()
    assert ("heard number" in each[OWN], "heard surname" in each[OWN]) == (else_, True)


def test_blanks_in_a_name_of_the_case_are_no_letters(reader: Reader) -> None:
    """西村 隼人 is spelt 西村隼人."""
    case = CallCase("R-1", Requester((CaseName("西村 隼人", "ニシムラ ハヤト"),)))
    told = seen("西村隼人", reader, (NAME, "西村隼人"), case=case)
    assert (told["letters"], told["letters, of theirs"]) == (1.0, 1.0)


@pytest.mark.parametrize(("party", "own"), [(OWN, 11), (COMPANY, 5), (STAFF, 0)])
def test_numbers_are_the_requesters_and_the_companys(party: Claimant, own: int, reader: Reader) -> None:
    """A case knows no number of the staff."""
    case = replace(CASE, company_phones=("0120308074",))
    told = seen("070-0070-8074", reader, (PHONE, "070-0070-8074"), case=case, party=party)
    assert round(expm1(told["figures, own"])) == own


def test_figures_are_read_as_they_are_written_and_as_they_are_read(reader: Reader) -> None:
    """七百 is no figure of a telephone number, and 八 is."""
    told = seen("八〇七四", reader, (PHONE, "八〇七四"))
    assert told["figures, own"] == pytest.approx(log1p(4))


def test_figures_are_counted_in_what_is_heard(reader: Reader) -> None:
    """Where anybody listened."""
    words = heard("アゼロナナゼロハチゼロ", "瀬戸なな橋")
    (values,) = Evidence(
        found(words, (PHONE, words.text)), words, read_case(CASE, reader), reader
    ).by_itself()
    assert values[OWN]["heard: figures, own"] == pytest.approx(log1p(5))
    assert values[OWN]["heard: figures, other"] == 0.0
    assert not any(name.startswith("heard:") for name in seen("8074", reader, (PHONE, "8074")))


def test_no_figure_is_taken_for_talk(reader: Reader) -> None:
    """サン is three and ニ is two, wherever they are heard in a number."""
    words = heard("アニゼロサンハチゼロナナサン", "瀬戸なな橋")
    (values,) = Evidence(
        found(words, (PHONE, words.text)), words, read_case(CASE, reader), reader
    ).by_itself()
    assert values[OWN]["heard: figures"] == pytest.approx(log1p(7))


@pytest.mark.parametrize(
    ("number", "rooms"),
    [
        ("1丁目22番5号コーポ桜308号室", 1),
        ("1丁目22番5号コーポ桜308号", 1),
        ("1丁目22番5号コーポ桜308", 1),
        # Three figures of a number are a block, or a part of one.
        ("1丁目22番308号", 0),
        ("1-22-308", 0),
        ("1の22の308", 0),
        ("1丁目22番地308号室", 0),
        ("1丁目22番地308", 0),
        ("1丁目22番308", 0),
        ("1丁目308", 0),
        ("3階308号室", 0),
        # But a name may end as 番地 does.
        ("1丁目22番5号菊地308号室", 1),
        # Figures of any width are figures.
        ("１丁目２２番５号コーポ桜３０８号室", 1),
        ("１－２２－３０８", 0),
        # A building without a room has none, and other figures are no room.
        ("1丁目22番5号コーポ桜", 0),
        ("1丁目22番308号コーポ桜", 0),
        ("1丁目22番5号コーポ桜08号室", 0),
        ("1丁目22番5号コーポ桜1308号室", 0),
        ("1丁目22番5号コーポ桜308階", 0),
    ],
)
def test_a_room_is_a_number_of_three_figures_behind_a_buildings_name(
    number: str, rooms: int, reader: Reader
) -> None:
    """Only where theirs is known a room is theirs."""
    case = CallCase("R-1", Requester(addresses=(CaseName(f"福山市引野町{number}"),)))
    values = seen("コーポ桜309号", reader, (PLACE, "コーポ桜309号"), case=case)
    assert values["room, same"] == 0.0
    own = seen("コーポ桜308号", reader, (PLACE, "コーポ桜308号"), case=case)
    assert own["room, same"] == rooms


def test_pieces_of_one_number_are_seen_together(reader: Reader) -> None:
    """What they make is compared, too, figure by figure and with what the case knows."""
    pieces = ((PHONE, "0070"), (PHONE, "8074"))
    for at in (0, 1):
        values = seen("0070の8074", reader, *pieces, at=at)
        assert values["figures, own"] == pytest.approx(log1p(4))
        assert values["together: figures, own"] == pytest.approx(log1p(8))
        assert values["together: figures, other"] == 0.0
        assert values["together: covered"] > 0
        assert "together: block, same" in values


def test_a_name_parts_two_values(reader: Reader) -> None:
    """What stands behind it is another one."""
    said = ((PHONE, "070"), (NAME, "西村"), (PHONE, "0070"), (PHONE, "8074"))
    words = transcript(utterance("070西村0070の8074", 0.0))
    values = Evidence(found(words, *said), words, known(reader), reader).by_itself()
    assert [each[OWN].get(Feature.named("together: figures, own")) for each in values] == [
        None,
        None,
        pytest.approx(log1p(8)),
        pytest.approx(log1p(8)),
    ]


def test_a_number_by_itself_has_nothing_together(reader: Reader) -> None:
    """What is far off is another one."""
    told = seen("8074" + "ら" * 30 + "0070", reader, (PHONE, "8074"), (PHONE, "0070"))
    assert not any(name.startswith("together") for name in told)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("umezawa", "surname"),
        ("ritsu", "given name"),
        ("umezawaritsu", "whole name"),
        ("UMEZAWA", "surname"),
    ],
)
def test_a_mail_address_in_latin_letters_is_read_as_it_sounds(said: str, kind: str, reader: Reader) -> None:
    """A case holds no mail address; but many hold a name."""
    case = CallCase("R-1", Requester((CaseName("梅沢律", "ウメザワリツ"),)))
    told = seen(f"{said}@example.com", reader, ("EMAIL_ADDRESS", said), case=case)
    assert told[f"written {kind}"] == 1.0
    assert told["written covered"] == 1.0


@pytest.mark.parametrize("behind", ["@example.com", "＠mail.example", "アットマークエグザンプル"])
def test_the_provider_says_nothing_of_whose_a_mail_address_is(behind: str, reader: Reader) -> None:
    """Neither does it cover anything, nor is it left over; another user of the same one is no nearer."""
    case = CallCase("R-1", Requester((CaseName("梅沢律", "ウメザワリツ"),)))
    told = [
        seen(said, reader, ("EMAIL_ADDRESS", said), case=case) for said in ("umezawa", f"umezawa{behind}")
    ]
    same = [name for name in told[0] if name.startswith("written")]
    assert same
    assert [told[0][name] for name in same] == [told[1][name] for name in same]


@pytest.mark.parametrize("joint", ["-", "_", "."])
def test_a_mail_address_is_read_word_by_word(joint: str, reader: Reader) -> None:
    """ritsu-umezawa holds both halves of a name, each whole, in either order."""
    case = CallCase("R-1", Requester((CaseName("梅沢律", "ウメザワリツ"),)))
    for said in (f"ritsu{joint}umezawa", f"umezawa{joint}ritsu"):
        told = seen(said, reader, ("EMAIL_ADDRESS", said), case=case)
        assert told["written surname"] == told["written given name"] == 1.0
        # No form reaches across the joint.
        assert told["written whole name"] < 1.0
    told = seen(f"ume{joint}zawa", reader, ("EMAIL_ADDRESS", f"ume{joint}zawa"), case=case)
    assert told.get("written surname", 0.0) < 1.0


def test_words_in_other_letters_are_read_whole(reader: Reader) -> None:
    """A joint parts the words of a mail address alone."""
    told = seen("ニシ-ムラ", reader, (NAME, "ニシ-ムラ"))
    assert told["written surname"] == 1.0


def test_a_name_from_abroad_is_seen_in_either_order(reader: Reader) -> None:
    """ジョン・スミス is スミス・ジョン."""
    case = CallCase("R-1", Requester((CaseName("スミス・ジョン", "スミス・ジョン"),)))
    told = seen("ジョンスミス", reader, (NAME, "ジョンスミス"), case=case)
    assert told["alike"] == 1.0
    assert told["written whole name"] == 1.0


def test_the_findings_around_one_are_seen_with_their_chances(reader: Reader) -> None:
    """They are told with their reading, and whether they look like an explanation."""
    words = transcript(utterance("西村と横浜の横と西村", 0.0))
    findings = found(words, (NAME, "西村"), (NAME, "横浜の横"), (NAME, "西村"))
    evidence = Evidence(findings, words, known(reader), reader)
    assert [each.kana for each in evidence.neighbours] == ["ニシムラ", "ヨコハマノヨコ", "ニシムラ"]
    assert [each.explains for each in evidence.neighbours] == [False, True, False]
    chances = np.array([[0.75, 0.0, 0.1, 0.1], [0.5, 0.0, 0.2, 0.2], [0.1, 0.0, 0.0, 0.0]])
    around = evidence.around(chances)
    assert around[2][OWN]["before, same type"] == 0.5
    assert around[2][OWN]["name before"] == 0.75
    assert around[2][OWN]["alike elsewhere"] == 0.75
    assert around[2][STAFF]["name before"] == 0.1


@pytest.mark.parametrize(
    ("names", "chances", "shared"),
    [
        (("西村", "西村健太"), (0.9, 0.0), 1.0),
        (("西村", "西村健太"), (0.9, 0.3), 0.7),
        (("西村", "石井健太"), (0.9, 0.0), 0.0),
        (("西村", "西村"), (0.9, 0.0), 0.0),
        (("西村健太", "西村"), (0.0, 0.9), 1.0),
    ],
)
def test_a_surname_is_shared_where_somebody_else_is_called_so(
    names: tuple[str, str], chances: tuple[float, float], shared: float, reader: Reader
) -> None:
    """As surely as that one is not the requester: the same surname with another given name."""
    words = transcript(utterance("と".join(names), 0.0))
    findings = found(words, *((NAME, name) for name in names))
    theirs = np.zeros((2, len(Claimant)))
    theirs[:, list(Claimant).index(OWN)] = chances
    around = Evidence(findings, words, known(reader), reader).around(theirs)
    at = names.index("西村")
    assert around[at][OWN][Feature.SURNAME_SHARED] == pytest.approx(shared)
    assert Feature.SURNAME_SHARED not in around[at][STAFF]


@pytest.mark.parametrize(
    ("before", "chances", "stranger"),
    [
        ("石井", (0.0, 0.0, 0.9, 0.0), 0.1),  # a colleague's
        ("石井", (0.0, 0.8, 0.0, 0.0), 0.2),  # who took the call
        ("西村", (0.9, 0.0, 0.0, 0.0), 0.1),
        ("長谷川", (0.0, 0.0, 0.0, 0.0), 1.0),
        (None, (0.0, 0.0, 0.0, 0.0), 0.0),
    ],
)
def test_a_stranger_is_who_is_nobody_of_the_case(
    before: str | None, chances: tuple[float, ...], stranger: float, reader: Reader
) -> None:
    """石井でございます。西村です: the operator's name before the requester's is no stranger's."""
    names = [before, "西村"] if before else ["西村"]
    words = transcript(utterance("です。".join(names), 0.0))
    findings = found(words, *((NAME, name) for name in names))
    theirs = np.zeros((len(names), len(Claimant)))
    theirs[0] = chances if before else 0.0
    around = Evidence(findings, words, known(reader), reader).around(theirs)
    assert around[-1][OWN][Feature.STRANGER_BEFORE] == pytest.approx(stranger)
    assert Feature.STRANGER_BEFORE not in around[-1][STAFF]
