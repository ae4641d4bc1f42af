"""Whose a finding is by all that speaks for it."""

from __future__ import annotations

import numpy as np
import pytest

from models.language.readings import Reader, load_reader
from models.weighing.owner.features import features
from models.weighing.owner.nearness import KINDS, Nearness
from models.weighing.owner.owner import (
    MIN_PROBABILITY,
    MIN_PROBABILITY_AGAINST_TALK,
    MIN_PROBABILITY_RELATIVE,
    Half,
    Owner,
    load_owner,
)
from pipeline.ownership.heard.heard_stretch import Channels
from pipeline.reasons import Reason
from pipeline.types import CallCase, CharSpan, EntitySpan, Finding, Party, Transcript
from tests.builders import transcript, utterance
from tests.posteriorgrams import CASE, heard


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


class _Says:
    """A network that says the same log odds of every finding, and remembers what it saw."""

    def __init__(self, odds: float) -> None:
        self.odds = odds
        self.rows = np.zeros((0, 0))

    def run(self, _: None, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray]:  # type: ignore[type-arg]
        """As onnxruntime's session."""
        (self.rows,) = inputs["rows"]
        return (np.full((1, len(self.rows)), self.odds, np.float32),)


def finding(
    words: Transcript,
    party: Party = Party.UNKNOWN,
    kind: str = "PERSON",
    reason: Reason = Reason.NOT_GIVEN,
    **more: object,
) -> Finding:
    """The whole of a call as one finding."""
    entity = EntitySpan(kind, CharSpan(0, len(words.text)), 0.9, "T", **more)  # type: ignore[arg-type]
    return Finding(entity, party, reason, False)


def told(odds: float, found: Finding, words: Transcript, reader: Reader, case: CallCase = CASE) -> Finding:
    """What becomes of one finding."""
    half = Half(_Says(odds), ("heard", "left"))  # type: ignore[arg-type]
    (out,) = Owner((half,), reader).reattribute([found], words, case)
    return out


def test_what_is_probably_theirs_is_given_back_and_looked_at(reader: Reader) -> None:
    """From the bound, and not below it."""
    words = heard("ニシムラ", "にしむら")
    bound = float(np.log(MIN_PROBABILITY / (1 - MIN_PROBABILITY)))
    back = told(bound + 0.01, finding(words), words, reader)
    assert (back.party, back.reason, back.needs_review) == (Party.REQUESTER, Reason.JUDGED_TOGETHER, True)
    assert told(bound - 0.01, finding(words), words, reader).party is Party.UNKNOWN


@pytest.mark.parametrize(("odds", "party"), [(-3.0, Party.REQUESTER), (-6.0, Party.UNKNOWN)])
def test_the_mean_of_the_networks_decides(odds: float, party: Party, reader: Reader) -> None:
    """Each sees its own columns of the same finding."""
    words = heard("ニシムラ", "にしむら")
    sure, other = _Says(6.0), _Says(odds)
    halves = (Half(sure, ("heard", "left")), Half(other, ("left",)))  # type: ignore[arg-type]
    (out,) = Owner(halves, reader).reattribute([finding(words)], words, CASE)
    assert out.party is party
    assert (sure.rows.shape, other.rows.shape) == ((1, 2), (1, 1))


@pytest.mark.parametrize("party", [Party.REQUESTER, Party.STAFF, Party.COMPANY])
def test_what_is_somebodys_is_not_asked_about(party: Party, reader: Reader) -> None:
    """It gives back, and takes nothing."""
    words = heard("ニシムラ", "にしむら")
    found = finding(words, party)
    assert told(9.0, found, words, reader) == found
    assert told(-9.0, found, words, reader) == found


def test_what_the_conversation_gives_to_another_has_to_be_surer(reader: Reader) -> None:
    """Only what is hardly anybody else's comes back."""
    words = heard("ニシムラ", "にしむら")
    entity = EntitySpan("PERSON", CharSpan(0, len(words.text)), 0.9, "T", hint=Party.THIRD_PARTY)
    other = Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, False)
    assert MIN_PROBABILITY_AGAINST_TALK > MIN_PROBABILITY
    bound = float(np.log(MIN_PROBABILITY_AGAINST_TALK / (1 - MIN_PROBABILITY_AGAINST_TALK)))
    assert told(bound - 0.01, other, words, reader) == other
    assert told(bound + 0.01, other, words, reader).party is Party.REQUESTER


def test_what_may_be_a_relatives_has_to_be_surer(reader: Reader) -> None:
    """ニシムラハヤト, badly heard, or another of the family."""
    words = heard("ニシムラダ", "にしむらだ")
    bound = float(np.log(MIN_PROBABILITY_RELATIVE / (1 - MIN_PROBABILITY_RELATIVE)))
    assert MIN_PROBABILITY_RELATIVE > MIN_PROBABILITY
    assert told(bound - 0.01, finding(words, reason=Reason.RELATIVE), words, reader).party is Party.UNKNOWN
    assert told(bound + 0.01, finding(words, reason=Reason.RELATIVE), words, reader).party is Party.REQUESTER


def test_how_a_number_begins_is_nobodys(reader: Reader) -> None:
    """07000708074 is the requester's, and many begin so; with more of it, it is asked about."""
    begins, more = heard("ゼロナナゼロ", "0 7 0"), heard("ゼロナナゼロゼロゼロ", "0 7 0 0 0")
    assert features([finding(begins, kind="PHONE_NUMBER")], begins, CASE, reader) == (None,)
    assert features([finding(more, kind="PHONE_NUMBER")], more, CASE, reader) != (None,)


def test_a_relative_stays_a_relative(reader: Reader) -> None:
    """The surname is heard as it is, and two morae and more behind it; with one more it may be ニシムラだ.

    What is only read says it as it is.
    """
    words = heard("ニシムラカオリ", "にしむらかおり")
    assert told(9.0, finding(words, reason=Reason.RELATIVE), words, reader).party is Party.UNKNOWN
    words = heard("ニシムラダ", "にしむらだ")
    assert told(9.0, finding(words, reason=Reason.RELATIVE), words, reader).party is Party.REQUESTER
    read = transcript(utterance("西村香織", 0.0))
    assert told(9.0, finding(read, reason=Reason.RELATIVE), read, reader).party is Party.UNKNOWN


@pytest.mark.parametrize(
    ("said", "written", "theirs"),
    [
        ("ニシムラカオリ", "にしむらかおり", False),
        ("ニシモラカヨリ", "にしもらかより", False),
        ("ニシムラ", "にしむら", True),
        ("ニシムラダ", "にしむらだ", True),
        ("ニシムラハヤト", "にしむらはやと", True),
        ("ニチョウメノニシムラデス", "2丁目の西村です", True),
        ("ナガノケンマツモトシ", "長野県松本市", True),
    ],
)
def test_a_relative_who_was_taken_for_a_place_is_no_less_one(
    said: str, written: str, theirs: bool, reader: Reader
) -> None:
    """Nothing is theirs of it but the surname; with a figure, or as their own name, it is asked about."""
    words = heard(said, written)
    found = told(9.0, finding(words, kind="ADDRESS"), words, reader)
    assert (found.party is Party.REQUESTER) == theirs


@pytest.mark.parametrize("kind", ["PERSON", "ADDRESS"])
def test_a_relative_who_is_heard_and_badly_written_stays_one(kind: str, reader: Reader) -> None:
    """A name with an honorific that was taken for a place is one by what is heard, as any name is."""
    words = heard("ニシムラカオリ", "しまらかおり")
    assert told(9.0, finding(words, kind=kind, reason=Reason.RELATIVE), words, reader).party is Party.UNKNOWN


def test_without_a_requester_nothing_is_theirs(reader: Reader) -> None:
    """A case that names nobody."""
    words = heard("ニシムラ", "にしむら")
    found = finding(words)
    assert told(9.0, found, words, reader, CallCase("R-0")) == found


def test_the_registered_network_knows_its_columns(reader: Reader) -> None:
    """Half of the requester's name between two pieces of theirs is theirs, a stranger's name is not."""
    owner = load_owner(reader)
    words = heard("ニシムラハヤト", "西村隼人")
    stranger = heard("サクライコウジ", "桜井浩二")
    (own,), (other,) = (
        owner._chances([values for values in features([finding(call)], call, CASE, reader) if values])
        for call in (words, stranger)
    )
    assert own > 0.5 > other


def test_how_near_a_name_is_is_seen_in_what_is_written_and_heard(reader: Reader) -> None:
    """西村 as it is, and another name."""
    near = Nearness(CASE, reader)
    words = heard("ニシムラ", "西村")
    written, sound = (
        near.written("西村"),
        near.heard(tuple(Channels(words).stretches(finding(words)))),
    )
    assert written["written surname"] == 1.0
    assert sound["heard surname"] > -0.5
    assert (sound["heard well"], sound["left"]) == (pytest.approx(1.0, abs=0.35), 0.0)
    assert near.written("桜井")["written surname"] < 0.8
    assert {f"written {kind}" for kind in KINDS} < set(written)


def test_figures_in_common_are_counted(reader: Reader) -> None:
    """0708 of the registered 07000708074, and one more."""
    seen = Nearness(CASE, reader).written("07089")
    assert seen["figures written, own"] == pytest.approx(np.log1p(4))
    assert seen["figures written, other"] == pytest.approx(np.log1p(1))


def test_groups_in_common_are_counted(reader: Reader) -> None:
    """Each by itself: 07000708074 has 0007 and 8074, and no 8075."""
    own = Nearness(CASE, reader).written("0007、8074")
    mixed = Nearness(CASE, reader).written("0007、8075")
    assert (own["groups, own"], own["groups, other"]) == pytest.approx((np.log1p(8), 0))
    assert (mixed["groups, own"], mixed["groups, other"]) == pytest.approx((np.log1p(4), np.log1p(4)))


def test_an_explanation_of_their_kanji_is_seen(reader: Reader) -> None:
    """In what is written; and in what is heard, where anything is."""
    near = Nearness(CASE, reader)
    own = near.explained("西の方の西に市町村の村", ())["explains, written"]
    assert own > near.explained("三角の三に宅配便の宅", ())["explains, written"]
    assert "explains, heard" not in near.explained("西", ())
    words = heard("ニシムラ", "にしむら")
    (values,) = features([finding(words)], words, CASE, reader)
    assert values is not None
    assert values["explains, heard"] < 1


def test_whose_the_findings_beside_it_are_is_seen(reader: Reader) -> None:
    """One of theirs right before, another's far behind."""
    words = transcript(utterance("西村の隼人はここです、それからずっとずっとずっと後の桜井さん", 0.0))
    spans = (CharSpan(0, 2), CharSpan(3, 5), CharSpan(26, 28))
    parties = (Party.REQUESTER, Party.UNKNOWN, Party.THIRD_PARTY)
    found = [
        Finding(EntitySpan("PERSON", chars, 0.9, "T"), party, Reason.NOT_GIVEN, False)
        for chars, party in zip(spans, parties, strict=True)
    ]
    mine, asked, other = features(found, words, CASE, reader)
    assert mine is None
    assert asked is not None
    assert other is not None
    assert (asked["before: own"], asked["before: own, near"]) == (1.0, 0.5)
    assert not any(name.startswith("behind") for name in asked)
    assert asked["others: own"] > 0
    assert asked["others: third"] > 0
