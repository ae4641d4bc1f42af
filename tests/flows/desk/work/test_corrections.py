from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.work import plans
from flows.desk.work.corrections import decisions_on_text, forget_words
from flows.desk.work.decisions import COMPLETE, CONTENT
from flows.desk.work.reviews import load_review
from flows.workspace import TRANSCRIPT
from pipeline.correcting.wording import Correction, Piece
from pipeline.errors import ReviewRuleError
from pipeline.reviewing.decisions import ReviewKind
from pipeline.types import CharSpan
from tests.builders import transcript, utterance
from tests.desk_builders import ANALYST, CLERK, OTHER, approve, completed, decided, in_review
from tests.review_builders import decision

SAID = Correction(CharSpan(0, 3), (Piece(CharSpan(0, 3), "長谷川"),))


def test_corrections_are_sealed_rows_like_all_decisions(desk: Desk, tmp_path: Path):
    """With who and when; no word of them lies in the database in clear."""
    call = in_review(desk, tmp_path)
    decided(desk, call, ReviewKind.WORDS, correction=SAID, reason="")

    (made,) = plans.decisions(desk, call.call_id)
    assert (made.action, made.reviewer) == ("words", ANALYST.name)
    review = load_review(desk, call.call_id)
    assert review.wording.pieces == SAID.pieces
    raw = (desk.settings.home / "desk.sqlite3").read_bytes()
    assert "長谷川".encode() not in raw
    assert json.dumps("長谷川")[1:-1].encode() not in raw
    assert audit.verify(desk) == ()


def test_they_belong_to_their_transcript(desk: Desk, tmp_path: Path):
    """A call that is recognised anew begins without them."""
    call = in_review(desk, tmp_path)
    decided(desk, call, ReviewKind.WORDS, correction=SAID, reason="")
    sha256 = plans.get_plan(desk, call.call_id).plan.transcript_sha256

    assert len(decisions_on_text(desk, call.call_id, sha256)) == 1
    assert decisions_on_text(desk, call.call_id, "c" * 64) == ()


def test_the_desk_itself_asks_whether_somebody_has_read_the_text(desk: Desk, tmp_path: Path):
    """Whatever a page says: without it, nobody approves."""
    desk.settings.review_text = "required"
    call = in_review(desk, tmp_path)
    completed(desk, call)
    with pytest.raises(ReviewRuleError) as refused:
        plans.approve(desk, OTHER, call.call_id, 1)
    assert refused.value.needs == "read"
    decided(desk, call, ReviewKind.READ, reason="")
    assert load_review(desk, call.call_id).read_at is not None


def test_written_words_go_with_the_transcript(desk: Desk, tmp_path: Path):
    """That somebody corrected stays on record; what was said does not."""
    call = in_review(desk, tmp_path)
    decided(desk, call, ReviewKind.WORDS, correction=SAID, reason="")

    assert forget_words(desk, CLERK, call.call_id) == 1
    (left,) = plans.decisions(desk, call.call_id)
    assert left.action == "words"
    assert "長谷川" not in json.dumps(json.loads(left.content), ensure_ascii=False)
    assert load_review(desk, call.call_id).wording.pieces == (Piece(CharSpan(0, 3), ""),)
    assert audit.entries(desk)[-1].action == "call.forget_words"
    assert audit.verify(desk) == ()


def test_what_earlier_versions_stored_is_read(desk: Desk, tmp_path: Path):
    """Decisions without corrections, transcripts whose words nobody wrote."""
    made = decision(1, ReviewKind.MASK, "m0000")
    old = json.loads(CONTENT.dump_json(made))
    for name in ("correction", "found"):
        del old[name]
    assert CONTENT.validate_json(json.dumps(old)) == made
    call = transcript(utterance("はい", 0.0))
    stored = json.loads(TRANSCRIPT.dump(call))
    for word in stored["segments"][0]["words"]:
        del word["heard"]
    assert TRANSCRIPT.load(json.dumps(stored).encode()) == call
    reviewed = in_review(desk, tmp_path)
    assert load_review(desk, reviewed.call_id).read_at is None
    assert approve(desk, reviewed).call_id == reviewed.call_id
    assert plans.decisions(desk, reviewed.call_id)[-1].action == COMPLETE
