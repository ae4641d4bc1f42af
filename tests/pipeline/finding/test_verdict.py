"""What takes a finding from an owner is one of a few vetoes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.finding.verdict import Veto, taken_by
from pipeline.reason_text import sentence
from pipeline.reasons import Reason, Why
from pipeline.types import CharSpan, EntitySpan, Finding, Party

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("veto", Veto)
def test_what_a_veto_took_is_nobodys_and_looked_at(veto: Veto) -> None:
    """With a reason that an analyst can read."""
    theirs = Finding(
        EntitySpan("PERSON", CharSpan(0, 2), 0.9, "Test"), Party.REQUESTER, Reason.HEARD_AS_REQUESTER, False
    )
    made = taken_by(theirs, veto)
    assert (made.party, made.reason, made.needs_review) == (Party.UNKNOWN, veto.value, True)
    assert sentence((Why(veto.value),))


def test_a_vetos_reason_is_given_by_that_veto_alone() -> None:
    """So that the enum is all there is."""
    names = "|".join(veto.value.name for veto in Veto)
    folders = (ROOT / "pipeline", ROOT / "models")
    others = (path for folder in folders for path in folder.rglob("*.py"))
    listed = {"reasons.py", "reason_text.py", "verdict.py"}
    found = {
        path.name for path in others if re.search(rf"Reason\.(?:{names})\b", path.read_text(encoding="utf-8"))
    }
    assert found - listed == set()
