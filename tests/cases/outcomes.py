"""What becomes of the characters of a call, from its words to its plan: what a case tests.

Left out are the recogniser before it, and behind it what only moves edges: a finding is masked from its first
character to its last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.analysis.analyzer import CallAnalyzer
from models.language.readings import Reader
from models.weighing.owner.owner import Owner
from pipeline.finding.detect import detect
from pipeline.masking.plan import make_plan
from pipeline.ownership.chain import Context, Findings, attribute
from pipeline.types import (
    CallCase,
    CharSpan,
    EntitySpan,
    Finding,
    MaskAction,
    MaskPlan,
    MaskPolicy,
    TimeSpan,
    Transcript,
)

MARKS = "、。,. \n\u3000-ー・"
"""Characters that say nothing: whether they are masked is nobody's concern."""


ENOUGH = 0.9
"""Share of a stretch's characters that must be masked, or kept, for it to be right."""


class Machinery(Protocol):
    """What is loaded once (``flows.loaded_models.Models`` is one)."""

    @property
    def analyzer(self) -> CallAnalyzer:
        """Finds."""

    @property
    def reader(self) -> Reader:
        """Reads."""

    @property
    def owner(self) -> Owner:
        """Judges whose it is."""


@dataclass(frozen=True, slots=True)
class Call:
    """The words of a call, or of a window of one, and what is known of who asks."""

    transcript: Transcript = field(repr=False)
    case: CallCase = field(repr=False)
    again: Transcript | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The plan, the findings it was made from, and of each character whether it is masked."""

    plan: MaskPlan = field(repr=False)
    findings: Findings = field(repr=False)
    masked: NDArray[np.bool_] = field(repr=False)
    text: str = field(repr=False)

    def share_right(self, chars: CharSpan, action: MaskAction) -> float:
        """Share of the characters that say something, 0 to 1, of which becomes what has to."""
        said = [at for at in range(chars.start, chars.end) if self.text[at] not in MARKS]
        masked = action is MaskAction.MASK
        return sum(bool(self.masked[at]) == masked for at in said) / len(said) if said else 1.0


def outcome(call: Call, machinery: Machinery, *, leave_out: frozenset[str] = frozenset()) -> Outcome:
    """Find, attribute and plan.

    Args:
        call: The words.
        machinery: What guesses.
        leave_out: Names of passes of ownership that are not run.

    Returns:
        What becomes of it.
    """
    return planned(call, found(call, machinery), machinery, leave_out=leave_out)


def found(call: Call, machinery: Machinery) -> tuple[EntitySpan, ...]:
    """What may be somebody's personal data."""
    return detect(call.transcript, machinery.analyzer, call.case, call.again)


def planned(
    call: Call,
    entities: tuple[EntitySpan, ...],
    machinery: Machinery,
    *,
    leave_out: frozenset[str] = frozenset(),
) -> Outcome:
    """Attribute and plan; arguments as of ``outcome``, after ``found``."""
    context = Context(call.transcript, call.case, machinery.reader, judge=machinery.owner.decide)
    findings = tuple(
        _timed(each, call.transcript) for each in attribute(entities, context, leave_out=leave_out)
    )
    plan = make_plan(findings, call.transcript, call.case, MaskPolicy())
    masked = np.zeros(len(call.transcript.text), dtype=np.bool_)
    for item in plan.items:
        if item.action is MaskAction.MASK:
            masked[item.chars.start : item.chars.end] = True
    return Outcome(plan, findings, masked, call.transcript.text)


def _timed(finding: Finding, transcript: Transcript) -> Finding:
    """The time of its words, as they were given: there is no sound to look for edges in."""
    touched = [s for s in transcript.segments if s.chars.overlaps(finding.entity.chars)]
    words = [w.time for s in touched for w in s.words if w.chars.overlaps(finding.entity.chars)]
    channels: Sequence[int] = sorted({segment.channel for segment in touched})
    time = TimeSpan(min(t.start for t in words), max(t.end for t in words))
    return replace(finding, time=time, channels=tuple(channels))
