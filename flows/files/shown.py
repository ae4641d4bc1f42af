"""Turn a file's name, or any other text from outside, into one printable line; the only place that does.

A name may contain a line break, terminal escape sequences or marks that change the direction of writing.
Printed unchanged it could forge or hide one of our lines.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that are not shown: control, format (also direction), surrogate, line separators."""


def shown(line: object) -> str:
    r"""Return a text as one line in which every character is visible.

    Args:
        line: A text or a path; bytes of a name that are not UTF-8 come as Python's surrogates.

    Returns:
        The text, with control and format characters as ``\x1b`` or ``\u202e`` and bytes as ``\xff``.
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
    """Return whether a path's name is UTF-8; another name can neither be written as JSON nor shown."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
