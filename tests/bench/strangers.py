"""How often is a third party's data taken for that of somebody who asks, and has nothing to do with them?

    python -m tests.bench.strangers CALLS_DIR... [--cases 14] [--near] [--only h3,h4]

Each call is given the cases of others in turn: whoever asks there is a stranger here, so no third party's
data is theirs.  A pair is a third party's finding and such a case; one that is given to the case's requester,
staff or company is *taken*.  Taken of the same name or number is no error: two people may share a surname.
The call is detected and attributed anew for each case, for its second hearing is compared with the case, too.

``--near`` makes every second stranger near to a third party of the call: a name that sounds alike or a
relative's, a number that differs in one figure, two or four, the same block in another town, another room in
the same building (``models.training.crowds.near_strangers``).

A folder holds what ``python -m tests.bench.figures`` reads; nothing is recognised here.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from models.analysis.analyzer import load_analyzer
from models.calls.hearings import char_times
from models.language.lexicon.lexicon import load_lexicon
from models.language.readings import load_reader
from models.training.calls.pools import spellings
from models.training.crowds.near_strangers import near_stranger
from models.weighing.owner.owner import load_owner
from pipeline.finding.detect import detect
from pipeline.finding.verdict import UNOWNED
from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.ownership.chain import Context, attribute
from pipeline.sound.morae import fold_kana
from pipeline.types import CallCase, CaseName, EntitySpan, Finding
from tests.bench.figures import StoredCall, add_arguments, stored_calls
from tests.bench.remembered import remember_readings


def same(span: TruthSpan, case: CallCase) -> bool:
    """Whether what was said is, as it was said, also what the case knows of somebody.

    Args:
        span: A third party's, by the truth.
        case: A stranger's.
    """
    names: tuple[CaseName, ...] = (*case.requester.names, *case.staff, *case.company_names)
    if span.kind == "NAME":
        said = fold_kana(span.reading or span.surface)
        return any(said and said in fold_kana(name.kana or name.text) for name in names)
    if span.kind == "PHONE":
        figures = "".join(filter(str.isdecimal, span.surface))
        known = (*case.requester.phones, *case.company_phones)
        return bool(figures) and any(figures in number for number in known)
    return any(span.surface in place.text for place in case.requester.addresses)


def taken_by(
    call: StoredCall, entities: tuple[EntitySpan, ...], context: Context
) -> Iterator[tuple[TruthSpan, Finding]]:
    """The third parties' data among the findings, and the finding with who is taken to be its owner.

    Args:
        call: The call.
        entities: Its findings.
        context: With a stranger's case.

    Yields:
        A pair for each finding more than half of whose characters sound while a third party's data is said.
    """
    starts, ends = char_times(call.transcript)
    middles = (starts + ends) / 2
    third = [span for span in call.truth.spans if span.party == "third"]
    for finding in attribute(entities, context):
        chars = finding.entity.chars
        segment = next(
            (s for s in call.transcript.segments if s.chars.start <= chars.start < s.chars.end), None
        )
        times = middles[chars.start : chars.end]
        times = times[~np.isnan(times)]
        for span in third:
            inside = (times >= span.time.start) & (times <= span.time.end)
            heard = segment is not None and segment.channel == span.channel(call.truth.channels)
            if heard and len(times) and inside.mean() > 0.5:
                yield span, finding
                break


def made_near(case: CallCase, truth: CallTruth, rng: random.Random) -> CallCase:
    """A stranger who is near to a third party of a call: every second one is a relative.

    Args:
        case: The stranger's.
        truth: Of the call.
        rng: Decides to whom, and how.
    """
    near = near_stranger(case, truth, rng)
    reader = load_reader()
    named = [s for s in truth.spans if s.party == "third" and s.kind == "NAME" and s.reading]
    parts = [reader.name_parts(span.surface, fold_kana(span.reading)) for span in named]
    surnames = [surname for surname, given in filter(None, parts) if given]
    if not surnames or rng.random() < 0.5:
        return near
    given = rng.choice(spellings(load_lexicon().given_names)).reading
    name = rng.choice(surnames) + given
    return replace(near, requester=replace(near.requester, names=(CaseName(name, name),)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    parser.add_argument("--cases", type=int, default=14, help="strangers for each call")
    parser.add_argument("--near", action="store_true", help="every second one near to a third party")
    options = parser.parse_args(arguments)
    only = [each for each in options.only.split(",") if each]
    analyzer, reader = load_analyzer(), load_reader()
    remember_readings(analyzer)
    owner = load_owner(reader)
    calls = [*stored_calls(options.folders, only, exact=options.exact)]
    pairs, taken, alike = 0, Counter[str](), 0
    for call in calls:
        others = [other.case for other in calls if other.truth.call_id != call.truth.call_id]
        rng = random.Random(call.truth.call_id)  # noqa: S311
        chosen = rng.sample(others, min(options.cases, len(others)))
        if options.near:
            chosen = [each if at % 2 else made_near(each, call.truth, rng) for at, each in enumerate(chosen)]
        for case in chosen:
            # Confidential words are looked for as they stand, whoever asks.
            entities = detect(call.transcript, analyzer, replace(case, words=()), call.again)
            context = Context(call.transcript, case, reader, judge=owner.decide)
            for span, finding in taken_by(call, entities, context):
                pairs += 1
                if finding.party in UNOWNED:
                    continue
                if same(span, case):
                    alike += 1
                else:
                    taken[f"{span.kind} to {finding.party.value}: {finding.reason.value}"] += 1
    print(f"{len(calls)} calls, {pairs} pairs")
    print(f"taken: {alike} of the same name or number, {taken.total()} of others")
    for what, count in taken.most_common():
        print(f"  {what}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
