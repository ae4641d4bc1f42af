"""An address is masked to its end."""

from __future__ import annotations

import pytest

from models.analysis.whole_address import whole_addresses
from pipeline.types import CharSpan, EntitySpan
from tests.models.recognizers.calls import call_of


def found(text: str, words: str, kind: str = "ADDRESS", *, candidate: bool = False) -> EntitySpan:
    """A finding of the given words."""
    at = text.index(words)
    return EntitySpan(kind, CharSpan(at, at + len(words)), 0.9, "Test", candidate=candidate)


@pytest.mark.parametrize(
    ("line", "words", "whole"),
    [
        ("福岡市早良区西新でございますね", "福岡市早良区", "福岡市早良区西新"),
        ("福岡市早良区の西新です", "福岡市早良区", "福岡市早良区の西新"),
        ("福岡市早良区です", "福岡市早良区", "福岡市早良区"),
        ("福岡市早良区に住んでいます", "福岡市早良区", "福岡市早良区"),
        ("福岡市早良区の方ですね", "福岡市早良区", "福岡市早良区の方"),
    ],
)
def test_up_to_the_next_particle_or_copula(line: str, words: str, whole: str) -> None:
    """の joins two parts; before nothing it joins none."""
    call = call_of((f"cu: {line}",))
    (span,) = whole_addresses(call, (found(call.text, words),))
    assert call.text[span.chars.start : span.chars.end] == whole


def test_another_finding_is_not_swallowed() -> None:
    """It keeps its kind and whose it is; a candidate gives way."""
    call = call_of(("cu: 福岡市早良区西新佐藤です",))
    name = found(call.text, "佐藤", "PERSON")
    address, kept = whole_addresses(call, (found(call.text, "福岡市早良区"), name))
    assert kept == name
    assert not address.chars.overlaps(name.chars)
    shown = found(call.text, "西新", "PERSON", candidate=True)
    assert len(whole_addresses(call, (found(call.text, "福岡市早良区"), shown))) == 1


def test_a_line_is_not_crossed_and_names_stay_as_they_are() -> None:
    """The next utterance may be the other's."""
    call = call_of(("cu: 福岡市早良区", "op: 西新ですね"))
    (span,) = whole_addresses(call, (found(call.text, "福岡市早良区"),))
    assert call.text[span.chars.start : span.chars.end] == "福岡市早良区"
    call = call_of(("cu: 佐藤健一郎です",))
    assert whole_addresses(call, (found(call.text, "佐藤", "PERSON"),)) == (
        found(call.text, "佐藤", "PERSON"),
    )
