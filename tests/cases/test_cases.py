"""Each case of ``tests/cases/*.json``: found, attributed and planned as the product does it.

What is known to fail is under strict xfail: once it passes, the suite fails until its ``known_failure``
becomes false.
"""

from __future__ import annotations

import pytest

from flows.loaded_models import Models
from tests.cases.case_files import FOLDER, Case, read_cases
from tests.cases.outcomes import ENOUGH, Call, outcome

CASES = tuple(read_cases(sorted(FOLDER.glob("*.json"))))

FAILING = pytest.mark.xfail(strict=True, raises=AssertionError, reason="known failure")


@pytest.mark.parametrize(
    "case",
    [pytest.param(each, id=each.name, marks=[FAILING] if each.known_failure else []) for each in CASES],
)
def test_case(case: Case, models: Models):
    """What has to be masked is masked, what has to be kept is kept."""
    result = outcome(Call(case.transcript, case.call_case, case.again), models)
    for each in case.expect:
        share = result.share_right(each.chars, each.action)
        assert share >= ENOUGH, f"{each.party} {each.kind} {each.text!r}: {share:.0%} {each.action}"


def test_names_are_unique():
    """A case is moved by its name."""
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
