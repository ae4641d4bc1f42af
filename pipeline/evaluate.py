"""The figures of the contract (section 2), read off the audio, against the truth.

What was masked is every 10 ms frame that differs from the original, never what the
program says of itself.  A frame belongs to one channel.  All values here are counts,
so that sums over calls are exact; shares are taken last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.truth import CallTruth, TruthSpan
from pipeline.types import TimeSpan

__all__ = [
    "AudioPair",
    "CallFigures",
    "Frames",
    "ReviewRow",
    "Share",
    "SpanFigures",
    "Summary",
    "measure_call",
    "read_review_rows",
    "summarise",
]

FRAME_SECONDS = 0.010
"""Length of a frame (contract section 2)."""

SPEECH_DBFS = -38.0
"""A frame whose RMS lies above this, of full scale 32768, is speech (contract section 2)."""

CAUGHT_SHARE = 0.90
"""A span is caught when this share of its speech was changed (contract section 2)."""


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total``; sums of shares are exact."""

    count: float
    total: float

    @property
    def value(self) -> float | None:
        """The ratio, or None where there was nothing to count."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class AudioPair:
    """A call before and after: int16 of one shape (channels, samples), and Hz.

    Raises:
        ValueError: the two differ in shape, or are not int16 (channels, samples).
    """

    original: NDArray[np.int16] = field(repr=False)
    masked: NDArray[np.int16] = field(repr=False)
    rate: int


@dataclass(frozen=True, slots=True)
class Frames:
    """What each 10 ms frame is, shape (channels, frames)."""

    speech: NDArray[np.bool_] = field(repr=False)
    changed: NDArray[np.bool_] = field(repr=False)
    frame_seconds: float


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One row of ``<stem>.review.json``, without its text.

    ``channels`` is empty where the row names none: it is then meant on all.
    """

    time: TimeSpan
    channels: tuple[int, ...]
    entity_type: str
    recognizer: str
    masked: bool
    needs_review: bool


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """How one span of the truth fared; counts are frames of speech on its channel."""

    kind: str
    party: str
    must_mask: bool
    time: TimeSpan
    channel: int
    speech: int
    changed: int
    changed_after_review: int
    caught: bool


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Counts of one call; frames unless the name says otherwise."""

    call_id: str
    seconds: float
    has_third_party: bool
    spans: tuple[SpanFigures, ...]
    must_mask: Share  # speech that had to be masked: left unchanged, of all
    must_mask_after_review: Share
    outside: Share  # speech outside every span: changed, of all
    outside_after_review: Share
    requester: Share  # speech of the requester's own spans: left unchanged, of all
    requester_after_review: Share
    review_seconds: float
    review_findings: int
    characters: Share  # edits, of the script's characters; total 0 when not recognised


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of the contract over many calls.

    ``leak_by_kind`` and ``caught_by_kind`` hold (kind, share), in the order of
    ``truth.KINDS``; a kind that never had to be masked is left out.
    ``clean_interval`` is the 95 % Wilson interval of ``clean``.
    """

    calls: tuple[CallFigures, ...]
    refused: int
    seconds: float
    leak: Share
    leak_by_kind: tuple[tuple[str, Share], ...]
    caught: Share
    caught_by_kind: tuple[tuple[str, Share], ...]
    clean: Share
    clean_interval: tuple[float, float] | None
    clean_with_third_party: Share
    over_mask: Share
    over_mask_without_third_party: Share
    requester_kept: Share
    review_seconds_per_minute: float | None
    review_findings: int
    leak_after_review: Share
    leak_by_kind_after_review: tuple[tuple[str, Share], ...]
    over_mask_after_review: Share
    requester_kept_after_review: Share
    character_errors: Share


def read_review_rows(rows: Sequence[Mapping[str, object]]) -> tuple[ReviewRow, ...]:
    """The rows of ``<stem>.review.json`` as values, without their text.

    Args:
        rows: The findings as parsed from JSON.

    Returns:
        The rows in order of time.

    Raises:
        CaseFileError: a row lacks a key or holds a malformed one; names key and index.
    """
    raise NotImplementedError


def measure_call(
    audio: AudioPair,
    truth: CallTruth,
    review: Sequence[ReviewRow] = (),
    recognised: str | None = None,
) -> CallFigures:
    """Count everything the contract asks of one call.

    Args:
        audio: The call and its masked copy.
        truth: What was said when.
        review: The findings of ``<stem>.review.json`` (``read_review_rows``).
        recognised: What the recogniser wrote, in order of time; None when unknown.

    Returns:
        The counts.
    """
    raise NotImplementedError


def summarise(calls: Sequence[CallFigures], refused: int = 0) -> Summary:
    """Sum the counts of many calls and take the shares.

    Args:
        calls: The calls that were masked.
        refused: How many more could not be masked safely; shown, and in no share.

    Returns:
        The figures.
    """
    raise NotImplementedError
