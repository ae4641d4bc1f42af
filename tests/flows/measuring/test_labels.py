"""Tests of flows.measuring.labels: labels set by ear become truth files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.measuring.labels import main, truth_of_labels
from pipeline.errors import CaseFileError
from pipeline.measuring.truth import read_truth
from tests.builders import voice_file

LABELS = """\
1.0\t2.8\tcu: 隣の長谷川さんです
1.4\t2.0\tcu third NAME 長谷川 ハセガワ surname
\\\t100.0\t3000.0
3.0\t4.0\top third PHONE 0120

3.0\t4.0\top：はい
0.0\t0.0\tvoice cu cu-07
"""


def test_turns_spans_and_voices_are_told_apart() -> None:
    """The truth is the one that was meant, and Audacity's lines of pitches are passed over."""
    truth = read_truth(truth_of_labels(LABELS.splitlines(), "c07", 2, 10.0))
    name, phone = truth.spans
    assert (name.speaker, name.party, name.surface, name.reading, name.name_kind) == (
        "cu", "third", "長谷川", "ハセガワ", "surname",
    )  # fmt: skip
    assert (phone.kind, phone.surface, phone.reading) == ("PHONE", "0120", "")
    assert [(turn.speaker, turn.text) for turn in truth.script] == [
        ("cu", "隣の長谷川さんです"),
        ("op", "はい"),
    ]
    assert (truth.voices, truth.layout, truth.duration) == ((("cu", "cu-07"),), "stereo", 10.0)


def test_a_third_person_is_th_as_in_scripts() -> None:
    """Turn, span and voice are those of who has taken the telephone."""
    lines = ["0.0\t1.0\tth: 代わりました、恵です", "0.6\t0.9\tth third NAME 恵", "0.0\t0.0\tvoice th th-07"]
    truth = read_truth(truth_of_labels(lines, "c07", 1, 10.0))
    assert [turn.speaker for turn in truth.third_turns] == [truth.spans[0].speaker] == ["third"]
    assert truth.voices == (("third", "th-07"),)


@pytest.mark.parametrize(
    "line",
    [
        "1.0\t2.0\t長谷川",
        "1.0\t2.0\tcu third HOBBY 長谷川",
        "1.0\t2.0\tcu 第三者 NAME 長谷川",
        "1.0\t2.0\tcu third NAME",
        "1.0\t2.0\tcu third NAME 長谷川 ハセガワ surname 恵",
        "1.0 2.0 cu third NAME 長谷川",
        "2.0\t1.0\tcu third NAME 長谷川",
        "nan\t1.0\tcu third NAME 長谷川",
        "11.0\t12.0\tcu third NAME 長谷川",
    ],
)
def test_what_is_no_label_is_named_by_its_line_and_not_repeated(line: str) -> None:
    """Nothing is skipped in silence: a label that is lost would be a leak that nobody counts."""
    with pytest.raises(CaseFileError, match="2 行目") as caught:
        truth_of_labels(["0.0\t1.0\tcu: はい", line], "c07", 1, 10.0)
    assert "長谷川" not in str(caught.value)


def test_the_command_writes_a_file_for_its_owner_only(tmp_path: Path, capsys) -> None:
    """One for each file of labels."""
    voice_file(tmp_path / "c07.wav")
    (tmp_path / "c07.labels.txt").write_text(LABELS, encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    truth = tmp_path / "c07.truth.json"
    assert truth.stat().st_mode & 0o777 == 0o600
    assert json.loads(truth.read_text(encoding="utf-8"))["layout"] == "mono"
    assert str(truth) in capsys.readouterr().out


def test_a_truth_that_is_there_is_never_overwritten(tmp_path: Path, capsys) -> None:
    """It may be hours of work; the other calls are still converted."""
    for stem in ("a", "b"):
        voice_file(tmp_path / f"{stem}.wav")
        (tmp_path / f"{stem}.labels.txt").write_text(LABELS, encoding="utf-8")
    (tmp_path / "a.truth.json").write_text("{}", encoding="utf-8")
    assert main([str(tmp_path)]) == 2
    assert (tmp_path / "a.truth.json").read_text(encoding="utf-8") == "{}"
    assert (tmp_path / "b.truth.json").is_file()
    assert "もうあります" in capsys.readouterr().err


@pytest.mark.parametrize("labels", [LABELS.encode(), b"1.0\t2.0\t\x81\x40"])
def test_labels_without_a_call_or_in_another_encoding_are_one_line(
    tmp_path: Path, capsys, labels: bytes
) -> None:
    """Status 2 and no file."""
    (tmp_path / "a.labels.txt").write_bytes(labels)
    if labels != LABELS.encode():
        voice_file(tmp_path / "a.wav")
    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "a.truth.json").exists()


def test_a_folder_without_labels_is_told(tmp_path: Path) -> None:
    """Nothing to do is not success."""
    assert main([str(tmp_path)]) == 2
