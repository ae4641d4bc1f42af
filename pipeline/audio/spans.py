"""Join, subtract and measure spans given as pairs of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Spans = tuple[tuple[float, float], ...]
"""Ordered, disjoint, non-empty spans in seconds from the start of the call."""


def merged(
    spans: Iterable[tuple[float, float]], gap: float, kept: Sequence[tuple[float, float]] = ()
) -> tuple[tuple[float, float], ...]:
    """Join half-open spans that overlap, touch, or lie less than ``gap`` apart.

    Args:
        spans: In any order and unit; empty ones are dropped.
        gap: Greatest bridged gap (exclusive), in the same unit, not negative.
        kept: Spans that no gap is bridged over, in the same unit.

    Returns:
        Ordered, disjoint, non-empty spans that cover every given span; each at least ``gap`` from the next,
        except across a kept span.
    """
    out: list[tuple[float, float]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if out and (start <= out[-1][1] or (start - out[-1][1] < gap and _free(out[-1][1], start, kept))):
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)


def _free(start: float, end: float, kept: Sequence[tuple[float, float]]) -> bool:
    return not any(first < end and start < last for first, last in kept)


def union(*many: Iterable[tuple[float, float]]) -> Spans:
    """Return the union of all spans."""
    return merged((span for spans in many for span in spans), 0.0)


def minus(one: Iterable[tuple[float, float]], other: Sequence[tuple[float, float]]) -> Spans:
    """Return the parts of ``one`` in no span of ``other``; ``other`` is ordered and disjoint."""
    out: list[tuple[float, float]] = []
    for start, end in one:
        at = start
        for first, last in other:
            if last <= at or first >= end:
                continue
            if first > at:
                out.append((at, first))
            at = max(at, last)
        if at < end:
            out.append((at, end))
    return tuple(out)


def length(spans: Iterable[tuple[float, float]]) -> float:
    """Return the total length."""
    return sum(end - start for start, end in spans)
