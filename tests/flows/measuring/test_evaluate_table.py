"""Tests of flows.measuring.evaluate_table: the figures as tables and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from flows.measuring.evaluate_table import percent, print_table, summary_as_dict
from pipeline.measuring.figures import CallFigures, OverMask, Share, SpanFigures, summarise
from pipeline.types import TimeSpan

NAME = SpanFigures(
    "NAME", "third", must_mask=True, must_keep=False, time=TimeSpan(1, 2), channel=0,
    speech=100, changed=75, changed_after_review=100, caught=False, given=12,
)  # fmt: skip
CALL = CallFigures(
    call_id="neighbour-01",
    seconds=60.0,
    has_third_party=True,
    spans=(NAME,),
    leak=Share(25, 100),
    leak_after_review=Share(0, 100),
    over_mask=Share(123, 1000),
    over_mask_after_review=Share(5, 1000),
    over_mask_causes=(OverMask("honorific", "PERSON", beside_span=False, frames=123),),
    requester_kept=Share(0, 0),
    requester_kept_after_review=Share(0, 0),
    review_seconds=6.0,
    review_findings=3,
    character_errors=Share(30, 100),
    mora_errors=Share(8, 200),
    third_found=Share(1, 1),
    third_heard=Share(50, 400),
    given_away=Share(1, 160),
    given_unasked=Share(1, 4),
    staff_kept=Share(90, 100),
    company_kept=Share(45, 50),
)


def printed(*calls: CallFigures, refused: int = 0) -> list[str]:
    """The rows of the tables, cells joined by a bar."""
    console = Console(width=160)
    with console.capture() as capture:
        print_table(summarise(calls, refused), console)
    return [" | ".join(cell.strip() for cell in line.split("│")[1:-1]) for line in capture.get().splitlines()]


@pytest.mark.parametrize(
    "row",
    [
        "漏れ Leak | 25.0 % | 0.25 / 1.00 s",
        "氏名 NAME | 25.0 % | 0.25 / 1.00 s",
        "捕捉 Caught spans | 0.0 % | 0 / 1",
        "氏名 NAME | 0.0 % | 0 / 1",
        "漏れのない通話 Clean calls | 0.0 % | 95 %: 0–79 %  0 / 1",
        "第三者の情報を渡した Given away | 0.62 % | 0.01 / 1.60 s",
        "氏名 NAME | 12.00 % | 0.12 / 1.00 s",
        "うち問わず of it unasked | 25.0 % | 0.01 / 0.04 s",
        "担当者情報の保持 Staff kept | 90.0 % | 0.90 / 1.00 s",
        "自社情報の保持 Company kept | 90.0 % | 0.45 / 0.50 s",
        "過剰マスク Over-mask | 12.3 % | 1.23 / 10.00 s",
        "本人情報の保持 Requester kept | – | 0.00 / 0.00 s",
        "要確認の聴取 Review load | 6.0 s/min | 3 件 findings",
        "確認後の漏れ Leak after review | 0.0 % | 0.00 / 1.00 s",
        "確認後の過剰 Over-mask after review | 0.5 % | 0.05 / 10.00 s",
        "文字誤り率 Character error rate | 30.0 % | 30 / 100",
        "拍誤り率 Mora error rate | 4.0 % | 8 / 200",
        "第三者の声を見つけた Third voice found | 100.0 % | 1 / 1",
        "聞こえる第三者の声 Third voice left audible | 12.5 % | 0.50 / 4.00 s",
        "neighbour-01 | 25.0 % | 0/1 | 12.3 % | – | 6.0 | 30.0 % | 4.0 %",
        "honorific | PERSON | 誤検出 nothing there | 1.23",
    ],
)
def test_the_tables_show_every_figure_of_the_contract_in_both_languages(row: str) -> None:
    """Each figure stands beside its Japanese and its English name, with the counts behind it."""
    assert row in printed(CALL)


def test_refused_calls_are_told_and_no_calls_at_all_print() -> None:
    """A run in which every call was refused shows that, and no figure."""
    rows = printed(refused=2)
    assert "マスクできなかった通話 Calls refused | 2 | 上の値に含まず not counted above" in rows
    assert "漏れ Leak | – | 0.00 / 0.00 s" in rows


@pytest.mark.parametrize(
    ("share", "text"), [(Share(1, 3), "33.3 %"), (Share(0, 5), "0.0 %"), (Share(0, 0), "–")]
)
def test_a_share_for_a_reader(share: Share, text: str) -> None:
    """Nothing to count is a dash, never 0 %."""
    assert percent(share) == text


def test_the_json_holds_the_figures_by_name_in_all_and_by_call() -> None:
    """It survives a round trip through JSON, with shares as plain numbers."""
    clean = replace(CALL, call_id="b", leak=Share(0, 100), spans=(replace(NAME, changed=100, caught=True),))
    document: Any = json.loads(
        json.dumps(summary_as_dict(summarise([CALL, clean], refused=1)), allow_nan=False)
    )
    assert document["leak"] == pytest.approx(0.125)
    assert document["leak_by_kind"] == {"NAME": 0.125}
    assert document["clean_calls"] == pytest.approx(0.5)
    assert document["after_review"]["over_mask"] == pytest.approx(0.005)
    assert document["requester_kept"] is None
    assert document["review_load_seconds_per_minute"] == pytest.approx(6.0)
    assert document["counts"]["leak"] == [25, 200]
    assert (document["mora_error_rate"], document["counts"]["mora_error_rate"]) == (0.04, [16, 400])
    assert document["refused"] == 1
    assert [call["leak"] for call in document["calls"]] == [0.25, 0.0]
    assert [call["clean"] for call in document["calls"]] == [False, True]
    assert document["calls"][0]["spans"][0]["changed_frames"] == 75
    assert (document["given_away"], document["counts"]["given_away"]) == (1 / 160, [2, 320])
    assert document["given_away_by_kind"] == {"NAME": 0.12}
    assert (document["given_unasked"], document["staff_kept"], document["company_kept"]) == (0.25, 0.9, 0.9)
    assert document["calls"][0]["spans"][0]["given_frames"] == 12


def test_a_line_of_a_call_fits_the_eighty_columns_of_a_pipe() -> None:
    """No figure of a call is cut off where the output is no terminal."""
    console = Console(width=80)
    full = Share(100, 100)
    worst = replace(CALL, leak=full, over_mask=full, requester_kept=full, character_errors=full)
    with console.capture() as capture:
        print_table(summarise([worst]), console)
    (line,) = [line for line in capture.get().splitlines() if "neighbour-01" in line]
    cells = [cell.strip() for cell in line.split("│")[1:-1]]
    assert cells == ["neighbour-01", "100.0 %", "0/1", "100.0 %", "100.0 %", "6.0", "100.0 %", "4.0 %"]
