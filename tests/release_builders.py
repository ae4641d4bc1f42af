"""Requests on their way out, for tests of what goes out: approved calls, and packages opened again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from flows.desk.answers.releases import Release
from flows.desk.book.calls import CallWithheld
from flows.desk.book.door import do
from flows.desk.cases import calls, lists, requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor, Call, CompanyList, NewRequest, Role
from flows.desk.work import plans
from flows.desk.work.reviews import load_review, record
from flows.masking.final_copy import make_final
from flows.masking.mask_case_call import mask_case_call
from flows.releasing.release import release
from flows.review.content import steps
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.fold import undecided
from pipeline.types import CaseName, MaskPlan
from tests.builders import voice_file
from tests.desk_builders import (
    ANALYST,
    CLERK,
    NOW,
    OTHER,
    SECOND,
    WORKER,
    approve,
    identity,
    new_request,
)
from tests.fakes import FakeModels
from tests.flow_builders import numbers, waiting

APPROVER = Actor("審査小早川", Role.APPROVER)

SECRETS = ("長谷川", "ハセガワ")
"""What the fakes hear and mask; the files' names hold it too."""

COMPANY = CompanyList((CaseName("青空通信株式会社"),), ("0120-444-444",))


def with_company(desk: Desk) -> Desk:
    """A desk whose letters have a sender."""
    lists.import_company(desk, CLERK, COMPANY)
    return desk


def asked(desk: Desk, **more: object) -> str:
    """Id of a request whose person is known."""
    whole: NewRequest = new_request(**more)
    request = requests.receive(desk, CLERK, whole)
    return do(desk, CLERK, identity(request.request_id)).request_id


def reviewed(desk: Desk, folder: Path, request: str, seconds: float = 4.0, channels: int = 1) -> Call:
    """A call in review, with one name masked."""
    path = voice_file(folder / f"長谷川隆-{next(numbers)}.wav", seconds, channels)
    call = waiting(desk, path, request, seconds)
    mask_case_call(desk, WORKER, call.call_id)
    return call


def approved(desk: Desk, folder: Path, request: str | None = None, **more: object) -> Call:
    """An approved call: what was doubtful is masked, completed by an analyst and approved by another."""
    call = reviewed(desk, folder, request or asked(desk), **more)
    approve_reviewed(desk, call)
    return call


def approve_reviewed(desk: Desk, call: Call) -> None:
    """What is doubtful of a call in review is masked; completed by an analyst and approved by another."""
    review = load_review(desk, call.call_id)
    doubtful = undecided(review.stored.plan, review.made)
    if doubtful:
        mask = ReviewDecision(0, ReviewKind.MASK, doubtful, "", NOW, ground=1)
        review = record(desk, ANALYST, review, lambda number: (replace(mask, number=number),))
    made = steps.complete(desk, ANALYST, review, None, lambda _: FakeModels())  # type: ignore[arg-type, return-value]
    plans.approve(desk, OTHER, call.call_id, made.stored.revision)


def decided(desk: Desk, call: Call, **changes: object) -> MaskPlan:
    """A further revision whose items are decided otherwise, approved."""
    plan = plans.get_plan(desk, call.call_id).plan
    whole = {"needs_review": False, "decided": True, "confirmed": True} | changes
    items = tuple(replace(item, **whole) for item in plan.items)
    make_final(desk, ANALYST, call.call_id, replace(plan, revision=plan.revision + 1, items=items))
    approve(desk, call)
    return plans.get_plan(desk, call.call_id).plan


def released(desk: Desk, request: str) -> Release:
    """The answer, made with the fakes."""
    return release(desk, APPROVER, request, lambda _: FakeModels())  # type: ignore[arg-type, return-value]


def with_approved_call(desk: Desk) -> None:
    """A desk whose letters have a sender, and an approved call, alone in its request."""
    approved(with_company(desk), desk.settings.home.parent)


def with_released_call(desk: Desk) -> None:
    """The same, and its answer."""
    with_approved_call(desk)
    released(desk, calls.list_calls(desk)[0].request_id)


def with_half_released_call(desk: Desk) -> None:
    """A released call, whose request has a withheld one too."""
    with_approved_call(desk)
    request = calls.list_calls(desk)[0].request_id
    other = reviewed(desk, desk.settings.home.parent, request)
    do(desk, SECOND, CallWithheld(other.call_id, "社内の連絡のみのため"))
    released(desk, request)


AT_FIRST: Mapping[str, Callable[[Desk], object]] = {
    "half_released_call": with_half_released_call,
    "released_call": with_released_call,
    "approved_call": with_approved_call,
}
"""What a desk begins with, by the fixture that a test asks for."""


def at_first(request: pytest.FixtureRequest) -> Callable[[Desk], object]:
    """What the desk of a test begins with: the call that it asks for, or the company alone."""
    return next((make for name, make in AT_FIRST.items() if name in request.fixturenames), with_company)


def words_of(path: Path) -> str:
    """All text of a Word file, tables too."""
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def tool(name: str) -> str | None:
    """Where an ordinary tool of this machine lies."""
    return shutil.which(name)


def run(*command: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """An ordinary tool's answer."""
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False, timeout=180
    )
