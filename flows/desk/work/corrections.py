"""The corrections of a call's text, as its decisions leave them."""

from __future__ import annotations

from sqlalchemy import select

from flows.desk.integrity.desk import Desk
from flows.desk.storage.tables import PlanRow
from flows.desk.work.decisions import decisions_of, on_text
from pipeline.reviewing.decisions import ReviewDecision

__all__ = ["decisions_on_text"]


def decisions_on_text(desk: Desk, call_id: str, transcript_sha256: str) -> tuple[ReviewDecision, ...]:
    """Return the decisions on every revision of one transcript, in order.

    A call that was recognised anew has another transcript, to which earlier corrections do not apply.

    Args:
        desk: The desk.
        call_id: The call's id.
        transcript_sha256: SHA-256 of the transcript, as its plans state it.

    Raises:
        SealBrokenError: when a stored decision is malformed.
    """
    with desk.read() as session:
        rows = session.execute(
            select(PlanRow.revision, PlanRow.transcript_sha256).where(PlanRow.call_id == call_id)
        )
        texts = [(row.revision, row.transcript_sha256) for row in rows]
        return on_text(texts, decisions_of(session, call_id, desk.keyring), transcript_sha256)
