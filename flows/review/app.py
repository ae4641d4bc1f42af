"""Make the page's FastAPI application from its routes, its middleware and an opened desk."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import AsyncIterator

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from flows.desk.integrity.desk import Desk, open_desk
from flows.practice.mark import is_practice
from flows.review.clerk import amend as clerk_amend
from flows.review.clerk import calls as clerk_calls
from flows.review.clerk import imports as clerk_imports
from flows.review.clerk import intake as clerk_intake
from flows.review.clerk import requests as clerk_requests
from flows.review.clerk import steps as clerk_steps
from flows.review.guarding.access import check_forgery
from flows.review.guarding.door import Door
from flows.review.guarding.faults import add_faults
from flows.review.guarding.guard import Guard
from flows.review.guarding.practising import Practising
from flows.review.guarding.proxy import trusted_proxy
from flows.review.guarding.site import PAGE_FOLDER, Site, open_site
from flows.review.office import accounts as office_accounts
from flows.review.office import breaches as office_breaches
from flows.review.office import care as office_care
from flows.review.office import first as office_first
from flows.review.office import lists as office_lists
from flows.review.office import own_password as office_own_password
from flows.review.office import practice as office_practice
from flows.review.routes import call as routes_call
from flows.review.routes import decide as routes_decide
from flows.review.routes import ledger as routes_ledger
from flows.review.routes import operations as routes_operations
from flows.review.routes import queue as routes_queue
from flows.review.routes import sign_in as routes_sign_in
from flows.review.routes import sound as routes_sound
from flows.review.routes import text as routes_text
from flows.review.routes import visits as routes_visits
from flows.review.routes import ways as routes_ways
from flows.settings import Settings

ROUTERS = (
    routes_sign_in.router,
    routes_queue.router,
    routes_call.router,
    routes_decide.router,
    routes_text.router,
    routes_sound.router,
    routes_ledger.router,
    routes_operations.router,
    routes_ways.router,
    routes_visits.router,
    clerk_intake.router,
    clerk_requests.router,
    clerk_steps.router,
    clerk_amend.router,
    clerk_calls.router,
    clerk_imports.router,
    office_first.router,
    office_accounts.router,
    office_own_password.router,
    office_lists.router,
    office_care.router,
    office_practice.router,
    office_breaches.router,
)


def _warm(site: Site) -> None:
    """Load the models and data that the first analyst would otherwise wait for."""
    site.library.warm()
    site.watch.warm()
    # The loaded objects stay until the end: without freezing them, garbage collection took two thirds of the
    # time of reading an hour's words.
    gc.freeze()


def create_app(
    settings: Settings, desk: Desk | None = None, *, turn: threading.Lock | None = None
) -> FastAPI:
    """Make the page.

    Args:
        settings: The settings of this machine.
        desk: An opened desk, which is not closed; by default one is opened, and closed at the end.
        turn: For a practice desk served by the company's page: that page's turn to use models.

    Raises:
        DeskError: when the desk cannot be opened.
        SettingError: when a proxy is to sign people in and nothing proves that a request comes from it.
    """
    trusted_proxy(settings)
    opened = desk or open_desk(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_warm, args=[app.state.site], name="warm", daemon=True).start()
        yield
        # A release that is under way ends with this process; it has changed nothing yet.
        opened.store.let_go()
        if practising is not None:
            practising.close()
        if desk is None:
            opened.close()

    app = FastAPI(
        title="kaiji",
        lifespan=lifespan,
        # No public description of the routes.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # A redirect to the path with a slash would repeat the Host header.
        redirect_slashes=False,
        dependencies=[Depends(check_forgery)],
    )
    # Models are for one thread: one release or one call at a time, in both desks together.
    ours = threading.Lock() if turn is None else turn
    practising = None
    if not is_practice(opened.settings):
        practising = Practising(opened.settings, lambda there: create_app(there.settings, there, turn=ours))
    app.state.site = open_site(opened, ours, practising, within=turn is not None)
    add_faults(app)
    app.add_middleware(Guard, settings=opened.settings)
    if practising is not None:
        app.add_middleware(Door, desk=opened, practising=practising)
    app.mount("/static", StaticFiles(directory=PAGE_FOLDER / "static"), name="static")
    for router in ROUTERS:
        app.include_router(router)
    return app
