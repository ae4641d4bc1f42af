from __future__ import annotations

from pathlib import Path

import pytest

from models.analysis.analyzer import load_analyzer
from pipeline.finding.detect import detect
from pipeline.measuring.figures import summarise
from pipeline.types import EntitySpan
from tests.bench.ablation import Switchboard, ablate, main
from tests.bench.figures import row, stored_calls, table

SAMPLES = Path(__file__).parents[2] / "sample_audio"


def compared(found: tuple[EntitySpan, ...]) -> list[tuple[object, ...]]:
    """What counts of the findings: Presidio hands witnesses over in no order."""
    return [(each.entity_type, each.chars, each.score, set(each.recognizer.split("+"))) for each in found]


def test_a_switch_is_as_good_as_a_recognizer_that_was_never_loaded():
    """Off, and on again: findings, scores and witnesses are those of the analyzer without and with it."""
    (call,) = stored_calls([SAMPLES], ["cram"], exact=True)
    off = frozenset({"LearnedRecognizer", "AskedForRecognizer"})
    board = Switchboard(load_analyzer())
    asked = []
    for names in ((), off, ()):
        board.off.clear()
        board.off.update(names)
        asked.append(compared(detect(call.transcript, board.analyzer, call.case)))

    assert asked[0] == asked[2]
    assert asked[1] == compared(detect(call.transcript, load_analyzer(off), call.case))
    assert asked[1] != asked[0]


def test_recognizers_and_passes_are_left_out_together_by_name():
    """On exact words; the row with everything comes first, and is what the product masks."""
    calls = tuple(stored_calls([SAMPLES], ["landlord"], exact=True))
    both = frozenset({"LearnedRecognizer", "judge"})
    rows = dict(ablate(calls, (frozenset({"parts"}), both)))

    assert list(rows) == ["", "parts", "LearnedRecognizer, judge"]
    assert rows[""].requester_kept.value == rows["parts"].requester_kept.value
    # Whose nobody judges is UNKNOWN, and masked.
    assert rows["LearnedRecognizer, judge"].requester_kept.count < rows[""].requester_kept.count


def test_a_name_that_nothing_has_is_refused(capsys: pytest.CaptureFixture[str]):
    """Else its row would be the figures of everything."""
    assert main([str(SAMPLES), "--only", "landlord", "--words", "exact", "--leave-out", "parts,NoSuch"]) == 2
    assert "NoSuch" in capsys.readouterr().err


def test_stored_calls_need_their_words(tmp_path: Path):
    """Without recognition there is nothing to go by, unless the exact words are asked for."""
    for name in ("cram-school.wav", "cram-school.truth.json"):
        (tmp_path / name).write_bytes((SAMPLES / name).read_bytes())

    assert list(stored_calls([tmp_path], exact=False)) == []
    (call,) = stored_calls([tmp_path], exact=True)
    assert call.case.case_id == "no-case"
    assert list(stored_calls([tmp_path], ["other"], exact=True)) == []


@pytest.mark.parametrize("first", ["witness", "words"])
def test_a_table_is_markdown(first: str):
    """As many cells in every line; a dash where there was nothing to count."""
    lines = list(table([("none", summarise([]))], first))

    assert {line.count("|") for line in lines} == {20}
    assert lines[0].startswith(f"| {first} |")
    assert lines[2] == row("none", summarise([]))
    assert set(lines[2].removeprefix("| none").replace("|", "").split()) == {"–"}
