"""The plot of a night: every failure is seen, however long the night; it holds counts and times only."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.runs.night_plot import BOTTOM, COLOURS, LEFT, RIGHT, TOP, WIDTH, Waiting, as_svg, plot
from flows.runs.night_report import Fate, Tally, Tried

SVG = "{http://www.w3.org/2000/svg}"


def night(*fates: Fate, took: float = 60.0) -> Tally:
    """Calls one after the other, each as long as the next."""
    return Tally([Tried(f"c{at:016x}", fate, "", took, {}, at * took) for at, fate in enumerate(fates)])


def blocks(svg: str, fate: Fate) -> list[tuple[float, float]]:
    """Left edge and width of the blocks of a fate, without the legend's."""
    found = ET.fromstring(svg).findall(f"{SVG}rect")  # noqa: S314 (our own)
    ours = [each for each in found if each.get("fill") == COLOURS[fate] and each.get("width") != "12"]
    return [(float(each.get("x", "")), float(each.get("width", ""))) for each in ours]


def texts(svg: str) -> list[str]:
    """What is written in it."""
    return [each.text or "" for each in ET.fromstring(svg).findall(f"{SVG}text")]  # noqa: S314 (our own)


def test_each_call_has_its_block_where_it_was_done():
    """A night of four minutes: four blocks of a quarter each, the third one red."""
    tally = night(Fate.MASKED, Fate.MASKED, Fate.SET_ASIDE, Fate.PUT_BACK)
    svg = as_svg(tally, [Waiting(0, 4), Waiting(240, 1)], 240)
    quarter = (RIGHT - LEFT) / 4

    assert [x for x, _ in blocks(svg, Fate.MASKED)] == [LEFT, pytest.approx(LEFT + quarter, abs=0.1)]
    assert blocks(svg, Fate.SET_ASIDE) == [
        (pytest.approx(LEFT + 2 * quarter, abs=0.1), pytest.approx(quarter - 0.5, abs=0.1))
    ]
    assert len(blocks(svg, Fate.PUT_BACK)) == 1
    assert {"確認待ちへ 2件", "処理できなかった 1件", "次回に回した 1件", "処理待ちの通話"} <= set(texts(svg))


def test_one_failure_among_thousands_is_seen():
    """Blocks narrower than a pixel become one; the failure keeps its own, and the drawing stays small."""
    fates = [Fate.MASKED] * 5000
    fates[2500] = Fate.SET_ASIDE
    tally = night(*fates, took=5.0)
    svg = as_svg(tally, [Waiting(at * 5.0, 5000 - at) for at in range(0, 5000, 10)], 25_000)
    ((x, width),) = blocks(svg, Fate.SET_ASIDE)

    assert width >= 0.5
    assert x == pytest.approx((LEFT + RIGHT) / 2, abs=1)
    assert len(blocks(svg, Fate.MASKED)) < 1000
    assert svg.rindex(COLOURS[Fate.SET_ASIDE]) > svg.rindex(COLOURS[Fate.MASKED])
    assert len(svg) < 100_000


@given(
    st.lists(st.tuples(st.sampled_from(Fate), st.floats(0, 20_000)), max_size=40),
    st.lists(st.integers(0, 10_000), max_size=40),
    st.floats(0, 100_000),
)
def test_nothing_lies_outside(calls: list[tuple[Fate, float]], waiting: list[int], seconds: float):
    """Whatever the night was, even one that took no time or had no call."""
    tally, at = Tally(), 0.0
    for fate, took in calls:
        tally.tried.append(Tried("c", fate, "", took, {}, at))
        at += took
    svg = as_svg(tally, [Waiting(float(place), count) for place, count in enumerate(waiting)], seconds)
    for each in ET.fromstring(svg).iter():  # noqa: S314 (our own)
        x = float(each.get("x") or 0)
        assert 0 <= x <= WIDTH
    line = re.search(r'd="(M[^"]*)" stroke="#1d4e89"', svg)
    if line is not None:
        steps = [float(y) for y in re.findall(r"[MV](?:[\d.]+ )?([\d.]+)", line[1])]
        assert all(TOP - 0.1 <= y <= BOTTOM + 0.1 for y in steps)
        places = [float(x) for x in re.findall(r"H([\d.]+)", line[1])]
        assert all(one <= other for one, other in pairwise(places))


def test_the_table_says_the_same():
    """For whoever does not see the image."""
    tally = night(Fate.MASKED, Fate.MASKED, Fate.SET_ASIDE, took=90)
    text = plot(tally, [Waiting(0, 3), Waiting(270, 0)], 270)
    (image,) = re.findall(r"!\[([^]]*)\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", text)

    assert image[0] == "確認待ちへ 2件、処理できなかった 1件、次回に回した 0件"
    assert base64.b64decode(image[1]).decode().startswith("<svg ")
    for row in ("| かかった時間 | 4.5 分 |", "1.5 分・1.5 分", "3 件 → 0 件", "| 通話 | 3 件("):
        assert row in text


def test_no_call_is_named():
    """Counts and times; not even an id."""
    tally = Tally()
    tally.add("c0123456789abcdef", {"seconds": 30}, 12.0, 0.0)
    tally.fail(Tried("cfedcba9876543210", Fate.SET_ASIDE, "call_unsafe", 3.0, {}, 12.0))
    svg = as_svg(tally, [Waiting(0, 2)], 15)

    assert "c0123" not in svg
    assert "cfedc" not in svg
    assert plot(Tally(), [], 0.2).startswith("# 夜間処理の図")
