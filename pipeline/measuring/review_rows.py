"""Read the findings of ``<stem>.review.json``, without their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import CaseFileError
from pipeline.types import Party, TimeSpan


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One finding of ``<stem>.review.json``, without its text.

    Attributes:
        time: Its stretch of the recording.
        channels: Channels on which it is masked or kept; empty for all.
        entity_type, recognizer: Its entity type, and the recognizers that found it.
        masked: Whether it is masked.
        needs_review: Whether an analyst is asked about it.
        question: Identifier shared by the rows that are decided together; empty for a row decided alone.
        party: Its party; ``None`` where the row states none.
    """

    time: TimeSpan
    channels: tuple[int, ...]
    entity_type: str
    recognizer: str
    masked: bool
    needs_review: bool
    question: str = ""
    party: Party | None = None

    def on(self, channels: int) -> tuple[int, ...]:
        """Return the indices of its channels in a file with ``channels`` channels."""
        return tuple(channel for channel in self.channels or range(channels) if channel < channels)


def read_review_rows(rows: Sequence[Mapping[str, object]]) -> tuple[ReviewRow, ...]:
    """Check the rows of ``<stem>.review.json`` and turn them into values.

    Args:
        rows: The findings as parsed from JSON.  ``channel`` is an index, a list of indices, or null for all.

    Returns:
        The rows in order of time.

    Raises:
        CaseFileError: a key is missing or malformed; the message names the row's index, never the value.
    """
    read = []
    for index, row in enumerate(rows):
        try:
            read.append(_read_review_row(row))
        except (KeyError, TypeError, ValueError) as error:
            msg = f"review: findings[{index}]: 正しい形ではありません({type(error).__name__})"
            raise CaseFileError(msg) from None
    return tuple(sorted(read, key=lambda row: row.time))


def _read_review_row(row: Mapping[str, object]) -> ReviewRow:
    start, end, channel = row["start_seconds"], row["end_seconds"], row.get("channel")
    if not isinstance(start, int | float) or not isinstance(end, int | float):
        raise TypeError
    channels = channel if isinstance(channel, list | tuple) else () if channel is None else (channel,)
    if not all(isinstance(each, int) and each >= 0 for each in channels):
        raise TypeError
    if row["action"] not in {"mask", "keep"} or not isinstance(row["needs_review"], bool):
        raise ValueError
    return ReviewRow(
        time=TimeSpan(float(start), float(end)),
        channels=tuple(channels),
        entity_type=str(row.get("entity_type", "")),
        recognizer=str(row.get("recognizer", "")),
        masked=row["action"] == "mask",
        needs_review=row["needs_review"],
        question=str(row.get("question", "")),
        party=Party(str(row["party"])) if "party" in row else None,
    )
