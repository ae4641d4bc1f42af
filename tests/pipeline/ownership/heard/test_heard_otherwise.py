"""What is only half like an owner's as written has to be heard as theirs, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.heard.spotted import compare_sound
from pipeline.reasons import Reason
from pipeline.sound.posteriorgram import packed
from pipeline.types import (
    CallCase,
    CaseName,
    CharSpan,
    EntitySpan,
    Finding,
    Party,
    Posteriorgram,
    Requester,
    Transcript,
)
from tests.posteriorgrams import CASE, STEP, heard, logs_of


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


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
    call = heard("ハヤト")
    logs = logs_of("ハヤト", {0: ("ム", left), 1: ("ケ", left)})
    segment = replace(call.segments[0], posteriorgrams=(Posteriorgram(0.0, STEP, packed(logs)),))
    assert (named(replace(call, segments=(segment,)), reader).party is Party.REQUESTER) is kept


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


def test_what_is_only_half_like_theirs_and_not_heard_is_masked(reader: Reader) -> None:
    """A number that the talk calls theirs, of which nothing is heard; what is heard stays."""
    for said, party in (
        ("ゼロハチニゼロイチヨンゴーハチヨンイチ", Party.UNKNOWN),
        ("ゼロナナゼロゼロゼロナナゼロハチゼロナナヨン", Party.REQUESTER),
    ):
        call = heard(said)
        entity = EntitySpan("PHONE_NUMBER", CharSpan(0, len(call.text)), 0.9, "test")
        (out,) = compare_sound([Finding(entity, Party.REQUESTER, Reason.NOT_GIVEN, True)], call, CASE, reader)
        assert out.party is party
        (sure,) = compare_sound(
            [Finding(entity, Party.REQUESTER, Reason.NOT_GIVEN, False)], call, CASE, reader
        )
        assert sure.party is Party.REQUESTER


@pytest.mark.parametrize(
    ("said", "party"),
    [
        ("プラザハナゾノノサカイ", Party.UNKNOWN),
        ("プラザハナゾ", Party.REQUESTER),
        ("ヒキノチョウノホウ", Party.REQUESTER),
    ],
)
def test_an_address_of_which_nothing_is_heard_is_another_ones(
    reader: Reader, said: str, party: Party
) -> None:
    """However the talk has it; of a few morae nothing can be heard, but where it calls them another's."""
    call = heard(said)
    entity = EntitySpan("ADDRESS", CharSpan(0, len(call.text)), 0.9, "test", hint=Party.REQUESTER)
    (out,) = compare_sound([Finding(entity, Party.REQUESTER, Reason.NOT_GIVEN, True)], call, CASE, reader)
    assert out.party is party
    other = Finding(replace(entity, hint=Party.THIRD_PARTY), Party.REQUESTER, Reason.NOT_GIVEN, True)
    (out,) = compare_sound([other], call, CASE, reader)
    assert (out.party is Party.UNKNOWN) is (said != "ヒキノチョウノホウ")


def doubted(call: Transcript, reader: Reader, case: CallCase = CASE) -> Party:
    """Whose an address stays that was theirs by its words, to be looked at."""
    entity = EntitySpan("ADDRESS", CharSpan(0, len(call.text)), 0.9, "test")
    (out,) = compare_sound([Finding(entity, Party.REQUESTER, Reason.NOT_GIVEN, True)], call, case, reader)
    return out.party


@pytest.mark.parametrize(
    ("said", "party"), [("アカサタナハマヤ", Party.REQUESTER), ("アカサタナハマヤラ", Party.UNKNOWN)]
)
def test_a_long_address_of_which_nothing_is_heard_is_taken(reader: Reader, said: str, party: Party) -> None:
    """The first mora lies before its words; of eight behind it something of theirs has to be there."""
    assert doubted(heard(said, "ら" * len(said)), reader) is party


TOWN = CallCase("R-2", Requester((), addresses=(CaseName("東西南北町", "ヒガシニシミナミキタマチ"),)))


@pytest.mark.parametrize(
    ("said", "left", "case", "party"),
    [
        ("ヒキノチョーアカサタナハマヤ", {0: -3.5, 2: -3.5}, CASE, Party.REQUESTER),
        ("ヒキノチョーアカサタナハマヤ", {0: -4.2, 2: -4.2}, CASE, Party.UNKNOWN),
        ("ヒガシニシミナミキタマチ", dict.fromkeys(range(0, 9, 2), -2.6), TOWN, Party.REQUESTER),
        ("ヒガシニシミナミキタマチ", dict.fromkeys(range(0, 9, 2), -3.0), TOWN, Party.UNKNOWN),
    ],
)
def test_something_of_theirs_is_heard_however_badly(
    reader: Reader, said: str, left: dict[int, float], case: CallCase, party: Party
) -> None:
    """By so much for each of its morae, and never worse than so much in all."""
    logs = logs_of(said, {place: ("ム", log) for place, log in left.items()})
    call = heard(said, "ら" * len([char for char in said if char not in "ャュョ"]))
    segment = replace(call.segments[0], posteriorgrams=(Posteriorgram(0.0, STEP, packed(logs)),))
    assert doubted(replace(call, segments=(segment,)), reader, case) is party
