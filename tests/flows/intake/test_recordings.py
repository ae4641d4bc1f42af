from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import fsspec
import pytest

from flows.desk.cases import catalogue
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import RecordingUnreadableError
from flows.intake import recordings
from flows.intake.faults import IntakeError
from flows.intake.file_pattern import compile_pattern
from flows.intake.recordings import LAYOUT, import_recordings, measure, scan_recordings
from tests.builders import voice_file
from tests.desk_builders import CLERK

HEAD = "通話ID,開始日時,ファイル,長さ,電話番号,顧客番号,担当者"
PATTERN = compile_pattern("{start:%Y%m%d-%H%M%S}_{customer}_{operator}_{number}.wav")
NAME = "20261010-101500_M-77_山本_09012345678.wav"


def old(path: Path) -> Path:
    """A file that nobody writes any more."""
    os.utime(path, (time.time() - 3600,) * 2)
    return path


def listed(folder: Path, *rows: str) -> Path:
    """A telephone system's list."""
    path = folder / "list.csv"
    path.write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")
    return path


def faults(desk: Desk, path: Path) -> list[str]:
    """For what a list is refused; the catalogue is as it was."""
    before = catalogue.search(desk, RecordingQuery())
    with pytest.raises(IntakeError) as raised:
        import_recordings(desk, CLERK, path)

    assert catalogue.search(desk, RecordingQuery()) == before
    return [fault.line for fault in raised.value.faults]


def test_a_list_is_imported_and_found(desk: Desk, tmp_path: Path):
    """By number, customer, operator and day; a relative path is below the list's folder."""
    voice_file(tmp_path / "a.wav", 1.0)
    added = import_recordings(
        desk, CLERK, listed(tmp_path, "C1,2026-10-10 10:15,a.wav,0:54,090-1234-5678;110,M-77,山本")
    )
    found = catalogue.search(desk, RecordingQuery(number="09012345678", customer_id="m-77", operator="山本"))

    assert [one.recording_id for one in found] == list(added.new)
    assert found[0].content.uri == str(tmp_path / "a.wav")
    assert found[0].content.duration == 54.0


def test_a_list_says_on_which_channel_the_operator_speaks(desk: Desk, tmp_path: Path):
    """Left or right as players show them, 0 or 1; without it the left one."""
    voice_file(tmp_path / "a.wav", 1.0)
    path = tmp_path / "list.csv"
    rows = [f"C{row},2026-10-10 10:15,a.wav,{told}" for row, told in enumerate(("右", "1", "左", "0", ""))]
    path.write_text("\n".join(("通話ID,開始日時,ファイル,担当者のチャンネル", *rows)), encoding="utf-8")
    added = import_recordings(desk, CLERK, path)
    found = [catalogue.get_recording(desk, each).content.operator_channel for each in added.new]

    assert found == [1, 1, 0, 0, 0]


def test_a_list_imported_twice_changes_nothing(desk: Desk, tmp_path: Path):
    """Overlapping lists are usual: what is known with the same content is counted."""
    voice_file(tmp_path / "a.wav", 1.0)
    path = listed(tmp_path, "C1,2026-10-10 10:15,a.wav,,,,", "C2,2026-10-10 10:20,s3://calls/b.wav,,,,")

    assert len(import_recordings(desk, CLERK, path).new) == 2
    assert import_recordings(desk, CLERK, path).known == 2


def test_every_mistake_of_a_list_is_told(desk: Desk, tmp_path: Path):
    """Files that are not there, places that are not allowed, ids that stand twice; nothing is imported."""
    voice_file(tmp_path / "a.wav", 1.0)
    path = listed(
        tmp_path,
        "C1,2026-10-10 10:15,a.wav,,,,",
        "C1,2026-10-10 10:15,a.wav,,,,",
        "C3,2026-10-10 10:15,丸亀.wav,,,,",
        "C4,2026-10-10 10:15,http://example.org/a.wav,,,,",
        "C5,10時,a.wav,長い,,,",
    )

    assert faults(desk, path) == [
        "3行目 通話ID: 2行目と同じ通話IDです",
        "4行目 ファイル: 録音ファイルがありません",
        "5行目 ファイル: この種類の場所は使えません",
        "6行目 長さ: 長さの形ではありません(秒、または 分:秒)",
        "6行目 開始日時: 日時の形ではありません(例: 2026-11-20 10:15)",
    ]


def test_a_known_id_with_other_content_is_told(desk: Desk, tmp_path: Path):
    """The telephone system does not give one id to two calls: somebody has to look."""
    voice_file(tmp_path / "a.wav", 1.0)
    known = import_recordings(desk, CLERK, listed(tmp_path, "C1,2026-10-10 10:15,a.wav,,,,")).new[0]
    told = faults(desk, listed(tmp_path, "C2,2026-10-10 10:15,a.wav,,,,", "C1,2026-10-11 10:15,a.wav,,,,"))

    assert told == [f"3行目 通話ID: 同じ通話IDで内容の違う録音が登録されています({known})"]


def test_a_telephone_systems_own_headings(desk: Desk, tmp_path: Path):
    """Mapped, the others passed over."""
    voice_file(tmp_path / "a.wav", 1.0)
    (tmp_path / "list.csv").write_text(
        "UCID,録音開始,path,品質\n1,2026-10-10 10:15,a.wav,高\n", encoding="utf-8"
    )
    headings = {"UCID": "call_id", "録音開始": "started_at", "path": "file"}
    layout = replace(LAYOUT, headings=headings, others_allowed=True)

    assert len(import_recordings(desk, CLERK, tmp_path / "list.csv", layout).new) == 1


def test_a_folder_is_scanned_by_its_files_names(desk: Desk, tmp_path: Path):
    """What the name says goes into the catalogue, with the length as decoded; again, nothing is new."""
    folder = tmp_path / "calls"
    (folder / "2026").mkdir(parents=True)
    old(voice_file(folder / "2026" / NAME, 2.5))
    (folder / "2026" / "readme.txt").write_text("x")
    old(voice_file(folder / "voicemail.wav", 1.0))
    first = scan_recordings(desk, CLERK, str(folder), PATTERN)
    again = scan_recordings(desk, CLERK, str(folder / "2026"), PATTERN)
    found = catalogue.search(desk, RecordingQuery(customer_id="M-77"))

    assert (first.new, first.known, first.unmatched) == (1, 0, 1)
    assert (again.new, again.known, again.unmatched) == (0, 1, 0)
    assert found[0].content.duration == 2.5
    assert found[0].content.operator == "山本"
    assert found[0].content.started_at.isoformat() == "2026-10-10T10:15:00+09:00"


def test_a_scan_is_told_on_which_channel_the_operator_speaks(desk: Desk, tmp_path: Path):
    """A file's name does not say it."""
    old(voice_file(tmp_path / NAME, 1.0))
    scan_recordings(desk, CLERK, str(tmp_path), replace(PATTERN, operator_channel=1))

    assert catalogue.search(desk, RecordingQuery())[0].content.operator_channel == 1


def test_a_file_under_way_waits_for_the_next_scan(desk: Desk, tmp_path: Path):
    """Its length would be wrong for good."""
    voice_file(tmp_path / NAME, 1.0)

    assert scan_recordings(desk, CLERK, str(tmp_path), PATTERN).young == 1
    assert catalogue.search(desk, RecordingQuery()) == ()


def test_an_unreadable_recording_is_known_without_length(desk: Desk, tmp_path: Path):
    """It belongs to its customer all the same."""
    (tmp_path / NAME).write_bytes(b"RIFF nothing")
    old(tmp_path / NAME)
    done = scan_recordings(desk, CLERK, str(tmp_path), PATTERN)

    assert (done.new, done.unreadable) == (1, 1)


def test_two_files_of_one_id_are_told(desk: Desk, tmp_path: Path):
    """The first is taken, the other counted."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        old(voice_file(tmp_path / name / "20261010_77.wav", 1.0))
    done = scan_recordings(
        desk, CLERK, str(tmp_path), compile_pattern("{start:%Y%m%d}_{id}.wav"), probe=False
    )

    assert (done.new, done.changed) == (1, 1)


def test_a_scan_goes_on_where_it_was_stopped(desk: Desk, tmp_path: Path, monkeypatch):
    """Each batch is written before the next is read."""
    monkeypatch.setattr(recordings, "BATCH_RECORDINGS", 2)
    for minute in range(5):
        old(voice_file(tmp_path / f"2026101010{minute:02}.wav", 1.0))
    pattern = compile_pattern("{start:%Y%m%d%H%M}.wav")
    scan_recordings(desk, CLERK, str(tmp_path), pattern, probe=False)

    assert len(catalogue.search(desk, RecordingQuery())) == 5


def test_a_bucket_is_scanned_too(desk: Desk):
    """The catalogue has URLs from which a recording opens again."""
    fs = fsspec.filesystem("memory")
    fs.pipe("/calls/" + NAME, b"RIFF")
    done = scan_recordings(desk, CLERK, "memory://calls", PATTERN, probe=False)
    found = catalogue.search(desk, RecordingQuery(customer_id="M-77"))
    fs.rm("/calls", recursive=True)

    assert done.new == 1
    assert found[0].content.uri == "memory:///calls/" + NAME


@pytest.mark.parametrize("place", ["/nowhere/丸亀", "http://example.org/calls", "s4://x"])
def test_a_place_that_cannot_be_listed_is_refused(desk: Desk, place: str):
    """Without repeating it."""
    with pytest.raises(RecordingUnreadableError) as raised:
        scan_recordings(desk, CLERK, place, PATTERN)

    assert "丸亀" not in str(raised.value)


def test_measured_is_what_is_heard(desk: Desk, tmp_path: Path):
    """Seconds as decoded; none for what is not there."""
    assert measure(desk, str(voice_file(tmp_path / "a.wav", 1.25))) == 1.25
    assert measure(desk, str(tmp_path / "missing.wav")) is None
