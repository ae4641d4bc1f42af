"""Mark frames that a finding covers and that stay audible because of the party attributed to the finding.

    spoken    | 佐 藤 健 一 |                   a third party's name
    found     [ 佐 藤 健 一 ]  staff, keep      a colleague has the same name
    changed
    given      #############                    with or without a question to an analyst

A leak outside every finding is missed, not given away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.measuring.frames import Frames, Marked
from pipeline.measuring.review_rows import ReviewRow
from pipeline.types import Party

KEPT_PARTIES = frozenset({Party.REQUESTER, Party.STAFF, Party.COMPANY})
"""Parties whose data is kept.  ``Party.UNKNOWN`` is left out: it is a choice of the policy."""


@dataclass(frozen=True, slots=True)
class GivenAway:
    """Frames given to a party; booleans of shape (channels, frames).

    Attributes:
        frames: Frames that are unchanged and in a finding kept for a party of ``KEPT_PARTIES``.
        unasked: Those of these frames that lie in no finding with a question to an analyst.
    """

    frames: Marked = field(repr=False)
    unasked: Marked = field(repr=False)


def given_away(frames: Frames, review: Sequence[ReviewRow]) -> GivenAway:
    """Mark the frames that a call's findings attribute to a kept party, whoever is the true owner.

    Args:
        frames: Frames of the call.
        review: Findings of the call.

    Returns:
        The frames; changed frames do not count.
    """
    channels = len(frames.speech)
    kept = [row for row in review if not row.masked and row.party in KEPT_PARTIES]
    held, asked = (
        frames.mark([(row.time, row.on(channels)) for row in rows])
        for rows in (kept, [row for row in kept if row.needs_review])
    )
    given = held & ~frames.changed
    return GivenAway(given, given & ~asked)
