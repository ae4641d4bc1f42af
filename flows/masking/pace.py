"""How far the masking of several calls is, and how many minutes are left at the pace so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

TOLD_FROM_SECONDS = 10.0
"""Before that the models are still being loaded, and a pace would tell of that."""

TOLD_FROM_SHARE = 0.02
"""Share of all that has to be done before a pace is one."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How far the masking of several calls is.

    The lengths of calls are all in one unit, such as seconds of sound or bytes.

    Attributes:
        done: Calls that have ended, well or not.
        total: All calls, those to come included.
        passed: Length of the calls that have ended.
        present: Length of the call that is being masked.
        ahead: Length of the calls to come.
        within: Share of the present call that is done, 0 to 1.
        seconds: Time since the first call was begun.
    """

    done: int = 0
    total: int = 0
    passed: float = 0.0
    present: float = 0.0
    ahead: float = 0.0
    within: float = 0.0
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """Share of everything that is done, 0 to 1."""
        whole = self.passed + self.present + self.ahead
        return (self.passed + self.present * self.within) / whole if whole > 0 else 0.0

    @property
    def minutes_left(self) -> int | None:
        """Minutes left, rounded up; ``None`` while too little is done to tell."""
        if self.seconds < TOLD_FROM_SECONDS or self.share < TOLD_FROM_SHARE:
            return None
        return math.ceil(self.seconds * (1.0 / self.share - 1.0) / 60.0)

    def begun(self, present: float, ahead: tuple[float, ...], seconds: float) -> Pace:
        """The pace when a call is begun; what was the present call has ended.

        Args:
            present: Its length.
            ahead: Lengths of the calls to come.
            seconds: Time since the first call was begun.
        """
        done = self.ended(seconds)
        total = done.done + 1 + len(ahead)
        return replace(done, total=total, present=present, ahead=sum(ahead), within=0.0)

    def ended(self, seconds: float) -> Pace:
        """The pace when the present call has ended; that of before where there is none."""
        if self.present <= 0:
            return replace(self, seconds=seconds)
        passed = self.passed + self.present
        return replace(self, done=self.done + 1, passed=passed, present=0.0, within=0.0, seconds=seconds)

    def reached(self, share: float, seconds: float) -> Pace:
        """The pace when a share of the present call is done; a call never goes back.

        Args:
            share: The share, 0 to 1.
            seconds: Time since the first call was begun.
        """
        return replace(self, within=max(self.within, min(1.0, share)), seconds=seconds)

    @property
    def left_text(self) -> str:
        """What people are told of the time that is left; empty while too little is done to tell."""
        left = self.minutes_left
        if left is None:
            return ""
        return f"残りおよそ{left}分" if left > 1 else "残り1分ほど"
