"""The figures of ``kaiji evaluate`` for a person (a table) and for a program (JSON)."""

from __future__ import annotations

from rich.console import Console

from pipeline.evaluate import Summary

__all__ = ["print_table", "summary_as_dict"]


def print_table(summary: Summary, console: Console) -> None:
    """Print the figures of the contract, then one line per call.

    Args:
        summary: What ``summarise`` gave.
        console: Where to.
    """
    raise NotImplementedError


def summary_as_dict(summary: Summary) -> dict[str, object]:
    """The figures as plain JSON values: shares 0 to 1, None where there was nothing to count.

    Args:
        summary: What ``summarise`` gave.

    Returns:
        The figures by name, ``counts`` behind them, and ``calls``, one entry per call.
    """
    raise NotImplementedError
