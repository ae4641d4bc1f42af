"""The analyzer: every witness asked, in two passes, none lost to another."""

from __future__ import annotations

import pytest

from models.analyzer import CallAnalyzer, load_analyzer
from tests.models.recognizers.calls import NOBODY, call_of


@pytest.fixture(scope="module")
def analyzer() -> CallAnalyzer:
    """The real one, ja_ginza included."""
    return load_analyzer(judged=False)


def test_every_witness_of_one_name_is_kept(analyzer: CallAnalyzer) -> None:
    """A name that several recognizers find comes back once from each of them."""
    found = analyzer.analyze(call_of(("cu: 隣の佐藤さんの荷物です。",)).transcript, NOBODY)
    witnesses = {span.recognizer for span in found if span.entity_type == "PERSON"}
    assert {"HonorificNameRecognizer", "IntroducedNameRecognizer", "SudachiNameRecognizer"} <= witnesses


def test_the_second_pass_reads_the_first(analyzer: CallAnalyzer) -> None:
    """A garbled mention is found through the clear one before it."""
    call = call_of(("cu: 隣の長谷川さんの荷物です。", "cu: ハセガマが来たら渡します。"))
    found = analyzer.analyze(call.transcript, NOBODY)
    again = [span for span in found if span.recognizer == "RepeatedMentionRecognizer"]
    assert any(call.text[s.chars.start : s.chars.end] == "ハセガマ" for s in again)


def test_a_recognizer_can_be_left_out() -> None:
    """For an ablation: what is switched off says nothing."""
    quiet = load_analyzer(
        leave_out=frozenset({"HonorificNameRecognizer", "RepeatedMentionRecognizer"}), judged=False
    )
    found = quiet.analyze(call_of(("cu: 隣の佐藤さんの荷物です。",)).transcript, NOBODY)
    assert {"HonorificNameRecognizer", "RepeatedMentionRecognizer"}.isdisjoint(s.recognizer for s in found)


def test_long_calls_are_read_in_pieces_with_offsets_kept(analyzer: CallAnalyzer) -> None:
    """A name after more text than ja_ginza takes at once is found where it stands."""
    lines = ("cu: 今日は天気がいいですね。",) * 500 + ("cu: 佐藤健一さんです。",)
    call = call_of(lines)
    found = analyzer.analyze(call.transcript, NOBODY)
    assert "佐藤健一" in {call.text[s.chars.start : s.chars.end] for s in found}
