"""How many workers, what database and how much store does a day's work take?  Arithmetic, as a table.

    python -m tests.bench.capacity [--calls 100 1000 ...] [--minutes 5] [--ratio 0.3] [--hours 8]

The ratio is CPU seconds of one core to seconds of call, and is the machine's own: ``make bench`` prints
it (CPU s of a minute of call, over 60).  Recognition is nearly all of it and grows with speech, so that
calls and minutes only matter multiplied.  Nothing here is measured while it runs; every other constant
says where it is from.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass

RATIO = 0.3
"""CPU seconds of a core for a second of call (``tests.bench.speed``: two hearings and the listening
again, model *base* int8; a larger model has a larger one)."""

PREFECT = 1.5
"""Seconds a call that a worker waits for Prefect (the bound of issue 7; ``tests.bench.orchestration``
measured .7 on SQLite and 1.4 on PostgreSQL, on a machine seven times oversubscribed)."""

HEADROOM = 1.25
"""Machines that stop, calls that are begun again, nights that are fuller than the mean."""

CORES = 8
"""Of a machine; memory is 1.5 GiB for a worker of two threads."""

THREADS = 2
"""Of a worker: windows of one call are recognised at the same time."""

WRITES = 2
"""Transactions a call that take the record's lock: claimed, handed in."""

LOCKED = 0.02
"""Seconds that such a transaction keeps the lock: an estimate (CPU time of claim and hand-in together is
24 ms with SQLite and 38 ms with PostgreSQL; across a network add two round trips)."""

ROW_BYTES = 60_000
"""Of the database for a call, request and record included (100 calls on SQLite: 56 kB each)."""

SAMPLE_BYTES = {"raw": 1, "masked": 1}
"""Bytes of a sample and channel of G.711, as telephone systems record, and as it is given back."""

TEXT_BYTES = 60_000
"""Sealed transcript, masked text, review file and manifest of a call of five minutes."""

RAW_DAYS, DRAFT_DAYS, PACKAGE_DAYS = 90, 180, 1095
"""Defaults of ``flows.settings``: how long recordings, drafts and what was released are kept."""

RELEASED = 1.0
"""Share of the calls that are released in the end: the most that it can be."""

RATE = 8_000
TB = 1e12

SQLITE_WORKERS = 4
"""More writers than these wait for each other on one file."""


@dataclass(frozen=True, slots=True)
class Work:
    """What has to be done.

    Attributes:
        calls: A day.
        minutes: Of a call.
        channels: Of it.
        ratio: CPU seconds of one core for a second of call.
        hours: Of the night.
    """

    calls: int
    minutes: float = 5.0
    channels: int = 2
    ratio: float = RATIO
    hours: float = 8.0


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes.

    Attributes:
        cores: Busy all night.
        workers: Of ``THREADS`` threads.
        machines: Of ``CORES`` cores.
        database: ``SQLite`` or ``PostgreSQL``.
        lock: Share of the night that the record's lock is held; over a half, desks must be split.
        desks: Desks of their own, so that it is not.
        day_bytes: Of store that a day adds.
        kept_bytes: Of store once the oldest is removed as fast as new comes.
        rows_bytes: Of database that a year adds.
    """

    cores: float
    workers: int
    machines: int
    database: str
    lock: float
    desks: int
    day_bytes: float
    kept_bytes: float
    rows_bytes: float


def need(work: Work) -> Need:
    """Work it out.

    Args:
        work: What has to be done in a night.

    Returns:
        What it takes.
    """
    night = 3600 * work.hours
    seconds = 60 * work.minutes
    cores = work.calls * seconds * work.ratio / night * HEADROOM
    # A worker waits for Prefect between two calls; its cores do not.
    busy = seconds * work.ratio / THREADS
    workers = max(1, math.ceil(cores / THREADS * (busy + PREFECT) / busy))
    lock = work.calls * WRITES * LOCKED / night
    sound = RATE * seconds * work.channels
    raw, draft = sound * SAMPLE_BYTES["raw"], sound * SAMPLE_BYTES["masked"] + TEXT_BYTES
    kept = raw * RAW_DAYS + draft * DRAFT_DAYS + draft * PACKAGE_DAYS * RELEASED
    return Need(
        cores,
        workers,
        max(1, math.ceil(workers * THREADS / CORES)),
        "SQLite" if workers <= SQLITE_WORKERS else "PostgreSQL",
        lock,
        max(1, math.ceil(lock / 0.5)),
        work.calls * (raw + draft),
        work.calls * kept,
        work.calls * ROW_BYTES * 365,
    )


def table(works: list[Work]) -> Iterator[str]:
    """Lines of a Markdown table, a row for each."""
    yield (
        "| 通話/日 calls a day | 音声 h/日 | コア cores | ワーカー workers | 機械 machines (8コア) |"
        " DB | 記録の錠 lock | 台帳の数 desks | 保存 TB/日 | 保存 TB 定常 | DB TB/年 |"
    )
    yield "|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|"
    for work in works:
        n = need(work)
        hours = work.calls * work.minutes / 60
        yield (
            f"| {work.calls:,} | {hours:,.0f} | {n.cores:,.1f} | {n.workers:,} | {n.machines:,} |"
            f" {n.database} |"
            f" {100 * n.lock:.1f} % | {n.desks} | {n.day_bytes / TB:.3f} | {n.kept_bytes / TB:.2f} |"
            f" {n.rows_bytes / TB:.3f} |"
        )


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--calls", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000, 1_000_000], help="a day"
    )
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--ratio", type=float, default=RATIO)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--channels", type=int, choices=(1, 2), default=2)
    options = parser.parse_args()
    works = [
        Work(calls, options.minutes, options.channels, options.ratio, options.hours)
        for calls in options.calls
    ]
    print("\n".join(table(works)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
