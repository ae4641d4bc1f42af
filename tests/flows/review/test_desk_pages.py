"""Every command has its page or says why not, and every page that is named is there, with its roles."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from typer.main import get_command

from flows.cli.main import app as commands
from tests.desk_pages import PAGES
from tests.flows.cli.test_commands import leaves
from tests.flows.review.guarding.test_access import ALL, routes


def test_every_command_is_in_the_table():
    """A new one fails here until somebody has made its page, or said why there is none."""
    assert set(PAGES) == set(leaves(get_command(commands)))


@pytest.mark.parametrize("command", PAGES)
def test_a_command_has_its_page_or_says_why_not(app: FastAPI, command: str):
    """The page exists, and the access table says for each role who may use it."""
    page = PAGES[command]
    there = {(method, route.path) for method, route in routes(app)}

    assert page.routes or page.instead
    assert set(page.routes) <= there
    assert set(page.routes) <= set(ALL)


def test_every_page_that_changes_something_stands_for_a_command(app: FastAPI):
    """Beside those on which a call is heard and decided, which a terminal cannot, and the sessions'."""
    named = {route for page in PAGES.values() for route in page.routes}
    changing = {(method, route.path) for method, route in routes(app) if method == "POST"}
    of_a_call = {each for each in changing if each[1].startswith(("/api/calls/", "/api/visits/"))}
    of_a_visit = {("POST", "/ledger/{number}/visit"), ("POST", "/ledger/{number}/visit/end")}

    assert changing - named == of_a_call | of_a_visit | {("POST", "/sign-in"), ("POST", "/sign-out")}
