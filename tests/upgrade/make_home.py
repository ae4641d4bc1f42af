"""Makes a desk's home with the program as it was: what ``tests/flows/desk/test_upgrade.py`` opens.

Run it in a tree of that version, whose code and builders it uses, and never with today's:

    git worktree add /tmp/before COMMIT && cd /tmp/before
    PYTHONPATH=. .venv/bin/python PATH_OF_THIS_FILE OUT.zip COMMIT

Everything in it is made up.  The calls are handed over, so that nothing in the home names a place outside.
"""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.desk.answers import visits, ways
from flows.desk.book.answers import Delivered, Objected
from flows.desk.book.door import do
from flows.desk.book.requests import Withheld
from flows.desk.cases import calls, handed_over, requests
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.values import Call, NewRecording, Role
from flows.desk.kinds.ways import Manner, VisitSession, Way
from flows.desk.people import accounts
from flows.desk.work.reviews import load_review, record
from flows.masking import mask_case_call as worker
from flows.version import VERSION
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from tests.builders import voice_file
from tests.desk_builders import ANALYST, CLERK, NOW, OTHER, SECOND, WORKER, desk_settings, new_request
from tests.flow_builders import InTurn
from tests.release_builders import APPROVER, approve_reviewed, asked, released, with_company
from tests.review_site import ADMIN, PASSWORD, quick_passwords

SECONDS = 3.0
"""Of each call: as short as what the fakes hear in it allows."""


def handed(desk: Desk, folder: Path, name: str) -> Call:
    """A call in the queue whose recording lies in the desk's own store."""
    request = asked(desk)
    path = voice_file(folder / f"{name}.wav", SECONDS)
    recording = NewRecording(f"PBX-{name}", NOW, str(path), SECONDS)
    original = handed_over.Original(handed_over.put_into_store(desk, path), recording)
    (recording_id,) = handed_over.hand_over(desk, CLERK, request, [original])
    return calls.attach_call(desk, CLERK, request, recording_id)


def reviewed(desk: Desk, folder: Path, name: str) -> Call:
    """A call in review."""
    call = handed(desk, folder, name)
    worker.mask_case_call(desk, WORKER, call.call_id)
    return call


def make(desk: Desk, folder: Path) -> dict[str, str]:
    """Fill the desk; the public number of the request in each state."""
    with_company(desk)
    for login, role in {"kubota": Role.ANALYST, "kobayakawa": Role.APPROVER}.items():
        accounts.add_account(desk, ADMIN, login, (role,), PASSWORD)
    made = {"received": requests.receive(desk, CLERK, new_request()).request_id}
    out = reviewed(desk, folder, "released")
    approve_reviewed(desk, out)
    released(desk, out.request_id)
    do(desk, APPROVER, Delivered(out.request_id, "書留 123-45-67890"))
    do(desk, APPROVER, Objected(out.request_id, "伏せすぎとの申出"))
    heard = reviewed(desk, folder, "heard")
    approve_reviewed(desk, heard)
    ways.choose_way(desk, ANALYST, heard.request_id, Manner(Way.IN_PERSON))
    ways.approve_way(desk, OTHER, heard.request_id)
    released(desk, heard.request_id)
    visits.begin_visit(desk, APPROVER, heard.request_id, "本人", "s" * 64)
    visits.record_played(
        desk, APPROVER, VisitSession(heard.request_id, "s" * 64), heard.call_id, ((0.0, 1.0),)
    )
    visits.end_visit(desk, APPROVER, heard.request_id)
    approved = reviewed(desk, folder, "approved")
    approve_reviewed(desk, approved)
    decided = reviewed(desk, folder, "decided")
    review = load_review(desk, decided.call_id)
    remark = ReviewDecision(0, ReviewKind.MASK, (review.draft.items[0].item_id,), "", NOW, ground=1)
    record(desk, ANALYST, review, lambda number: (replace(remark, number=number),))
    waiting = handed(desk, folder, "waiting")
    withheld = asked(desk)
    do(desk, SECOND, Withheld(withheld, "業務に支障があるため"))
    made |= {
        "released": out.request_id,
        "in_person": heard.request_id,
        "approved": approved.request_id,
        "in_review": decided.request_id,
        "waiting": waiting.request_id,
        "withheld": withheld,
    }
    return {state: requests.get(desk, request).number for state, request in made.items()}


def main(out: Path, commit: str) -> None:
    """Make the home and pack it.

    Args:
        out: The archive.
        commit: Which tree this runs in, for the record.
    """
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        home = Path(folder)
        patch.setattr(worker, "load_models", InTurn())
        quick_passwords(patch)
        with open_desk(desk_settings(home)) as desk:
            numbers = make(desk, home)
        told = {"version": VERSION, "commit": commit, "made": datetime.now(UTC).date().isoformat()}
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("made.json", json.dumps({**told, "requests": numbers}, indent=1))
            for path in sorted((home / "home").rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(home))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
