"""What the case has of the requester is found as what it is, and nothing else."""

from __future__ import annotations

import pytest

from models.recognizers.identifiers.affiliation import AffiliationRecognizer
from models.recognizers.identifiers.own_values import OwnValueRecognizer
from pipeline.types import CallCase, CaseName, Requester
from tests.models.recognizers.calls import artifacts_of, call_of, shown

CASE = CallCase(
    "R-1",
    Requester(
        birth_date="1958-06-04",
        customer_numbers=("K7654321", "301234567810"),
        plates=("品川300さ1234",),
        workplaces=(CaseName("株式会社ミツワ", "カブシキガイシャミツワ"), CaseName("東山高校")),
    ),
)

ROWS = """
cu: 会社の割引って使えます？【ミツワ】なんですけど。
cu: はい、【株式会社ミツワの営業二課】です。
op: 【東山高校】ですね。
op: 【1234】、承知しました。
op: お車は【12の34】ですね。
cu: 私は【1958年6月4日】の生まれ。
op: 【7654の321】でございますね。
op: 【4321】で終わるほうです。
cu: 【3012、3456の7810】です。
op: 1234円です。
op: 765番です。
cu: 6月4日に伺います。
cu: みなと精工です。
"""


@pytest.mark.parametrize("row", ROWS.strip().splitlines())
def test_what_the_case_has_is_found(row: str) -> None:
    """By spelling, by figures from four on, a day of birth with its year only."""
    assert shown(OwnValueRecognizer(), (row,), case=CASE) == (row,)


@pytest.mark.parametrize("row", ROWS.strip().splitlines())
def test_without_a_case_nothing_is_found(row: str) -> None:
    """There is nothing to be compared with."""
    call = call_of((row,))
    assert not OwnValueRecognizer().find(call, artifacts_of(call))


def test_a_department_of_the_requesters_workplace_is_not_looked_for() -> None:
    """Alone it has nothing to be compared with, and would be masked as nobody's; of another's it is."""
    lines = ("cu: 【ホテル千鳥の総務課】に勤めてます。", "cu: 会社の総務課に送ってください。")
    own = CallCase("R-1", Requester(workplaces=(CaseName("ホテル千鳥"),)))
    assert shown(AffiliationRecognizer(), lines, case=own) == lines
    others = (lines[0], "cu: 会社の【総務課】に送ってください。")
    assert shown(AffiliationRecognizer(), others) == others
