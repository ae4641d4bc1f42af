"""The analyzer: every witness asked, in two passes, none lost to another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from presidio_analyzer import RecognizerResult

import models.analysis.analyzer
from models.analysis.analyzer import CallAnalyzer, load_analyzer
from models.calls.artifacts import Call, CallArtifacts, CallRecognizer, Tagged
from models.language.readings import SoundLine, Token
from pipeline.types import Transcript
from tests.models.recognizers.calls import NOBODY, call_of


@pytest.fixture(scope="module")
def analyzer() -> CallAnalyzer:
    """The real one, ja_ginza included."""
    return load_analyzer(judged=False)


def test_every_witness_of_one_name_is_kept(analyzer: CallAnalyzer) -> None:
    """A name that several recognizers find comes back once from each of them."""
    lines = ("op: お名前をお願いします。", "cu: 佐藤です。", "op: 佐藤様ですね。")
    found = analyzer.analyze(call_of(lines).transcript, NOBODY)
    witnesses = {span.recognizer for span in found if span.entity_type == "PERSON"}
    assert {"LearnedRecognizer", "AskedForRecognizer", "RepeatedMentionRecognizer"} <= witnesses


def test_the_second_pass_reads_the_first(analyzer: CallAnalyzer) -> None:
    """A garbled mention is found through the clear one before it."""
    call = call_of(("cu: 隣の長谷川さんの荷物です。", "cu: ハセガマが来たら渡します。"))
    found = analyzer.analyze(call.transcript, NOBODY)
    again = [span for span in found if span.recognizer == "RepeatedMentionRecognizer"]
    assert any(call.text[s.chars.start : s.chars.end] == "ハセガマ" for s in again)


@pytest.mark.parametrize(
    "loop",
    ["ドッ" * 60, "ゼロ" * 150, "1の" * 150, "はい、" * 200, "さん" * 150, "東京都" * 80, "と書いて" * 80],
)
def test_a_recogniser_that_loops_is_no_error(analyzer: CallAnalyzer, loop: str) -> None:
    """A small model writes the same again and again: no witness fails on it or tries for ever."""
    analyzer.analyze(call_of((f"cu: {loop}",)).transcript, NOBODY)


def test_witnesses_speak_in_one_order(analyzer: CallAnalyzer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Presidio asks them in another order in every process; the findings are in the same."""
    call = call_of(("cu: 隣の佐藤さんの荷物です。", "cu: 佐藤が来たら渡します。"))
    found = analyzer.analyze(call.transcript, NOBODY)
    for engine in analyzer._passes:
        asked = engine.registry.get_recognizers
        monkeypatch.setattr(
            engine.registry, "get_recognizers", lambda asked=asked, **which: [*reversed(asked(**which))]
        )
    assert analyzer.analyze(call.transcript, NOBODY) == found


def test_a_recognizer_can_be_left_out() -> None:
    """For an ablation: what is switched off says nothing."""
    quiet = load_analyzer(
        leave_out=frozenset({"LearnedRecognizer", "RepeatedMentionRecognizer"}), judged=False
    )
    found = quiet.analyze(call_of(("cu: 隣の佐藤さんの荷物です。",)).transcript, NOBODY)
    assert {"LearnedRecognizer", "RepeatedMentionRecognizer"}.isdisjoint(s.recognizer for s in found)


def test_long_calls_are_read_in_pieces_with_offsets_kept(analyzer: CallAnalyzer) -> None:
    """A name after more text than ja_ginza takes at once is found where it stands."""
    lines = ("cu: 今日は天気がいいですね。",) * 500 + ("cu: 佐藤健一さんです。",)
    call = call_of(lines)
    found = analyzer.analyze(call.transcript, NOBODY)
    assert "佐藤健一" in {call.text[s.chars.start : s.chars.end] for s in found}


LONG = (
    "cu: 佐藤健一です。",
    "op: 東京都千代田区丸の内一丁目の田中花子様ですね。",
    "cu: はい、030-1234-5678です。",
) * 40


class _WordReader(CallRecognizer):
    """A company's own recognizer that reads the words of the whole call."""

    entities = ("PERSON",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Every token that is 花子."""
        return [
            self.result("PERSON", token.idx, token.idx + len(token.text), 0.5)
            for token in artifacts.tokens
            if token.text == "花子"
        ]


def test_entities_of_the_pieces_are_those_of_the_whole(
    analyzer: CallAnalyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept of a piece's document is what spaCy says of all documents in one."""
    monkeypatch.setattr(models.analysis.analyzer, "CHUNK_CHARS", 300)
    text = call_of(LONG).text
    kept = tuple(analyzer._named(text))
    whole = analyzer._as_one(text).ents
    assert len(kept) > 50
    assert [(e.start_char, e.end_char, e.label_, e.text) for e in kept] == [
        (e.start_char, e.end_char, e.label_, e.text) for e in whole
    ]
    assert all(text[e.start_char : e.end_char] == e.text for e in kept)


def test_words_are_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A company's recognizer that goes by Presidio's tokens gets those of the whole call."""
    monkeypatch.setattr(models.analysis.analyzer, "CHUNK_CHARS", 300)
    call = call_of(LONG)
    analyzer = load_analyzer(judged=False, company=(_WordReader(),))
    found = [
        s for s in analyzer.witnessed(analyzer.call(call.transcript, NOBODY)) if "_WordReader" in s.recognizer
    ]
    assert len(found) == 40
    assert {call.text[s.chars.start : s.chars.end] for s in found} == {"花子"}


def test_artifacts_without_a_language_model_have_no_words() -> None:
    """Nothing is made up."""
    artifacts = CallArtifacts((), None, call_of(("cu: はい",)))
    with pytest.raises(AttributeError):
        _ = artifacts.lemmas


def test_the_tagger_reads_each_hearing_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its witness, the judge and the second hearing's carrying over all ask: each hearing is read once."""
    judged = load_analyzer()
    read: list[str] = []
    real = judged.read_with.written.probabilities

    def counted(transcript: Transcript, tokens: Sequence[Token], line: SoundLine) -> Tagged:
        read.append(transcript.text)
        return real(transcript, tokens, line)

    monkeypatch.setattr(judged.read_with.written, "probabilities", counted)
    first = call_of(("cu: 隣の佐藤さんの荷物です。",)).transcript
    second = call_of(("cu: となりの加藤さんの荷物です。",)).transcript
    assert judged.analyze(first, NOBODY, second)
    assert sorted(read) == sorted([first.text, second.text])
