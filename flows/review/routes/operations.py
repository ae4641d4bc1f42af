"""Routes for the company's machines: whether the page is alive and the desk ready, and its counts.

None needs a sign-in, and none contains a person's data.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from flows.desk.breaches.clocks import late_reports
from flows.desk.integrity.desk import MARKER, Desk
from flows.desk.kinds.errors import DeskError
from flows.desk.work.gauges import gauges
from flows.review.content.metrics import CONTENT_TYPE, as_metrics
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.secret_file import is_one_of
from flows.review.guarding.site import site_of
from flows.version import VERSION

router = APIRouter()

BEARER = "bearer "


@router.get("/health/live")
def live() -> PlainTextResponse:
    """Answer that the process is alive."""
    return PlainTextResponse("ok\n")


@router.get("/health/ready")
def ready(request: Request) -> PlainTextResponse:
    """Answer whether database, store and key work, too; otherwise with status 503 and the failure's code."""
    fault = _fault(site_of(request).desk)
    return PlainTextResponse(f"{fault or 'ok'}\n", 503 if fault else 200)


def _fault(desk: Desk) -> str:
    """Return the code of the failure that keeps the desk from working; empty when there is none."""
    try:
        gauges(desk)
        # The sealed head and the rows were opened with the key; the store has to be there as well.
        return "" if desk.store.exists(MARKER) else "storage_gone"
    except DeskError as error:
        return error.code


@router.get("/metrics")
def metrics(request: Request) -> PlainTextResponse:
    """Answer with the counts for Prometheus, if a secret is set (``KAIJI_METRICS_SECRET_FILE``) and given.

    Raises:
        RefusedError: when it is not set, or the secret is another one.
    """
    site = site_of(request)
    if not site.metrics_secrets:
        raise RefusedError(404, "not_found", "そのページはありません")
    told = request.headers.getlist("authorization")
    given = told[0] if len(told) == 1 else ""
    word = given[len(BEARER) :].strip() if given.casefold().startswith(BEARER) else ""
    if not is_one_of(word.encode("utf-8"), site.metrics_secrets):
        raise RefusedError(401, "forbidden", "合言葉が違います")
    text = as_metrics(gauges(site.desk), late_reports(site.desk), VERSION)
    return PlainTextResponse(text, media_type=CONTENT_TYPE)
