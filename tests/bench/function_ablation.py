"""What is each function worth?  Prints whose characters change hands where it says nothing.

    python -m tests.bench.function_ablation CALLS_DIR... --of PACKAGE [--of PACKAGE]...
        [--words heard read exact] [--only h3,h4] [--most 12] [--together FUNCTION[,FUNCTION...]]

``PACKAGE`` is as ``pipeline.ownership.evidence`` or ``models.recognizers``.  A function that says nothing
gives back the finding that it was given, or answers None, False, 0, nothing (``tests.bench.silencing``).

Every call is run once while all functions are watched; each function is then silenced on the calls where it
ever said something, ``--most`` of them from each folder.  Characters tell, not seconds: no sound is masked,
and a call takes a second or two.  With ``--together`` the named functions
(``pipeline.ownership.evidence.letters.explains``) are silenced at once, on all calls.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.analysis.analyzer import load_analyzer
from models.language.readings import Reader
from models.training.calls.examples import PARTIES, from_heard
from models.weighing.owner.owner import load_owner
from pipeline.finding.detect import detect
from pipeline.finding.verdict import UNOWNED
from pipeline.ownership.chain import Context, attribute
from pipeline.types import CallCase, Transcript
from tests.bench.ablation import WORDS
from tests.bench.figures import stored_calls, unheard
from tests.bench.remembered import remember_readings
from tests.bench.silencing import Function, functions_of, silenced, watched


@dataclass(frozen=True, slots=True)
class Heard:
    """A call of a folder, and whose each of its characters is (index into ``PARTIES``)."""

    folder: str
    transcript: Transcript = field(repr=False)
    case: CallCase = field(repr=False)
    again: Transcript | None = field(repr=False)
    parties: NDArray[np.int64] = field(repr=False)


def heard_calls(folders: Iterable[Path], only: Sequence[str], words: str, reader: Reader) -> Iterator[Heard]:
    """Stored calls with recognised words, those without what our networks heard, or exact ones.

    Args:
        folders: Of ``models.training.calls.stored``.
        only: Beginnings of names; all of them by default.
        words: One of ``WORDS``.
        reader: Lays what was said on what was heard.
    """
    for folder in folders:
        for stored in stored_calls([folder], only, exact=words == "exact"):
            call = unheard(stored) if words == "read" else stored
            truth = folder / f"{call.truth.call_id}.truth.json"
            document = json.loads(truth.read_text(encoding="utf-8"))
            parties = from_heard(call.transcript, document, reader).parties
            yield Heard(folder.name, call.transcript, call.case, call.again, parties)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which characters of a call are masked, and whose each is."""

    call: Heard = field(repr=False)
    masked: NDArray[np.bool_] = field(repr=False)

    def against(self, before: Outcome) -> Counter[tuple[str, str]]:
        """Characters by folder and owner that change hands, with their sign.

        More of ``third`` is a leak, more of ``O`` is talk that is kept again; less of the others is lost.
        """
        more = before.masked.astype(int) - self.masked.astype(int)
        counts = {
            (self.call.folder, name): int(more[self.call.parties == at].sum())
            for at, name in enumerate(PARTIES)
        }
        return Counter({key: count for key, count in counts.items() if count})


class Bench:
    """The product's analyzer and judge; what they read with is asked once about each text."""

    def __init__(self) -> None:
        self._analyzer = load_analyzer()
        self.reader = self._analyzer.reader
        self._owner = load_owner(self.reader)
        remember_readings(self._analyzer)

    def outcome(self, call: Heard) -> Outcome:
        """Find and attribute, as the product does."""
        entities = detect(call.transcript, self._analyzer, call.case, call.again)
        context = Context(call.transcript, call.case, self.reader, judge=self._owner.decide)
        masked = np.zeros(len(call.transcript.text), dtype=np.bool_)
        for finding in attribute(entities, context):
            if finding.party in UNOWNED and not finding.entity.candidate:
                masked[finding.entity.chars.start : finding.entity.chars.end] = True
        return Outcome(call, masked)


_FAILS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a caller raises that cannot do with nothing."""


def ablate(
    bench: Bench, calls: Sequence[Heard], functions: Sequence[Function], most: int
) -> Iterator[tuple[Function, int, int, Counter[tuple[str, str]]]]:
    """Silence each function by itself.

    Args:
        bench: Runs calls.
        calls: The calls.
        functions: The functions.
        most: Calls of one folder at the most that a function is silenced on.

    Yields:
        The function, the calls where it says something, on how many of those that were tried characters
        change hands without it, and which; ``fails`` counts calls that cannot be judged without it.
    """
    before: list[Outcome] = []
    said_in: dict[str, list[int]] = {each.name: [] for each in functions}
    for at, call in enumerate(calls):
        with watched(functions) as spoke:
            before.append(bench.outcome(call))
        for name in spoke:
            said_in[name].append(at)
    for function in functions:
        asked: Counter[str] = Counter()
        changed, changes = 0, Counter[tuple[str, str]]()
        for at in said_in[function.name]:
            asked[calls[at].folder] += 1
            if asked[calls[at].folder] <= most:
                try:
                    change = _without([function], bench, before[at])
                except _FAILS:
                    change = Counter({(calls[at].folder, "fails"): 1})
                changed += bool(change)
                changes.update(change)
        yield function, len(said_in[function.name]), changed, changes


def _without(functions: Iterable[Function], bench: Bench, before: Outcome) -> Counter[tuple[str, str]]:
    with silenced(functions):
        return bench.outcome(before.call).against(before)


def _row(name: str, calls: int, changed: int, changes: Counter[tuple[str, str]]) -> str:
    told = (f"{folder} {owner} {count:+d}" for (folder, owner), count in sorted(changes.items()))
    return f"| `{name}` | {calls} | {changed} | {', '.join(told)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where there is no call, or no such function."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--of", action="append", required=True, help="a package or a module")
    parser.add_argument("--only", default="", help="beginnings of names, with commas between them")
    parser.add_argument("--words", choices=WORDS, default=WORDS[0])
    parser.add_argument("--most", type=int, default=12, help="calls of a folder for each function")
    parser.add_argument("--together", default="", help="functions, with commas between them")
    options = parser.parse_args(arguments)
    functions = functions_of(options.of)
    together = set(filter(None, options.together.split(",")))
    if strange := together - {each.name for each in functions}:
        print(f"no such functions: {', '.join(sorted(strange))}", file=sys.stderr)
        return 2
    bench = Bench()
    only = [each for each in options.only.split(",") if each]
    calls = tuple(heard_calls(options.folders, only, options.words, bench.reader))
    if not calls:
        print(f"no calls with {options.words} words there", file=sys.stderr)
        return 2
    print("| without | says something in | changes | characters kept more, or less |\n|---|--:|--:|---|")
    if together:
        chosen = [each for each in functions if each.name in together]
        changes = [_without(chosen, bench, bench.outcome(call)) for call in calls]
        every = Counter[tuple[str, str]]()
        for change in changes:
            every.update(change)
        print(_row("all of them", len(calls), sum(map(bool, changes)), every))
        return 0
    for function, said, changed, changed_hands in ablate(bench, calls, functions, options.most):
        print(_row(function.name, said, changed, changed_hands), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
