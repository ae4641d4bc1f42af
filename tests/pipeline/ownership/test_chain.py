"""One chain of named passes decides whose a finding is, for the product and the benchmarks alike."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest

from models.language.readings import Reader
from pipeline.ownership.chain import BEFORE_THE_JUDGE, NAMES, PASSES, Context, Pass, attribute, nobodys
from pipeline.reasons import Reason
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester, Transcript
from tests.builders import transcript, utterance

ROOT = Path(__file__).parents[3]
CASE = CallCase("R-1", Requester((CaseName("市川花子", "イチカワハナコ"),), ("070-6010-6875",)))


def found(call: Transcript, *said: tuple[str, str], score: float = 0.9) -> tuple[EntitySpan, ...]:
    """Entities by their type and words, one behind the other."""
    out, at = [], 0
    for kind, words in said:
        at = call.text.index(words, at)
        out.append(EntitySpan(kind, CharSpan(at, at + len(words)), score, "Test"))
        at += len(words)
    return tuple(out)


def owners(findings: Sequence[Finding]) -> list[Party]:
    """Whose the findings are."""
    return [finding.party for finding in findings]


def words(findings: Sequence[Finding], call: Transcript) -> list[str]:
    """What the findings point to."""
    return [call.text[each.entity.chars.start : each.entity.chars.end] for each in findings]


class Judge:
    """Gives everything to one party, and remembers what it was asked.

    Args:
        party: Whose everything is.
    """

    def __init__(self, party: Party) -> None:
        self.party = party
        self.asked: list[tuple[tuple[Finding, ...], Transcript, CallCase]] = []

    def __call__(self, findings: Sequence[Finding], call: Transcript, case: CallCase) -> tuple[Finding, ...]:
        """As the learned one."""
        self.asked.append((tuple(findings), call, case))
        return tuple(
            replace(each, party=self.party, reason=Reason.JUDGED_TOGETHER, needs_review=False)
            for each in findings
        )


def test_the_passes_stand_in_their_order():
    """Only what cuts comes before the judge."""
    assert [each.name for each in PASSES] == [
        "part-ends",
        "judge",
        "few-names",
        "said-again",
        "whole-names",
        "parts",
    ]
    assert PASSES[: len(BEFORE_THE_JUDGE)] == BEFORE_THE_JUDGE
    assert [each.name for each in BEFORE_THE_JUDGE] == ["part-ends"]


def test_what_comes_before_the_judge_only_cuts(reader: Reader):
    """An address is parted, and all of it is still nobody's."""
    call = transcript(utterance("904号室のイシナキ様と市川です", 0.0))
    entities = found(call, ("ADDRESS", "904号室のイシナキ様"), ("PERSON", "市川"))
    judge = Judge(Party.REQUESTER)
    cut = attribute(entities, Context(call, CASE, reader, judge=judge), passes=BEFORE_THE_JUDGE)

    assert words(cut, call) == ["904号室", "イシナキ様", "市川"]
    assert cut == nobodys(each.entity for each in cut)
    assert judge.asked == []


def test_nobody_has_looked_at_what_is_nobodys():
    """It is UNKNOWN, which is masked, without a reason, and somebody has to look."""
    (finding,) = nobodys([EntitySpan("PERSON", CharSpan(0, 2), 0.9, "Test")])
    assert (finding.party, finding.reason, finding.needs_review) == (Party.UNKNOWN, Reason.NOT_GIVEN, True)
    assert nobodys([]) == ()


def test_without_a_judge_everything_is_unknown(reader: Reader):
    """Whatever else is left out, every finding is there and is masked."""
    call = transcript(utterance("市川ですお隣の藤井さんの番号は070の6010の6875です", 0.0))
    entities = found(call, ("PERSON", "市川"), ("PERSON", "藤井"), ("PHONE_NUMBER", "070の6010の6875"))
    context = Context(call, CASE, reader)

    assert owners(attribute(entities, context)) == [Party.UNKNOWN] * 3
    for name in NAMES:
        left = attribute(entities, context, leave_out=frozenset({name}))
        assert owners(left) == [Party.UNKNOWN] * 3
    assert attribute(entities, context, leave_out=NAMES) == nobodys(entities)
    assert attribute((), context) == ()


def test_the_judge_is_asked_once_and_can_be_left_out(reader: Reader):
    """It comes in as a callable: pipeline imports no model."""
    call = transcript(utterance("お隣の藤井さんが904号室のイシナキ様と", 0.0))
    entities = found(call, ("PERSON", "藤井"), ("ADDRESS", "904号室のイシナキ様"))
    judge = Judge(Party.REQUESTER)
    context = Context(call, CASE, reader, judge=judge)

    assert owners(attribute(entities, context)) == [Party.REQUESTER] * 3
    ((asked, told, case),) = judge.asked
    assert words(asked, call) == ["藤井", "904号室", "イシナキ様"]
    assert (owners(asked), told, case) == ([Party.UNKNOWN] * 3, call, CASE)
    assert owners(attribute(entities, context, leave_out=frozenset({"judge"}))) == [Party.UNKNOWN] * 3
    assert len(judge.asked) == 1


def test_a_pass_that_is_left_out_does_nothing(reader: Reader):
    """An address is one finding without the pass that cuts it."""
    call = transcript(utterance("904号室のイシナキ様", 0.0))
    entities = found(call, ("ADDRESS", call.text))
    context = Context(call, CASE, reader, judge=Judge(Party.THIRD_PARTY))

    assert words(attribute(entities, context), call) == ["904号室", "イシナキ様"]
    assert words(attribute(entities, context, leave_out=frozenset({"part-ends"})), call) == [call.text]


@pytest.mark.parametrize(
    ("passes", "shown", "notes"),
    [
        ({"few-names"}, False, ()),
        ({"said-again"}, True, ()),
        (set(), False, (Reason.SOUNDS_LIKE_SURE_NAME,)),
    ],
)
def test_a_doubtful_name_is_shown_and_masked_again_where_it_was_said_surely(
    passes: set[str], shown: bool, notes: tuple[Reason, ...], reader: Reader
):
    """By what the judge said of it: few names make a doubtful one a candidate, a sure one masks it again."""
    call = transcript(utterance("池田さんですね、行けだ", 0.0))
    (sure,) = found(call, ("PERSON", "池田"), score=0.95)
    (doubtful,) = found(call, ("PERSON", "行けだ"), score=0.15)
    entities = (replace(sure, judged=True), replace(doubtful, judged=True))
    context = Context(call, CASE, reader, judge=Judge(Party.THIRD_PARTY))
    one, other = attribute(entities, context, leave_out=frozenset(passes))

    assert not one.entity.candidate
    assert (other.entity.candidate, other.notes) == (shown, notes)


def test_the_last_pass_splits_what_may_be_several(reader: Reader):
    """Each part of a finding is decided by itself, and is whose the whole is."""
    call = transcript(utterance("市川様とお隣の藤井", 0.0))
    whole = replace(found(call, ("PERSON", call.text))[0], parts=((0, 0.9), (4, 0.8)))
    context = Context(call, CASE, reader, judge=Judge(Party.THIRD_PARTY))

    assert len(attribute((whole,), context, leave_out=frozenset({"parts"}))) == 1
    split = attribute((whole,), context)
    assert len(split) == 2
    assert owners(split) == [Party.THIRD_PARTY] * 2


def test_the_passes_run_in_their_order_over_all_findings(reader: Reader):
    """Each takes what the one before it made."""
    call = transcript(utterance("市川", 0.0))
    ran: list[tuple[str, int]] = []

    def run(name: str) -> Callable[[tuple[Finding, ...], Context], tuple[Finding, ...]]:
        def double(findings: tuple[Finding, ...], _: Context) -> tuple[Finding, ...]:
            ran.append((name, len(findings)))
            return findings * 2

        return double

    # Any pass has one of the names that can be left out.
    passes = [Pass(name, run(name)) for name in ("parts", "judge", "few-names")]
    entities = found(call, ("PERSON", "市川"))
    context = Context(call, CASE, reader)
    assert len(attribute(entities, context, passes=passes, leave_out=frozenset({"judge"}))) == 4
    assert ran == [("parts", 1), ("few-names", 2)]


def test_an_unknown_name_is_an_error(reader: Reader):
    """A figure without a pass that was in all the time would tell nothing."""
    context = Context(transcript(utterance("はい", 0.0)), CASE, reader)
    with pytest.raises(ValueError, match="no-such-pass"):
        attribute((), context, leave_out=frozenset({"no-such-pass", "judge"}))


def test_detection_gives_hints_and_no_owner():
    """What a recognizer reads of the talk is evidence; a finding has its owner from the chain."""
    assert {"hint", "owners"} <= {field.name for field in fields(EntitySpan)}
    assert "party" not in {field.name for field in fields(EntitySpan)}
    for path in (ROOT / "models" / "recognizers").glob("*.py"):
        assert "Finding" not in imported(path)


def test_no_two_passes_share_a_name():
    """Or leaving one out would leave out two."""
    assert len(NAMES) == len(PASSES)


def imported(path: Path) -> set[str]:
    """What a module imports, by name."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_no_other_module_puts_passes_together():
    """Product and benchmarks take the chain: none imports what a pass does."""
    chain = ROOT / "pipeline" / "ownership" / "chain.py"
    nodes = ast.walk(ast.parse(chain.read_text(encoding="utf-8")))
    of_pipeline = [
        n for n in nodes if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("pipeline.")
    ]
    does = {
        a.name for n in of_pipeline for a in n.names if a.name[0].islower() and a.name != "split_into_parts"
    }
    folders = (ROOT / each for each in ("pipeline", "models", "flows", "tests/bench"))
    others = [path for folder in folders for path in folder.rglob("*.py") if path != chain]

    assert len(does) >= 4
    assert {path.name: imported(path) & does for path in others if imported(path) & does} == {}
