"""Tests of flows.measuring.breakdown_table: the rows by voice and by kind of name, and their JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from rich.console import Console

from flows.measuring.breakdown_table import NAME_KIND_LABELS, breakdown_as_dict, print_breakdown
from pipeline.measuring.figures import CallFigures, Share, SideFigures, SpanFigures
from pipeline.measuring.truth import NAME_KINDS
from pipeline.types import TimeSpan

NAME = SpanFigures(
    "NAME", "third", must_mask=True, must_keep=False, time=TimeSpan(1, 2), channel=0,
    speech=100, changed=75, changed_after_review=100, caught=False, speaker="cu", name_kind="short",
)  # fmt: skip
CALL = CallFigures(
    call_id="a",
    seconds=60.0,
    has_third_party=True,
    spans=(NAME,),
    leak=Share(25, 100),
    leak_after_review=Share(0, 100),
    over_mask=Share(0, 1000),
    over_mask_after_review=Share(0, 1000),
    over_mask_causes=(),
    requester_kept=Share(0, 0),
    requester_kept_after_review=Share(0, 0),
    review_seconds=0.0,
    review_findings=0,
    character_errors=Share(12, 100),
    sides=(
        SideFigures("op", "takumi_happy", 3000, Share(5, 1000), Share(2, 60), Share(3, 120)),
        SideFigures("cu", "af_bella", 1500, Share(0, 400), Share(40, 40)),
    ),
)


def printed(call: CallFigures, width: int = 160) -> list[str]:
    """The rows of the tables, cells joined by a bar."""
    console = Console(width=width)
    with console.capture() as capture:
        print_breakdown([call], console)
    return [" | ".join(cell.strip() for cell in line.split("│")[1:-1]) for line in capture.get().splitlines()]


def test_a_row_per_voice_and_a_row_per_kind_of_name() -> None:
    """What could not be counted is a dash."""
    rows = printed(CALL)
    assert "二拍まで one or two morae | 1 | 25.0 | 0.0" in rows
    assert "af_bella | 0.2 | 1 | 25.0 | 25.0 | 0.0 | 0.0 | – | 100.0 | –" in rows
    assert "takumi_happy | 0.5 | 0 | – | – | – | 0.5 | – | 3.3 | 2.5" in rows


def test_nothing_is_printed_where_the_truth_tells_neither() -> None:
    """No voice, no third party's name: no tables, and empty entries in the JSON."""
    call = replace(CALL, sides=(), spans=())
    assert printed(call) == []
    assert breakdown_as_dict([call]) == {"by_voice": {}, "by_name_kind": {}}


def test_the_rows_fit_the_eighty_columns_of_a_pipe() -> None:
    """No figure is cut off where the output is no terminal."""
    assert "af_bella | 0.2 | 1 | 25.0 | 25.0 | 0.0 | 0.0 | – | 100.0 | –" in printed(CALL, width=80)


def test_a_voice_is_printed_as_one_plain_line() -> None:
    """A name from a file can neither forge a row nor colour one."""
    call = replace(CALL, sides=(replace(CALL.sides[0], voice="[red]x\n│"),))
    assert any("[red]x\\x0a" in row for row in printed(call))


def test_the_json_has_shares_and_counts() -> None:
    """By name of the voice and by kind of name."""
    document: Any = json.loads(json.dumps(breakdown_as_dict([CALL]), allow_nan=False))
    bella = document["by_voice"]["af_bella"]
    assert bella["names_leak"] == 0.25
    assert bella["requester_kept"] is None
    assert bella["counts"]["character_error_rate"] == [40, 40]
    assert bella["mora_error_rate"] is None
    assert document["by_voice"]["takumi_happy"]["counts"]["mora_error_rate"] == [3, 120]
    assert (bella["calls"], bella["spans"], bella["speech_seconds"]) == (1, 1, 15.0)
    assert document["by_name_kind"] == {
        "short": {"spans": 1, "leak": 0.25, "caught": 0.0, "counts": {"leak": [25, 100], "caught": [0, 1]}}
    }


def test_every_kind_of_name_has_its_label() -> None:
    """None is printed as code."""
    assert list(NAME_KIND_LABELS) == list(NAME_KINDS)
