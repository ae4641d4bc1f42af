"""Whose a finding is by all that speaks for it: what the trees say, what the vetoes say, what is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import log, log1p

import numpy as np
import pytest
from numpy.typing import NDArray

from models.language.readings import Reader, load_reader
from models.trees import Trees
from models.weighing.owner.owner import (
    CLEAR_PROBABILITY,
    MIN_PROBABILITY,
    MIN_PROBABILITY_NOT_PLAIN,
    UNLIKELY_PROBABILITY,
    Owner,
    load_owner,
    probabilities,
)
from pipeline.ownership.known.names import KNOWN_PARTIES
from pipeline.reasons import Reason
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester, Transcript
from tests.builders import transcript, utterance
from tests.posteriorgrams import CASE, heard

OWN, STAFF, COMPANY = Party.REQUESTER, Party.STAFF, Party.COMPANY
OTHERS, UNKNOWN = Party.THIRD_PARTY, Party.UNKNOWN
NEVER, SURE = -50.0, 50.0
"""Log odds."""


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


class Says:
    """Trees that say what a test gives, and remember what they were shown.

    Args:
        odds: The log odds of each party, the same for every finding; or what makes them of the rows.
    """

    def __init__(
        self, odds: tuple[float, ...] | Callable[[NDArray[np.float32]], NDArray[np.float32]]
    ) -> None:
        self.odds = odds
        self.shown: list[NDArray[np.float32]] = []

    def run(self, _: None, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """As onnxruntime's session: the log odds of each pair of a finding and a party, shape (pairs, 1)."""
        pairs = inputs["rows"]
        parties, findings = len(KNOWN_PARTIES), len(pairs) // len(KNOWN_PARTIES)
        rows = pairs.reshape(findings, parties, pairs.shape[1]).swapaxes(0, 1)
        self.shown.append(rows)
        if callable(self.odds):
            return [self.odds(rows).T.reshape(-1, 1)]
        return [np.tile(np.array(self.odds, np.float32), findings)[:, None]]


def trees(says: Says, *columns: str) -> Trees:
    """The trees with their columns."""
    return Trees(says, columns)  # type: ignore[arg-type]


def odds_of(probability: float) -> float:
    """The log odds that give one party a probability, where all others have none."""
    return log(probability / (1 - probability))


def found(words: Transcript, *said: str, kind: str = "PERSON", **more: object) -> list[Finding]:
    """Findings of some words, in order of text; of the whole call, where no words are given."""
    out, at = [], 0
    for each in said or (words.text,):
        at = words.text.index(each, at)
        chars = CharSpan(at, at + len(each))
        entity = EntitySpan(kind, chars, 0.9, "T", **more)  # type: ignore[arg-type]
        out.append(Finding(entity, UNKNOWN, Reason.NOT_GIVEN, needs_review=True))
        at = chars.end
    return out


def told(odds: tuple[float, ...], finding: Finding, words: Transcript, reader: Reader) -> Finding:
    """What becomes of one finding, where all trees say the same."""
    owner = Owner(trees(Says(odds), "alike"), trees(Says(odds), "alike"), reader)
    (out,) = owner.decide([finding], words, replace(CASE, company_names=(CaseName("赤坂商店"),)))
    return out


def call(text: str) -> Transcript:
    """A call of one line that nobody listened to."""
    return transcript(utterance(text, 0.0))


STRANGER = call("さくらい")
"""In kana: no veto takes it for how it is written."""


def test_the_bounds_are_in_order() -> None:
    """No two parties can be likely enough, and what is likely enough is not unlikely."""
    assert 0 < UNLIKELY_PROBABILITY < 0.5 <= MIN_PROBABILITY
    assert MIN_PROBABILITY < MIN_PROBABILITY_NOT_PLAIN < CLEAR_PROBABILITY < 1


@pytest.mark.parametrize(
    ("probability", "party", "review"),
    [
        (CLEAR_PROBABILITY + 0.001, OWN, False),
        (CLEAR_PROBABILITY - 0.001, OWN, True),
        (MIN_PROBABILITY + 0.001, OWN, True),
        (MIN_PROBABILITY - 0.001, UNKNOWN, True),
        (UNLIKELY_PROBABILITY + 0.001, UNKNOWN, True),
        (UNLIKELY_PROBABILITY - 0.001, OTHERS, False),
        # Wherever exactly the bounds are.
        (0.97, OWN, False),
        (0.9, OWN, True),
        (0.7, OWN, True),
        (0.6, UNKNOWN, True),
        (0.22, UNKNOWN, True),
        (0.18, OTHERS, False),
    ],
)
def test_the_probability_decides_whose_it_is_and_who_looks(
    probability: float, party: Party, review: bool, reader: Reader
) -> None:
    """On each side of each bound a finding has another party, or another look."""
    words = call("にしむら")
    out = told((odds_of(probability), NEVER, NEVER), found(words)[0], words, reader)
    assert (out.party, out.needs_review) == (party, review)


@pytest.mark.parametrize(
    ("kind", "whose", "probability", "party"),
    [
        ("PERSON", OWN, MIN_PROBABILITY_NOT_PLAIN + 0.001, OWN),
        ("PERSON", OWN, MIN_PROBABILITY_NOT_PLAIN - 0.001, UNKNOWN),
        ("ADDRESS", OWN, MIN_PROBABILITY + 0.001, OWN),
        ("PHONE_NUMBER", OWN, MIN_PROBABILITY + 0.001, OWN),
        ("EMAIL_ADDRESS", OWN, MIN_PROBABILITY + 0.001, OWN),
        ("PERSON", STAFF, MIN_PROBABILITY + 0.001, STAFF),
        ("PERSON", COMPANY, MIN_PROBABILITY + 0.001, COMPANY),
        # Wherever exactly that bound is.
        ("PERSON", OWN, 0.92, OWN),
        ("PERSON", OWN, 0.85, UNKNOWN),
    ],
)
def test_a_name_that_nothing_plain_speaks_for_must_be_likelier(
    kind: str, whose: Party, probability: float, party: Party, reader: Reader
) -> None:
    """Before it is the requester's; below, an analyst is asked."""
    odds = tuple(odds_of(probability) if each is whose else NEVER for each in KNOWN_PARTIES)
    out = told(odds, found(STRANGER, kind=kind)[0], STRANGER, reader)
    assert (out.party, out.needs_review) == (party, True)


def test_an_explanation_of_kanji_needs_no_plain_reason(reader: Reader) -> None:
    """A part of one explains half a name; it is no name that is said, and is given as other types are."""
    words = call("東西の西")
    (finding,) = found(words)
    out = told((odds_of(MIN_PROBABILITY + 0.01), NEVER, NEVER), finding, words, reader)
    assert (out.party, out.reason) == (OWN, Reason.JUDGED_TOGETHER)


@pytest.mark.parametrize("probability", [CLEAR_PROBABILITY + 0.001, UNLIKELY_PROBABILITY - 0.001])
def test_a_finding_that_a_recognizer_doubts_is_looked_at(probability: float, reader: Reader) -> None:
    """However clear it is, an analyst is asked where a recognizer asks for one."""
    (finding,) = found(STRANGER, needs_review=True)
    assert told((odds_of(probability), NEVER, NEVER), finding, STRANGER, reader).needs_review


@pytest.mark.parametrize(
    ("odds", "party", "reason"),
    [
        ((4.0, 0.0, 1.0), OWN, Reason.JUDGED_TOGETHER),
        ((0.0, 4.0, 1.0), STAFF, Reason.JUDGED_TOGETHER_STAFF),
        ((0.0, 1.0, 4.0), COMPANY, Reason.JUDGED_TOGETHER_COMPANY),
        ((NEVER, NEVER, NEVER), OTHERS, Reason.NAME_OF_NOBODY),
        ((1.0, 1.0, 1.0), UNKNOWN, Reason.NAME_SOMEWHAT_LIKE),
    ],
)
def test_the_likeliest_party_has_it(
    odds: tuple[float, ...], party: Party, reason: Reason, reader: Reader
) -> None:
    """One of three that is far likelier than the others and than nobody gets it, with a reason."""
    out = told(odds, found(STRANGER)[0], STRANGER, reader)
    assert (out.party, out.reason) == (party, reason)


def test_the_odds_are_against_nobody() -> None:
    """Three parties as likely as nobody have a quarter each; the rows of the answer are the findings."""
    nothing: dict[Party, dict[str, float]] = {party: {} for party in KNOWN_PARTIES}
    even = probabilities(trees(Says((0.0, 0.0, 0.0))), [nothing, nothing])
    assert even.tolist() == [[0.25] * 3] * 2
    second = trees(Says(lambda _: np.array([[NEVER, NEVER], [NEVER, SURE], [NEVER, NEVER]], np.float32)))
    assert probabilities(second, [nothing, nothing]).round(6).tolist() == [[0, 0, 0], [0, 1, 0]]


def test_each_party_has_its_row_and_what_is_not_there_is_nothing() -> None:
    """Trees read the values of its columns by party, and 0 for a value that was not worked out."""
    says = Says((0.0, 0.0, 0.0))
    seen = {OWN: {"alike": 0.5}, STAFF: {"alike": 0.25, "length": 2.0}, COMPANY: {"other": 1.0}}
    probabilities(trees(says, "length", "alike"), [seen])
    (rows,) = says.shown
    assert rows.shape == (3, 1, 2)
    assert rows.dtype == np.float32
    assert rows[:, 0].tolist() == [[0.0, 0.5], [2.0, 0.25], [0.0, 0.0]]


def test_nothing_is_asked_of_nothing(reader: Reader) -> None:
    """A call without findings has none, and no trees are asked."""
    says = Says((0.0, 0.0, 0.0))
    assert Owner(trees(says), trees(says), reader).decide([], STRANGER, CASE) == ()
    assert says.shown == []


@pytest.mark.parametrize("doubted", [True, False])
def test_a_confidential_word_is_the_companys(doubted: bool, reader: Reader) -> None:
    """No trees are asked about a confidential word, and it is nothing beside another finding."""
    words = call("特別値引き枠の西村")
    secret = found(words, "特別値引き枠", kind="CONFIDENTIAL", needs_review=doubted)
    name = found(words, "西村")
    alone, around = Says((0.0, NEVER, NEVER)), Says((0.0, NEVER, NEVER))
    owner = Owner(trees(alone, "alike"), trees(around, "before, near", "others"), reader)
    out, other = owner.decide([*secret, *name], words, CASE)
    assert (out.party, out.reason, out.needs_review) == (COMPANY, Reason.CONFIDENTIAL_TERM, doubted)
    assert other.party is UNKNOWN
    assert [rows.shape for rows in (*alone.shown, *around.shown)] == [(3, 1, 1), (3, 1, 2)]
    assert around.shown[0].tolist() == [[[0.0, 0.0]]] * 3


def test_the_second_trees_see_what_the_first_say_of_the_findings_around(reader: Reader) -> None:
    """And beside it all that the first ones see."""
    words = call("西村と桜井")
    first = Says(
        lambda _: np.array(
            [[odds_of(0.9), NEVER], [NEVER, odds_of(0.7)], [NEVER, NEVER]],
            np.float32,
        )
    )
    second = Says((NEVER, NEVER, NEVER))
    columns = ("before, same type", "behind, same type", "behind, same type, not", "length", "behind, near")
    owner = Owner(trees(first, "length"), trees(second, *columns), reader)
    owner.decide(found(words, "西村", "桜井"), words, CASE)
    ((own, staff, company),) = second.shown
    long = log1p(2)
    assert own == pytest.approx(np.array([[0, 0, 1, long, 0], [0.9, 0, 0, long, 0]]), abs=1e-6)
    assert staff == pytest.approx(np.array([[0, 0.7, 0.3, long, 0.35], [0, 0, 0, long, 0]]), abs=1e-6)
    assert company == pytest.approx(np.array([[0, 0, 1, long, 0], [0, 0, 0, long, 0]]), abs=1e-6)


def test_the_second_trees_decide(reader: Reader) -> None:
    """What the first ones say of a finding itself is not the last word."""
    owner = Owner(trees(Says((SURE, NEVER, NEVER))), trees(Says((NEVER, SURE, NEVER))), reader)
    (out,) = owner.decide(found(STRANGER), STRANGER, CASE)
    assert out.party is STAFF


def test_what_is_only_shown_is_judged_by_the_first_trees_and_stands_beside_nothing(reader: Reader) -> None:
    """A candidate may be no name at all: the second trees see no trace of it."""
    words = call("にし、さくらい、たな")
    before, between, behind = found(words, "にし", "さくらい", "たな")
    shown = replace(between, entity=replace(between.entity, candidate=True))
    first, second = Says((SURE, NEVER, NEVER)), Says((NEVER, SURE, NEVER))
    columns = ("before, same type", "behind, same type", "behind, near", "others")
    owner = Owner(trees(first, "length"), trees(second, *columns), reader)
    out = owner.decide([before, shown, behind], words, CASE)
    assert [each.party for each in out] == [STAFF, OWN, STAFF]
    assert [each.entity for each in out] == [before.entity, shown.entity, behind.entity]
    assert [rows.shape[1] for rows in first.shown] == [2, 1]
    ((own, *_),) = second.shown
    # The next one is six characters on, and one other finding is looked at.
    assert own == pytest.approx(np.array([[0, 1, 1 / 7, log1p(1)], [1, 0, 0, log1p(1)]]), abs=1e-6)


@pytest.mark.parametrize("said", ["にしむら", "さくらい"])
def test_candidates_alone_are_judged(said: str, reader: Reader) -> None:
    """A call may have nothing else."""
    words = call(said)
    (out,) = Owner(trees(Says((SURE, NEVER, NEVER))), trees(Says((NEVER, NEVER, NEVER))), reader).decide(
        found(words, candidate=True), words, CASE
    )
    assert out.party is OWN


@pytest.mark.parametrize(
    ("text", "kind", "case", "reason"),
    [
        ("西村香織", "PERSON", CASE, Reason.RELATIVE),
        ("石ころの石", "PERSON", CASE, Reason.EXPLAINS_OTHER_KANJI),
        (
            "市川喜一郎",
            "PERSON",
            CallCase("R-1", Requester((CaseName("石川望", "イシカワノゾミ"),))),
            Reason.NAME_SPELT_AS_OTHER,
        ),
        (
            "コーポひばり406号",
            "ADDRESS",
            CallCase(
                "R-1", Requester(addresses=(CaseName("東京都立川市錦町3丁目14番8号コーポひばり109号室"),))
            ),
            Reason.ADDRESS_OTHER_ROOM,
        ),
    ],
)
def test_a_veto_acts_last(text: str, kind: str, case: CallCase, reason: Reason, reader: Reader) -> None:
    """Whatever the trees say, a veto takes the finding, and an analyst looks at it."""
    words = call(text)
    owner = Owner(trees(Says((SURE, NEVER, NEVER))), trees(Says((SURE, NEVER, NEVER))), reader)
    (out,) = owner.decide(found(words, kind=kind), words, case)
    assert (out.party, out.reason, out.needs_review) == (UNKNOWN, reason, True)


def test_a_veto_looks_at_the_likeliest_owner_alone(reader: Reader) -> None:
    """A relative of the requester is none of the staff's; and what is nobody's needs no veto."""
    words = call("にしむらかおり")
    (name,) = found(words)
    assert told((SURE, NEVER, NEVER), name, words, reader).reason is Reason.RELATIVE
    assert told((NEVER, SURE, NEVER), name, words, reader).party is STAFF
    out = told((NEVER, NEVER, NEVER), name, words, reader)
    assert (out.party, out.reason) == (OTHERS, Reason.NAME_OF_NOBODY)


def test_a_reason_is_read_from_the_owners_evidence(reader: Reader) -> None:
    """西村 reads like the requester; as the staff's it would be theirs by all evidence alone."""
    words = call("にしむら")
    (name,) = found(words)
    assert told((SURE, NEVER, NEVER), name, words, reader).reason is Reason.NAME_READS_LIKE_REQUESTER
    assert told((NEVER, SURE, NEVER), name, words, reader).reason is Reason.JUDGED_TOGETHER_STAFF


def test_findings_keep_their_order_and_everything_else_of_theirs(reader: Reader) -> None:
    """Notes and what a list says stay."""
    words = call("西村と特別枠と桜井")
    name, other = found(words, "西村", "桜井")
    (secret,) = found(words, "特別枠", kind="CONFIDENTIAL")
    noted = replace(name, notes=(Reason.SOUNDS_LIKE_SURE_NAME,))
    owner = Owner(trees(Says((SURE, NEVER, NEVER))), trees(Says((SURE, NEVER, NEVER))), reader)
    out = owner.decide([noted, secret, other], words, CASE)
    assert [each.entity for each in out] == [noted.entity, secret.entity, other.entity]
    assert [each.notes for each in out] == [noted.notes, (), ()]


@pytest.fixture(scope="module")
def owner(reader: Reader) -> Owner:
    """The registered trees."""
    return load_owner(reader)


@pytest.mark.parametrize(
    ("said", "written", "own"), [("ニシムラハヤト", "西村隼人", True), ("サクライコウジ", "桜井浩二", False)]
)
def test_the_registered_trees_give_a_plain_case_its_owner(
    said: str, written: str, own: bool, owner: Owner
) -> None:
    """The requester's whole name is theirs, heard and written; a stranger's is not."""
    words = heard(said, written)
    (out,) = owner.decide(found(words), words, CASE)
    assert (out.party is OWN) is own


@pytest.mark.parametrize(
    ("said", "written", "own"),
    [
        ("ゼロナナゼロゼロゼロナナゼロハチゼロナナヨン", "070-0070-8074", True),
        ("ゼロキュウゼロサンヨンロクイチニイニイゴオキュウ", "090-3461-2259", False),
    ],
)
def test_the_registered_trees_know_a_whole_telephone_number(
    said: str, written: str, own: bool, owner: Owner
) -> None:
    """The requester's number is theirs as it is heard and written, and another is not."""
    words = heard(said, written)
    (out,) = owner.decide(found(words, kind="PHONE_NUMBER"), words, CASE)
    assert (out.party is OWN) is own


def test_the_registered_trees_have_columns_of_their_own(owner: Owner) -> None:
    """All look at columns without a double, the second also at what stands around a finding."""
    alone, around = set(owner._alone.columns), set(owner._around.columns)
    assert len(alone) == len(owner._alone.columns)
    assert len(around) == len(owner._around.columns)
    assert "before, same type" in around - alone
    assert "written whole name" in alone & around


def test_a_type_of_the_companys_own_is_nobodys(reader: Reader) -> None:
    """However sure the trees are: they have learned nothing of such a type."""
    sure = trees(Says((SURE, NEVER, NEVER)), "listened")
    words = transcript(utterance("緑票です。", 0.0))
    (out,) = Owner(sure, sure, reader).decide(found(words, "緑票", kind="CODE"), words, CASE)
    assert (out.party, out.reason, out.needs_review) == (UNKNOWN, Reason.OWNER_UNKNOWN, True)


@pytest.mark.parametrize(("party", "given"), [(OWN, OTHERS), (STAFF, STAFF), (COMPANY, OTHERS)])
def test_of_whom_a_case_tells_nothing_nothing_is(party: Party, given: Party, reader: Reader) -> None:
    """But staff are told by the talk alone, too."""
    odds = tuple(SURE if each is party else NEVER for each in KNOWN_PARTIES)
    sure = trees(Says(odds), "listened")
    words = transcript(utterance("佐藤です。", 0.0))
    (out,) = Owner(sure, sure, reader).decide(found(words, "佐藤"), words, CallCase("R-1"))
    assert out.party is given
