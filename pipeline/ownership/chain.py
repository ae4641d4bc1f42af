"""Attribute findings to their owners by a list of named passes, for the product and every benchmark.

    entities of detection    without an owner
    PASSES, in order         cut addresses, judge, show doubtful names, mask repeated names, split
    findings                 with owner and reason, ready for ``pipeline.masking.align``

Detection finds entities and adds what it read of the conversation (``EntitySpan``); only the judge gives a
finding its owner.  The judge is learned, so the caller passes it in ``Context``: ``pipeline`` imports no
model.  Any pass can be left out by its name, so that its worth can be measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.finding.doubtful_names import show_doubtful_names
from pipeline.finding.parts import split_into_parts
from pipeline.finding.whole_names import with_scraps
from pipeline.ownership.address_ends import part_address_ends
from pipeline.ownership.company_names import part_company_names
from pipeline.ownership.known.names import KanaReader, long_company_names
from pipeline.ownership.repeated_names import mask_repeated_names
from pipeline.ownership.whole_numbers import part_whole_numbers
from pipeline.reasons import Reason
from pipeline.types import CallCase, EntitySpan, Finding, Party, Transcript

Findings = tuple[Finding, ...]

Judge = Callable[[Sequence[Finding], Transcript, CallCase], Findings]
"""Learned judge: attributes findings by all their evidence (``models.weighing.owner``)."""


@dataclass(frozen=True, slots=True)
class Context:
    """Input of the passes.

    Attributes:
        transcript: Transcript that the findings point into.
        case: The requester, the staff and the company.
        reader: Reader of text and names, which also knows kanji.
        judge: Learned judge of ownership; without one no finding has an owner, and all are masked.
    """

    transcript: Transcript = field(repr=False)
    case: CallCase = field(repr=False)
    reader: KanaReader
    judge: Judge | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """One step of attribution, over all findings of a call.

    Attributes:
        name: Name by which the pass can be left out.
        run: Maps the findings, in order of text, to the findings after the pass.
    """

    name: str
    run: Callable[[Findings, Context], Findings] = field(repr=False)


def attribute(
    entities: Iterable[EntitySpan],
    context: Context,
    *,
    passes: Sequence[Pass] | None = None,
    leave_out: frozenset[str] = frozenset(),
) -> Findings:
    """Attribute each finding to its owner.

    Args:
        entities: Result of ``detect``, in order of text.
        context: Input of the passes.
        passes: The passes; ``PASSES`` by default.
        leave_out: Names of passes that are not run.

    Returns:
        The findings in order of text: one for each entity, or several where a pass cuts it.  A finding
        without an owner is UNKNOWN, which is masked.

    Raises:
        ValueError: when ``leave_out`` has a name that no pass has.
    """
    if strange := leave_out - NAMES:
        msg = f"no such passes: {', '.join(sorted(strange))}"
        raise ValueError(msg)
    findings = nobodys(entities)
    for each in PASSES if passes is None else passes:
        if each.name not in leave_out:
            findings = each.run(findings, context)
    return findings


def nobodys(entities: Iterable[EntitySpan]) -> Findings:
    """Return the findings of entities, all without an owner."""
    return tuple(Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, needs_review=True) for entity in entities)


def _part_ends(findings: Findings, context: Context) -> Findings:
    """Separate an address from what is no part of it, a number from the next, the company from a name."""
    text = context.transcript.text
    entities = part_address_ends((each.entity for each in findings), text)
    company = long_company_names(context.case, context.reader)
    return nobodys(part_company_names(part_whole_numbers(entities, text), text, company))


def _judge(findings: Findings, context: Context) -> Findings:
    """Attribute the findings by the learned judge."""
    return context.judge(findings, context.transcript, context.case) if context.judge else findings


def _few_names(findings: Findings, _: Context) -> Findings:
    """Make candidates of doubtful names in a call that names few people."""
    return show_doubtful_names(findings)


def _said_again(findings: Findings, context: Context) -> Findings:
    """Mask doubtful names that sound like a sure name of the call."""
    return mask_repeated_names(findings, context.transcript.text, context.reader)


def _whole_names(findings: Findings, context: Context) -> Findings:
    """Add to a name the scraps of one or two morae that were cut off it."""
    return with_scraps(findings, context.transcript.text)


def _in_parts(findings: Findings, context: Context) -> Findings:
    """Split findings that may be several entities, so that each part is decided by itself."""
    return split_into_parts(findings, context.transcript.text)


BEFORE_THE_JUDGE = (Pass("part-ends", _part_ends),)
"""Passes that only cut findings."""

PASSES = (
    *BEFORE_THE_JUDGE,
    Pass("judge", _judge),
    Pass("few-names", _few_names),
    Pass("said-again", _said_again),
    Pass("whole-names", _whole_names),
    Pass("parts", _in_parts),
)
"""All passes, in order."""

NAMES = frozenset(each.name for each in PASSES)
"""Names of the passes that can be left out."""
