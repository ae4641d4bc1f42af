"""Crowding: third parties who are near to the requester."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sample_audio.casting import CastCall, cast
from sample_audio.crowd import COMMONEST
from sample_audio.pools import default_pools
from sample_audio.script import parse_scripts

SCRIPT = """# id: crowd-01
op: お電話ありがとうございます、{co.name}の{op.sei}です。
cu: {rq.full}です。{rq.phone.full}、{rq.addr.full}。
cu: 隣の{t1.full}さん、{t1.phone.full}、{t1.addr.full}。母の{f1.mei}、{f1.phone.full}。
"""
CROWDED = replace(default_pools(), crowded=True)
SEEDS = range(60)


def made(seed: int) -> CastCall:
    """The call with crowded people."""
    (dialogue,) = parse_scripts(SCRIPT, Path("crowd.script.txt").name)
    return cast(dialogue, seed, CROWDED)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_has_the_requesters_number_or_home(seed: int) -> None:
    """However near they are; the family shares the surname, and the operator's is another."""
    call = made(seed)
    people = {person.who: person for person in call.people}
    own = people["rq"]
    assert people["f1"].sei == own.sei
    assert people["t1"].sei.kana != own.sei.kana
    for who in ("t1", "f1"):
        other = people[who]
        assert other.phone != own.phone
        home = (other.place, other.block, other.building, other.room, other.lives_in_building)
        assert home != (own.place, own.block, own.building, own.room, own.lives_in_building)
        assert sum(map(len, other.phone)) in {10, 11}


def test_some_are_near_in_each_way() -> None:
    """Numbers that differ by one figure, two and four; the same town, block and building; names of firms."""
    calls = [made(seed) for seed in SEEDS]
    pairs = [(call.person("rq"), call.person(who)) for call in calls for who in ("t1", "f1")]
    numbers = [("".join(a.phone), "".join(b.phone)) for a, b in pairs if a and b]
    off = [
        sum(x != y for x, y in zip(*pair, strict=False)) for pair in numbers if len(pair[0]) == len(pair[1])
    ]
    assert {1, 2, 4} <= set(off)
    same = [(a.place == b.place, a.block == b.block, a.building == b.building) for a, b in pairs if a and b]
    assert {(True, False, False), (True, True, True), (False, False, False)} <= set(same)
    companies = [company.sei.text for call in calls if (company := call.person("co"))]
    assert any(name.startswith(tuple(each.text for each in COMMONEST)) for name in companies)


def test_without_crowding_people_are_as_they_were() -> None:
    """A call that was made stays as it is."""
    (dialogue,) = parse_scripts(SCRIPT, "crowd.script.txt")
    plain = cast(dialogue, 3)
    assert cast(dialogue, 3, replace(CROWDED, crowded=False)) == plain
    assert made(3).people != plain.people
