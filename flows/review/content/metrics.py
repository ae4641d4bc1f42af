"""A desk's counts in the text format of Prometheus (version 0.0.4): no id, no name, no number of anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.desk.kinds.states import State
from flows.desk.work.gauges import Gauges

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def as_metrics(now: Gauges, late_reports: int, version: str) -> str:
    """Return the metrics of a desk.

    Args:
        now: Counts of the desk.
        late_reports: Number of reports of breaches whose due date has passed.
        version: Version of the program.
    """
    return "\n".join(_lines(now, late_reports, version)) + "\n"


def _lines(now: Gauges, late_reports: int, version: str) -> Iterator[str]:
    yield from _gauge("build_info", "The program; always 1.", {"version": {version: 1}})
    yield from _gauge("calls", "Calls by state.", {"state": _each(now.calls)})
    yield from _gauge("requests", "Requests by state.", {"state": _each(now.requests)})
    yield from _gauge("failed_calls", "Failed calls by error code.", {"kind": now.failures})
    yield from _gauge("findings_to_review", "Doubtful findings of the calls in review.", now.to_review)
    yield from _gauge("overdue_requests", "Open requests whose due date has passed.", now.overdue)
    yield from _gauge("overdue_breach_reports", "Reports of breaches that are overdue.", late_reports)
    yield from _gauge("silent_calls", "Calls whose worker is not heard of any more.", now.silent)
    yield from _gauge("longest_wait_seconds", "Wait of the call that has waited longest.", now.longest_wait)
    if now.last_masked is not None:
        last = now.last_masked.timestamp()
        yield from _gauge("last_masked_timestamp_seconds", "When a call was last masked.", last)


def _each(counts: Mapping[State, int]) -> Mapping[str, int]:
    """Every state has its line, so that a graph shows a zero and not a gap."""
    return {state.value: counts.get(state, 0) for state in State}


def _gauge(name: str, help_text: str, value: float | Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    full = f"kaiji_{name}"
    yield f"# HELP {full} {help_text}"
    yield f"# TYPE {full} gauge"
    if isinstance(value, Mapping):
        for label, counts in value.items():
            for word, count in sorted(counts.items()):
                yield f'{full}{{{label}="{_escaped(word)}"}} {count}'
    else:
        yield f"{full} {value}"


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
