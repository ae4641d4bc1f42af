"""A desk with calls in review, and the page over it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.cases import calls
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.values import Call
from flows.masking import mask_case_call as worker
from flows.review.app import create_app
from flows.review.routes import decide as routes_decide
from tests.browser.made_calls import into_review, sample_call
from tests.desk_builders import Clock, desk_settings
from tests.fakes import FakeModels
from tests.flow_builders import InTurn, desk_of_flows
from tests.ready_desks import copy_desk
from tests.release_builders import at_first
from tests.review_site import Person, add_people, quick_passwords, signed_in


@pytest.fixture
def clock() -> Clock:
    """A clock that goes when it is told to."""
    return Clock()


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, monkeypatch) -> Iterator[Desk]:
    """A desk with people who may sign in; a finished copy is heard again by the fakes."""
    quick_passwords(monkeypatch)
    monkeypatch.setattr(routes_decide, "load_models", lambda _: FakeModels())
    # Answered when it is over, however busy the machine is.
    monkeypatch.setattr(routes_decide, "ANSWERED_WITHIN", 60.0)
    copy_desk(tmp_path, Clock, _with_call if "call" in request.fixturenames else add_people)
    with open_desk(desk_settings(tmp_path), clock) as opened:
        yield opened


@pytest.fixture
def releasing_desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A desk whose calls go out as the fakes hear them, with people who may sign in."""
    quick_passwords(monkeypatch)
    monkeypatch.setattr(worker, "load_models", InTurn())
    with desk_of_flows(tmp_path, monkeypatch, _with_people_and(at_first(request))) as opened:
        yield opened


@functools.cache
def _with_people_and(make: Callable[[Desk], object]) -> Callable[[Desk], None]:
    """People who may sign in, and more; the same function for the same, as a desk is made once for it."""

    def make_both(desk: Desk) -> None:
        add_people(desk)
        make(desk)

    return make_both


@pytest.fixture
def call(desk: Desk) -> Call:
    """A call of one channel in review, two of its findings in doubt, whatever the program doubts."""
    (made,) = calls.list_calls(desk)
    return made


def _with_call(desk: Desk) -> None:
    """The people, and what ``call`` promises."""
    add_people(desk)
    made = sample_call("accident-witness")
    items = tuple(replace(item, needs_review=n in {0, 2}) for n, item in enumerate(made.plan.items))
    into_review(desk, replace(made, plan=replace(made.plan, items=items)))


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    """The page."""
    return create_app(desk.settings, desk)


@pytest.fixture
def analyst(app: FastAPI) -> Person:
    """Kubota, an analyst."""
    return signed_in(app, "kubota")


@pytest.fixture
def second(app: FastAPI) -> Person:
    """Mori, another analyst."""
    return signed_in(app, "mori")


@pytest.fixture
def approver(app: FastAPI) -> Person:
    """Kobayakawa, an approver."""
    return signed_in(app, "kobayakawa")


@pytest.fixture
def administrator(app: FastAPI) -> Person:
    """Saiki, who looks after accounts."""
    return signed_in(app, "saiki")


@pytest.fixture
def clerk(app: FastAPI) -> Person:
    """Hirata, who takes requests in."""
    return signed_in(app, "hirata")
