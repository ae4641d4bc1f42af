"""Mask the text of a call a second time, with Presidio's anonymizer, as a check of the masked copy.

``pipeline.masking.text`` works on words and their times; this module works on characters alone and shares no
code with it.  Text that the copy shows and this module hides is a leak (``pipeline.verifying.verify``).
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

from pipeline.types import CharSpan

HOLE = "■"
"""Replacement of a masked stretch: one character, whatever the length."""


def anonymised_lines(text: str, masked: Iterable[CharSpan]) -> tuple[str, ...]:
    """Replace every masked stretch of a transcript by ``HOLE``.

    Args:
        text: ``Transcript.text``, with one utterance on each line.
        masked: Stretches that a plan masks; empty ones are ignored.

    Returns:
        The masked lines, as many as in ``text``.
    """
    engine = AnonymizerEngine()  # type: ignore[no-untyped-call]  # Presidio's __init__ has none
    operators = {"DEFAULT": OperatorConfig("replace", {"new_value": HOLE})}
    lines = text.split("\n")
    begins = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    found: list[list[RecognizerResult]] = [[] for _ in lines]
    for span in masked:
        # Line by line, so that a mask over a line end does not join two lines.
        for index in range(bisect.bisect_right(begins, span.start) - 1, len(lines)):
            start, end = max(0, span.start - begins[index]), min(len(lines[index]), span.end - begins[index])
            if start < end:
                found[index].append(RecognizerResult("MASKED", start, end, 1.0))
            if span.end <= begins[index + 1]:
                break
    return tuple(str(engine.anonymize(*each, operators).text) for each in zip(lines, found, strict=True))
