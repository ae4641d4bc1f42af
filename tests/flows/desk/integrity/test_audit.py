from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime

from flows.desk.book.door import do
from flows.desk.cases import requests
from flows.desk.integrity import audit
from tests.desk_builders import CLERK, identified, identity, new_request


def exported(desk) -> list[dict[str, str]]:
    """The record as a regulator reads it."""
    target = io.StringIO(newline="")
    count = audit.export_csv(desk, target)
    rows = list(csv.DictReader(io.StringIO(target.getvalue(), newline="")))
    assert len(rows) == count
    return rows


def test_the_record_is_handed_out_as_csv(desk):
    """Who, as what, did what to which request, and the chain, in order."""
    request = identified(desk)

    rows = exported(desk)

    assert [row["番号"] for row in rows] == ["1", "2", "3"]
    assert [row["操作"] for row in rows] == ["desk.make", "request.receive", "request.identify"]
    assert (rows[2]["担当"], rows[2]["役割"], rows[2]["請求"]) == (CLERK.name, "intake", request.request_id)
    assert [row["連鎖ハッシュ"] for row in rows] == [entry.hash for entry in audit.entries(desk)]
    times = [row["日時(日本時間)"] for row in rows]
    assert all(time.endswith("+09:00") for time in times)
    assert [datetime.fromisoformat(time) for time in times] == [
        datetime.fromisoformat(entry.at) for entry in audit.entries(desk)
    ]


def test_the_requesters_data_is_not_in_it(desk):
    """Only ids, counts and the staff's names."""
    identified(desk, member_number="M-5577")

    told = str(exported(desk))

    assert "鈴木" not in told
    assert "M-5577" not in told


def test_a_name_is_no_formula(desk):
    """A spreadsheet shows it, and does not work it out."""
    request = requests.receive(desk, CLERK, new_request())
    do(desk, replace(CLERK, name="=cmd|' /C calc'!A1"), identity(request.number))

    assert exported(desk)[-1]["担当"].startswith("'=")


def test_entries_of_one_request_leave_out_the_others(desk):
    """In the order in which they were written."""
    identified(desk)
    second = identified(desk)

    told = audit.entries(desk, request_id=second.request_id)

    assert [entry.action for entry in told] == ["request.receive", "request.identify"]
    assert [entry.seq for entry in told] == [4, 5]
