"""What do many decisions at once cost?  Prints CPU seconds by the number of findings.

    python -m tests.bench.many_decisions [--findings 500 1000 2000] [--decisions 200]

Each row is an answer of the page's server on a call with so many findings: the whole call, so many decisions
that are sent at once, and the undo of one of them.
Must hold: twice as many findings take at most 2.3 times the CPU seconds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from flows.desk.integrity.desk import open_desk
from flows.review.app import create_app
from tests.bench.large_inputs import LIMIT, table
from tests.browser.made_calls import into_review, long_call
from tests.desk_builders import desk_settings
from tests.review_site import add_people, quick_passwords, signed_in

SECONDS_OF_A_FINDING = 9.0
"""Seconds of a call for each finding: 400 in an hour."""


def spent(do: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    begun = time.process_time()
    do()
    return time.process_time() - begun


def answers(folder: Path, findings: int, decisions: int) -> dict[str, float]:
    """CPU seconds of each answer."""
    made = long_call(folder, findings * SECONDS_OF_A_FINDING, findings)
    with open_desk(desk_settings(folder)) as desk:
        add_people(desk)
        call = into_review(desk, made)
        person = signed_in(create_app(desk.settings, desk), "kubota")
        path = f"/api/calls/{call.call_id}"
        ask(person.get(path))  # loads
        opened = spent(lambda: ask(person.get(path)))
        items = [item.item_id for item in made.plan.items][:decisions]
        masks = [{"kind": "mask", "items": [item]} for item in items]
        sent = spent(lambda: ask(person.post(f"{path}/decisions", {"count": 0, "decisions": masks})))
        one = {"count": len(items), "number": len(items)}
        return {"open": opened, "decide": sent, "undo": spent(lambda: ask(person.post(f"{path}/undo", one)))}


def ask(answer: object) -> None:
    """An answer that is none ends the measurement."""
    assert getattr(answer, "status_code", 0) == 200, getattr(answer, "text", "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where something grows faster than it may."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--findings", type=int, nargs="+", default=[500, 1000, 2000])
    parser.add_argument("--decisions", type=int, default=200)
    options = parser.parse_args(arguments)
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as name:
        quick_passwords(patch)
        rows = []
        for findings in options.findings:
            folder = Path(name) / str(findings)
            folder.mkdir()
            rows.append(answers(folder, findings, options.decisions))
    sizes = [str(findings) for findings in options.findings]
    ratios = [table(what, sizes, [row[what] for row in rows]) for what in rows[0]]
    return 0 if all(ratio <= LIMIT for ratio in ratios) else 1


if __name__ == "__main__":
    raise SystemExit(main())
