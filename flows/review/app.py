"""The page as one app: routes by file, the guard around them, the desk beneath."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import AsyncIterator

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from flows.desk.integrity.desk import Desk, open_desk
from flows.review.guarding.access import check_forgery
from flows.review.guarding.faults import add_faults
from flows.review.guarding.guard import Guard
from flows.review.guarding.proxy import trusted_proxy
from flows.review.guarding.site import PAGE_FOLDER, Site, open_site
from flows.review.routes import call as routes_call
from flows.review.routes import decide as routes_decide
from flows.review.routes import ledger as routes_ledger
from flows.review.routes import queue as routes_queue
from flows.review.routes import sign_in as routes_sign_in
from flows.review.routes import sound as routes_sound
from flows.settings import Settings

__all__ = ["ROUTERS", "create_app"]

ROUTERS = (
    routes_sign_in.router,
    routes_queue.router,
    routes_call.router,
    routes_decide.router,
    routes_sound.router,
    routes_ledger.router,
)


def _warm(site: Site) -> None:
    """Load what the first analyst would wait for."""
    site.library.warm()
    # What is loaded by now stays: looking through all of it for garbage again and again took two thirds
    # of the time in which an hour's words are read.
    gc.freeze()


def create_app(settings: Settings, desk: Desk | None = None) -> FastAPI:
    """Make the page.

    Args:
        settings: Of this machine.
        desk: One that is open already and stays so; by default it is opened, and closed at the end.

    Raises:
        DeskError: when the desk cannot be opened.
        SettingError: where a proxy is to sign people in, and nothing would prove that it is the proxy.
    """
    trusted_proxy(settings)
    opened = desk or open_desk(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_warm, args=[app.state.site], name="warm", daemon=True).start()
        yield
        # Of a release that is under way, which ends with us: nothing of it counts yet.
        opened.store.let_go()
        if desk is None:
            opened.close()

    app = FastAPI(
        title="kaiji",
        lifespan=lifespan,
        # The machine-readable description of all routes is nobody's business.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # A redirect to the same path with a slash would repeat the Host header.
        redirect_slashes=False,
        dependencies=[Depends(check_forgery)],
    )
    app.state.site = open_site(opened)
    add_faults(app)
    app.add_middleware(Guard, settings=opened.settings)
    app.mount("/static", StaticFiles(directory=PAGE_FOLDER / "static"), name="static")
    for router in ROUTERS:
        app.include_router(router)
    return app
