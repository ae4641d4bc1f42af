"""The page and the browser as they run: for the tests, the bench and the screenshots."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright

from flows.desk.integrity.desk import Desk, open_desk
from flows.review.app import create_app
from tests.desk_builders import desk_settings
from tests.release_builders import with_company
from tests.review_site import add_people, quick_passwords
from tests.serving import free_port
from tests.system_packages import chromium

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium as root in a container; it asks nobody anything but us."""


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    program = chromium()
    assert program is not None, "Chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def answered(page: Page) -> None:
    """Wait until the form that was sent is answered, and the page shown to which the answer leads."""
    expect(page.locator("form[data-sending]")).to_have_count(0, timeout=60_000)


@dataclass(frozen=True)
class Served:
    """The running page.

    Attributes:
        desk: Beneath it.
        address: Of the page.
        app: The page itself.
    """

    desk: Desk
    address: str
    app: FastAPI


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """The page on a free port, with the people of ``tests.review_site``.

    Args:
        folder: Of its desk.
    """
    with open_desk(desk_settings(folder)) as desk:
        with_company(desk)
        with pytest.MonkeyPatch.context() as patch:
            quick_passwords(patch)
            add_people(desk)
        with served_desk(desk) as page:
            yield page


@contextlib.contextmanager
def served_desk(desk: Desk) -> Iterator[Served]:
    """The page of a desk as it is, on a free port."""
    port = free_port()
    app = create_app(desk.settings, desk)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", proxy_headers=False))
    thread = threading.Thread(target=server.run, name="review-page")
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    try:
        yield Served(desk, f"http://localhost:{port}", app)
    finally:
        server.should_exit = True
        thread.join()
