"""Whose each finding is: one list of named passes, for the product and for every benchmark.

    entities of detection    nobody's yet
    PASSES, in order         each gives some findings another owner, cuts some, or marks some
    findings                 with owner and reason, ready for ``pipeline.masking.align``

Detection finds, and says of each entity what it read of the talk (``EntitySpan``); only a pass gives a
finding its owner.  The learned judge and the recogniser that is asked about the sound come in by ``Context``:
``pipeline`` imports no model.  Any pass can be left out by its name, so that its worth can be measured.

Two hints come near a decision, and stay where they were so that nothing is decided otherwise: three
recognizers compare with the case before they give ``EntitySpan.hint`` (addresses, answers, explanations of
kanji), and ``RULES`` decide about the second hearing before its findings are united with the first's
(``EntitySpan.heard_again_as``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.finding.doubtful_names import show_doubtful_names
from pipeline.finding.parts import split_into_parts
from pipeline.finding.whole_names import with_scraps
from pipeline.ownership.attribute import accept_misheard_figures, compare_words
from pipeline.ownership.compare.block import part_blocks
from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.heard.city_code import attribute_codes_of_city
from pipeline.ownership.heard.near_homophone import reject_other_spellings
from pipeline.ownership.heard.postal_code import attribute_heard_codes, part_postal_codes
from pipeline.ownership.heard.rescore import rescore_by_sound
from pipeline.ownership.heard.spotted import compare_sound
from pipeline.ownership.heard.weigh import Hearing
from pipeline.ownership.neighbours.beside import attribute_fragments
from pipeline.ownership.neighbours.explained import attribute_explanations
from pipeline.ownership.neighbours.pieces import attribute_pieces
from pipeline.ownership.repeated_names import mask_repeated_names
from pipeline.ownership.shared_prefix import reject_shared_places, reject_shared_prefixes
from pipeline.reasons import Reason
from pipeline.types import CallCase, EntitySpan, Finding, Party, Transcript

__all__ = [
    "ATTRIBUTE_BY_CONTEXT",
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
        hearing: The call's sound and who can be asked about it; without one nobody is asked.
    """

    transcript: Transcript = field(repr=False)
    case: CallCase = field(repr=False)
    reader: KanaReader
    judge: Judge | None = None
    hearing: Hearing | None = None

    @property
    def rescores(self) -> bool:
        """Whether the recogniser is asked: only where no posteriorgrams exist, which are more reliable."""
        heard = any(segment.posteriorgrams for segment in self.transcript.segments)
        return self.hearing is not None and not heard


@dataclass(frozen=True, slots=True)
class Pass:
    """One step of attribution, over all findings of a call.

    Attributes:
        name: The name by which it can be left out.
        run: Takes the findings in order of text and returns them, some of them changed.
        veto: Whether it only takes findings away from an owner.
        when: Whether it runs in a context.
    """

    name: str
    run: Callable[[Findings, Context], Findings] = field(repr=False)
    veto: bool = False
    when: Callable[[Context], bool] = field(default=lambda _: True, repr=False)


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
        if each.name not in leave_out and each.when(context):
            findings = each.run(findings, context)
    return findings


def _nobodys(entities: Iterable[EntitySpan]) -> Findings:
    return tuple(Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, needs_review=True) for entity in entities)


def _cut(
    findings: Findings, cut: Callable[[Iterable[EntitySpan], str], Iterator[EntitySpan]], text: str
) -> Findings:
    return _nobodys(cut((finding.entity for finding in findings), text))


def _part_blocks(findings: Findings, context: Context) -> Findings:
    """Part block numbers from the telephone numbers behind them."""
    return _cut(findings, part_blocks, context.transcript.text)


def _part_codes(findings: Findings, context: Context) -> Findings:
    """Part postal codes from the addresses behind them."""
    return _cut(findings, part_postal_codes, context.transcript.text)


def _compare_words(findings: Findings, context: Context) -> Findings:
    """Compare what was written of each finding with the case."""
    entities = tuple(finding.entity for finding in findings)
    return compare_words(entities, context.transcript, context.case, context.reader)


def _misheard_figures(findings: Findings, context: Context) -> Findings:
    """Believe an address that differs from the registered one by a misheard figure."""
    return accept_misheard_figures(findings, context.transcript, context.case, context.reader)


def _heard_forms(findings: Findings, context: Context) -> Findings:
    """Compare what was heard of each finding, mora by mora, with the case."""
    return compare_sound(findings, context.transcript, context.case, context.reader)


def _other_spelling(findings: Findings, context: Context) -> Findings:
    """Reject near-homophones that are spelt as another name."""
    return reject_other_spellings(findings, context.transcript, context.case, context.reader)


def _heard_codes(findings: Findings, context: Context) -> Findings:
    """Give postal codes that are heard the owner of their address."""
    return attribute_heard_codes(findings, context.transcript)


def _codes_of_city(findings: Findings, context: Context) -> Findings:
    """Give postal codes of the requester's city to the requester."""
    return attribute_codes_of_city(findings, context.transcript, context.case, context.reader)


def _explanations(findings: Findings, context: Context) -> Findings:
    """Give explanations of kanji the owner of the name they explain."""
    return attribute_explanations(findings, context.transcript, context.case, context.reader)


def _beside(findings: Findings, context: Context) -> Findings:
    """Give fragments the owner of the finding beside them."""
    return attribute_fragments(findings, context.transcript)


def _pieces(findings: Findings, context: Context) -> Findings:
    """Give pieces of the requester's numbers and mail addresses to the requester."""
    return attribute_pieces(findings, context.transcript, context.case, context.reader)


def _other_number_follows(findings: Findings, context: Context) -> Findings:
    """Take shared prefixes from the requester where another number follows."""
    return reject_shared_prefixes(findings, context.transcript)


def _judge(findings: Findings, context: Context) -> Findings:
    """Let the learned judge give findings to the requester, by all evidence together."""
    return context.judge(findings, context.transcript, context.case) if context.judge else findings


def _rescore_by_sound(findings: Findings, context: Context) -> Findings:
    """Ask the recogniser whether the sound fits what the case knows."""
    return rescore_by_sound(findings, context.case, context.hearing) if context.hearing else findings


def _other_house_follows(findings: Findings, context: Context) -> Findings:
    """Take places and postal codes from the requester where another house number follows."""
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


def _in_parts(findings: Findings, _: Context) -> Findings:
    """Split findings that may be several entities, so that each part is decided by itself."""
    return split_into_parts(findings)


ATTRIBUTE_BY_CONTEXT = (
    Pass("explanations", _explanations),
    Pass("beside", _beside),
    Pass("pieces", _pieces),
)
"""Passes that give a finding the owner of the findings around it."""

RULES = (
    Pass("part-blocks", _part_blocks),
    Pass("part-codes", _part_codes),
    Pass("compare-words", _compare_words),
    Pass("misheard-figures", _misheard_figures),
    Pass("heard-forms", _heard_forms),
    Pass("other-spelling", _other_spelling, veto=True),
    Pass("heard-codes", _heard_codes),
    Pass("codes-of-city", _codes_of_city),
    *ATTRIBUTE_BY_CONTEXT,
    Pass("other-number-follows", _other_number_follows, veto=True),
)
"""Passes without a learned judge and without asking the recogniser."""

FINALISE_FINDINGS = (
    Pass("other-house-follows", _other_house_follows, veto=True),
    Pass("few-names", _few_names),
    Pass("said-again", _said_again),
    Pass("whole-names", _whole_names),
    Pass("parts", _in_parts),
)
"""The last passes: a veto, what is only shown, what is added to a name, and what is split."""

# Two vetoes, other-spelling and other-number-follows, do not run last.  Passes behind them go by the owner
# and reason that they leave: the judge is not asked about what other-spelling took, and rescore-by-sound may
# give it back.  With both behind all others no sample call comes out otherwise; of 126 runs on another call's
# case, the recogniser answering at random, six do: other-spelling takes what rescore-by-sound gave.
PASSES = (
    *RULES,
    Pass("judge", _judge),
    Pass("rescore-by-sound", _rescore_by_sound, when=lambda context: context.rescores),
    *(Pass(each.name, each.run, when=lambda context: context.rescores) for each in ATTRIBUTE_BY_CONTEXT),
    *FINALISE_FINDINGS,
)
"""All passes in order.  A pass that occurs twice runs again after the recogniser was asked."""

NAMES = frozenset(each.name for each in PASSES)
"""Names of the passes that can be left out."""
