"""Whose a finding is: what content gives, what context withholds, what is forbidden, what is seen."""

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
    CLEAR_CONTENT_PROBABILITY,
    CLEAR_PROBABILITY,
    MIN_CONTENT_PROBABILITY,
    MIN_PROBABILITY,
    UNLIKELY_PROBABILITY,
    Owner,
    load_owner,
    probabilities,
)
from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.known.claimant import Claimant
from pipeline.reasons import Reason
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Transcript
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
        odds: The log odds of each claimant, the same for every finding; or what makes them of the rows.
    """

    def __init__(
        self, odds: tuple[float, ...] | Callable[[NDArray[np.float32]], NDArray[np.float32]]
    ) -> None:
        self.odds = odds
        self.shown: list[NDArray[np.float32]] = []

    def run(self, _: None, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """As onnxruntime's session: the log odds of each finding and claimant, shape (pairs, 1)."""
        pairs = inputs["rows"]
        claimants, findings = len(Claimant), len(pairs) // len(Claimant)
        rows = pairs.reshape(findings, claimants, pairs.shape[1]).swapaxes(0, 1)
        self.shown.append(rows)
        if callable(self.odds):
            return [self.odds(rows).T.reshape(-1, 1)]
        return [np.tile(np.array(self.odds, np.float32), findings)[:, None]]


def trees(says: Says, *columns: str) -> Trees:
    """The trees with their columns."""
    return Trees(says, columns)  # type: ignore[arg-type]


def odds_of(probability: float) -> float:
    """The log odds of a probability."""
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


KNOWING = replace(
    CASE, company_names=(CaseName("赤坂商店"),), staff=(*CASE.staff, CaseName("牧")), on_call=CASE.staff
)
"""A case that knows something of every claimant."""


def told(
    odds: tuple[float, ...],
    finding: Finding,
    words: Transcript,
    reader: Reader,
    content: tuple[float, ...] = (SURE,) * 4,
) -> Finding:
    """What becomes of one finding, where everything together and the content say so much."""
    owner = Owner(trees(Says(content), "alike"), trees(Says(odds), "alike"), reader)
    (out,) = owner.decide([finding], words, KNOWING)
    return out


def call(text: str) -> Transcript:
    """A call of one line that nobody listened to."""
    return transcript(utterance(text, 0.0))


STRANGER = call("さくらい")
"""In kana: no veto takes it for how it is written."""


def test_the_bounds_are_in_order() -> None:
    """What is likely enough is not unlikely, and content alone need not be as sure as everything together."""
    assert 0 < MIN_CONTENT_PROBABILITY < MIN_PROBABILITY < CLEAR_PROBABILITY < 1
    assert MIN_CONTENT_PROBABILITY < CLEAR_CONTENT_PROBABILITY < 1
    assert 0 < UNLIKELY_PROBABILITY < 0.5 <= MIN_PROBABILITY


@pytest.mark.parametrize(
    ("probability", "party", "review"),
    [
        (CLEAR_PROBABILITY + 0.001, OWN, False),
        (CLEAR_PROBABILITY - 0.001, OWN, True),
        (MIN_PROBABILITY + 0.001, OWN, True),
        (MIN_PROBABILITY - 0.001, UNKNOWN, True),
        (UNLIKELY_PROBABILITY + 0.001, UNKNOWN, True),
        (UNLIKELY_PROBABILITY - 0.001, OTHERS, False),
    ],
)
def test_the_probability_decides_whose_it_is_and_who_looks(
    probability: float, party: Party, review: bool, reader: Reader
) -> None:
    """On each side of each bound a finding has another party, or another look."""
    words = call("にしむら")
    out = told((odds_of(probability), NEVER, NEVER, NEVER), found(words)[0], words, reader)
    assert (out.party, out.needs_review) == (party, review)


@pytest.mark.parametrize(
    ("content", "review"),
    [(CLEAR_CONTENT_PROBABILITY + 0.001, False), (CLEAR_CONTENT_PROBABILITY - 0.001, True)],
)
def test_what_agrees_only_in_part_is_asked_about(content: float, review: bool, reader: Reader) -> None:
    """However sure everything together is."""
    words = call("にしむら")
    by_content = (odds_of(content), NEVER, NEVER, NEVER)
    out = told((SURE, NEVER, NEVER, NEVER), found(words)[0], words, reader, by_content)
    assert (out.party, out.needs_review) == (OWN, review)


@pytest.mark.parametrize(
    ("content", "party"),
    [(MIN_CONTENT_PROBABILITY + 0.001, OWN), (MIN_CONTENT_PROBABILITY - 0.001, UNKNOWN)],
)
def test_what_content_does_not_allow_no_context_gives(content: float, party: Party, reader: Reader) -> None:
    """However sure everything together is; either way an analyst is asked."""
    words = call("にしむら")
    by_content = (odds_of(content), NEVER, NEVER, NEVER)
    out = told((SURE, NEVER, NEVER, NEVER), found(words)[0], words, reader, by_content)
    assert (out.party, out.needs_review) == (party, True)


@pytest.mark.parametrize("probability", [CLEAR_PROBABILITY + 0.001, UNLIKELY_PROBABILITY - 0.001])
def test_a_finding_that_a_recognizer_doubts_is_looked_at(probability: float, reader: Reader) -> None:
    """However clear it is, an analyst is asked where a recognizer asks for one."""
    (finding,) = found(STRANGER, needs_review=True)
    odds = (odds_of(probability), NEVER, NEVER, NEVER)
    assert told(odds, finding, STRANGER, reader).needs_review


@pytest.mark.parametrize(
    ("odds", "party", "reason"),
    [
        ((4.0, 1.0, 0.0, 1.0), OWN, Reason.NAME_READS_LIKE_REQUESTER),
        ((0.0, 4.0, 0.0, 1.0), STAFF, Reason.JUDGED_TOGETHER_STAFF),
        ((0.0, 1.0, 0.0, 4.0), COMPANY, Reason.JUDGED_TOGETHER_COMPANY),
        # Each is judged by itself: what is likely two claimants' is the likelier one's.
        ((4.0, 5.0, 0.0, 1.0), STAFF, Reason.JUDGED_TOGETHER_STAFF),
        ((NEVER, NEVER, NEVER, NEVER), OTHERS, Reason.NAME_OF_NOBODY),
        ((0.0, 0.0, 0.0, 0.0), UNKNOWN, Reason.NAME_SOMEWHAT_LIKE),
    ],
)
def test_the_likeliest_claimant_has_it(
    odds: tuple[float, ...], party: Party, reason: Reason, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is likely enough gets it, with a reason."""
    monkeypatch.setattr("models.weighing.owner.owner.forbidden", lambda *_: None)
    words = call("にしむら")
    out = told(odds, found(words)[0], words, reader)
    assert (out.party, out.reason) == (party, reason)


def test_the_probability_of_each_claimant_is_its_own() -> None:
    """Nothing is likelier one's because it is less another's; the rows of the answer are the findings."""
    nothing: dict[Claimant, dict[Feature, float]] = {claimant: {} for claimant in Claimant}
    even = probabilities(trees(Says((0.0, 0.0, NEVER, SURE))), [nothing, nothing])
    assert even.round(6).tolist() == [[0.5, 0.5, 0.0, 1.0]] * 2


def test_each_claimant_has_its_row_and_what_is_not_there_is_nothing() -> None:
    """Trees read the values of its columns by claimant, and 0 for a value that was not worked out."""
    says = Says((0.0, 0.0, 0.0, 0.0))
    seen: dict[Claimant, dict[Feature, float]] = {claimant: {} for claimant in Claimant}
    seen[Claimant.REQUESTER] = {Feature.ALIKE: 0.5}
    seen[Claimant.ON_CALL] = {Feature.ALIKE: 0.25, Feature.LENGTH: 2.0}
    probabilities(trees(says, "length", "alike"), [seen])
    (rows,) = says.shown
    assert rows.shape == (4, 1, 2)
    assert rows.dtype == np.float32
    assert rows[:, 0].tolist() == [[0.0, 0.5], [2.0, 0.25], [0.0, 0.0], [0.0, 0.0]]


def test_nothing_is_asked_of_nothing(reader: Reader) -> None:
    """A call without findings has none, and no trees are asked."""
    says = Says((0.0, 0.0, 0.0, 0.0))
    assert Owner(trees(says), trees(says), reader).decide([], STRANGER, CASE) == ()
    assert says.shown == []


@pytest.mark.parametrize("doubted", [True, False])
def test_a_confidential_word_is_the_companys(doubted: bool, reader: Reader) -> None:
    """No trees are asked about a confidential word, and it is nothing beside another finding."""
    words = call("特別値引き枠の西村")
    secret = found(words, "特別値引き枠", kind="CONFIDENTIAL", needs_review=doubted)
    name = found(words, "西村")
    content, context = Says((0.0, NEVER, NEVER, NEVER)), Says((0.0, NEVER, NEVER, NEVER))
    owner = Owner(trees(content, "alike"), trees(context, "before, near", "others"), reader)
    out, other = owner.decide([*secret, *name], words, CASE)
    assert (out.party, out.reason, out.needs_review) == (COMPANY, Reason.CONFIDENTIAL_TERM, doubted)
    assert other.party is UNKNOWN
    assert [rows.shape for rows in (*content.shown, *context.shown)] == [(4, 1, 1), (4, 1, 2)]
    assert context.shown[0].tolist() == [[[0.0, 0.0]]] * 4


def test_the_second_trees_see_what_the_first_say_of_the_findings_around(reader: Reader) -> None:
    """And beside it all that the first ones see."""
    words = call("西村と桜井")
    own, on_call = [odds_of(0.9), NEVER], [NEVER, odds_of(0.7)]
    first = Says(lambda _: np.array([own, on_call, [NEVER, NEVER], [NEVER, NEVER]], np.float32))
    second = Says((NEVER,) * 4)
    columns = ("before, same type", "behind, same type", "behind, same type, not", "length", "behind, near")
    owner = Owner(trees(first, "length"), trees(second, *columns), reader)
    owner.decide(found(words, "西村", "桜井"), words, CASE)
    ((own_rows, staff, _, company),) = second.shown
    long = log1p(2)
    assert own_rows == pytest.approx(np.array([[0, 0, 1, long, 0], [0.9, 0, 0, long, 0]]), abs=1e-6)
    assert staff == pytest.approx(np.array([[0, 0.7, 0.3, long, 0.35], [0, 0, 0, long, 0]]), abs=1e-6)
    assert company == pytest.approx(np.array([[0, 0, 1, long, 0], [0, 0, 0, long, 0]]), abs=1e-6)


def test_what_is_only_shown_stands_beside_nothing(reader: Reader) -> None:
    """A candidate may be no name at all: what is masked sees no trace of it."""
    words = call("にし、さくらい、たな")
    before, between, behind = found(words, "にし", "さくらい", "たな")
    shown = replace(between, entity=replace(between.entity, candidate=True))
    first, second = Says((SURE, NEVER, NEVER, NEVER)), Says((NEVER,) * 4)
    columns = ("before, same type", "behind, same type", "behind, near", "others")
    owner = Owner(trees(first, "length"), trees(second, *columns), reader)
    out = owner.decide([before, shown, behind], words, CASE)
    assert [each.entity for each in out] == [before.entity, shown.entity, behind.entity]
    assert [rows.shape[1] for rows in first.shown] == [2, 1]
    masked, candidate = second.shown
    # The next one is six characters on, and one other finding is looked at.
    assert masked[0] == pytest.approx(np.array([[0, 1, 1 / 7, log1p(1)], [1, 0, 0, log1p(1)]]), abs=1e-6)
    assert candidate[0].tolist() == [[0.0, 0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("西村香織", "PERSON", Reason.RELATIVE),
        ("石ころの石", "PERSON", Reason.EXPLAINS_OTHER_KANJI),
        ("080-1234-5678", "PHONE_NUMBER", Reason.NUMBER_CLEARLY_OTHER),
        ("福山市引野町3丁目7番", "ADDRESS", Reason.ADDRESS_CLEARLY_OTHER),
        ("津市上浜町", "ADDRESS", Reason.ADDRESS_CLEARLY_OTHER),
    ],
)
def test_what_is_clearly_anothers_is_never_theirs(
    text: str, kind: str, reason: Reason, reader: Reader
) -> None:
    """Whatever the trees say, and an analyst looks at it."""
    words = call(text)
    out = told((SURE, NEVER, NEVER, NEVER), found(words, kind=kind)[0], words, reader)
    assert (out.party, out.reason, out.needs_review) == (UNKNOWN, reason, True)


def test_what_one_claimant_may_not_have_another_may(reader: Reader) -> None:
    """A name of the operator's is not the requester's, however sure the trees are of that."""
    words = call("いしい")
    out = told((SURE, odds_of(0.9), NEVER, NEVER), found(words)[0], words, reader)
    assert (out.party, out.reason) == (STAFF, Reason.NAME_READS_LIKE_STAFF)


@pytest.mark.parametrize(("third", "party"), [(0.1, STAFF), (0.9, UNKNOWN)])
def test_a_colleagues_surname_alone_unmasks_nobody(third: float, party: Party, reader: Reader) -> None:
    """It does where the talk is of a colleague."""
    words = call("まき")
    (name,) = found(words, owners=(third, 0.0, 1 - third, 0.0))
    out = told((NEVER, NEVER, SURE, NEVER), name, words, reader)
    assert out.party is party
    assert (out.reason is Reason.NAME_OF_COLLEAGUE_ALONE) is (party is UNKNOWN)


def test_findings_keep_their_order_and_everything_else_of_theirs(reader: Reader) -> None:
    """Notes and what a list says stay."""
    words = call("西村と特別枠と桜井")
    name, other = found(words, "西村", "桜井")
    (secret,) = found(words, "特別枠", kind="CONFIDENTIAL")
    noted = replace(name, notes=(Reason.SOUNDS_LIKE_SURE_NAME,))
    owner = Owner(trees(Says((SURE,) * 4)), trees(Says((SURE,) * 4)), reader)
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


def test_a_type_of_the_companys_own_is_nobodys(reader: Reader) -> None:
    """However sure the trees are: they have learned nothing of such a type."""
    sure = trees(Says((SURE,) * 4), "listened")
    words = transcript(utterance("緑票です。", 0.0))
    (out,) = Owner(sure, sure, reader).decide(found(words, "緑票", kind="CODE"), words, CASE)
    assert (out.party, out.reason, out.needs_review) == (UNKNOWN, Reason.OWNER_UNKNOWN, True)


def test_of_whom_a_case_tells_nothing_nothing_is(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """However sure the trees are, and nothing forbids it."""
    monkeypatch.setattr("models.weighing.owner.owner.forbidden", lambda *_: None)
    sure = trees(Says((SURE,) * 4), "listened")
    words = call("佐藤です。")
    (out,) = Owner(sure, sure, reader).decide(found(words, "佐藤"), words, CallCase("R-1"))
    assert out.party is OTHERS
