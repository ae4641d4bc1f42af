"""Every route and every role: who may, who may not, and nothing that nobody thought of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from flows.desk.book.calls import CallWithdrawn
from flows.desk.book.door import do
from flows.desk.book.steps import STEPS
from flows.desk.cases import calls
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Role
from flows.desk.people import accounts
from flows.desk.work.plans import decisions
from flows.review.guarding.access import PUBLIC
from tests.desk_builders import SECOND
from tests.review_site import ADMIN, HOST, PASSWORD, new_person, signed_in

NOBODY, ANALYST, APPROVER, ADMINISTRATOR, CLERK = "nobody", "kubota", "kobayakawa", "saiki", "hirata"
EVERYBODY = {NOBODY, ANALYST, APPROVER, ADMINISTRATOR, CLERK}
REVIEWERS = {ANALYST, APPROVER}
LOOKERS = {ANALYST, APPROVER, ADMINISTRATOR}
SIGNED_IN = {*LOOKERS, CLERK}

ROUTES: dict[tuple[str, str], set[str]] = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in"): EVERYBODY,
    ("POST", "/sign-out"): SIGNED_IN,
    ("GET", "/calls"): LOOKERS,
    ("GET", "/api/calls"): LOOKERS,
    ("GET", "/calls/{call_id}"): REVIEWERS,
    ("GET", "/api/calls/{call_id}"): REVIEWERS,
    ("GET", "/api/calls/{call_id}/state"): REVIEWERS,
    ("GET", "/api/calls/{call_id}/peaks"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/open"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/close"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/decisions"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/text"): REVIEWERS,
    ("GET", "/api/calls/{call_id}/offers"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/word"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/undo"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/confirm"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/complete"): REVIEWERS,
    ("GET", "/api/calls/{call_id}/check"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/approve"): {APPROVER},
    ("POST", "/api/calls/{call_id}/reopen"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/heard"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/play"): REVIEWERS,
    ("POST", "/api/calls/{call_id}/similar"): REVIEWERS,
    ("GET", "/audio/{token}"): REVIEWERS,
    ("GET", "/requests/{number}/way"): REVIEWERS,
    ("POST", "/requests/{number}/way"): REVIEWERS,
    ("POST", "/requests/{number}/way/approve"): {APPROVER},
}
"""Of the page itself; the ledger's routes are in ``LEDGER``, the clerk's in ``CLERKS``."""

SEES_REQUESTS = {CLERK, APPROVER, ADMINISTRATOR}

CLERKS: dict[tuple[str, str], set[str]] = {
    ("GET", "/intake"): {CLERK},
    ("POST", "/intake/back"): {CLERK},
    ("POST", "/intake/check"): {CLERK},
    ("POST", "/intake"): {CLERK},
    ("GET", "/requests"): SEES_REQUESTS,
    ("GET", "/api/masking"): SEES_REQUESTS,
    ("POST", "/requests/find"): {CLERK},
    ("GET", "/requests/{number}"): SEES_REQUESTS,
    ("GET", "/requests/{number}/amend"): {CLERK},
    ("POST", "/requests/{number}/amend/back"): {CLERK},
    ("POST", "/requests/{number}/amend/check"): {CLERK},
    ("POST", "/requests/{number}/amend"): {CLERK},
    ("POST", "/requests/{number}/search"): {CLERK},
    ("POST", "/requests/{number}/look-for"): {CLERK},
    ("POST", "/api/requests/{number}/listen"): {CLERK},
    ("POST", "/requests/{number}/attach"): {CLERK},
    ("POST", "/requests/{number}/inbox"): {CLERK},
    ("POST", "/calls/{call_id}/check"): {CLERK},
    ("POST", "/night"): {CLERK},
}
"""Requests taken in and looked after."""

OFFICE: dict[tuple[str, str], set[str]] = {
    ("GET", "/first"): EVERYBODY,
    ("POST", "/first"): EVERYBODY,
    ("GET", "/accounts"): {ADMINISTRATOR},
    ("POST", "/accounts"): {ADMINISTRATOR},
    ("POST", "/accounts/{account_id}/disable"): {ADMINISTRATOR},
    ("POST", "/accounts/{account_id}/password"): {ADMINISTRATOR},
    ("GET", "/password"): SIGNED_IN,
    ("POST", "/password"): SIGNED_IN,
    ("GET", "/lists"): {ADMINISTRATOR},
    ("POST", "/lists"): {ADMINISTRATOR},
    ("POST", "/lists/entry"): {ADMINISTRATOR},
    ("GET", "/imports"): {CLERK, ADMINISTRATOR},
    ("POST", "/imports/requests"): {CLERK},
    ("POST", "/imports/recordings"): {ADMINISTRATOR},
    ("POST", "/imports/recording"): {ADMINISTRATOR},
    ("POST", "/imports/scan"): {ADMINISTRATOR},
    ("GET", "/care"): {ADMINISTRATOR},
    ("POST", "/care/verify"): {ADMINISTRATOR},
    ("POST", "/care/audit.csv"): {ADMINISTRATOR},
    ("GET", "/practice"): SIGNED_IN,
    ("POST", "/practice/begin"): {CLERK, ADMINISTRATOR},
    ("POST", "/practice/enter"): SIGNED_IN,
    ("POST", "/practice/leave"): SIGNED_IN,
    ("POST", "/practice/end"): {CLERK, ADMINISTRATOR},
}
"""The desk itself; the first account needs the word that the terminal says (``test_first.py``)."""

MACHINES: dict[tuple[str, str], set[str]] = {
    ("GET", "/health/live"): EVERYBODY,
    ("GET", "/health/ready"): EVERYBODY,
    ("GET", "/metrics"): EVERYBODY,
}
"""Nobody signs in there; the metrics are off unless a secret is set (``test_operations.py``)."""

READERS = {APPROVER, ADMINISTRATOR}

LEDGER: dict[tuple[str, str], set[str]] = {
    ("GET", "/ledger"): READERS,
    ("GET", "/ledger.csv"): READERS,
    ("GET", "/ledger/{number}"): READERS,
    ("POST", "/ledger/{number}/release"): {APPROVER},
    ("POST", "/ledger/{number}/password"): READERS,
    ("GET", "/ledger/{number}/package"): READERS,
    ("GET", "/ledger/{number}/instructions"): READERS,
    ("GET", "/ledger/{number}/letter"): READERS,
    ("GET", "/ledger/{number}/visit"): {APPROVER},
    ("POST", "/ledger/{number}/visit"): {APPROVER},
    ("POST", "/ledger/{number}/visit/end"): {APPROVER},
    ("POST", "/api/visits/{number}/play"): {APPROVER},
    ("POST", "/api/visits/{number}/heard"): {APPROVER},
    ("GET", "/visit-audio/{token}"): {APPROVER},
    ("GET", "/breaches"): READERS,
    ("GET", "/ledger/{number}/breach"): {APPROVER},
    ("POST", "/ledger/{number}/breach"): {APPROVER},
    ("GET", "/breaches/{number}"): {APPROVER},
    ("POST", "/breaches/{number}/decide"): {APPROVER},
    ("POST", "/breaches/{number}/write"): {APPROVER},
    ("POST", "/breaches/{number}/done"): {APPROVER},
    ("GET", "/breaches/{number}/report"): {APPROVER},
    ("GET", "/breaches/{number}/notice"): {APPROVER},
}
"""What goes out, and what was told of it."""

LOGINS = {Role.ANALYST: ANALYST, Role.APPROVER: APPROVER, Role.ADMIN: ADMINISTRATOR, Role.INTAKE: CLERK}

DECLARED: dict[tuple[str, str], set[str]] = {
    ("POST", path): {LOGINS[role] for role in roles}
    for step in STEPS.values()
    for path, roles in step.declared.routes.items()
}
"""Of the steps that are declared; a few of them are told by hand below."""

ALL = ROUTES | CLERKS | OFFICE | LEDGER | MACHINES | DECLARED

NOT_YOURS = "この操作をする役割がありません"
"""Said with 403, on a page and in an answer."""


def routes(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Each route with each of its methods."""
    for route in flat(app.routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route


def flat(found) -> Iterator[object]:
    """Routes, those of included routers too."""
    for each in found:
        router = getattr(each, "original_router", None)
        if router is None:
            yield each
        else:
            yield from flat(router.routes)


def required(dependant) -> tuple[Role, ...]:
    """The roles that a route's ``require`` names."""
    for each in dependant.dependencies:
        if hasattr(each.call, "roles"):
            return each.call.roles
        inner = required(each)
        if inner:
            return inner
    return ()


def test_every_route_is_in_the_table(app):
    """A new one fails here until somebody has said who may use it."""
    assert {(method, route.path) for method, route in routes(app)} == set(ALL)


def test_who_may_take_a_declared_step_is_told_by_hand_too():
    """A declaration that names another role changes this, not only the table made from it."""
    assert DECLARED["POST", "/requests/{number}/pause"] == {CLERK}
    assert DECLARED["POST", "/requests/{number}/hold"] == {ADMINISTRATOR}
    assert DECLARED["POST", "/requests/{number}/objection"] == {CLERK}
    assert DECLARED["POST", "/ledger/{number}/objection"] == READERS
    assert (
        DECLARED["POST", "/ledger/{number}/deliver"] == DECLARED["POST", "/ledger/{number}/again"] == READERS
    )
    assert DECLARED["POST", "/calls/{call_id}/withhold"] == {CLERK}


def test_every_route_names_its_roles_or_is_public(app):
    """And the names are those of the table."""
    by_login = {login: role for role, login in LOGINS.items()}
    assert len(list(routes(app))) == len(ALL)
    for method, route in routes(app):
        key = (method, route.path)
        named = set(required(route.dependant))
        assert (named == set()) == (key in PUBLIC), key
        if named:
            assert named == {by_login[login] for login in ALL[key]}, key


def test_nothing_but_routes_and_static_files(app):
    """No page that describes the others, no second app."""
    others = [getattr(each, "path", "") for each in flat(app.routes) if not isinstance(each, APIRoute)]

    assert others == ["/static"]
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert new_person(app).get(path).status_code == 404


@pytest.mark.parametrize("login", sorted(EVERYBODY))
def test_each_route_for_each_role(app, call, login):
    """Who may not is told so before anything else is looked at, whatever is sent."""
    person = new_person(app) if login == NOBODY else signed_in(app, login)
    for (method, path), allowed in ALL.items():
        if (method, path) in {
            ("POST", "/sign-out"),
            ("POST", "/sign-in"),
            ("GET", "/first"),
            ("POST", "/first"),
        }:
            continue
        url = path.format(call_id=call.call_id, token="x" * 60, number="R-2026-0001", account_id="u1")
        answer = person.get(url) if method == "GET" else person.post(url)
        refused = answer.status_code in {401, 403} or answer.headers.get("location", "").startswith(
            "/sign-in?"
        )
        assert refused == (login not in allowed), (method, path, answer.status_code)
        if refused and url.startswith(("/api/", "/audio/")):
            assert answer.status_code == (401 if login == NOBODY else 403)


def test_another_analysts_session_is_not_ours(app, call, analyst, second):
    """Neither its cookie with our word, nor its sound with our cookie."""
    path = f"/api/calls/{call.call_id}"
    stolen = analyst.client.post(f"{path}/open", json={}, headers={**second.headers, "Origin": HOST})
    assert (stolen.status_code, stolen.json()["error"]) == (403, "forged")

    url = second.post(f"{path}/play", {"what": "original"}).json()["url"]
    assert second.get(url).status_code == 200
    assert analyst.get(url).status_code == 404
    assert new_person(app).get(url).status_code == 401


def test_who_loses_a_role_loses_it_at_once(app, desk, analyst):
    """And a disabled account, or one with another password, is signed out everywhere."""
    assert analyst.get("/api/calls").status_code == 200
    accounts.disable_account(desk, ADMIN, "kubota")
    assert analyst.get("/api/calls").status_code == 401
    assert analyst.sign_in("kubota").status_code == 401

    other = signed_in(app, "mori")
    accounts.set_password(desk, ADMIN, "mori", "another long password")
    assert other.get("/api/calls").status_code == 401
    assert other.sign_in("mori", PASSWORD).status_code == 401
    assert other.sign_in("mori", "another long password").status_code == 303


def test_a_call_out_of_review_is_not_decided(analyst, desk, call):
    """Its state refuses, whoever asks."""
    do(desk, SECOND, CallWithdrawn(call.call_id))

    body = {"count": 0, "decisions": [{"kind": "mask", "items": ["m0000"]}]}
    assert analyst.post(f"/api/calls/{call.call_id}/decisions", body).status_code == 404
    assert calls.get_call(desk, call.call_id).state is State.WITHDRAWN
    assert decisions(desk, call.call_id) == ()
