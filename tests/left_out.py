"""What a run of the tests left out: said in its last lines, and a failure where all must run."""

from __future__ import annotations

import os
from collections import Counter

import pytest


def reasons(reporter: pytest.TerminalReporter) -> Counter[str]:
    """How many tests were skipped for each reason."""
    skipped = [report.longrepr for report in reporter.stats.get("skipped", ())]
    return Counter(
        str(longrepr[2]).removeprefix("Skipped: ") if isinstance(longrepr, tuple) else str(longrepr)
        for longrepr in skipped
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out and why."""
    for reason, count in sorted(reasons(terminalreporter).items()):
        terminalreporter.write_line(f"left out: {count} tests ({reason})", yellow=True)
    if must_be_whole() and reasons(terminalreporter):
        terminalreporter.write_line("CI: a run that leaves tests out has failed", red=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI a run that left tests out has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if must_be_whole() and reporter is not None and reasons(reporter) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def must_be_whole() -> bool:
    """``.ci/run`` says so."""
    return os.environ.get("CI") == "true"
