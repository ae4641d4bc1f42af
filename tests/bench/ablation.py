"""What is each witness worth?  Prints the figures with each recognizer off in turn.

    python -m tests.bench.ablation CALLS_DIR... [--exact] [--only h3,h4] [--also NAME+NAME ...]

Everything is loaded once, and what does not depend on who is left out is asked once for each
call: ja_ginza, the first pass, the tagger.  The second pass and the judge work with what is left.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from presidio_analyzer import AnalyzerEngine, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from models.analyzer import CallAnalyzer, load_analyzer
from models.readings import load_reader
from pipeline.detect import detect
from pipeline.figures import CallFigures, Summary, summarise
from tests.bench.figures import StoredCall, add_arguments, figures_of, stored_calls, table

__all__ = ["Switchboard", "ablate", "main"]

ALL = "all"


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
        analyzer._nlp = _Remembered(analyzer._nlp, "pipe")
        if analyzer._judge is not None:
            analyzer._judge._tagger = _Remembered(analyzer._judge._tagger, "probabilities")
        self.analyzer = analyzer


def ablate(calls: Iterable[StoredCall], also: Sequence[str] = ()) -> Iterator[tuple[str, Summary]]:
    """The figures with all recognizers, then with each off.

    Args:
        calls: Calls with their words.
        also: Groups to switch off together, their names joined by ``+``.

    Yields:
        Who was off, and the figures.
    """
    board, reader = Switchboard(load_analyzer()), load_reader()
    figures: dict[str, list[CallFigures]] = {name: [] for name in (ALL, *board.names, *also)}
    for call in calls:
        for name, kept in figures.items():
            board.off.clear()
            board.off.update(() if name == ALL else name.split("+"))
            kept.append(
                figures_of(call, detect(call.transcript, board.analyzer, call.case, call.again), reader)
            )
    for name, kept in figures.items():
        yield name, summarise(kept)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    parser.add_argument("--also", nargs="*", default=(), help="names to switch off together: A+B")
    options = parser.parse_args(arguments)
    only = [each for each in options.only.split(",") if each]
    rows = list(ablate(stored_calls(options.folders, only, exact=options.exact), options.also))
    summary = rows[0][1]
    if not summary.calls:
        print("no calls with words there", file=sys.stderr)
        return 2
    print(f"{len(summary.calls)} calls, {summary.seconds / 60:.1f} min; %\n")
    print(
        "\n".join(table(((f"{name} off" if name != ALL else name, each) for name, each in rows), "witness"))
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
