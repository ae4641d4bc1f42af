"""Attacks on a real ``make serve``: what a neighbour, another site's page and a careless form can do."""

from __future__ import annotations

import asyncio

from tests.attacks import CLOSED, KEY, NAME, REFUSED, SOCKETS, basic
from tests.flows.conftest import ServedNight
from tests.sentinels import everything_under, found_in

UNAUTHORISED, CONFLICT, MALFORMED = 401, 409, 422


def test_our_own_clients_are_let_in(served_night: ServedNight):
    """By the secret, from a process and from the page; each of the WebSockets too."""
    status = served_night.doors.status

    assert (status["our own"], status["our own page"]) == (200, 200)
    assert [status[f"socket {path}"] for path in SOCKETS] == [0] * len(SOCKETS)


def test_without_the_secret_nobody_is_let_in(served_night: ServedNight):
    """A local user, or a page by a name that resolves to this machine, does not know it."""
    status = served_night.doors.status

    assert (status["no secret"], status["wrong secret"]) == (UNAUTHORISED, UNAUTHORISED)
    assert {status[f"socket {path} without secret"] for path in SOCKETS} == {CLOSED}


def test_foreign_hosts_and_origins_are_refused(served_night: ServedNight):
    """With the right secret even, over HTTP and at each WebSocket; another port is another's page."""
    foreign = {
        name: status
        for name, status in served_night.doors.status.items()
        if name.startswith(("host", "two hosts", "origin", "fetch"))
        or name.endswith(("page", "another host"))
    }
    del foreign["our own page"]

    assert len(foreign) == 12 + 2 * len(SOCKETS)
    assert {name: status for name, status in foreign.items() if status not in {REFUSED, 400}} == {}


def test_a_run_chooses_nothing_of_its_process(served_night: ServedNight):
    """Neither command nor environment nor folder: the template that the server holds has no place for any."""
    chosen = {name: status for name, status in served_night.doors.status.items() if name.startswith("run ")}
    assert set(chosen.values()) == {MALFORMED}
    assert len(chosen) == 5
    assert served_night.doors.template["variables"]["properties"] == {}
    assert "{{" not in str(served_night.doors.template)


def test_the_template_takes_nothing_from_whoever_starts_a_run(served_night: ServedNight):
    """Not even where nobody checked the variables before the worker has them."""
    from prefect.workers.process import ProcessJobConfiguration

    given = {
        "command": "false",
        "env": {"A": "1"},
        "env.B": "2",
        "working_dir": "/",
        "labels": {"a": "b"},
        "name": "{{ ctx }}",
        "stream_output": False,
    }
    template = served_night.doors.template
    made = asyncio.run(ProcessJobConfiguration.from_template_and_values(template, given, client=object()))

    assert (made.command, made.env, made.working_dir, made.labels, made.name) == (None, {}, None, {}, None)
    assert made.stream_output


def test_what_is_typed_into_the_form_is_not_repeated(served_night: ServedNight):
    """Every refusal names the field and the rule at most."""
    status = {name: number for name, number in served_night.doors.status.items() if name.startswith("form")}
    taken = {name for name, number in status.items() if number < 400}

    # The look at a form and the bulk say in their answers what was refused.
    assert taken == {"form look", "form bulk"}
    assert found_in(served_night.doors.said.encode(), (NAME, KEY)) == []
    assert "'call_id'" in served_night.doors.said
    assert '"valid":false' in served_night.doors.said
    assert '"status":"FAILED"' in served_night.doors.said


def test_nothing_of_the_form_is_kept(served_night: ServedNight):
    """Neither in Prefect's database, where an unchecked run or schedule would lie, nor in a log."""
    for path, raw in everything_under(served_night.home):
        assert found_in(raw, (NAME, KEY)) == [], path.name


def test_the_secret_is_its_owners(served_night: ServedNight):
    """In a file of mode 0600 while the server runs; in no argument, log or database, and not printed."""
    secret = served_night.doors.secret
    shapes = (secret.partition(":")[2], basic(secret).partition(" ")[2])

    assert len(shapes[0]) >= 40
    assert served_night.doors.mode == 0o600
    assert not (served_night.home / "prefect-api-secret").exists()
    assert b"flows.prefect_api" in served_night.doors.arguments
    assert found_in(served_night.doors.arguments, shapes) == []
    assert found_in(served_night.printed.encode(), shapes) == []
    assert "prefect-api-secret" in served_night.printed
    for path, raw in everything_under(served_night.home):
        assert found_in(raw, shapes) == [], path.name
