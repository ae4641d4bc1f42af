"""Span by span what went wrong on made calls: third parties' data heard, the requester's own masked.

    python -m tests.bench.spans CALLS_DIR... (--leaked | --lost) [--only u13-02]

The folders are those of ``tests.bench.figures``.  It quotes what was said: for made calls only.  A line for
each span: call, seconds wrong of those spoken, kind, what was said, and what was found there: type, words,
whose, probability, witnesses, why.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.analysis.analyzer import load_analyzer
from models.language.readings import load_reader
from pipeline.finding.detect import detect
from pipeline.measuring.truth import TruthSpan
from pipeline.reason_text import sentence
from pipeline.types import MaskAction, MaskItem, MaskPlan
from tests.bench.figures import StoredCall, add_arguments, figures_of_plan, planned, stored_calls

LEAST = 8
"""Frames of a span that have to be wrong: what is shorter is an edge."""

WHY = 60
"""Characters of the reasons that are printed, from their end."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A span of which something is wrong: its speech in frames, how many are, and what the plan has there."""

    span: TruthSpan
    wrong: int
    speech: int
    items: tuple[MaskItem, ...] = field(repr=False)


def wrong_spans(call: StoredCall, plan: MaskPlan, *, leaked: bool) -> Iterator[Wrong]:
    """What of the third parties' data stays audible, or else what of the requester's own is masked.

    Args:
        call: The call.
        plan: Of it.
        leaked: Which of the two.

    Yields:
        Spans with ``LEAST`` wrong frames and more, in order of time.
    """
    fared = zip(call.truth.spans, figures_of_plan(call, plan).spans, strict=True)
    for span, figures in sorted(fared, key=lambda each: each[0].time):
        wrong = figures.speech - figures.changed if leaked else figures.changed
        if (figures.must_mask if leaked else figures.must_keep) and wrong >= LEAST:
            there = (
                item
                for item in plan.items
                if item.time.overlaps(span.time) and figures.channel in item.channels
            )
            yield Wrong(span, wrong, figures.speech, tuple(there))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--leaked", action="store_true", help="third parties' data that can be heard")
    which.add_argument("--lost", action="store_true", help="the requester's own that cannot")
    options = parser.parse_args(arguments)
    analyzer, reader = load_analyzer(), load_reader()
    only = [each for each in options.only.split(",") if each]
    for call in stored_calls(options.folders, only, exact=options.exact):
        entities = detect(call.transcript, analyzer, call.case, call.again)
        plan = planned(call, entities, reader)
        for each in wrong_spans(call, plan, leaked=options.leaked):
            print(_line(call, each))
    return 0


def _line(call: StoredCall, wrong: Wrong) -> str:
    span = wrong.span
    head = f"{call.truth.call_id} {wrong.wrong / 100:.2f}/{wrong.speech / 100:.2f} s {span.kind}"
    return f"{head} {span.surface!r} <- {'; '.join(_item(call, item) for item in wrong.items) or 'nothing'}"


def _item(call: StoredCall, item: MaskItem) -> str:
    said = call.transcript.text[item.chars.start : item.chars.end]
    action = "masked" if item.action is MaskAction.MASK else "kept"
    shown = ", shown" if item.needs_review else ""
    return (
        f"{item.entity_type} {said!r} {item.party} {action}{shown} {item.score:.2f} "
        f"{item.source} ({sentence(item.reasons)[-WHY:]})"
    )


if __name__ == "__main__":
    sys.exit(main())
