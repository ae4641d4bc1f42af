"""Names from abroad beside Japanese ones in the same calls, and loanwords that are masked for names.

    python -m tests.bench.abroad CALLS_DIR... [--exact] [--only ab-1] [--scripts FILE...] [--misses]

A name is from abroad where it is written in katakana, or where a script's header fixes it (``--scripts``:
those in kanji).  Loanwords are the runs of katakana outside every span of the truth; they are counted with
``--exact`` words alone.  ``--misses`` tells which names stay open and which words are masked.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.analysis.analyzer import load_analyzer
from models.language.readings import load_reader
from models.training.calls.stored import StoredCall, stored_calls
from pipeline.finding.detect import detect
from pipeline.measuring.figures import Share, SpanFigures
from pipeline.measuring.truth import CallTruth, TruthSpan, placed_spans, without_space
from pipeline.types import MaskAction, MaskPlan
from sample_audio.script import Dialogue, read_scripts
from tests.bench.figures import figures_of_plan, planned

_KATAKANA = re.compile(r"[ァ-ヴー]{2,}")
_RUN = re.compile(r"[ァ-ヴー]{2,}(?:・[ァ-ヴー]+)*")
_MARKS = re.compile(r"[・、\s]")


@dataclass(frozen=True, slots=True)
class _Row:
    """Names of one origin."""

    title: str
    spans: tuple[SpanFigures, ...]

    def line(self) -> str:
        """The row of the table."""
        masked = [span for span in self.spans if span.must_mask]
        own = [span for span in self.spans if span.party == "requester"]
        staff = [span for span in self.spans if span.party == "operator"]
        shares = (
            Share(sum(s.speech - s.changed for s in masked), sum(s.speech for s in masked)),
            Share(sum(bool(s.caught) for s in masked), len(masked)),
            Share(sum(s.speech - s.changed for s in own), sum(s.speech for s in own)),
            Share(sum(s.speech - s.changed for s in staff), sum(s.speech for s in staff)),
        )
        cells = ["–" if each.value is None else f"{100 * each.value:.1f}" for each in shares]
        return f"| {self.title} | {len(masked)} | {' | '.join(cells)} |"


def fixed_names(dialogues: Iterable[Dialogue]) -> frozenset[str]:
    """Names that headers fix, each part and in full, as they are written without marks."""
    found = set[str]()
    for _, sei, mei in (names for dialogue in dialogues for names in dialogue.names):
        parts = [_plain(name.partition(":")[0]) for name in (sei, mei)]
        found |= {*parts, "".join(parts)}
    return frozenset(found)


def is_from_abroad(surface: str, fixed: frozenset[str]) -> bool:
    """Whether a name of the truth is from abroad."""
    plain = _plain(surface)
    return _KATAKANA.fullmatch(plain) is not None or plain in fixed


def loanwords(truth: CallTruth) -> tuple[tuple[int, int], ...]:
    """Characters of each run of katakana that no span of the truth holds, in the text of exact words."""
    found, at = [], 0
    for turn, spans in zip(truth.script, placed_spans(truth), strict=True):
        text = without_space(turn.text)
        found += [
            (at + match.start(), at + match.end())
            for match in _RUN.finditer(text)
            if not any(chars.start < match.end() and match.start() < chars.end for chars, _ in spans)
        ]
        at += len(text) + 1
    return tuple(found)


def masked_loanwords(truth: CallTruth, plan: MaskPlan) -> tuple[tuple[int, int], ...]:
    """Loanwords of which a plan masks anything.

    Args:
        truth: Of the call.
        plan: What would be masked, of exact words.
    """
    masks = [item.chars for item in plan.items if item.action is MaskAction.MASK]
    return tuple(w for w in loanwords(truth) if any(m.start < w[1] and w[0] < m.end for m in masks))


def _plain(text: str) -> str:
    return _MARKS.sub("", text)


def _misses(call: StoredCall, spans: Sequence[tuple[TruthSpan, SpanFigures]], plan: MaskPlan) -> None:
    """Print what stays open, what of the requester's is masked, and which words are masked for nothing."""
    for span, figures in spans:
        open_, masked = figures.speech - figures.changed, figures.changed
        if span.kind == "NAME" and (
            (figures.must_mask and open_ > 0.1 * figures.speech)
            or (span.party in ("requester", "operator") and masked)
        ):
            what = "open" if figures.must_mask else "masked"
            print(f"{call.truth.call_id} {what} {span.party} {span.surface} at {span.time.start:.1f}")
    for start, end in masked_loanwords(call.truth, plan):
        print(f"{call.truth.call_id} word {call.transcript.text[start - 6 : end + 6]!r}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--exact", action="store_true", help="words from the truth, not as recognised")
    parser.add_argument("--only", default="", help="beginnings of names, with commas between them")
    parser.add_argument("--scripts", type=Path, nargs="*", default=[], help="whose headers fix names")
    parser.add_argument("--misses", action="store_true", help="also each name and word")
    options = parser.parse_args(arguments)
    fixed = fixed_names(read_scripts(options.scripts))
    analyzer, reader = load_analyzer(), load_reader()
    rows: dict[bool, list[SpanFigures]] = {True: [], False: []}
    words = masked = 0
    only = [each for each in options.only.split(",") if each]
    for call in stored_calls(options.folders, only, exact=options.exact):
        plan = planned(call, detect(call.transcript, analyzer, call.case, call.again), reader)
        figures = figures_of_plan(call, plan)
        pairs = list(
            zip(sorted(call.truth.spans, key=_order), sorted(figures.spans, key=_order), strict=True)
        )
        for span, each in pairs:
            if span.kind == "NAME" and span.party != "company":
                rows[is_from_abroad(span.surface, fixed)].append(replace(each))
        if options.exact:
            words += len(loanwords(call.truth))
            masked += len(masked_loanwords(call.truth, plan))
            if options.misses:
                _misses(call, pairs, plan)
    print("| names | to mask | leak | caught | requester kept | staff kept |\n|---|--:|--:|--:|--:|--:|")
    print(_Row("from abroad", tuple(rows[True])).line())
    print(_Row("Japanese", tuple(rows[False])).line())
    if options.exact:
        print(f"\n{masked} of {words} loanwords are masked")
    return 0


def _order(span: TruthSpan | SpanFigures) -> tuple[float, float]:
    return span.time.start, span.time.end


if __name__ == "__main__":
    sys.exit(main())
