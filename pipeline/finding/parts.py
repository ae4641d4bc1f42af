"""Split a finding that may be several entities, so that each part is masked or shown, and decided, by itself.

中の髪がハトリチオ      one finding, masked        an analyst who confirms it also masks 中の髪が
中の|髪が|ハトリチオ    three findings, masked     an analyst can release the first two
080の|はい|3574の       masked, shown, masked      はい between two groups of digits is no data
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.finding.verdict import UNOWNED
from pipeline.reasons import Reason, Why
from pipeline.types import CharSpan, EntitySpan, Finding, MaskItem, TimeSpan

MIN_WORD_SECONDS = 0.15
"""Length of a mora: a shorter rest of a finding beside a mask is no word."""

MIN_MASKED_PART_SCORE = 0.05
"""Least probability of a masked part, where the whole reaches it; less probable parts are shown.  In eight
calls of the part ``weighing`` 15 of 126 parts are below it: they hold 4.3 s of ordinary speech, a tenth of
all over-mask, and no third party's data; from .05 to .2 they hold more third-party than other speech (2.0 and
.9 s)."""

Whole = tuple[tuple[Why, ...], str, str]
"""Key shared by the parts of one finding: reasons, source and type."""


def split_into_parts(findings: Iterable[Finding], text: str) -> tuple[Finding, ...]:
    """Split findings without a known owner into their parts.

    Call it after ownership, which judges the whole finding.

    Args:
        findings: Findings with their parties, not aligned yet.
        text: Text that they point into.

    Returns:
        The findings in their order, some replaced by parts that hold the same characters.  Improbable parts
        are candidates.
    """
    return tuple(part for finding in findings for part in _parted(finding, text))


def _parted(finding: Finding, text: str) -> Iterator[Finding]:
    entity = finding.entity
    parts = _parts(entity, text)
    if entity.candidate or finding.party not in UNOWNED or len(parts) == 1:
        yield replace(finding, entity=replace(entity, parts=()))
        return
    edges = (*(start for start, _ in parts), entity.chars.end)
    notes = (*finding.notes, Reason.PART_OF_RUN)
    for (start, end), (_, share) in zip(itertools.pairwise(edges), parts, strict=True):
        score = entity.score * share
        # A whole below the threshold is masked in full, for another reason (such as the sound of a sure
        # name).
        shown = score < MIN_MASKED_PART_SCORE <= entity.score
        part = replace(entity, chars=CharSpan(start, end), score=score, candidate=shown, morae=0, parts=())
        yield replace(finding, entity=part, notes=notes)


def _parts(entity: EntitySpan, text: str) -> list[tuple[int, float]]:
    """Return start and share of each part; a line break belongs to the part before it.

    The finding may have been shortened since: the first part is the one that holds its start.
    """
    first, last = entity.chars.start, entity.chars.end
    before = [share for start, share in entity.parts if start <= first]
    parts = [(first, before[-1] if before else 1.0), *((s, p) for s, p in entity.parts if first < s < last)]
    ends = (*(start for start, _ in parts[1:]), last)
    said = [part for part, end in zip(parts, ends, strict=True) if text[part[0] : end].strip()]
    (_, share), *behind = said or parts[:1]
    return [(first, share), *behind]


def whole_of(item: MaskItem) -> Whole | None:
    """Return the key that the parts of one finding share; ``None`` for an item that is no part."""
    part = any(why.reason is Reason.PART_OF_RUN for why in item.reasons)
    return (item.reasons, item.source, item.entity_type) if part else None


def not_below(items: Sequence[MaskItem], least: float) -> tuple[MaskItem, ...]:
    """Drop items below a score; a finding in parts stays whole if one of its parts reaches the score.

    The likeliest part has the score of the whole, so the parts stay whenever the whole would.

    Args:
        items: Items of a plan.
        least: Least score to stay.

    Returns:
        The remaining items in their order.
    """
    # ``not <`` rather than ``>=``: an item with a NaN score stays.
    wholes = {whole_of(item) for item in items if not item.score < least} - {None}
    return tuple(item for item in items if not item.score < least or whole_of(item) in wholes)


def without_overlap(items: Sequence[MaskItem]) -> tuple[MaskItem, ...]:
    """Give the time that two adjacent parts share, the margins of their edges, to the likelier part.

    Otherwise releasing one part would leave a little of it masked by the other.

    Args:
        items: Items of a plan.

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
    """Return the item without the time that it shares with another, where enough of it is left."""
    start, end = item.time.start, item.time.end
    if not item.time.overlaps(other.time):
        return item
    # Cut only time that the other covers.
    if item.chars < other.chars and end <= other.time.end:
        end = max(start, other.time.start)
    elif item.chars > other.chars and other.time.start <= start:
        start = min(end, other.time.end)
    return replace(item, time=TimeSpan(start, end)) if end - start >= MIN_WORD_SECONDS else item
