"""What is the same of a third party and of a stranger's case."""

from __future__ import annotations

import pytest

from pipeline.measuring.truth import TruthSpan
from pipeline.types import CallCase, CaseName, Requester, TimeSpan
from tests.bench.strangers import same

STRANGER = CallCase(
    "R-1",
    Requester(
        (CaseName("鈴木花子", "スズキハナコ"),),
        ("09000001234",),
        (CaseName("松山市道後町1-2", "マツヤマシドウゴマチ"),),
    ),
    staff=(CaseName("山本", "ヤマモト"),),
    company_phones=("0120444444",),
)


def said(kind: str, surface: str, reading: str = "") -> TruthSpan:
    """What somebody said of a third party."""
    return TruthSpan(TimeSpan(0.0, 1.0), "cu", kind, "third", surface, reading)


@pytest.mark.parametrize(
    ("span", "alike"),
    [
        (said("NAME", "鈴木", "スズキ"), True),
        (said("NAME", "華子", "ハナコ"), True),
        (said("NAME", "山元", "ヤマモト"), True),
        (said("NAME", "続木", "ツヅキ"), False),
        (said("PHONE", "1234"), True),
        (said("PHONE", "090-0000-1235"), False),
        (said("PHONE", "0120-444-444"), True),
        (said("ADDRESS", "道後町"), True),
        (said("ADDRESS", "道後"), True),
        (said("ADDRESS", "湯之町"), False),
    ],
)
def test_what_is_the_same(span: TruthSpan, alike: bool) -> None:
    """By its sound, its figures, its writing."""
    assert same(span, STRANGER) is alike
