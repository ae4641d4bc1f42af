"""What a function is worth is what changes where it says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.finding import doubtful_names, whole_names
from pipeline.ownership import chain
from pipeline.ownership.evidence import letters
from pipeline.types import CharSpan, Finding
from tests.bench.function_ablation import Bench, ablate, heard_calls, main
from tests.bench.silencing import functions_of, nothing_of, silenced, watched

SAMPLES = Path(__file__).parents[2] / "sample_audio"


def grown(finding: Finding, by: int) -> Finding:
    """One finding of another."""
    return replace(finding, needs_review=by > 0)


def kept(findings: Sequence[Finding], text: str) -> tuple[Finding, ...]:
    """Some of many."""
    return tuple(findings) if text else ()


def spans(text: str) -> Iterator[CharSpan]:
    """Any number of them."""
    yield CharSpan(0, len(text))


def first(text: str) -> CharSpan | None:
    """One of them, or none."""
    return made(text) if text else None


def holds(text: str) -> bool:
    """Yes or no."""
    return bool(text)


def made(text: str) -> CharSpan:
    """One in any case."""
    return CharSpan(0, len(text))


@pytest.mark.parametrize(
    ("function", "given", "nothing"),
    [(grown, "it", "it"), (kept, ["a", "b"], ("a", "b")), (first, "it", None), (holds, "it", False)],
)
def test_nothing_is_what_changes_nothing(function, given, nothing) -> None:
    """By what a function says that it answers."""
    says_nothing = nothing_of(function)
    assert says_nothing is not None
    assert says_nothing(given, 1) == nothing


def test_an_answer_without_a_neutral_value_is_not_tried() -> None:
    """Any span would be one."""
    assert nothing_of(made) is None
    nothing = nothing_of(spans)
    assert nothing is not None
    assert list(nothing("it")) == []


def test_a_function_is_silenced_wherever_it_was_imported_to() -> None:
    """And speaks again afterwards."""
    (function,) = (each for each in functions_of(["pipeline.finding.whole_names"]) if "with_" in each.name)
    assert function.name == "pipeline.finding.whole_names.with_scraps"
    with silenced([function]):
        assert chain.with_scraps is whole_names.with_scraps is function.nothing
    assert chain.with_scraps is whole_names.with_scraps is function.itself


def test_whoever_says_something_is_noted() -> None:
    """Not whoever was asked in vain."""
    functions = functions_of(["pipeline.finding.doubtful_names", "pipeline.ownership.evidence.letters"])
    with watched(functions) as spoke:
        assert doubtful_names.show_doubtful_names(()) == ()
        assert letters._goes_on("サトウアキラ", "サトウ", "ハナコ")
    assert spoke == {"pipeline.ownership.evidence.letters._goes_on"}


def test_what_is_lost_without_a_function_is_told_by_owner() -> None:
    """All names of a case, what a network cannot do without, and names from abroad where there are none."""
    bench = Bench()
    calls = tuple(heard_calls([SAMPLES], ["landlord"], "exact", bench.reader))
    ends = (".names.known_names", ".neighbours.neighbour_features", ".names.other_orders")
    functions = [each for each in functions_of(["pipeline.ownership"]) if each.name.endswith(ends)]
    rows = {function.name.rpartition(".")[2]: row for function, *row in ablate(bench, calls, functions, 1)}

    said, changed, changes = rows["known_names"]
    assert (said, changed) == (1, 1)
    # What else is masked is the networks' to say; nobody knows こもれび不動産 without its name.
    assert changes["sample_audio", "company"] == -7
    assert rows["neighbour_features"] == [1, 1, {("sample_audio", "fails"): 1}]
    assert rows["other_orders"] == [0, 0, {}]


def test_a_function_that_nobody_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Else its row would be the figures of everything."""
    said = [str(SAMPLES), "--only", "landlord", "--words", "exact", "--of", "pipeline.finding.parts"]
    assert main([*said, "--together", "pipeline.finding.parts.no_such"]) == 2
    assert "no_such" in capsys.readouterr().err
