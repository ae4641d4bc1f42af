"""Which frames were found to be somebody's data, and left as they are because of whose they were said to be.

    spoken    | 佐 藤 健 一 |                   a third party's
    found     [ 佐 藤 健 一 ]  staff, keep      a colleague is called so
    changed
    given      #############                    with a question to an analyst, or without one

A leak that nobody found is none of these: it is missed, not given away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.measuring.frames import Frames, Marked
from pipeline.measuring.review_rows import ReviewRow
from pipeline.types import Party

__all__ = ["GIVEN_TO", "GivenAway", "given_away"]

GIVEN_TO = frozenset({Party.REQUESTER, Party.STAFF, Party.COMPANY})
"""Whose data is kept.  What is kept as nobody's (``Party.UNKNOWN``) is the policy's choice."""


@dataclass(frozen=True, slots=True)
class GivenAway:
    """Of each frame, shape (channels, frames), whether it was given to somebody.

    Attributes:
        frames: Left unchanged, and in a finding that is kept as somebody's.
        unasked: Of these, in no such finding that an analyst is asked about.
    """

    frames: Marked = field(repr=False)
    unasked: Marked = field(repr=False)


def given_away(frames: Frames, review: Sequence[ReviewRow]) -> GivenAway:
    """Mark what a call's findings give to somebody, whoever it belongs to in truth.

    Args:
        frames: The call's frames.
        review: Its findings.

    Returns:
        The frames; what a finding says of audio that was changed does not count.
    """
    channels = len(frames.speech)
    kept = [row for row in review if not row.masked and row.party in GIVEN_TO]
    held, asked = (
        frames.mark([(row.time, row.on(channels)) for row in rows])
        for rows in (kept, [row for row in kept if row.needs_review])
    )
    given = held & ~frames.changed
    return GivenAway(given, given & ~asked)
