"""A stretch of time in a recording.

It has a module of its own for importers, which measure recordings and know nothing of findings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """Half-open stretch ``[start, end)`` in seconds from the start of the recording.

    Zero length is allowed, negative length or a negative start is not.

    Raises:
        ValueError: when ``start`` is negative or after ``end``.
    """

    start: float
    end: float

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            msg = f"not a time span: [{self.start}, {self.end})"
            raise ValueError(msg)

    @classmethod
    def around(cls, times: Iterable[TimeSpan]) -> TimeSpan:
        """Return the time from the first start to the last end of at least one span."""
        listed = tuple(times)
        return cls(min(time.start for time in listed), max(time.end for time in listed))

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    def overlaps(self, other: TimeSpan) -> bool:
        """Whether the two share more than a point."""
        return self.start < other.end and other.start < self.end

    def apart(self, other: TimeSpan) -> float:
        """Return the seconds between the two; negative where they overlap."""
        return max(self.start, other.start) - min(self.end, other.end)
