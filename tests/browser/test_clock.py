"""Times on the page are rounded as those of letters and transcripts are: down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from flows.releasing.letter_content import clock
from tests.browser.running import Served


@pytest.fixture
def shown(person: Callable[[str], Page], served: Served) -> Callable[[float, int], str]:
    """The page's own words for a second of a call."""
    page = person("kubota")
    page.goto(f"{served.address}/calls")
    script = "([seconds, digits]) => import('/static/dom.js').then(({ clock }) => clock(seconds, digits))"
    return lambda seconds, digits: page.evaluate(script, [seconds, digits])


def test_seconds_are_those_of_the_letter(shown: Callable[[float, int], str]):
    """Also just before a minute is over, where rounding up would say 0:60."""
    for seconds in (0.0, 0.6, 59.7, 61.99, 3599.5):
        assert shown(seconds, 0).zfill(5) == clock(int(seconds))
    assert [shown(59.98, 1), shown(0.3, 1), shown(1.15, 2)] == ["0:59.9", "0:00.3", "0:01.15"]
