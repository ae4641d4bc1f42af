"""CSV cells that a spreadsheet does not take for formulas."""

from __future__ import annotations

FORMULA = frozenset("=+-@\t\r\n|%＝＋－＠")
"""Characters that may begin a formula; some spreadsheets also accept full-width ones."""


def plain_cell(cell: str) -> str:
    """Return a cell's text, with an apostrophe in front when it could be read as a formula."""
    return f"'{cell}" if cell.lstrip(" ")[:1] in FORMULA else cell
