"""A postal code found together with its address, as a finding of its own: no case holds one.

[981の6759、5丁目25の9]  ->  [981の6759]、[5丁目25の9]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.party_beside import CODE
from pipeline.types import CharSpan, EntitySpan

__all__ = ["with_codes_apart"]

_MARKS = "、。 \n"


def with_codes_apart(entities: Iterable[EntitySpan], text: str) -> Iterator[EntitySpan]:
    """Part postal codes from the addresses behind them.

    Args:
        entities: In order of text.
        text: What they point into.

    Yields:
        The findings, of which an address that begins with a code is two.
    """
    for entity in entities:
        chars = entity.chars
        code = CODE.match(text, chars.start, chars.end) if entity.entity_type == "ADDRESS" else None
        rest = text[code.end() : chars.end] if code else ""
        behind = chars.end - len(rest.lstrip(_MARKS))
        # A figure more, and it is none.
        if code is None or not rest.strip(_MARKS) or rest[0].isdecimal():
            yield entity
        else:
            yield replace(entity, chars=CharSpan(chars.start, code.end()), morae=0)
            yield replace(entity, chars=CharSpan(behind, chars.end), morae=0)
