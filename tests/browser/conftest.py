"""The review page for real: our program on a port, Debian's Chromium, a desk with calls of sample_audio."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from flows.desk.cases import requests
from flows.review.routes import decide as routes_decide
from flows.review.routes import ledger as routes_ledger
from tests.browser.made_calls import into_review, sample_call
from tests.browser.pages import PATIENCE, Missed, Reviewed, open_call
from tests.browser.running import Served, launched, serving
from tests.fakes import FakeModels
from tests.review_site import PASSWORD, ROLES
from tests.system_packages import chromium

STEM = "meter-mistake"

DOUBTFUL = (1, 2, 7, 10)
"""Of its thirteen spans: two names of the caller's slip, and a house number said twice."""

MISSED = (3, 4)
"""Likewise: a name that both sides say."""


# Of a module, not of the session: while Playwright is there, an event loop counts as running in this
# thread, and Prefect would answer the flows' tests with coroutines.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    if chromium() is None:
        pytest.skip("Chromium is not installed")
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page on a free port; the listening before completion and release is the fakes'."""
    with pytest.MonkeyPatch.context() as patch, serving(tmp_path_factory.mktemp("review")) as page:
        for routes in (routes_ledger, routes_decide):
            patch.setattr(routes, "load_models", lambda _: FakeModels())
        yield page


@pytest.fixture(scope="module")
def signed_in(browser: Browser, served: Served) -> dict[str, StorageState]:
    """The cookies of everybody, after they signed in by what the form sends."""
    states = {}
    for login in ROLES:
        context = browser.new_context()
        form = f"{served.address}/sign-in"
        csrf = re.search(r'name="csrf" value="([^"]+)"', context.request.get(form).text())
        assert csrf is not None
        sent = {"login": login, "password": PASSWORD, "csrf": csrf[1], "next": ""}
        answer = context.request.post(form, form=sent, headers={"Origin": served.address}, max_redirects=0)
        assert answer.status == 303
        states[login] = context.storage_state()
        context.close()
    return states


@pytest.fixture
def reviewed(served: Served) -> Reviewed:
    """A call that nobody has looked at yet, in a request of its own; a name in it was not found."""
    return _reviewed(served, MISSED)


@pytest.fixture
def found(served: Served) -> Reviewed:
    """The same call with everything found, four of it in doubt."""
    return _reviewed(served, ())


def _reviewed(served: Served, left_out: tuple[int, ...]) -> Reviewed:
    made = sample_call(STEM, doubtful=DOUBTFUL, missed=left_out)
    call = into_review(served.desk, made)
    span = made.spans[MISSED[0]]
    missed = Missed(span.surface, span.time.start, span.time.end, span.channel(2))
    number = requests.get(served.desk, call.request_id).number
    return Reviewed(served.address, call.call_id, number, "kubota", missed)


@pytest.fixture
def person(browser: Browser, signed_in: dict[str, StorageState]) -> Iterator[Callable[[str], Page]]:
    """A page of somebody's, in a browser profile of their own."""
    contexts: list[BrowserContext] = []

    def page_of(login: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="ja-JP", storage_state=signed_in[login]
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield page_of
    for context in contexts:
        context.close()


@pytest.fixture
def analyst(person: Callable[[str], Page]) -> Page:
    """Kubota's page."""
    return person("kubota")


@pytest.fixture
def second(person: Callable[[str], Page]) -> Page:
    """Mori's page."""
    return person("mori")


@pytest.fixture
def approver(person: Callable[[str], Page]) -> Page:
    """Kobayakawa's page."""
    return person("kobayakawa")


@pytest.fixture
def opened(analyst: Page, reviewed: Reviewed) -> Page:
    """The call, open before Kubota."""
    return open_call(analyst, reviewed)
