"""Numbers that are nobody's: dates, amounts, orders and times that a script says outside every slot."""

from __future__ import annotations

import re

from pipeline.measuring.truth import CallTruth, placed_spans, without_space
from pipeline.types import MaskAction, MaskPlan

_NUMBER = re.compile(
    r"(?:令和|平成|昭和|大正)?[A-Z]{0,4}[0-9]+(?:(?:,|\.|-|の(?=[0-9])|年の?(?=[0-9])|月の?(?=[0-9])|時(?=[0-9]))[0-9]+)*"
)
"""One expression: 3月15日, 14,820, 4471の2098, TK2208; what is written in kanji figures is not counted."""


def numbers_outside(truth: CallTruth) -> tuple[tuple[int, int], ...]:
    """Characters of each number that no span of the truth holds, in the text of exact words.

    Args:
        truth: Of a made call.
    """
    found, at = [], 0
    for turn, spans in zip(truth.script, placed_spans(truth), strict=True):
        text = without_space(turn.text)
        found += [
            (at + match.start(), at + match.end())
            for match in _NUMBER.finditer(text)
            if not any(chars.start < match.end() and match.start() < chars.end for chars, _ in spans)
        ]
        at += len(text) + 1
    return tuple(found)


def masked_numbers(text: str, truth: CallTruth, plan: MaskPlan) -> tuple[int, int]:
    """How many numbers that are nobody's a plan masks in part or whole, and how many there are.

    Args:
        text: The transcript's, of exact words: each turn is a line of it.
        truth: Of the call.
        plan: What would be masked.

    Raises:
        ValueError: the text is not that of exact words.
    """
    if text.rstrip("\n") != "\n".join(without_space(turn.text) for turn in truth.script if turn.text.strip()):
        raise ValueError("not exact words")
    masks = [item.chars for item in plan.items if item.action is MaskAction.MASK]
    numbers = numbers_outside(truth)
    hit = sum(any(m.start < end and start < m.end for m in masks) for start, end in numbers)
    return hit, len(numbers)
