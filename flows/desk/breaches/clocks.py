"""The two clocks of a breach (施行規則8条): by when the first and the final report are due.

The day on which the company knew is day 1.  A last day on a holiday would move to the next working day
(ガイドライン通則編 3-5-3-4); the desk knows no holidays and names the earlier day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flows.desk.breaches.entries import breaches_of
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.breaches import Breach, Stage
from flows.desk.kinds.values import JAPAN
from flows.settings import Settings


@dataclass(frozen=True, slots=True)
class Clock:
    """A report that is still to be made.

    Attributes:
        breach: Number of the breach.
        due_on: Japanese date.
        days_left: Days left; negative when the date has passed.
        decided: Whether it was decided that a report is made; the clock runs before that too.
    """

    breach: str
    stage: Stage
    due_on: date
    days_left: int
    decided: bool


def due_on(settings: Settings, breach: Breach, stage: Stage) -> date | None:
    """Return the last day of a report, Japanese date; ``None`` for the notice, for which the law sets no day.

    Args:
        settings: The settings, with the number of days of each clock.
        breach: The breach.
        stage: The stage.
    """
    if stage is Stage.NOTICE:
        return None
    days = settings.breach_first_days
    if stage is Stage.FINAL:
        days = settings.breach_final_harm_days if breach.harm_meant else settings.breach_final_days
    return breach.known_at.astimezone(JAPAN).date() + timedelta(days=days - 1)


def clocks_of(settings: Settings, breach: Breach, today: date) -> tuple[Clock, ...]:
    """Return the reports of a breach that are still to be made; none once it was decided to make none.

    Args:
        settings: Settings as for ``due_on``.
        breach: The breach.
        today: Japanese date.
    """
    if breach.duty is not None and not breach.duty.reports:
        return ()
    return tuple(
        Clock(breach.number, stage, day, (day - today).days, breach.duty is not None)
        for stage in Stage
        if (day := due_on(settings, breach, stage)) is not None and not breach.is_done(stage)
    )


def late_reports(desk: Desk) -> int:
    """Return the number of reports whose due date has passed."""
    return sum(clock.days_left < 0 for clock in open_clocks(desk))


def open_clocks(desk: Desk) -> tuple[Clock, ...]:
    """Return the reports of all breaches that are still to be made, the nearest first."""
    today = desk.clock().astimezone(JAPAN).date()
    with desk.read() as session:
        known = breaches_of(session, desk.keyring)
    found = (clock for each in known for clock in clocks_of(desk.settings, each, today))
    return tuple(sorted(found, key=lambda clock: (clock.due_on, clock.breach, clock.stage)))
