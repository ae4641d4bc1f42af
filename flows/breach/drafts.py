"""Drafts the papers of a breach from the ledger; the audit log records each draft."""

from __future__ import annotations

from collections.abc import Sequence

from flows.breach.notice import Addressee, addressee_of, notice
from flows.breach.paper import Written
from flows.breach.report import report
from flows.desk.breaches.exposure import Exposure, exposures
from flows.desk.cases.requests import get
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.breaches import Breach, Stage
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.values import Actor
from flows.releasing.letter_content import sender_of


def draft_report(desk: Desk, actor: Actor, number: str, stage: Stage) -> Written:
    """Draft the first or the final report to the commission.

    Args:
        desk: The desk.
        actor: An approver.
        number: Number of the breach.
        stage: The first or the final report.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such breach, or the stage is no report.
        SealBrokenError: when the audit log was tampered with.
    """
    if stage is Stage.NOTICE:
        msg = "その報告はありません"
        raise NotFoundError(msg)
    breach, found = exposures(desk, actor, number)
    _record(desk, actor, breach, stage)
    return written_report(desk, stage, breach, found)


def written_report(desk: Desk, stage: Stage, breach: Breach, found: Sequence[Exposure]) -> Written:
    """As ``draft_report``, of what was read already; for a page that shows what the draft says."""
    department = get(desk, breach.marks[0].request).content.desk
    return report(desk.settings, stage, breach, found, sender_of(desk, department))


def draft_notice(
    desk: Desk, actor: Actor, number: str, *, request: str = "", to: Addressee | None = None
) -> Written:
    """Draft the notice to a person.

    Args:
        desk: The desk.
        actor: An approver.
        number: Number of the breach.
        request: Public number of the request that concerns the person; empty for the one marked first.
        to: Whether the person is the requester; ``None`` for whom the kind of the breach suggests.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such breach, or the request is not one of it.
        SealBrokenError: when the audit log was tampered with.
    """
    breach, found = exposures(desk, actor, number)
    written = written_notice(desk, breach, found, request, to)
    _record(desk, actor, breach, Stage.NOTICE)
    return written


def written_notice(
    desk: Desk, breach: Breach, found: Sequence[Exposure], request: str = "", to: Addressee | None = None
) -> Written:
    """As ``draft_notice``, of what was read already; for a page that shows what the draft says."""
    about = _of_request(found, request or breach.marks[0].request)
    content = get(desk, about.mark.request).content
    name = content.requester.names[0].text if content.requester.names else ""
    whom = to or addressee_of(breach)
    return notice(breach, (about, whom), name, sender_of(desk, content.desk))


def _of_request(found: Sequence[Exposure], request: str) -> Exposure:
    for each in found:
        if each.mark.request == request:
            return each
    msg = "その請求は、この漏えい等に記録されていません"
    raise NotFoundError(msg)


def _record(desk: Desk, actor: Actor, breach: Breach, stage: Stage) -> None:
    with desk.change(actor) as change:
        subject = Subject(breach.marks[0].request_id)
        change.record("breach.draft", subject, {"breach": breach.number, "paper": stage.value})
