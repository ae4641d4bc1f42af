"""Split a finding that may be more than one thing: all parts are masked, each is decided about by itself.

中の髪がハトリチオ      one finding, masked         an analyst who says yes masks 中の髪が, too
中の|髪が|ハトリチオ    three of them, masked       an analyst gives two of them back
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.finding.queue import MIN_WORD_SECONDS
from pipeline.finding.verdict import UNOWNED
from pipeline.reasons import Reason, Why
from pipeline.types import CharSpan, Finding, MaskItem, TimeSpan

__all__ = ["Whole", "not_below", "split_into_parts", "whole_of", "without_overlap"]

Whole = tuple[tuple[Why, ...], str, str]
"""What the parts of one finding have in common: reasons, source and type."""


def split_into_parts(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Split what is to be masked where it may be more than one thing.

    Only now that whose it is has been told: that takes the whole of it.

    Args:
        findings: With their parties, not aligned yet.

    Returns:
        The findings in their order, of which some are several; together they hold the same characters.
    """
    return tuple(itertools.chain.from_iterable(map(_parted, findings)))


def _parted(finding: Finding) -> Iterator[Finding]:
    entity = finding.entity
    inside = [part for part in entity.parts if entity.chars.start < part[0] < entity.chars.end]
    if entity.candidate or finding.party not in UNOWNED or not inside:
        yield replace(finding, entity=replace(entity, parts=()))
        return
    # Where the first part begins depends on what was cut off since.
    before = [share for start, share in entity.parts if start <= entity.chars.start]
    shares = (before[-1] if before else 1.0, *(share for _, share in inside))
    edges = (entity.chars.start, *(start for start, _ in inside), entity.chars.end)
    notes = (*finding.notes, Reason.PART_OF_RUN)
    for (start, end), share in zip(itertools.pairwise(edges), shares, strict=True):
        part = replace(entity, chars=CharSpan(start, end), score=entity.score * share, morae=0, parts=())
        yield replace(finding, entity=part, notes=notes)


def whole_of(item: MaskItem) -> Whole | None:
    """What the parts of one finding have in common; ``None`` if an item is no part."""
    part = any(why.reason is Reason.PART_OF_RUN for why in item.reasons)
    return (item.reasons, item.source, item.entity_type) if part else None


def not_below(items: Sequence[MaskItem], least: float) -> tuple[MaskItem, ...]:
    """Leave out what is too improbable; of a finding in parts nothing, if one of them is probable enough.

    Its likeliest part has all of its score: a bound that the whole reaches drops none of its parts.

    Args:
        items: Of a plan.
        least: Probability that stays in.

    Returns:
        The others, in their order.
    """
    # Written so that a score that is no number stays in.
    wholes = {whole_of(item) for item in items if not item.score < least} - {None}
    return tuple(item for item in items if not item.score < least or whole_of(item) in wholes)


def without_overlap(items: Sequence[MaskItem]) -> tuple[MaskItem, ...]:
    """Let the likelier of two parts have what both would mask: the margin of its edge.

    Else who masks the one that is a name masks the one beside it, too, which holds a breath of it.

    Args:
        items: Of a plan.

    Returns:
        The items in their order; together they mask the same.
    """
    parts: dict[tuple[Whole, tuple[int, ...]], list[int]] = {}
    for at, item in enumerate(items):
        if (whole := whole_of(item)) is not None:
            parts.setdefault((whole, item.channels), []).append(at)
    out = list(items)
    for run in parts.values():
        for one, other in itertools.pairwise(sorted(run, key=lambda at: items[at].chars)):
            less, more = sorted((one, other), key=lambda at: items[at].score)
            out[less] = _cut(out[less], out[more])
    return tuple(out)


def _cut(item: MaskItem, other: MaskItem) -> MaskItem:
    """Without what it has in common with its neighbour in time, where enough is left."""
    start, end = item.time.start, item.time.end
    if not item.time.overlaps(other.time):
        return item
    # All that is taken from it has to be the other's.
    if item.chars < other.chars and end <= other.time.end:
        end = max(start, other.time.start)
    elif item.chars > other.chars and other.time.start <= start:
        start = min(end, other.time.end)
    return replace(item, time=TimeSpan(start, end)) if end - start >= MIN_WORD_SECONDS else item
