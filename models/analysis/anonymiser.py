"""The call's text masked a second time, by Presidio's anonymizer: an opinion other than our own.

``pipeline.masking.text`` works on words and their times; this works on characters alone, in a library
that shares no code with it.  What ours says and this does not is a leak (``pipeline.verifying.verify``).
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

from pipeline.types import CharSpan

__all__ = ["HOLE", "anonymised_lines"]

HOLE = "■"
"""What stands for a masked stretch: one character, whatever it was and however long."""


def anonymised_lines(text: str, masked: Iterable[CharSpan]) -> tuple[str, ...]:
    """Replace every masked stretch of a transcript.

    Args:
        text: ``Transcript.text``: an utterance on each line.
        masked: What a plan masks; empty stretches hide nothing.

    Returns:
        The lines, as many as there were.
    """
    engine = AnonymizerEngine()  # type: ignore[no-untyped-call]  # Presidio's __init__ has none
    operators = {"DEFAULT": OperatorConfig("replace", {"new_value": HOLE})}
    lines = text.split("\n")
    begins = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    found: list[list[RecognizerResult]] = [[] for _ in lines]
    for span in masked:
        # Line by line, so that a number that goes on in the next turn joins no two of them.
        for index in range(bisect.bisect_right(begins, span.start) - 1, len(lines)):
            start, end = max(0, span.start - begins[index]), min(len(lines[index]), span.end - begins[index])
            if start < end:
                found[index].append(RecognizerResult("MASKED", start, end, 1.0))
            if span.end <= begins[index + 1]:
                break
    return tuple(str(engine.anonymize(*each, operators).text) for each in zip(lines, found, strict=True))
