"""The corrections of a call's text, as its decisions leave them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.integrity.digests import digest_key
from flows.desk.kinds.values import Actor
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.storage.tables import CallRow, DecisionRow, PlanRow
from flows.desk.work.decisions import CONTENT, DECISION, decisions_of, on_text
from flows.files.keyed_digest import Digested
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind


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
        asked = digest_key(session, desk.keyring).of(Digested.TRANSCRIPT, transcript_sha256)
        return on_text(texts, decisions_of(session, call_id, desk.keyring), asked)


def forget_words(desk: Desk, actor: Actor, call_id: str) -> int:
    """Empty people's corrections of a call whose transcript is erased: they are words of the call.

    Who corrected when and where stays on record.

    Args:
        desk: The desk.
        actor: The person or flow that erases.
        call_id: The call's id.

    Returns:
        Number of corrections that were emptied.
    """
    with desk.change(actor) as change:
        rows = change.session.scalars(
            select(DecisionRow).where(
                DecisionRow.call_id == call_id, DecisionRow.action == ReviewKind.WORDS.value
            )
        ).all()
        for row in rows:
            decision = take_sealed(row, DECISION, change.keyring)
            content = CONTENT.validate_json(decision.content)
            if content.correction is None:
                continue
            pieces = tuple(replace(piece, text="") for piece in content.correction.pieces)
            content = replace(content, correction=replace(content.correction, pieces=pieces))
            emptied = replace(decision, content=CONTENT.dump_json(content).decode())
            put_sealed(row, emptied, DECISION, change.keyring)
        if rows:
            request_id = change.session.get_one(CallRow, call_id).request_id
            change.record("call.forget_words", Subject(request_id, call_id), {"rows": len(rows), "gone": 1})
        return len(rows)
