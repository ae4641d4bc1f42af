"""Which files of tests stay on one worker because they share what is dear to make, and which come first.

``--dist loadfile`` gives each file to one of the workers, and each makes the fixtures of a session anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

TOGETHER = {
    "a served night, and Prefect's server": (
        "tests/flows/prefect_api/test_doors.py",
        "tests/flows/runs/test_serve.py",
        "tests/flows/test_sentinels.py",
        "tests/flows/runs/test_nightly.py",
        "tests/flows/runs/test_on_demand.py",
        "tests/flows/runs/test_release_case.py",
        "tests/flows/runs/test_retention.py",
        "tests/flows/runs/server/test_automations.py",
        "tests/flows/runs/server/test_job_templates.py",
        "tests/flows/masking/test_mask_call.py",
    ),
    "the real models": (
        "tests/test_privacy.py",
        "tests/test_samples.py",
        "tests/pipeline/hearing/test_recovery.py",
        "tests/flows/test_given_words.py",
        "tests/cases/test_cases.py",
    ),
}
"""Files by what they share: fixtures of a session."""

FIRST = (
    *TOGETHER,
    "tests/browser/test_every_page.py",
    "tests/browser/test_whole_path.py",
    "tests/browser/test_call_page.py",
    "tests/browser/test_signing.py",
    "tests/browser/test_ways.py",
    "tests/flows/releasing/test_races.py",
    "tests/browser/test_words.py",
    "tests/pipeline/masking/test_faint_copy.py",
    "tests/browser/test_practice.py",
    "tests/flows/test_many_machines.py",
    "tests/models/weighing/owner/test_shape.py",
    "tests/models/training/calls/test_hear.py",
    "tests/pipeline/verifying/test_verify.py",
)
"""What takes longest: begun last, it would leave the other workers with nothing to do."""

_SHARED = {file: name for name, files in TOGETHER.items() for file in files}


def scope(nodeid: str) -> str:
    """The file of a test, or what its file shares with others."""
    file = nodeid.partition("::")[0]
    return _SHARED.get(file, file)


class SharedScheduling(LoadFileScheduling):
    """Files that share something go to one worker, every other file to whichever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedScheduling | None:
    """In the place of ``--dist loadfile``."""
    return SharedScheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; the tests of a file stay in their order."""
    last = len(FIRST)
    place = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(scope(item.nodeid), last))
