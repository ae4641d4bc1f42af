"""What is known of the findings around one."""

from __future__ import annotations

from math import log1p

import numpy as np
import pytest

from pipeline.ownership.evidence.neighbours import Neighbour, PairValues, neighbour_features
from pipeline.ownership.known.claimant import Claimant
from pipeline.types import CharSpan, EntitySpan

OWN = Claimant.REQUESTER


def found(start: int, end: int, kind: str = "PERSON", kana: str = "", *, explains: bool = False) -> Neighbour:
    """A finding as its neighbours see it."""
    return Neighbour(EntitySpan(kind, CharSpan(start, end), 0.9, "T"), kana, explains)


def around(findings: list[Neighbour], own: list[float], at: int) -> dict[str, float]:
    """What is known around one finding of its being the requester's."""
    chances = np.array([[chance, 0.0, 0.0, 0.0] for chance in own])
    return dict(neighbour_features(findings, chances)[at][OWN])


def test_each_claimant_has_values_of_its_own() -> None:
    """The chances of a column are those of a claimant."""
    findings = [found(0, 2), found(3, 5)]
    values: tuple[PairValues, ...] = neighbour_features(
        findings, np.array([[0.5, 0.3, 0.1, 0.0], [0.2, 0.6, 0.1, 0.0]])
    )
    assert [set(each) for each in values] == [set(Claimant)] * 2
    assert [values[1][each]["before, same type"] for each in Claimant] == [0.5, 0.3, 0.1, 0.0]
    assert [values[0][each]["behind, same type"] for each in Claimant] == [0.2, 0.6, 0.1, 0.0]


def test_the_findings_right_beside_one_are_seen_by_their_type() -> None:
    """One before and one behind, each with how probably it is theirs, is not, and how near it is."""
    findings = [found(0, 2, "ADDRESS"), found(3, 5), found(5, 7)]
    values = around(findings, [0.25, 0.5, 0.75], 1)
    assert (values["before, other type"], values["before, other type, not"]) == (0.25, 0.75)
    assert (values["behind, same type"], values["behind, same type, not"]) == (0.75, 0.25)
    assert (values["before, near"], values["behind, near"]) == (0.25 / 2, 0.75)
    assert "before, same type" not in values
    assert "behind, other type" not in values


@pytest.mark.parametrize(("gap", "seen"), [(24, True), (25, False)])
def test_what_is_further_off_is_not_right_beside_it(gap: int, seen: bool) -> None:
    """A short turn of the other side may lie between."""
    values = around([found(0, 2), found(2 + gap, 4 + gap)], [0.5, 0.5], 1)
    assert ("before, same type" in values, "before, near" in values) == (seen, seen)
    values = around([found(0, 2), found(2 + gap, 4 + gap)], [0.5, 0.5], 0)
    assert ("behind, same type" in values, "behind, near" in values) == (seen, seen)


def test_findings_that_overlap_have_no_gap() -> None:
    """The gap between two is never negative, and is the same from either side."""
    assert found(0, 5).gap(found(3, 8)) == found(3, 8).gap(found(0, 5)) == 0
    assert found(0, 5).gap(found(9, 12)) == found(9, 12).gap(found(0, 5)) == 4


@pytest.mark.parametrize(("gap", "seen"), [(60, True), (61, False)])
@pytest.mark.parametrize(("kind", "name"), [("PERSON", "name before"), ("ADDRESS", "address near")])
def test_a_name_or_an_address_belongs_to_what_follows_within_an_exchange(
    gap: int, seen: bool, kind: str, name: str
) -> None:
    """A question and its answer may lie between."""
    values = around([found(0, 2, kind), found(2 + gap, 4 + gap, "PHONE_NUMBER")], [0.75, 0.5], 1)
    assert (values.get(name), values.get(f"{name}, not")) == ((0.75, 0.25) if seen else (None, None))


def test_the_last_name_before_one_is_no_explanation() -> None:
    """An explanation of kanji is of the name before it, and a name behind says nothing of it."""
    findings = [found(0, 2), found(3, 5), found(6, 8, explains=True), found(9, 11), found(12, 14)]
    own = [0.1, 0.2, 0.3, 0.4, 0.5]
    assert around(findings, own, 3)["name before"] == 0.2
    assert around(findings, own, 4)["name before"] == 0.4
    assert "name before" not in around(findings, own, 0)
    assert "name before" not in around([found(0, 2, "ADDRESS"), found(3, 5)], [0.1, 0.2], 1)


def test_the_nearest_address_may_stand_on_either_side() -> None:
    """A postal code is said before its address, a room behind it; of two the nearer one tells."""
    findings = [found(0, 2, "ADDRESS"), found(5, 7, "PHONE_NUMBER"), found(8, 10, "ADDRESS")]
    assert around(findings, [0.1, 0.2, 0.3], 1)["address near"] == 0.3
    assert around(findings[:2], [0.1, 0.2], 1)["address near"] == 0.1
    assert around(findings, [0.1, 0.2, 0.3], 2)["address near"] == 0.1


def test_what_sounds_alike_elsewhere_tells_as_much_as_it_is_alike() -> None:
    """However far off it is, where it is of the same type."""
    findings = [
        found(0, 2, kana="ニシムラ"),
        found(1000, 1002, kana="ニシムラ"),
        found(2000, 2002, kana="ニチムラ"),
        found(3000, 3002, "ADDRESS", "ニチムラ"),
    ]
    own = [0.5, 0.75, 0.9, 0.9]
    values = around(findings, own, 0)
    assert values["alike elsewhere"] == pytest.approx(0.9 * (1 - 0.55 * 0.2 / 4))
    assert values["alike elsewhere, not"] == pytest.approx(0.25)
    assert around(findings, own, 3)["alike elsewhere"] == 0.0
    assert around(findings, own, 3)["alike elsewhere, not"] == 0.0


def test_others_of_its_type_are_counted_by_their_chances() -> None:
    """As a logarithm; itself and other types are not counted."""
    findings = [found(0, 2), found(100, 102), found(200, 202), found(300, 302, "ADDRESS")]
    assert around(findings, [0.9, 0.5, 0.25, 0.8], 0)["others"] == pytest.approx(log1p(0.75))
    assert around(findings, [0.9, 0.5, 0.25, 0.8], 3)["others"] == 0.0


def test_one_finding_has_nothing_around_it() -> None:
    """A call may have no other."""
    assert around([found(0, 2)], [0.9], 0) == {
        "alike elsewhere": 0.0,
        "alike elsewhere, not": 0.0,
        "others": 0.0,
    }
    assert neighbour_features([], np.zeros((0, 4))) == ()


def test_a_call_of_hours_is_looked_at_in_parts() -> None:
    """A hundred and fifty others are looked at before one, and as many behind it."""
    findings = [found(100 * at, 100 * at + 2) for at in range(320)]
    values = neighbour_features(findings, np.tile([0.5, 0.0, 0.0, 0.0], (320, 1)))
    assert values[0][OWN]["others"] == pytest.approx(log1p(75))
    assert values[160][OWN]["others"] == pytest.approx(log1p(150))
    assert values[319][OWN]["others"] == pytest.approx(log1p(75))
