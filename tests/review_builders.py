"""Decisions for tests: say only what the test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.reviewing.decisions import ReviewDecision, ReviewKind, Stretch
from pipeline.types import CharSpan, MaskAction, Party, TimeSpan
from tests.builders import item, plan

AT = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)

DOUBTFUL = item(1.0, 2.0, needs_review=True)
SURE = item(3.0, 4.0, item_id="m0001")
OWN = item(5.0, 6.0, item_id="m0002", action=MaskAction.KEEP, party=Party.REQUESTER, ground=0)
START = plan(DOUBTFUL, SURE, OWN)
"""One in doubt, one sure, and the requester's own."""


def decision(number: int, kind: ReviewKind, *items: str, **more: object) -> ReviewDecision:
    """A decision of 田中 unless another is named."""
    values = {"reviewer": "tanaka", "decided_at": AT + timedelta(seconds=number)} | more
    return ReviewDecision(number=number, kind=kind, items=items, **values)  # type: ignore[arg-type]


def stretch(start: float, end: float, **more: object) -> Stretch:
    """A third party's name that nobody found."""
    values = {"channels": (0,), "chars": CharSpan(0, 0), "entity_type": "PERSON"} | more
    return Stretch(time=TimeSpan(start, end), party=Party.THIRD_PARTY, ground=1, **values)  # type: ignore[arg-type]
