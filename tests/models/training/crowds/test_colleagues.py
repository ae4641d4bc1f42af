"""A company's staff list for a made call."""

from __future__ import annotations

import pytest

from models.language.readings import load_reader
from models.training.crowds.colleagues import SIZES, with_colleagues
from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.types import CallCase, CaseName, TimeSpan

OWN = CaseName("石井", "イシイ")
CASE = CallCase("R-1", staff=(OWN,), on_call=(OWN,))


def said(*names: tuple[str, str], party: str = "third") -> CallTruth:
    """A call that names people."""
    spans = (TruthSpan(TimeSpan(0.0, 1.0), "cu", "NAME", party, *name) for name in names)
    return CallTruth("c-1", "mono", 9.0, tuple(spans), ())


@pytest.mark.parametrize("size", SIZES)
def test_a_list_has_so_many_people_and_its_own_among_them(size: int) -> None:
    """Who was on the call stays; the same seed gives the same list."""
    case = with_colleagues(CASE, said(("山根", "ヤマネ")), size, 1)
    assert 0.9 * size <= len(case.staff) <= size
    assert OWN in case.staff
    assert case.on_call == (OWN,)
    assert case == with_colleagues(CASE, said(("山根", "ヤマネ")), size, 1)
    assert case != with_colleagues(CASE, said(("山根", "ヤマネ")), size, 2)


def test_third_parties_have_namesakes_on_it() -> None:
    """By the surname, by its reading, and by the given name; as many as are strangers at the most."""
    truth = said(("山根恵子", "ヤマネケイコ"), ("小森", "コモリ"))
    staff = with_colleagues(CASE, truth, 50, 3).staff
    assert any(name.text.startswith("山根") for name in staff)
    assert any(name.text.startswith("小森") for name in staff)
    assert any(name.kana.endswith("ケイコ") and not name.kana.startswith("ヤマネ") for name in staff)
    assert len([name for name in staff if name.kana.startswith(("ヤマネ", "コモリ"))]) < len(staff) / 2


def test_of_others_nobody_is_a_namesake_but_by_chance() -> None:
    """The requester's surname is on it as often as it is common."""
    truth = said(("鷲見", "スミ"), party="requester")
    assert not any(name.text.startswith("鷲見") for name in with_colleagues(CASE, truth, 50, 3).staff)


def test_the_readings_of_those_who_are_drawn_are_known() -> None:
    """As a company's list has them."""
    reader = load_reader()
    for name in with_colleagues(CASE, said(), 20, 4).staff:
        assert name.kana
        assert reader.kana(name.kana) == name.kana
