"""Cut postal codes off addresses: [981の6759、5丁目25の9]  ->  [981の6759]、[5丁目25の9]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.types import CharSpan, EntitySpan

__all__ = ["POSTAL_CODE", "part_postal_codes"]

POSTAL_CODE = re.compile(r"〒?[0-9０-９]{3}[-‐ーのノ][0-9０-９]{4}")
"""A postal code as it is written where it was heard right."""

_MARKS = "、。 \n"


def part_postal_codes(entities: Iterable[EntitySpan], text: str) -> Iterator[EntitySpan]:
    """Cut postal codes off the addresses behind them.

    Args:
        entities: In order of text.
        text: What they point into.

    Yields:
        The findings, of which an address that begins with a code is two.
    """
    for entity in entities:
        chars = entity.chars
        code = POSTAL_CODE.match(text, chars.start, chars.end) if entity.entity_type == "ADDRESS" else None
        rest = text[code.end() : chars.end] if code else ""
        behind = chars.end - len(rest.lstrip(_MARKS))
        # A figure more, and it is none.
        if code is None or not rest.strip(_MARKS) or rest[0].isdecimal():
            yield entity
        else:
            yield replace(entity, chars=CharSpan(chars.start, code.end()), morae=0)
            yield replace(entity, chars=CharSpan(behind, chars.end), morae=0)
