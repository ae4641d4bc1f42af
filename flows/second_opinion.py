"""A second opinion on the masked text: compared with what Presidio's anonymizer makes of the same plan."""

from __future__ import annotations

import json

from flows import outputs
from flows.workspace import PLAN, TRANSCRIPT, Workspace
from pipeline.masking.text import masked_in_text
from pipeline.types import Leak
from pipeline.verifying.verify import verify_second_opinion

__all__ = ["second_opinion"]


def second_opinion(call: Workspace, text: str) -> tuple[Leak, ...]:
    """Return the lines in which a call's masked text differs from Presidio's anonymizer."""
    from models.analysis.anonymiser import anonymised_lines

    transcript, made = call.get(TRANSCRIPT), call.get(PLAN)
    document = json.loads((call.products / outputs.MASKED_JSON).read_text(encoding="utf-8"))
    opinion = anonymised_lines(transcript.text, (item.chars for item in masked_in_text(made)))
    return verify_second_opinion(document, text, opinion)
