"""What is only half like an owner's as written has to be heard as theirs, too."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.heard.spotted import compare_sound
from pipeline.reasons import Reason
from pipeline.types import (
    CallCase,
    CaseName,
    CharSpan,
    EntitySpan,
    Finding,
    Party,
    Requester,
    Transcript,
)
from tests.posteriorgrams import CASE, heard


def named(
    call: Transcript,
    reader: Reader,
    party: Party = Party.REQUESTER,
    reason: Reason = Reason.NAME_READS_LIKE_REQUESTER,
    case: CallCase = CASE,
) -> Finding:
    """What becomes of a name that was somebody's by its words, to be looked at."""
    entity = EntitySpan("PERSON", CharSpan(0, len(call.text)), 0.9, "test")
    (out,) = compare_sound([Finding(entity, party, reason, True)], call, case, reader)
    return out


@pytest.mark.parametrize(
    ("said", "party", "after"),
    [
        ("ハヤトデス", Party.REQUESTER, Party.REQUESTER),
        ("ムサシデス", Party.REQUESTER, Party.UNKNOWN),
        ("イシーサマ", Party.STAFF, Party.STAFF),
        ("ムサシデス", Party.STAFF, Party.UNKNOWN),
        # The case names no company: nobody knows how it sounds.
        ("ムサシデス", Party.COMPANY, Party.COMPANY),
    ],
)
def test_a_name_that_is_written_half_like_somebodys_is_heard(
    reader: Reader, said: str, party: Party, after: Party
) -> None:
    """The requester's, the staff's: whoever it was given to."""
    out = named(heard(said), reader, party)
    assert out.party is after
    assert (out.reason is Reason.HEARD_OTHERWISE) is (after is not party)


@pytest.mark.parametrize(("left", "kept"), [(-3.7, True), (-3.8, False)])
def test_a_name_is_heard_however_badly(reader: Reader, left: float, kept: bool) -> None:
    """By so much for each of its morae: two of three of ハヤト."""
    call = heard("ハヤト", instead={0: ("ム", left), 1: ("ケ", left)})
    assert (named(call, reader).party is Party.REQUESTER) is kept


@pytest.mark.parametrize("reason", [Reason.EXPLAINS_REQUESTER_NAME, Reason.NAME_READS_LIKE_REQUESTER])
def test_a_name_that_is_not_said_cannot_be_heard(reader: Reader, reason: Reason) -> None:
    """Its kanji are explained."""
    out = named(heard("ムサシデス"), reader, reason=reason)
    assert (out.party is Party.REQUESTER) is (reason is not Reason.NAME_READS_LIKE_REQUESTER)


def test_a_short_name_and_a_name_from_abroad_said_the_other_way_round_are_heard(reader: Reader) -> None:
    """見田 has two morae; ラン・グエン is グエン・ラン, too."""
    short = CallCase("R-2", Requester((CaseName("見田", "ミタ"),)))
    assert named(heard("ミタサン"), reader, case=short).party is Party.REQUESTER
    assert named(heard("ムケサン"), reader, case=short).party is Party.UNKNOWN
    abroad = CallCase("R-3", Requester((CaseName("グエン・ラン", "グエン・ラン"),)))
    assert named(heard("ラングエン"), reader, case=abroad).party is Party.REQUESTER


@pytest.mark.parametrize(("written", "kept"), [("あかさた", False), ("あかさたな", True)])
def test_of_what_is_hardly_heard_nothing_is_said(reader: Reader, written: str, kept: bool) -> None:
    """The first of three lies before its words; two are half of four, and less than half of five."""
    assert (named(heard("ムケロ", written), reader).party is Party.REQUESTER) is kept


def given(call: Transcript, reader: Reader, kind: str, *, doubtful: bool = True) -> Party:
    """Whose a finding stays that was the requester's by its words."""
    entity = EntitySpan(kind, CharSpan(0, len(call.text)), 0.9, "test")
    (out,) = compare_sound([Finding(entity, Party.REQUESTER, Reason.NOT_GIVEN, doubtful)], call, CASE, reader)
    return out.party


@pytest.mark.parametrize("doubtful", [True, False])
@pytest.mark.parametrize(
    ("kind", "said", "party"),
    [
        ("PHONE_NUMBER", "ゼロハチニゼロイチヨンゴーハチヨンイチ", Party.UNKNOWN),
        ("PHONE_NUMBER", "ゼロナナゼロゼロゼロナナゼロハチゼロナナヨン", Party.REQUESTER),
        ("PHONE_NUMBER", "ハヤトデス", Party.REQUESTER),
        ("ADDRESS", "プラザハナゾノノサカイ", Party.UNKNOWN),
        ("ADDRESS", "ヒキノチョウノホウ", Party.REQUESTER),
        ("ADDRESS", "キノシタ", Party.UNKNOWN),
        ("EMAIL_ADDRESS", "ハヤトアットマーク", Party.REQUESTER),
        ("EMAIL_ADDRESS", "アキラアットマーク", Party.UNKNOWN),
        ("CONFIDENTIAL", "アキラアットマーク", Party.REQUESTER),
    ],
)
def test_addresses_and_numbers_are_heard_however_sure_their_words_are(
    reader: Reader, kind: str, said: str, party: Party, doubtful: bool
) -> None:
    """A place, a number, or a name of theirs; confidential words nobody compares."""
    assert given(heard(said), reader, kind, doubtful=doubtful) is party


@pytest.mark.parametrize(
    ("kind", "said", "left", "party"),
    [
        ("ADDRESS", "ヒキノチョーアカサタナハマヤ", {0: -6.1, 2: -6.1}, Party.REQUESTER),
        ("ADDRESS", "ヒキノチョーアカサタナハマヤ", {0: -6.4, 2: -6.4}, Party.UNKNOWN),
        ("PHONE_NUMBER", "ハチゼロナナヨン", {0: -5.9, 2: -5.9}, Party.REQUESTER),
        ("PHONE_NUMBER", "ハチゼロナナヨン", {0: -6.1, 2: -6.1}, Party.UNKNOWN),
    ],
)
def test_places_and_numbers_are_heard_by_so_much_for_each_mora(
    reader: Reader, kind: str, said: str, left: dict[int, float], party: Party
) -> None:
    """A number has to be heard better: another one differs in a figure."""
    instead = {place: ("ム", log) for place, log in left.items()}
    call = heard(said, "ら" * len([char for char in said if char not in "ャュョ"]), instead)
    assert given(call, reader, kind) is party
