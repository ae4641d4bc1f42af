"""Cases of strangers that are near to what third parties of a call say."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from models.training.crowds.near_strangers import near_stranger
from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.sound.morae import likeness
from pipeline.time_span import TimeSpan
from pipeline.types import CallCase, CaseName, Requester

STRANGER = CallCase(
    "stranger",
    Requester(
        (CaseName("吉瀬猛文", "キチセタケトモ"),),
        ("0923541096",),
        (CaseName("大阪府泉大津市上之町6丁目10番27号"),),
    ),
    (CaseName("愛宮", "アミヤ"),),
)
SEEDS = range(20)


def said(*spans: tuple[str, str, str], party: str = "third") -> CallTruth:
    """A call in which somebody's data is said: kind, as written, and its reading."""
    return CallTruth(
        "call",
        "mono",
        60.0,
        tuple(
            TruthSpan(TimeSpan(at, at + 1.0), "cu", kind, party, written, reading)
            for at, (kind, written, reading) in enumerate(spans)
        ),
        (),
    )


def near(truth: CallTruth, seed: int) -> Requester:
    """The stranger beside that call."""
    changed = near_stranger(STRANGER, truth, random.Random(seed))
    assert (changed.case_id, changed.staff) == (STRANGER.case_id, STRANGER.staff)
    return changed.requester


@pytest.mark.parametrize("seed", SEEDS)
def test_the_name_sounds_alike_and_is_another(seed: int) -> None:
    """市川 for 石川; what holds the name, or is in it, is not taken."""
    (name,) = near(said(("NAME", "市川", "イチカワ")), seed).names
    assert "イチカワ" not in name.kana
    assert max(likeness("イチカワ", name.kana[:size]) for size in (3, 4, 5)) >= 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_number_differs_in_its_last_figures(seed: int) -> None:
    """Every figure but one, two or four is the third party's."""
    (phone,) = near(said(("PHONE", "090-0123-4567", "")), seed).phones
    alike = [a == b for a, b in zip(phone, "09001234567", strict=True)]
    assert alike.count(False) <= len(phone) - alike.index(False) <= 4
    assert alike.index(False) in {7, 9, 10}
    assert len(phone) == 11
    assert phone[-1] != "7"


def test_of_a_last_group_only_that_is_near() -> None:
    """The rest stays the stranger's."""
    (phone,) = near(said(("PHONE", "078", ""), ("PHONE", "8209", "")), 1).phones
    assert phone.startswith("092354")
    assert phone[6:] != "8209"
    assert len(phone) == 10


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("五丁目二十の二", "大阪府泉大津市上之町5丁目20番2号"),
        ("3-4-12", "大阪府泉大津市上之町3丁目4番12号"),
        ("水戸市千波町7の8の9", "大阪府泉大津市上之町7丁目8番9号"),
        ("六十六番地", "大阪府泉大津市上之町66番地"),
    ],
)
def test_the_number_of_the_house_is_theirs_elsewhere(written: str, address: str) -> None:
    """In the stranger's own town."""
    (place,) = near(said(("ADDRESS", written, "")), 3).addresses
    assert place.text == address


def test_or_the_town_is_theirs_at_another_number() -> None:
    """Always where no number of theirs is said, else less often."""
    (place,) = near(said(("ADDRESS", "千波町", "センバチョウ")), 1).addresses
    assert place.text == "大阪府泉大津市千波町6丁目10番27号"
    both = said(("ADDRESS", "千波町", ""), ("ADDRESS", "3の4の12", ""))
    lived = {near(both, seed).addresses[0].text for seed in SEEDS}
    assert lived == {"大阪府泉大津市千波町6丁目10番27号", "大阪府泉大津市上之町3丁目4番12号"}


def test_or_the_room_is_theirs_in_another_building_or_the_building_at_another_room() -> None:
    """Which the requester's own block does not tell apart."""
    lived = {near(said(("ADDRESS", "コンフォート奥野504号室", "")), seed).addresses[0].text for seed in SEEDS}
    own = STRANGER.requester.addresses[0].text
    assert all(place.startswith(own) and place.endswith("号室") for place in lived)
    same_room = {place for place in lived if place.endswith("504号室")}
    assert 0 < len(same_room) < len(lived)
    assert not any("奥野" in place for place in same_room)
    assert all("コンフォート奥野" in place for place in lived - same_room)


def test_what_is_the_requesters_is_left_alone() -> None:
    """Only what has to be masked is gone near to; where nothing is said, nothing changes."""
    own = said(("NAME", "市川", "イチカワ"), ("PHONE", "090-0123-4567", ""), party="requester")
    assert near(own, 1) == near(said(), 1) == STRANGER.requester
    assert near(said(("PHONE", "090", ""), ("ADDRESS", "204号室", "")), 1).phones == STRANGER.requester.phones


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stranger_lives_in_one_building(seed: int) -> None:
    """Whose own is left, where the third party's room is in another or in the same."""
    home = CaseName("大阪府泉大津市上之町6丁目10番27号第二すみれ荘904号室")
    case = replace(STRANGER, requester=replace(STRANGER.requester, addresses=(home,)))
    truth = said(("ADDRESS", "コーポひばり203号室", ""))
    (address,) = near_stranger(case, truth, random.Random(seed)).requester.addresses
    assert address.text.count("号室") == 1
    assert "すみれ" not in address.text
