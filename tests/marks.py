"""What each test needs, as marks put on by themselves: ``make check`` leaves out what is marked.

A test is marked by the fixtures that it asks for, at any depth, and by where it lies: nobody has to remember
a mark.  ``@pytest.mark.slow`` stands on a single test that is slow in a file that is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

FIXTURES: Mapping[str, tuple[str, ...]] = {
    "models": ("models", "flow_run", "sample_run", "served_night"),
    "servers": ("prefect_server", "flow_run", "served_night"),
    "browser": ("browser",),
    # Desks whose calls are masked and go out, and desks under a page.
    "slow": (
        *("app", "releasing_desk", "flow_desk", "whole"),
        *("approved_call", "released_call", "half_released_call"),
    ),
}
"""Fixtures by the mark of the tests that ask for them."""

PLACES: Mapping[str, tuple[str, ...]] = {
    "models": (
        "tests/flows/test_given_words.py",
        "tests/flows/test_voiceprints.py",
        "tests/models/analysis/test_analyzer.py",
        "tests/models/language/test_ginza.py",
        "tests/models/speech/",
        "tests/models/training/weighing/test_collect_owner.py",
        "tests/models/training/weighing/test_unspoken.py",
    ),
    "servers": (
        "tests/flows/desk/storage/test_bucket.py",
        "tests/flows/prefect_api/test_temporary.py",
        "tests/flows/review/test_serve.py",
        "tests/flows/runs/server/test_job_templates.py",
        "tests/flows/runs/test_serve.py",
        "tests/flows/test_kills.py",
        "tests/flows/test_many_machines.py",
        "tests/flows/test_told_to_end.py",
    ),
    "browser": ("tests/browser/",),
    "slow": (
        "tests/flows/breach/",
        "tests/flows/cli/answers/",
        "tests/flows/cli/test_commands.py",
        "tests/flows/cli/test_desk.py",
        "tests/flows/desk/answers/test_visits.py",
        "tests/flows/desk/answers/test_ways.py",
        "tests/flows/desk/breaches/test_steps.py",
        "tests/flows/desk/integrity/test_beside.py",
        "tests/flows/desk/integrity/test_chain.py",
        "tests/flows/desk/integrity/test_tree.py",
        "tests/flows/desk/integrity/test_witness.py",
        "tests/flows/desk/record/test_erasure.py",
        "tests/flows/desk/record/test_ledger.py",
        "tests/flows/desk/record/test_rotation.py",
        "tests/flows/desk/test_approval.py",
        "tests/flows/desk/test_attacks.py",
        "tests/flows/desk/test_crash.py",
        "tests/flows/desk/test_no_clear_text.py",
        "tests/flows/desk/test_no_guessed_digests.py",
        "tests/flows/desk/test_upgrade.py",
        "tests/flows/desk/work/test_claims.py",
        "tests/flows/desk/work/test_plans.py",
        "tests/flows/exchange/",
        "tests/flows/masking/test_final_copy.py",
        "tests/flows/masking/test_mask_case_call.py",
        "tests/flows/measuring/test_evaluate_calls.py",
        "tests/flows/measuring/test_plot_call.py",
        "tests/flows/rechecking/",
        "tests/flows/releasing/",
        "tests/flows/review/guarding/test_proxy.py",
        "tests/flows/review/office/",
        "tests/flows/review/test_wording.py",
        "tests/flows/runs/test_parts.py",
        "tests/flows/test_odd_inputs.py",
        "tests/flows/test_practice.py",
        "tests/models/language/lexicon/test_lexicon.py",
        "tests/models/training/calls/",
        "tests/models/weighing/owner/test_shape.py",
        "tests/pipeline/audio/test_damaged.py",
        "tests/pipeline/hearing/test_second_hearing.py",
        "tests/pipeline/hearing/test_stillness.py",
        "tests/pipeline/masking/test_faint_copy.py",
        "tests/pipeline/verifying/test_verify.py",
        "tests/sample_audio/test_voices.py",
        "tests/test_wheel.py",
    ),
}
"""Files, and folders that end in a slash, by the mark of all their tests."""


def marks_of(nodeid: str, fixtures: Iterable[str]) -> frozenset[str]:
    """The marks of a test.

    Args:
        nodeid: Pytest's name of it, which begins with its file.
        fixtures: Names of all fixtures that it asks for, and of those that they ask for.
    """
    file, asked = nodeid.partition("::")[0], frozenset(fixtures)
    by_fixture = {mark for mark, names in FIXTURES.items() if asked.intersection(names)}
    by_place = {mark for mark, places in PLACES.items() if any(_lies_in(file, place) for place in places)}
    return frozenset(by_fixture | by_place)


def _lies_in(file: str, place: str) -> bool:
    return file == place or (place.endswith("/") and file.startswith(place))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Put a test's marks on it as soon as it is found, so that ``-m`` sees them."""
    for mark in sorted(marks_of(item.nodeid, getattr(item, "fixturenames", ()))):
        item.add_marker(mark)
