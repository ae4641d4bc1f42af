"""Shared by all requests of one process: the desk, the templates, and the caches."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from flows.desk.book.steps import STEPS
from flows.desk.integrity.desk import Desk
from flows.practice.mark import is_practice
from flows.review.content.masking import Masking
from flows.review.content.once import Once
from flows.review.content.outgoing import Outgoing
from flows.review.content.readings import Readings
from flows.review.content.sound import Shelf, Sketches
from flows.review.content.steps import Completing
from flows.review.content.visit_sound import VisitSound
from flows.review.content.watch import Watch
from flows.review.content.words import Library
from flows.review.guarding.practising import Practising
from flows.review.guarding.proxy import TrustedProxy, trusted_proxy
from flows.review.guarding.secret_file import secrets_of
from flows.settings import Settings
from flows.version import VERSION

PAGE_FOLDER = Path(__file__).parents[1]

DATE = re.compile(r"(\d{4}-\d\d-\d\d(?: \d\d:\d\d)?)")


@dataclass(frozen=True, slots=True)
class Site:
    """The page of one process.

    Attributes:
        desk: The opened desk.
        templates: Templates of the pages; values are escaped.
        version: Version of the program.
        shelf: Decoded calls.
        sketches: Waveforms of calls.
        library: Transcripts.
        watch: The recognizers that look at corrected words.
        outgoing: Running releases.
        masking: Waiting calls that are masked now.
        completing: Reviews that are being completed.
        visits: Sound of visits that last.
        proxy: Means of recognising the company's proxy.
        metrics_secrets: Secrets of Prometheus; without any there are no metrics.
        readings: Readings of names.
        practising: The practice desk next to this one; ``None`` for a practice desk.
        within: Whether this is a practice desk that the company's page serves too.
        once: Outcomes of the submitted forms.
        counted: The queue's counts of a call, by call, revision and number of decisions.
    """

    desk: Desk = field(repr=False)
    templates: Environment = field(repr=False)
    version: str
    shelf: Shelf = field(repr=False)
    sketches: Sketches = field(repr=False)
    library: Library = field(repr=False)
    watch: Watch = field(repr=False)
    outgoing: Outgoing = field(repr=False)
    masking: Masking = field(repr=False)
    completing: Completing = field(repr=False)
    visits: VisitSound = field(repr=False)
    proxy: TrustedProxy = field(repr=False)
    metrics_secrets: tuple[bytes, ...] = field(repr=False)
    practising: Practising | None = field(default=None, repr=False)
    within: bool = False
    readings: Readings = field(default_factory=Readings, repr=False)
    once: Once = field(default_factory=Once, repr=False)
    counted: dict[tuple[str, int, int], Any] = field(default_factory=dict, repr=False)

    @property
    def settings(self) -> Settings:
        """The settings of this machine."""
        return self.desk.settings

    @property
    def working(self) -> bool:
        """Whether something is being masked, checked or released behind the page."""
        masking = self.masking.now
        return (masking is not None and masking.running) or self.outgoing.working or self.completing.working

    def render(
        self, request: Request, template: str, values: Mapping[str, Any], *, status: int = 200
    ) -> HTMLResponse:
        """Render a page.

        Args:
            request: The request, with the signed-in user.
            template: File in ``templates``.
            values: Values for the template.
            status: HTTP status.
        """
        user = getattr(request.state, "user", None)
        common = {
            "user": user,
            "csrf": getattr(request.state, "csrf", ""),
            "version": self.version,
            "practice": is_practice(self.settings),
            "within": self.within,
            # Behind the company's proxy and in practice, nobody signs in with a password of this desk.
            "own_password": self.settings.review_auth == "local" and not self.within,
            "practice_there": self.practising is not None and self.practising.there,
        }
        page = self.templates.get_template(template).render({**common, **values})
        return HTMLResponse(page, status)


def open_site(
    desk: Desk, turn: threading.Lock, practising: Practising | None = None, *, within: bool = False
) -> Site:
    """Set up the page of a desk.

    Args:
        desk: The opened desk.
        turn: Held while models work.
        practising: Argument as for ``Site``.
        within: Argument as for ``Site``.

    Raises:
        SettingError: when a proxy is to sign people in and nothing proves that a request comes from it, or
            when the file with the metrics' secret is no good.
    """
    proxy, file = trusted_proxy(desk.settings), desk.settings.metrics_secret_file
    metrics_secrets = () if file is None else secrets_of(file, "KAIJI_METRICS_SECRET_FILE")
    templates = Environment(
        loader=FileSystemLoader(PAGE_FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["with_dates"] = _with_dates
    templates.globals["book"] = STEPS
    shelf = Shelf(desk, desk.settings.review_audio_megabytes << 20)
    sketches, library = Sketches(desk, shelf), Library(desk)
    watch, outgoing, masking = Watch(desk.settings), Outgoing(desk, turn), Masking(desk, turn)
    known = (shelf, sketches, library, watch, outgoing, masking, Completing(desk), VisitSound(desk))
    return Site(desk, templates, VERSION, *known, proxy, metrics_secrets, practising, within)


def _with_dates(text: str) -> list[tuple[str, bool]]:
    """Split a text into parts and mark the dates, which are not broken over two lines."""
    return [(part, at % 2 == 1) for at, part in enumerate(DATE.split(text)) if part]


def site_of(request: Request) -> Site:
    """Return the page that a request is for."""
    site = request.app.state.site
    if not isinstance(site, Site):
        msg = "no site"
        raise TypeError(msg)
    return site
