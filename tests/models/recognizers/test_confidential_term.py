"""The company's secrets by spelling and by sound."""

from __future__ import annotations

import pytest

from models.recognizers.confidential_term import ConfidentialTermRecognizer
from pipeline.types import CallCase, CaseName
from tests.models.recognizers.calls import artifacts_of, call_of, shown

CASE = CallCase(
    "R-1", confidential_terms=(CaseName("特別値引き枠", "トクベツネビキワク"), CaseName("調査班"))
)
LINES = [
    "op: 【特別値引き枠】でございます。",
    "op: 【特別ね引きわく】のことは。",
    "op: 【とくべつネビキ枠】です。",
    "op: 実は、【調査班】がございまして。",
    "op: 特別なお品でございます。",
    "cu: 業者さんに頼みました。",
    "cu: 調べてください。",
]


@pytest.mark.parametrize("line", LINES)
def test_terms(line: str) -> None:
    """A term is found as written and as misheard; words that share a part with it are not."""
    assert shown(ConfidentialTermRecognizer(), (line,), case=CASE) == (line,)


@pytest.mark.parametrize("line", ["op: とくべつネビキ枠です。", "op: 特別値引き枠でございます。"])
def test_how_long_a_term_is_to_say_is_known(line: str) -> None:
    """Every finding carries the morae of its term, however it was recognised."""
    call = call_of((line,), CASE)
    found = ConfidentialTermRecognizer().find(call, artifacts_of(call))
    assert {result.recognition_metadata["morae"] for result in found} == {9}


PLAN = CallCase("R-1", confidential_terms=(CaseName("緊急時Bプラン", "キンキュウジビープラン"),))


@pytest.mark.parametrize(
    ("line", "last"), [("cu: 緊急事備ランセイだろう。", "ランセイだろう。"), ("cu: 緊急事備", "備")]
)
def test_a_term_is_found_as_long_as_it_is_said(line: str, last: str) -> None:
    """Where its end is too garbled, as much is taken as the term is long; never the next line."""
    call = call_of((line, "op: はい、そうですね。"), PLAN)
    (found,) = ConfidentialTermRecognizer().find(call, artifacts_of(call))
    end = call.text.index(last)
    assert end < found.end <= end + len(last)
    assert "\n" not in call.text[found.start : found.end]


@pytest.mark.parametrize(
    "line",
    ["cu: 【緊急事備ラン】セイだろう。", "cu: 【緊急時Bプラン】だろう。", "cu: 【緊急字ビープラン】だろう。"],
)
def test_letters_in_a_term_are_said(line: str) -> None:
    """Nobody wrote its kana into the case: B is ビー."""
    case = CallCase("R-1", confidential_terms=(CaseName("緊急時Bプラン"),))
    call = call_of((line.replace("【", "").replace("】", ""),), case)
    found = ConfidentialTermRecognizer().find(call, artifacts_of(call))
    covered = {at for result in found for at in range(result.start, result.end)}
    term = line[line.index("【") + 1 : line.index("】")]
    assert {call.text.index(term) + at for at in range(len(term) - 1)} <= covered
    assert {result.recognition_metadata["morae"] for result in found} == {10}
