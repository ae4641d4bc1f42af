"""What is each recognizer, and each pass of ownership, worth?  Prints the figures without it.

    python -m tests.bench.ablation CALLS_DIR... [--words heard read exact] [--only h3,h4]
        [--leave-out NAME[,NAME...]]...

Each ``--leave-out`` is a row: the named recognizers and passes (``pipeline.ownership.chain``), left out
together.  Without any, a row for each of them.  ``--words``, a table for each: as recognised, with the
networks that listen (``heard``) and without them (``read``), and the exact ones of the truth (``exact``),
laid on the sound where that is stored; otherwise no network listens to them.  The words are those stored by
``models.training.calls.hear``: nothing is recognised here.

Everything is loaded once, and what does not depend on what is left out is asked once for each call: ja_ginza,
the first pass, the tagger.  The second pass and the judge work with what is left.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from presidio_analyzer import AnalyzerEngine, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from models.analysis.analyzer import CallAnalyzer, load_analyzer
from models.language.readings import load_reader
from pipeline.finding.detect import detect
from pipeline.measuring.figures import CallFigures, Summary, summarise
from pipeline.ownership.chain import NAMES, PASSES
from pipeline.types import EntitySpan
from tests.bench.figures import StoredCall, figures_of, stored_calls, table, unheard

NOTHING = "nothing"
"""The row with everything."""

WORDS = ("heard", "read", "exact")


class _Remembered:
    """A method whose answer about the call at hand is kept; the first argument tells calls apart."""

    def __init__(self, owner: object, method: str) -> None:
        self._owner = owner
        self._method = getattr(owner, method)
        self._known: tuple[object, Any] | None = None
        setattr(self, method, self._ask)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._owner, name)

    def _ask(self, about: Any, *others: Any, **named: Any) -> Any:
        about = list(about) if isinstance(about, Iterator) else about
        if self._known is None or self._known[0] != about:
            answer = self._method(about, *others, **named)
            self._known = about, list(answer) if isinstance(answer, Iterator) else answer
        return self._known[1]


class _Switched:
    """One pass of the analyzer; what a recognizer in ``off`` says is not passed on."""

    def __init__(self, engine: AnalyzerEngine, off: set[str]) -> None:
        self._engine = engine
        self._off = off

    @property
    def nlp_engine(self) -> NlpEngine:
        """Of the engine."""
        return self._engine.nlp_engine

    def analyze(self, text: str, language: str, nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """What those that are on say."""
        found = self._engine.analyze(text, language=language, nlp_artifacts=nlp_artifacts)
        name = RecognizerResult.RECOGNIZER_NAME_KEY
        return [each for each in found if each.recognition_metadata[name] not in self._off]


class Switchboard:
    """The product's analyzer with switches: ``analyzer`` asks all but those whose names are in ``off``.

    Ask about one call again and again, then about the next: only the last call is remembered.
    """

    def __init__(self, analyzer: CallAnalyzer) -> None:
        self.off: set[str] = set()
        self.names = tuple(each.name for part in analyzer._passes for each in part.registry.recognizers)
        first, *later = analyzer._passes
        analyzer._passes = tuple(
            _Switched(engine, self.off) for engine in (_Remembered(first, "analyze"), *later)
        )
        nlp: Any = _Remembered(analyzer.read_with.nlp, "pipe")
        analyzer.read_with = replace(analyzer.read_with, nlp=nlp)
        if analyzer._judge is not None:
            analyzer._judge._tagger = _Remembered(analyzer._judge._tagger, "probabilities")
        self.analyzer = analyzer


def ablate(
    calls: Iterable[StoredCall], together: Iterable[frozenset[str]] = ()
) -> Iterator[tuple[str, Summary]]:
    """The figures with everything, then with something left out.

    Args:
        calls: Calls with their words.
        together: Names of recognizers and passes, each set left out together; each name by itself by default.

    Yields:
        What was left out, and the figures.

    Raises:
        ValueError: when a name is neither a recognizer's nor a pass's.
    """
    board, reader = Switchboard(load_analyzer()), load_reader()
    names = (*board.names, *dict.fromkeys(each.name for each in PASSES))
    sets = tuple(together) or tuple(frozenset({name}) for name in names)
    if strange := frozenset[str]().union(*sets) - set(names):
        msg = f"neither recognizers nor passes: {', '.join(sorted(strange))}"
        raise ValueError(msg)
    figures: dict[frozenset[str], list[CallFigures]] = {left_out: [] for left_out in (frozenset(), *sets)}
    for call in calls:
        detected: dict[frozenset[str], tuple[EntitySpan, ...]] = {}
        for left_out, kept in figures.items():
            off, passes = left_out - NAMES, left_out & NAMES
            if off not in detected:
                board.off.clear()
                board.off.update(off)
                detected[off] = detect(call.transcript, board.analyzer, call.case, call.again)
            kept.append(figures_of(call, detected[off], reader, leave_out=passes))
    for left_out, kept in figures.items():
        yield ", ".join(sorted(left_out)), summarise(kept)


def _calls(folders: Sequence[Path], only: Sequence[str], words: str) -> Iterator[StoredCall]:
    for call in stored_calls(folders, only, exact=words == "exact"):
        yield unheard(call) if words == "read" else call


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where there is no call, or no such name."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--only", default="", help="beginnings of names, with commas between them")
    parser.add_argument("--words", nargs="+", choices=WORDS, default=WORDS[:1])
    parser.add_argument("--leave-out", action="append", default=[], help="names, with commas between them")
    options = parser.parse_args(arguments)
    only = [each for each in options.only.split(",") if each]
    together = [frozenset(filter(None, names.split(","))) for names in options.leave_out]
    for words in options.words:
        try:
            rows = list(ablate(_calls(options.folders, only, words), together))
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
        summary = rows[0][1]
        if not summary.calls:
            print(f"no calls with {words} words there", file=sys.stderr)
            return 2
        print(f"{words}: {len(summary.calls)} calls, {summary.seconds / 60:.1f} min; %\n")
        print("\n".join(table(((name or NOTHING, each) for name, each in rows), "left out")), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
