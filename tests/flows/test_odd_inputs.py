"""The real command and odd inputs: quick ones, and files that may not grow; ``make soak`` gives it all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.odd_inputs import check, give, quick_attempts, slow_attempts

QUICK = ("calls", "cases", "case fifo", "words fifo", "words zero", "words digits")


@pytest.mark.timeout(600)
def test_each_is_refused_with_one_line(tmp_path: Path):
    """Status 2, a line for each call without its content, no traceback, nothing left but the reasons."""
    attempts = {attempt.name: attempt for attempt in quick_attempts(tmp_path)}
    assert sum(len(attempts[name].calls) for name in QUICK) > 100
    for name in QUICK:
        check(attempts[name], give(attempts[name], tmp_path, 300.0))


@pytest.mark.timeout(600)
def test_where_no_file_may_grow_a_call_is_refused_with_one_line(tmp_path: Path):
    """At 0 bytes not even a temporary folder is found: a call refused, too, and no fault of the program."""
    for attempt in slow_attempts(tmp_path):
        check(attempt, give(attempt, tmp_path, 300.0))
