"""How a name is shown: the one place where a file's name, or anything else from outside, becomes a line.

A name may hold a line break, a terminal's commands or marks that turn the direction of writing: shown as
it is, it could forge a line of ours, or hide one.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

__all__ = ["is_text", "shown"]

_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that are no writing: control, format (also of direction), halves, line ends."""


def shown(line: object) -> str:
    r"""A text as one line in which every character is one that can be seen.

    Args:
        line: A text, or a path; bytes of a name that are no UTF-8 come as Python's half characters.

    Returns:
        The text, control and format characters as ``\x1b`` or ``\u202e``, bytes as ``\xff``.
    """
    return "".join(_seen(each) for each in str(line))


def _seen(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE_CATEGORIES:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_text(path: Path) -> bool:
    """Whether a path's name is UTF-8: another cannot be handed on as JSON, nor shown."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
