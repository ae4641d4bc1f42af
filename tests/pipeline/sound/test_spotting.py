"""Known words found by their sound alone."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.sound.morae import morae
from pipeline.sound.spotting import LENGTH_PRICE, covered, spotted
from tests.posteriorgrams import A_MORA, logs_of

NOHARA, NOMURA = morae("ノハラ"), morae("ノムラ")


def test_what_is_said_is_found_where_it_is_said() -> None:
    """To the step, at no price."""
    (hit,) = spotted([NOHARA], logs_of("ワタシノハラトモウシマス"), [-5.0])
    assert (hit.start, hit.end) == (3 * A_MORA, 5 * A_MORA + 1)
    assert hit.score == pytest.approx(0.0, abs=0.05)


def test_another_name_is_not() -> None:
    """One mora that is not heard at all is more than a name may lack; the best there is much worse."""
    logs = logs_of("ワタシノハラトモウシマス")
    assert spotted([NOMURA], logs, [-5.0]) == ()
    assert max(hit.score for hit in spotted([NOMURA], logs, [-50.0])) < -8


def test_what_cannot_be_said_there_takes_nothing_from_the_others() -> None:
    """Each is found under its own number."""
    logs = logs_of("ワタシノハラトモウシマス")
    (alone,) = spotted([NOHARA], logs, [-5.0])
    (hit,) = spotted([NOMURA, morae("キュッキョ"), NOHARA], logs, [-5.0, -5.0, -5.0])
    assert (hit.form, hit.start, hit.end, hit.score) == (2, alone.start, alone.end, alone.score)


def test_what_is_heard_badly_costs_what_it_lacks() -> None:
    """The second mora was as good as sure another one."""
    (hit,) = spotted([NOHARA], logs_of("ノハラ", {1: ("カ", -4.0)}), [-5.0])
    assert hit.score == pytest.approx(-4.0, abs=0.1)


def test_pauses_within_cost_nothing() -> None:
    """A name that is spelt."""
    (hit,) = spotted([NOHARA], logs_of("ノ  ハ  ラ"), [-1.0])
    assert hit.end - hit.start == 6 * A_MORA + 1


def test_a_drawn_vowel_costs_little() -> None:
    """ノハーラ, and ノハラ where ノハーラ is known."""
    drawn = (*NOHARA[:2], ("long", ""), NOHARA[2])
    for form, said in ((NOHARA, "ノハーラ"), (drawn, "ノハラ")):
        (hit,) = spotted([form], logs_of(said), [-3.0])
        assert hit.score == pytest.approx(-LENGTH_PRICE, abs=0.1)


def test_a_mora_said_twice_needs_to_be_said_twice() -> None:
    """ゼロゼロ is no ゼロ."""
    assert spotted([morae("ゼロゼロ")], logs_of("ゼロ"), [-4.0]) == ()
    assert len(spotted([morae("ママ")], logs_of("ママ"), [-1.0])) == 1


def test_each_time_is_found() -> None:
    """In order of time, with several forms at once, of unlike length."""
    hits = spotted([NOHARA, morae("カ")], logs_of("ノハラ カ ノハラ"), [-3.0, -3.0])
    assert [hit.form for hit in hits] == [0, 1, 0]
    assert covered(hits, 40).sum() == sum(hit.end - hit.start for hit in hits)


def test_of_nothing_nothing_is_found() -> None:
    """No forms, or no sound."""
    assert spotted([], logs_of("ノハラ"), []) == ()
    assert spotted([NOHARA], np.zeros((0, 157), dtype=np.float32), [-5.0]) == ()
