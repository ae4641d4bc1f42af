"""Extend an address to its end.

    効かすさわらくの西人でいらっしゃいますね      found: 効かすさわらく
    [ found       ][ + ]でいらっしゃいますね      masked: its town as well, up to the copula

Nothing else is said in the middle of an address, so the words between its found part and the next particle or
copula are its garbled rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.calls.artifacts import Call
from models.language.readings import Token
from models.wording.names import surface, token_at
from pipeline.types import CharSpan, EntitySpan

MAX_ADDED_CHARS = 7
"""Greatest number of characters added: a town, a block number and its suffix are not longer."""

_ENDS = (
    "助詞", "助動詞", "動詞", "形容詞", "形状詞", "感動詞", "接続詞", "補助記号", "空白", "連体詞", "副詞",
    "代名詞",
)  # fmt: skip
_JOINT = frozenset("のノ")


def whole_addresses(call: Call, spans: Sequence[EntitySpan]) -> tuple[EntitySpan, ...]:
    """Extend the addresses of a call.

    Args:
        call: The call.
        spans: Disjoint findings in order of text.

    Returns:
        The findings, disjoint.  Addresses stop at other findings, but replace candidates that they grow over.
    """
    taken = [span for span in spans if not span.candidate]
    out: list[EntitySpan] = []
    for span in spans:
        if span.entity_type == "ADDRESS" and not span.candidate:
            others = [other.chars for other in taken if other is not span]
            out.append(replace(span, chars=_extended(call, span.chars, others)))
        else:
            out.append(span)
    settled = [span.chars for span in out if not span.candidate]
    return tuple(s for s in out if not s.candidate or not any(s.chars.overlaps(chars) for chars in settled))


def _extended(call: Call, chars: CharSpan, others: Sequence[CharSpan]) -> CharSpan:
    end = chars.end
    index = token_at(call, end - 1)
    while index < len(call.tokens):
        token = call.tokens[index]
        reached = token.chars.end
        beyond = reached > end and token.chars.start >= end
        if reached > chars.end + MAX_ADDED_CHARS or (beyond and _ends(call, index)):
            break
        if any(CharSpan(chars.end, reached).overlaps(other) for other in others if reached > chars.end):
            break
        if "\n" in call.text[token.chars.start : reached]:
            break
        end = max(end, reached)
        index += 1
    while end > chars.end and call.text[end - 1] in _JOINT:
        end -= 1
    return CharSpan(chars.start, end)


def _ends(call: Call, index: int) -> bool:
    """Whether a token ends an address; の between two parts does not."""
    token: Token = call.tokens[index]
    if surface(call, token) in _JOINT:
        after = index + 1
        return after >= len(call.tokens) or call.tokens[after].pos.startswith(_ENDS)
    return token.pos.startswith(_ENDS)
