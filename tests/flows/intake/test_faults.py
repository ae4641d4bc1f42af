from __future__ import annotations

from pathlib import Path

from flows.intake.faults import Fault, IntakeError, write_report


def test_a_fault_says_where_and_why():
    """Row and column are left out where there is none."""
    assert Fault(3, "氏名", "ありません").line == "3行目 氏名: ありません"
    assert Fault(2, "channel", "ありません", "件目").line == "2件目 channel: ありません"
    assert Fault(0, "", "空です").line == "空です"


def test_faults_are_told_in_the_files_order():
    """By row, then by column."""
    error = IntakeError([Fault(3, "b", "x"), Fault(2, "a", "y")])

    assert [fault.row for fault in error.faults] == [2, 3]
    assert "2件" in str(error)


def test_a_report_opens_in_a_spreadsheet(tmp_path: Path):
    """UTF-8 with the mark that Excel needs, one line a fault."""
    write_report([Fault(3, "氏名", "ありません"), Fault(0, "", "空です")], tmp_path / "report.csv")
    raw = (tmp_path / "report.csv").read_bytes()

    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines() == ["行,列,理由", "3,氏名,ありません", ",,空です"]
