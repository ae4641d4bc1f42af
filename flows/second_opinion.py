"""The masked text of a call held against what Presidio's anonymizer makes of it."""

from __future__ import annotations

import json

from flows import outputs
from flows.workspace import PLAN, TRANSCRIPT, Workspace
from pipeline.types import Leak
from pipeline.verifying.verify import verify_second_opinion

__all__ = ["second_opinion"]


def second_opinion(call: Workspace, text: str) -> tuple[Leak, ...]:
    """The text held against what Presidio's anonymizer makes of the same call."""
    from models.analysis.anonymiser import anonymised_lines

    transcript, made = call.get(TRANSCRIPT), call.get(PLAN)
    document = json.loads((call.products / outputs.MASKED_JSON).read_text(encoding="utf-8"))
    opinion = anonymised_lines(transcript.text, (item.chars for item in made.masked))
    return verify_second_opinion(document, text, opinion)
