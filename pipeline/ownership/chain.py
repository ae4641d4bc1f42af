"""Whose each finding is: one list of named passes, for the product and for every benchmark.

    entities of detection    nobody's yet
    PASSES, in order         each gives some findings another owner, cuts some, or marks some
    findings                 with owner and reason, ready for ``pipeline.masking.align``

Detection finds, and says of each entity what it read of the talk (``EntitySpan``); only a pass gives a
finding its owner.  The learned judge comes in by ``Context``: ``pipeline`` imports no model.  Any pass can be
left out by its name, so that its worth can be measured.

One hint comes near a decision, and stays where it was so that nothing is decided otherwise: ``RULES`` decide
about the second hearing before its findings are united with the first's (``EntitySpan.heard_again_as``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.finding.doubtful_names import show_doubtful_names
from pipeline.finding.parts import split_into_parts
from pipeline.finding.whole_names import with_scraps
from pipeline.ownership.attribute import compare_words
from pipeline.ownership.compare.address_ends import part_address_ends
from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.heard.near_homophone import reject_other_spellings
from pipeline.ownership.heard.spotted import compare_sound
from pipeline.ownership.neighbours.explained import attribute_explanations
from pipeline.ownership.neighbours.pieces import attribute_pieces
from pipeline.ownership.neighbours.postal_codes import attribute_postal_codes
from pipeline.ownership.repeated_names import mask_repeated_names
from pipeline.ownership.shared_places import reject_shared_places
from pipeline.reasons import Reason
from pipeline.types import CallCase, EntitySpan, Finding, Party, Transcript

__all__ = [
    "FINALISE_FINDINGS",
    "NAMES",
    "PASSES",
    "RULES",
    "Context",
    "Findings",
    "Judge",
    "Pass",
    "attribute",
]

Findings = tuple[Finding, ...]

Judge = Callable[[Sequence[Finding], Transcript, CallCase], Findings]
"""Gives findings to the requester by all evidence together (``models.weighing.owner``)."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the passes look at.

    Attributes:
        transcript: The call that the findings point into.
        case: The requester, the staff and the company.
        reader: Reads text and names, and knows kanji.
        judge: The learned judge of ownership; without one that pass changes nothing.
    """

    transcript: Transcript = field(repr=False)
    case: CallCase = field(repr=False)
    reader: KanaReader
    judge: Judge | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """One step of attribution, over all findings of a call.

    Attributes:
        name: The name by which it can be left out.
        run: Takes the findings in order of text and returns them, some of them changed.
        veto: Whether it only takes findings away from an owner.
    """

    name: str
    run: Callable[[Findings, Context], Findings] = field(repr=False)
    veto: bool = False


def attribute(
    entities: Iterable[EntitySpan],
    context: Context,
    *,
    passes: Sequence[Pass] | None = None,
    leave_out: frozenset[str] = frozenset(),
) -> Findings:
    """Decide whose each finding is.

    Args:
        entities: From ``detect``, in order of text.
        context: What the passes read.
        passes: The passes; ``PASSES`` by default.
        leave_out: Names of passes that are not run.

    Returns:
        The findings in order of text: one for each entity, or several where a pass cuts it.  What no pass
        gives an owner is UNKNOWN, which is masked.

    Raises:
        ValueError: when no pass has a name that is left out.
    """
    if strange := leave_out - NAMES:
        msg = f"no such passes: {', '.join(sorted(strange))}"
        raise ValueError(msg)
    findings = _nobodys(entities)
    for each in PASSES if passes is None else passes:
        if each.name not in leave_out:
            findings = each.run(findings, context)
    return findings


def _nobodys(entities: Iterable[EntitySpan]) -> Findings:
    return tuple(Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, needs_review=True) for entity in entities)


def _part_ends(findings: Findings, context: Context) -> Findings:
    """Part an address from a postal code before it and a name behind it."""
    return _nobodys(part_address_ends((each.entity for each in findings), context.transcript.text))


def _compare_words(findings: Findings, context: Context) -> Findings:
    """Compare what was written of each finding with the case."""
    entities = tuple(finding.entity for finding in findings)
    return compare_words(entities, context.transcript, context.case, context.reader)


def _heard_forms(findings: Findings, context: Context) -> Findings:
    """Compare what was heard of each finding, mora by mora, with the case."""
    return compare_sound(findings, context.transcript, context.case, context.reader)


def _other_spelling(findings: Findings, context: Context) -> Findings:
    """Reject near-homophones that are spelt as another name."""
    return reject_other_spellings(findings, context.transcript, context.case, context.reader)


def _explanations(findings: Findings, context: Context) -> Findings:
    """Give explanations of kanji the owner of the name they explain."""
    return attribute_explanations(findings, context.transcript, context.case, context.reader)


def _postal_codes(findings: Findings, context: Context) -> Findings:
    """Give postal codes the owner of the address they are said with."""
    return attribute_postal_codes(findings, context.transcript)


def _pieces(findings: Findings, context: Context) -> Findings:
    """Give pieces of the requester's numbers to the requester."""
    return attribute_pieces(findings, context.transcript, context.case, context.reader)


def _judge(findings: Findings, context: Context) -> Findings:
    """Let the learned judge give findings to the requester, by all evidence together."""
    return context.judge(findings, context.transcript, context.case) if context.judge else findings


def _other_house_follows(findings: Findings, context: Context) -> Findings:
    """Take places from the requester where another house number follows."""
    return reject_shared_places(findings, context.transcript)


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


RULES = (
    Pass("part-ends", _part_ends),
    Pass("compare-words", _compare_words),
    Pass("heard-forms", _heard_forms),
    Pass("other-spelling", _other_spelling, veto=True),
    Pass("explanations", _explanations),
    Pass("postal-codes", _postal_codes),
    Pass("pieces", _pieces),
)
"""Passes without a learned judge."""

FINALISE_FINDINGS = (
    Pass("other-house-follows", _other_house_follows, veto=True),
    Pass("few-names", _few_names),
    Pass("said-again", _said_again),
    Pass("whole-names", _whole_names),
    Pass("parts", _in_parts),
)
"""The last passes: a veto, what is only shown, what is masked again or added to a name, and what is split."""

# The veto other-spelling does not run last: the judge is not asked about what it took.
PASSES = (*RULES, Pass("judge", _judge), *FINALISE_FINDINGS)
"""All passes in order."""

NAMES = frozenset(each.name for each in PASSES)
"""Names of the passes that can be left out."""
