"""Cells of a CSV that a spreadsheet takes for text."""

from __future__ import annotations

__all__ = ["plain_cell"]

FORMULA = frozenset("=+-@\t\r\n|%＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula; some fold full width."""


def plain_cell(cell: str) -> str:
    """A cell's text, never a formula: with an apostrophe in front where it could be one."""
    return f"'{cell}" if cell.lstrip(" ")[:1] in FORMULA else cell
