"""The figures of calls without a company's staff list and with it, one below the other."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from flows.measuring.evaluate_table import percent
from pipeline.measuring.figures import Share, Summary


def print_both(without: Summary, listed: Summary, people: int, console: Console) -> None:
    """Print a row for each, with what a list may change.

    Args:
        without: The figures of the cases as they are.
        listed: The same with the list's staff in each case.
        people: How many the list has.
        console: The console to print on.
    """
    # Narrow cells and headings of two lines fit into the 80 columns of a pipe.
    table = Table(title=f"担当者の一覧 Staff list: {people} 人 people (%)", padding=(0, 1, 0, 0))
    table.add_column("一覧\nList", min_width=8)
    for heading in (
        "漏れ\nLeak",
        "氏名\nNames",
        "渡した\nGiven",
        "問わず\nUnasked",
        "過剰\nOver",
        "本人\nKept",
        "担当者\nStaff",
        "自社\nCompany",
        "確認\ns/min",
    ):
        table.add_column(heading, justify="right")
    table.add_row("なし no", *_cells(without))
    table.add_row("あり yes", *_cells(listed))
    console.print(table)


def _cells(summary: Summary) -> list[str]:
    load = summary.review_seconds_per_minute
    return [
        _per_cent(summary.leak),
        _per_cent(dict(summary.leak_by_kind).get("NAME", Share(0, 0))),
        _per_cent(summary.given_away, 2),
        _per_cent(summary.given_unasked),
        _per_cent(summary.over_mask),
        _per_cent(summary.requester_kept),
        _per_cent(summary.staff_kept),
        _per_cent(summary.company_kept),
        "–" if load is None else f"{load:.1f}",
    ]


def _per_cent(share: Share, decimals: int = 1) -> str:
    """The number alone; the title says that it is per cent."""
    return percent(share, decimals).removesuffix(" %")
