"""Tests of flows.measuring.staff_list_table: the figures without a staff list and with it."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console

from flows.measuring.staff_list_table import print_both
from pipeline.measuring.figures import Share, summarise
from tests.flows.measuring.test_evaluate_table import CALL

FULL = Share(100, 100)


def test_both_rows_fit_the_eighty_columns_of_a_pipe() -> None:
    """Per cent without the sign, given away with two decimals, a dash where there was nothing to count."""
    worst = replace(CALL, leak=FULL, given_away=FULL, given_unasked=FULL, over_mask=FULL, requester_kept=FULL)
    console = Console(width=80)
    with console.capture() as capture:
        print_both(summarise([CALL]), summarise([replace(worst, review_seconds=60.0)]), 1234, console)
    lines = capture.get().splitlines()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]

    assert "1234 人 people" in lines[0]
    assert rows == [
        ["なし no", "25.0", "25.0", "0.62", "25.0", "12.3", "–", "90.0", "90.0", "6.0"],
        ["あり yes", "100.0", "25.0", "100.00", "100.0", "100.0", "100.0", "90.0", "90.0", "60.0"],
    ]
