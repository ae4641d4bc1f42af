"""Find entities: from a transcript and an analyzer to disjoint entity spans.

Several recognizers may report the same stretch.  Overlapping findings of one type become one, whose score is
the probability that at least one recognizer is right.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from pipeline.kinds import FURTHER_KINDS
from pipeline.types import CallCase, CharSpan, EntitySpan, Party, Transcript

PRECEDENCE = ("CONFIDENTIAL", "EMAIL_ADDRESS", *FURTHER_KINDS, "PHONE_NUMBER", "ADDRESS", "PERSON")
"""Types in order of precedence where several claim a stretch, the more specific first.  The word that
announces a number says more than its length: twelve digits behind マイナンバー are no telephone number."""

MIN_UNFLAGGED_SCORE = 0.5
"""United score below which a masked finding is flagged for an analyst."""

MAX_SCRAP_CHARS, MAX_SCRAP_SHARE = 2, 0.4
"""Greatest length, and share of its finding, of a scrap: the part that a more specific finding leaves of
another.  A scrap joins the more specific one: 「[住所][氏名]」 for one garbled number helps nobody."""


class Analyzer(Protocol):
    """Interface of the analyzer: the findings of all recognizers on one call."""

    def analyze(
        self, transcript: Transcript, case: CallCase, again: Transcript | None = None
    ) -> tuple[EntitySpan, ...]:
        """Return all findings, overlapping ones included; ``again`` is a second hearing of the call."""


def detect(
    transcript: Transcript, analyzer: Analyzer, case: CallCase, again: Transcript | None = None
) -> tuple[EntitySpan, ...]:
    """Find possible personal data and company secrets.

    Args:
        transcript: The recognised call.
        analyzer: Runs the recognizers.
        case: Holds the confidential terms.
        again: Second hearing of the call (``pipeline.hearing.second_hearing``).

    Returns:
        Findings in order of text that share no character.
    """
    return unite(analyzer.analyze(transcript, case, again))


def unite(found: Iterable[EntitySpan]) -> tuple[EntitySpan, ...]:
    """Make findings disjoint without losing a character.

    Args:
        found: Any findings.

    Returns:
        Disjoint findings in order of text, which together cover exactly what ``found`` covers.
    """
    by_type: dict[str, list[EntitySpan]] = {}
    for span in sorted(found, key=lambda s: (s.chars.start, -s.chars.end)):
        if span.chars.start == span.chars.end:
            continue
        group = by_type.setdefault(span.entity_type, [])
        if group and group[-1].chars.overlaps(span.chars):
            group[-1] = _merged(group[-1], span)
        else:
            group.append(span)
    taken = _Taken()
    for kind in sorted(by_type, key=_rank):
        for span in by_type[kind]:
            taken.settle(span)
    return tuple(sorted(taken.spans, key=lambda s: s.chars))


def _rank(kind: str) -> int:
    # A company's own types come first: the company knows best what it looks for.
    return PRECEDENCE.index(kind) if kind in PRECEDENCE else -1


def _merged(a: EntitySpan, b: EntitySpan) -> EntitySpan:
    best = max(a, b, key=lambda s: s.score)
    names = dict.fromkeys(a.recognizer.split("+"))
    # A recognizer does not confirm itself.
    heard_before = names.keys() >= set(b.recognizer.split("+"))
    score = a.score if heard_before else 1 - (1 - a.score) * (1 - b.score)
    names |= dict.fromkeys(b.recognizer.split("+"))
    return EntitySpan(
        a.entity_type,
        CharSpan(min(a.chars.start, b.chars.start), max(a.chars.end, b.chars.end)),
        max(score, best.score),
        "+".join(names),
        tuple(dict.fromkeys((*a.explanation, *b.explanation))),
        a.needs_review and b.needs_review,
        _agreed(a.hint, b.hint),
        max(a.morae, b.morae),
    )


def _agreed(one: Party | None, other: Party | None) -> Party | None:
    """Return the party that both state, or the only one stated; ``None`` where they differ."""
    return one if other is None or one == other else (other if one is None else None)


class _Taken:
    """Disjoint findings, indexed by their characters."""

    def __init__(self) -> None:
        self.spans: list[EntitySpan] = []
        self._starts: list[int] = []
        self._at: list[int] = []  # index in ``spans`` of the finding with each start

    def settle(self, span: EntitySpan) -> None:
        """Add the free parts of a span; a scrap joins the finding that it touches."""
        whole = span.chars.end - span.chars.start
        for piece in self._outside(span):
            width = piece.chars.end - piece.chars.start
            # Not for names: two characters of a name could end up in an address that is kept.
            scrap = span.entity_type != "PERSON" and (
                width <= MAX_SCRAP_CHARS or width < MAX_SCRAP_SHARE * whole
            )
            beside = self._beside(piece.chars) if width < whole and scrap else None
            if beside is None:
                self._add(piece)
            else:
                self._grow(beside, piece.chars)

    def _outside(self, span: EntitySpan) -> list[EntitySpan]:
        """Return the parts of a span that no finding covers, as spans of their own."""
        first, last = self._around(span.chars)
        free = span.chars.without(self.spans[at].chars for at in self._at[first:last])
        # The reading of a part is not known, nor its length.
        return [replace(span, chars=piece, morae=span.morae if piece == span.chars else 0) for piece in free]

    def _around(self, chars: CharSpan) -> tuple[int, int]:
        """Return the range in ``_starts`` of the findings that may touch these characters."""
        first = max(0, bisect.bisect_left(self._starts, chars.start) - 1)
        return first, bisect.bisect_right(self._starts, chars.end)

    def _beside(self, chars: CharSpan) -> int | None:
        """Return the index of the earliest added finding that is adjacent to these characters."""
        first, last = self._around(chars)
        return min(
            (
                at
                for at in self._at[first:last]
                if self.spans[at].chars.end == chars.start or self.spans[at].chars.start == chars.end
            ),
            default=None,
        )

    def _add(self, span: EntitySpan) -> None:
        where = bisect.bisect_left(self._starts, span.chars.start)
        self._starts.insert(where, span.chars.start)
        self._at.insert(where, len(self.spans))
        self.spans.append(span)

    def _grow(self, at: int, chars: CharSpan) -> None:
        old = self.spans[at]
        where = bisect.bisect_left(self._starts, old.chars.start)
        start, end = min(old.chars.start, chars.start), max(old.chars.end, chars.end)
        self._starts[where] = start
        self.spans[at] = replace(old, chars=CharSpan(start, end))


def needs_no_analyst(score: float) -> bool:
    """Whether a united score is high enough to need no analyst."""
    return not math.isnan(score) and score >= MIN_UNFLAGGED_SCORE
