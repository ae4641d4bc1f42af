"""What is left of the error where nothing had to be recognised, found or attributed.

    python -m tests.bench.told CALLS_DIR... [--only h3,h4] [--worst 10]

A folder holds ``<stem>.wav``, ``.truth.json`` and ``.case.json``.  Words, spans and parties are those of
the truth; everything behind them (align, plan, mask) is the product's own.  Must hold (issue 4): leak
below .2 %, over-mask below 2 %.

Leak is counted of the frames whose middle lies in a span, over-mask of all speech outside every span.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pipeline.masking.align import align
from pipeline.masking.audio import mask_audio
from pipeline.masking.plan import make_plan
from pipeline.measuring.evaluate import measure_call
from pipeline.measuring.figures import CallFigures, Share, summarise
from pipeline.measuring.frames import AudioPair
from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, MaskPolicy, Party, Transcript
from tests.bench.figures import StoredCall, add_arguments, stored_calls

MOST_LEAK, MOST_OVER = 0.002, 0.02

TYPES = {"NAME": "PERSON", "ADDRESS": "ADDRESS", "PHONE": "PHONE_NUMBER", "CONFIDENTIAL": "CONFIDENTIAL"}
PARTY = {
    "third": Party.THIRD_PARTY,
    "requester": Party.REQUESTER,
    "operator": Party.STAFF,
    "company": Party.COMPANY,
}


def told(transcript: Transcript, truth: CallTruth) -> tuple[Finding, ...]:
    """A finding for each true span: the words of its speaker whose middle lies in it.

    Args:
        transcript: The exact words, at their true times.
        truth: Whose data they are.

    Returns:
        In order of time; a span in which no word has its middle takes the word that shares most of it.
    """
    return tuple(
        Finding(
            EntitySpan(TYPES[span.kind], _chars(transcript, span), 1.0, "truth"),
            PARTY[span.party],
            Reason.NOT_GIVEN,
            False,
        )
        for span in truth.spans
    )


def _chars(transcript: Transcript, span: TruthSpan) -> CharSpan:
    words = [w for s in transcript.segments if s.speaker == span.speaker for w in s.words]
    middle = [w for w in words if span.time.start <= (w.time.start + w.time.end) / 2 < span.time.end]
    if not middle:
        middle = [
            max(words, key=lambda w: min(w.time.end, span.time.end) - max(w.time.start, span.time.start))
        ]
    return CharSpan(min(w.chars.start for w in middle), max(w.chars.end for w in middle))


def figures_of(call: StoredCall, policy: MaskPolicy) -> CallFigures:
    """Mask what the truth asks for, and measure it."""
    findings = align(told(call.transcript, call.truth), call.transcript, call.recording, policy)
    plan = make_plan(findings, call.transcript, call.case, policy)
    samples, rate = call.recording.samples, call.recording.rate
    masked = mask_audio(samples, rate, plan, call.recording.law)
    return measure_call(AudioPair(samples, masked, rate), call.truth)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 where both limits hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    parser.add_argument("--worst", type=int, default=0, help="so many calls that leak or take most")
    options = parser.parse_args(arguments)
    only = [each for each in options.only.split(",") if each]
    figures = [figures_of(call, MaskPolicy()) for call in stored_calls(options.folders, only, exact=True)]
    if not figures:
        print("no calls there", file=sys.stderr)
        return 2
    whole = summarise(figures)
    print(f"{len(figures)} calls, {whole.seconds / 60:.1f} min")
    print(
        f"leak {_share(whole.leak)}  over-mask {_share(whole.over_mask)}  kept {_share(whole.requester_kept)}"
    )
    for call in sorted(figures, key=lambda each: -each.leak.count)[: options.worst]:
        print(f"{call.call_id}: leak {_share(call.leak)} ({call.leak.count}), over {_share(call.over_mask)}")
    return 0 if _part(whole.leak) < MOST_LEAK and _part(whole.over_mask) < MOST_OVER else 1


def _part(share: Share) -> float:
    return share.count / max(1, share.total)


def _share(share: Share) -> str:
    return f"{100 * _part(share):.2f} %"


if __name__ == "__main__":
    sys.exit(main())
