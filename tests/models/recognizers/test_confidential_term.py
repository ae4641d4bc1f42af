"""The company's secrets by spelling and by sound."""

from __future__ import annotations

import pytest

from models.recognizers.confidential_term import ConfidentialTermRecognizer
from pipeline.types import CallCase, CaseName
from tests.models.recognizers.calls import shown

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
