from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import State
from flows.intake import csv_json
from flows.intake.csv_json import import_requests, read_request
from flows.intake.faults import IntakeError
from flows.intake.tabular import FileError
from tests.desk_builders import CLERK

HEAD = "受付番号,受付日時,受付方法,氏名,フリガナ"
GOOD = f"{HEAD}\nA-1,2026-11-20 10:15,郵送,鈴木花子,スズキハナコ\nA-2,2026-11-21,窓口,丹羽百合子,\n"


def file(folder: Path, text: str, name: str = "requests.csv") -> Path:
    """A file with requests."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def faults(desk: Desk, path: Path) -> list[str]:
    """For what an import is refused; nothing came of it."""
    before = (requests.list_requests(desk), len(audit.entries(desk)))
    with pytest.raises(IntakeError) as raised:
        import_requests(desk, CLERK, path)

    assert (requests.list_requests(desk), len(audit.entries(desk))) == before
    return [fault.line for fault in raised.value.faults]


def test_a_file_of_requests_is_taken_in(desk: Desk, tmp_path: Path):
    """Each has a public number, the file's order, and waits for its identity check."""
    found = import_requests(desk, CLERK, file(tmp_path, GOOD))

    assert [one.number for one in found] == ["R-2026-0001", "R-2026-0002"]
    assert found[1].content.requester.names[0].text == "丹羽百合子"
    assert {one.state for one in requests.list_requests(desk)} == {State.RECEIVED}


def test_json_is_taken_in_too(desk: Desk, tmp_path: Path):
    """An array of documents."""
    names = {"names": [{"text": "鈴木花子"}]}
    one = {"reference": "A-1", "received_at": "2026-11-20", "channel": "post", "requester": names}
    found = import_requests(
        desk, CLERK, file(tmp_path, json.dumps([one, one | {"reference": "A-2"}]), "r.json")
    )

    assert len(found) == 2


def test_one_bad_row_keeps_all_out(desk: Desk, tmp_path: Path):
    """Nothing is half-imported, and every mistake is told at once without its value."""
    told = faults(desk, file(tmp_path, f"{GOOD}A-3,丸亀,郵送,鈴木,すずき\n,2026-11-20,郵送,丸亀,丸亀\n"))

    assert told == [
        "4行目 受付日時: 日時の形ではありません(例: 2026-11-20 10:15)",
        "5行目 フリガナ: フリガナはカタカナで書いてください",
        "5行目 受付番号: ありません(二重の取込みを見分けるために要ります)",
    ]


def test_a_second_import_is_refused(desk: Desk, tmp_path: Path):
    """Row by row, with the numbers under which they are known; new rows beside them stay out too."""
    path = file(tmp_path, GOOD)
    import_requests(desk, CLERK, path)

    assert faults(desk, path) == [
        "2行目 受付番号: すでに取り込まれています(R-2026-0001)",
        "3行目 受付番号: すでに取り込まれています(R-2026-0002)",
    ]
    more = file(tmp_path, f"{HEAD}\nA-9,2026-11-20,郵送,鈴木,\n\uff21-1,2026-11-20,郵送,鈴木,\n", "more.csv")
    assert faults(desk, more) == ["3行目 受付番号: すでに取り込まれています(R-2026-0001)"]


def test_the_same_number_twice_in_a_file_is_refused(desk: Desk, tmp_path: Path):
    """The later row names the earlier one."""
    told = faults(desk, file(tmp_path, f"{GOOD}A-1,2026-11-20,郵送,鈴木,\n"))

    assert told == ["4行目 受付番号: 2行目と同じ受付番号です"]


def test_somebody_elses_import_at_the_same_time_is_a_second_one(desk: Desk, tmp_path: Path, monkeypatch):
    """What was taken in between the check and the writing is told as any other."""
    path = file(tmp_path, GOOD)
    checked = csv_json.read_requests(desk, path)
    import_requests(desk, CLERK, path)
    monkeypatch.setattr(csv_json, "read_requests", lambda *_: checked)

    assert len(faults(desk, path)) == 2


def test_one_request_needs_no_number(desk: Desk, tmp_path: Path):
    """Typed in by hand it may have none; a malformed one is told by key."""
    one = {"received_at": "2026-11-20", "channel": "post", "requester": {"names": [{"text": "鈴木花子"}]}}

    assert read_request(desk, file(tmp_path, json.dumps(one), "r.json")).reference == ""
    with pytest.raises(IntakeError):
        read_request(desk, file(tmp_path, json.dumps([one]), "r.json"))
    with pytest.raises(FileError):
        read_request(desk, file(tmp_path, "{", "r.json"))
