"""One chain of named passes decides whose a finding is, for the product and the benchmarks alike."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.chain import NAMES, PASSES, RULES, Context, attribute
from pipeline.reasons import Reason
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester, Transcript
from tests.builders import transcript, utterance

ROOT = Path(__file__).parents[3]
CASE = CallCase(
    "R-1",
    Requester(
        (CaseName("市川花子", "イチカワハナコ"),),
        ("070-6010-6875",),
        (CaseName("東京都江戸川区西葛西1丁目28番29号", "トウキョウトエドガワクニシカサイ"),),
    ),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def found(call: Transcript, *said: tuple[str, str]) -> tuple[EntitySpan, ...]:
    """Entities by their type and words, one behind the other."""
    out, at = [], 0
    for kind, words in said:
        at = call.text.index(words, at)
        out.append(EntitySpan(kind, CharSpan(at, at + len(words)), 0.9, "Test"))
        at += len(words)
    return tuple(out)


def owners(findings: Sequence[Finding]) -> list[Party]:
    """Whose the findings are."""
    return [finding.party for finding in findings]


def test_any_pass_can_be_left_out_by_its_name(reader: Reader):
    """Whatever is left out, every finding has an owner or is UNKNOWN."""
    call = transcript(utterance("市川ですお隣の藤井さんの番号は070の6010の6875です", 0.0))
    entities = found(call, ("PERSON", "市川"), ("PERSON", "藤井"), ("PHONE_NUMBER", "070の6010の6875"))
    context = Context(call, CASE, reader)
    whole = owners(attribute(entities, context))

    assert whole == [Party.REQUESTER, Party.THIRD_PARTY, Party.REQUESTER]
    assert all(len(attribute(entities, context, leave_out=frozenset({name}))) == 3 for name in NAMES)
    assert owners(attribute(entities, context, leave_out=frozenset(NAMES))) == [Party.UNKNOWN] * 3


ADDRESS = (("ADDRESS", "西葛西"), ("ADDRESS", "2丁目39の13"))


@pytest.mark.parametrize(
    ("text", "said", "vetoes"),
    [
        ("石川さん", (("PERSON", "石川"),), {"other-spelling"}),
        ("西葛西でいいわ2丁目39の13", ADDRESS, {"other-house-follows"}),
        ("西葛西でお願いしますそこの2丁目39の13", ADDRESS, {"other-house-follows"}),
    ],
)
def test_a_veto_that_is_left_out_takes_nothing(
    text: str, said: tuple[tuple[str, str], ...], vetoes: set[str], reader: Reader
):
    """A near-homophone, and a town that many people live in: theirs by all but the vetoes."""
    call = transcript(utterance(text, 0.0))
    entities, context = found(call, *said), Context(call, CASE, reader)

    assert attribute(entities, context)[0].party is Party.UNKNOWN
    assert attribute(entities, context, leave_out=frozenset(vetoes))[0].party is Party.REQUESTER
    assert vetoes <= {each.name for each in PASSES if each.veto}


def test_an_unknown_name_is_an_error(reader: Reader):
    """A figure without a pass that was in all the time would tell nothing."""
    context = Context(transcript(utterance("はい", 0.0)), CASE, reader)
    with pytest.raises(ValueError, match="no-such-pass"):
        attribute((), context, leave_out=frozenset({"no-such-pass", "judge"}))


def test_the_judge_is_asked_once_after_the_rules_and_can_be_left_out(reader: Reader):
    """It comes in as a callable: pipeline imports no model."""
    call = transcript(utterance("お隣の藤井さんが", 0.0))
    asked: list[list[Party]] = []

    def judge(findings: Sequence[Finding], _: Transcript, case: CallCase) -> tuple[Finding, ...]:
        asked.append(owners(findings))
        assert case is CASE
        return tuple(replace(f, party=Party.REQUESTER, reason=Reason.JUDGED_TOGETHER) for f in findings)

    context = Context(call, CASE, reader, judge=judge)
    entities = found(call, ("PERSON", "藤井"))

    assert owners(attribute(entities, context)) == [Party.REQUESTER]
    assert owners(attribute(entities, context, leave_out=frozenset({"judge"}))) == [Party.THIRD_PARTY]
    assert owners(attribute(entities, context, passes=RULES)) == [Party.THIRD_PARTY]
    assert asked == [[Party.THIRD_PARTY]]


def test_detection_gives_hints_and_no_owner():
    """What a recognizer reads of the talk is evidence; a finding has its owner from the chain."""
    assert {"hint", "heard_again_as"} <= {field.name for field in fields(EntitySpan)}
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

    assert len(does) > 7
    assert {path.name: imported(path) & does for path in others if imported(path) & does} == {}
