"""The figures of the contract from stored recognition: what ``kaiji evaluate`` finds, in a tenth of the time.

    python -m tests.bench.figures CALLS_DIR... [--exact] [--only h3,h4]
        [--recognizers FILE] [--causes] [--kinds] [--staff 5,50,200,1000]

A folder holds ``<stem>.wav``, ``.truth.json``, ``.case.json`` and, unless ``--exact`` words are taken,
``.heard.json`` (``python -m models.training.calls.hear``) and, for the second hearing, ``.heard2.json`` (with
``--again``).  Exact words are those of ``.laid.json`` (``--hearings laid``) where it is there, laid on what
the ears hear; otherwise nobody listens to them.  Recognition and the second listening are left out; all
between them is the product's own.  ``--staff`` measures once more with staff lists of so many people, on
which each third party has namesakes (``models.training.crowds.colleagues``).
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from models.analysis.analyzer import load_analyzer
from models.company.recognizers import load_company
from models.language.readings import Reader, load_reader
from models.training.calls.stored import StoredCall, stored_calls, unheard, unheard_words
from models.training.crowds.colleagues import with_colleagues
from models.weighing.owner.owner import Owner, load_owner
from pipeline.finding.detect import detect
from pipeline.masking.align import align
from pipeline.masking.audio import mask_audio
from pipeline.masking.plan import make_plan
from pipeline.measuring.evaluate import measure_call
from pipeline.measuring.figures import CallFigures, Share, Summary, summarise
from pipeline.measuring.frames import AudioPair
from pipeline.measuring.review_rows import ReviewRow
from pipeline.measuring.truth import KINDS as TRUTH_KINDS
from pipeline.ownership.chain import Context, attribute
from pipeline.reviewing.questions import NO_QUESTION, by_letters, question_ids
from pipeline.types import EntitySpan, MaskAction, MaskPlan, MaskPolicy, Transcript
from tests.bench.nobodys import masked_numbers

__all__ = [
    "StoredCall",
    "add_arguments",
    "figures_of",
    "figures_of_plan",
    "kinds_table",
    "planned",
    "row",
    "stored_calls",
    "table",
    "unheard",
    "unheard_words",
]

STAFF_SEED = 2026
"""Decides who is on the lists that are made."""

KINDS = ("NAME", "ADDRESS", "PHONE", "CONFIDENTIAL")


def figures_of(
    call: StoredCall,
    entities: tuple[EntitySpan, ...],
    reader: Reader,
    policy: MaskPolicy | None = None,
    *,
    leave_out: frozenset[str] = frozenset(),
) -> CallFigures:
    """Mask what was detected in a call, and measure it.

    Args:
        call: The call.
        entities: From ``detect``.
        reader: Compares names.
        policy: Pads; the default by default.
        leave_out: Names of passes of ownership that are not run.

    Returns:
        The call's figures.
    """
    return figures_of_plan(call, planned(call, entities, reader, policy, leave_out=leave_out))


def planned(
    call: StoredCall,
    entities: tuple[EntitySpan, ...],
    reader: Reader,
    policy: MaskPolicy | None = None,
    *,
    leave_out: frozenset[str] = frozenset(),
) -> MaskPlan:
    """What would be masked of a call; arguments as for ``figures_of``."""
    policy = policy or MaskPolicy()
    context = Context(call.transcript, call.case, reader, judge=_owner(reader).decide)
    findings = attribute(entities, context, leave_out=leave_out)
    findings = align(findings, call.transcript, call.recording, policy)
    return make_plan(findings, call.transcript, call.case, policy)


@cache
def _owner(reader: Reader) -> Owner:
    """Loaded once for all calls."""
    return load_owner(reader)


def figures_of_plan(call: StoredCall, plan: MaskPlan) -> CallFigures:
    """Mask a call by a plan, and measure it."""
    samples, rate = call.recording.samples, call.recording.rate
    masked = mask_audio(samples, rate, plan, call.recording.law)
    return measure_call(
        AudioPair(samples, masked, rate), call.truth, _rows(plan, call.transcript), call.transcript.text
    )


def table(rows: Iterable[tuple[str, Summary]], first: str) -> Iterator[str]:
    """Figures as a markdown table, line by line.

    Args:
        rows: Name and figures of each row.
        first: Heading of the names.

    Yields:
        Its lines.
    """
    headings = (
        first,
        "leak",
        *KINDS,
        "caught",
        "over-mask",
        "no 3rd party",
        "kept",
        "staff kept",
        "company kept",
        "given",
        "unasked",
        "after review",
        "over-mask then",
        "s/min to hear",
        "asked/min",
        "real",
    )
    yield f"| {' | '.join(headings)} |"
    yield f"|---|{'--:|' * (len(headings) - 1)}"
    yield from (row(name, summary) for name, summary in rows)


def row(name: str, summary: Summary) -> str:
    """One line of the table."""
    by_kind = dict(summary.leak_by_kind)
    shares = (
        summary.leak,
        *(by_kind.get(kind, Share(0, 0)) for kind in KINDS),
        summary.caught,
        summary.over_mask,
        summary.over_mask_without_third_party,
        summary.requester_kept,
        summary.staff_kept,
        summary.company_kept,
    )
    cells = [
        *map(_per_cent, shares),
        _per_cent(summary.given_away, 2),
        _per_cent(summary.given_unasked),
        _per_cent(summary.leak_after_review),
        _per_cent(summary.over_mask_after_review),
    ]
    seconds = sum(call.review_seconds for call in summary.calls)
    heard = f"{60 * seconds / summary.seconds:.1f}" if summary.seconds else "–"
    asked, real = summary.review_questions_per_minute, summary.review_questions.value
    questions = ["–" if asked is None else f"{asked:.1f}", "–" if real is None else f"{100 * real:.0f}"]
    return f"| {name} | {' | '.join([*cells, heard, *questions])} |"


def kinds_table(summary: Summary) -> Iterator[str]:
    """Leak and what is kept of each kind as a markdown table, line by line; ``summary`` has the figures."""
    kept = dict(summary.requester_kept_by_kind)
    caught = dict(summary.caught_by_kind)
    spans = [span for call in summary.calls for span in call.spans]
    yield "| kind | spans | leak | caught | requester kept |"
    yield "|---|--:|--:|--:|--:|"
    for kind in TRUTH_KINDS:
        many = sum(span.kind == kind and span.must_mask for span in spans)
        leak = dict(summary.leak_by_kind).get(kind, Share(0, 0))
        shares = (leak, caught.get(kind, Share(0, 0)), kept.get(kind, Share(0, 0)))
        if any(share.total for share in shares):
            yield f"| {kind} | {many} | {' | '.join(map(_per_cent, shares))} |"


def _per_cent(share: Share, decimals: int = 1) -> str:
    return "–" if share.value is None else f"{100 * share.value:.{decimals}f}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say which calls."""
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--exact", action="store_true", help="words from the truth, not as recognised")
    parser.add_argument("--only", default="", help="beginnings of names, with commas between them")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    parser.add_argument("--recognizers", type=Path, help="a company's own, as for kaiji evaluate")
    parser.add_argument("--staff", default="", help="sizes of staff lists, with commas between them")
    parser.add_argument("--kinds", action="store_true", help="also each kind, and numbers that are nobody's")
    parser.add_argument("--causes", action="store_true", help="also who masked what nobody asked for")
    options = parser.parse_args(arguments)
    company = load_company(options.recognizers).recognizers if options.recognizers else ()
    analyzer, reader = load_analyzer(company=company), load_reader()
    only = [each for each in options.only.split(",") if each]
    calls = [*stored_calls(options.folders, only, exact=options.exact)]
    sizes = [int(size) for size in options.staff.split(",") if size]
    found = [detect(call.transcript, analyzer, call.case, call.again) for call in calls]
    plans = [planned(call, each, reader) for call, each in zip(calls, found, strict=True)]
    summary = summarise([figures_of_plan(call, plan) for call, plan in zip(calls, plans, strict=True)])
    if not summary.calls:
        print("no calls with words there", file=sys.stderr)
        return 2
    print(f"{len(summary.calls)} calls, {summary.seconds / 60:.1f} min; %\n")
    crowded = (
        (
            f"{size} staff",
            summarise(
                [
                    figures_of(_with_staff(call, size), each, reader)
                    for call, each in zip(calls, found, strict=True)
                ]
            ),
        )
        for size in sizes
    )
    words = "exact words" if options.exact else "as recognised"
    for line in table(itertools.chain([(words, summary)], crowded), "words"):
        print(line, flush=True)
    if options.kinds:
        print("\n" + "\n".join(kinds_table(summary)))
        masked = [
            masked_numbers(call.transcript.text, call.truth, plan)
            for call, plan in zip(calls, plans, strict=True)
        ]
        hit, of = (sum(each) for each in zip(*masked, strict=True))
        print(f"\n{hit} of {of} numbers that are nobody's are masked")
    if options.causes:
        print("\n| over-mask by | type | why | s |\n|---|---|---|--:|")
        for cause in summary.over_mask_causes:
            why = "wide edge" if cause.beside_span else "nothing there"
            print(f"| {cause.recognizer or '–'} | {cause.entity_type} | {why} | {cause.frames / 100:.2f} |")
    return 0


def _with_staff(call: StoredCall, size: int) -> StoredCall:
    return replace(call, case=with_colleagues(call.case, call.truth, size, STAFF_SEED))


def _rows(plan: MaskPlan, transcript: Transcript) -> list[ReviewRow]:
    asked = question_ids(plan.items, by_letters(transcript.text))
    return [
        ReviewRow(
            item.time,
            item.channels,
            item.entity_type,
            item.source,
            item.action is MaskAction.MASK,
            item.needs_review,
            asked.get(item.item_id, NO_QUESTION).question,
            item.party,
        )
        for item in plan.items
    ]


if __name__ == "__main__":
    sys.exit(main())
