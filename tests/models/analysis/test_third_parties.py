"""The recognizer for a plain Presidio engine: a third party's data is reported, the requester's is not."""

from __future__ import annotations

import pytest
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpEngineProvider

from models.analysis.third_parties import ThirdPartyRecognizer
from pipeline.call_case import CallCase, CaseName, MaskAction, Party, Requester

TEXT = "佐藤花子と申します。電話は090-1234-5678です。\n隣の長谷川健太さんの電話は03-9876-5432だそうです。"

HANAKO = CallCase("c1", Requester((CaseName("佐藤花子", "サトウハナコ"),), phones=("09012345678",)), words=())


@pytest.fixture(scope="module")
def recognizer() -> ThirdPartyRecognizer:
    """With nobody's case."""
    return ThirdPartyRecognizer()


def engine_of(recognizer: ThirdPartyRecognizer) -> AnalyzerEngine:
    """Presidio as its manual sets it up, with a parser of Japanese."""
    models = [{"lang_code": "ja", "model_name": "ja_ginza"}]
    nlp = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    registry = RecognizerRegistry(recognizers=[recognizer], supported_languages=["ja"])
    return AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["ja"])


def words(found: list[RecognizerResult], text: str = TEXT) -> list[tuple[str, str]]:
    """What was found, as what."""
    return [(each.entity_type, text[each.start : each.end]) for each in sorted(found, key=lambda r: r.start)]


def test_a_plain_engine_reports_everybody_where_nobody_asks(recognizer: ThirdPartyRecognizer) -> None:
    """Without a case all personal data is somebody else's."""
    found = engine_of(recognizer).analyze(TEXT, language="ja")

    assert words(found) == [
        ("PERSON", "佐藤花子"),
        ("PHONE_NUMBER", "090-1234-5678"),
        ("PERSON", "長谷川健太"),
        ("PHONE_NUMBER", "03-9876-5432"),
    ]
    assert all(0 < each.score <= 1 for each in found)


def test_what_is_the_requesters_is_not_reported() -> None:
    """With a case, theirs stays; each finding says whose it is, and why, in words of ours."""
    found = engine_of(ThirdPartyRecognizer(HANAKO)).analyze(TEXT, language="ja")

    assert words(found) == [("PERSON", "長谷川健太"), ("PHONE_NUMBER", "03-9876-5432")]
    told = [each.recognition_metadata for each in found]
    assert all(each["party"] in {"third_party", "unknown"} and each["reason"] for each in told)
    assert not any("長谷川" in each["reason"] or "9876" in each["reason"] for each in told)


def test_a_policy_that_hides_the_requesters_is_kept_to() -> None:
    """The case's actions decide, as in a masked copy."""
    hides = CallCase("c1", HANAKO.requester, actions=((Party.REQUESTER, MaskAction.MASK),))
    found = ThirdPartyRecognizer(hides).analyze(TEXT, ["PERSON"])

    assert ("PERSON", "佐藤花子") in words(found)
    assert "requester" in {each.recognition_metadata["party"] for each in found}


def test_only_the_types_asked_for(recognizer: ThirdPartyRecognizer) -> None:
    """As every recognizer of Presidio."""
    assert {kind for kind, _ in words(recognizer.analyze(TEXT, ["PERSON"]))} == {"PERSON"}


@pytest.mark.parametrize("text", ["", "\n", "\n\n本日は晴天です。\n", "\u3000", "本日は晴天です。" * 100])
def test_text_without_anybody(recognizer: ThirdPartyRecognizer, text: str) -> None:
    """Empty lines, no lines, and more than the tokenizer takes at once are no error."""
    assert recognizer.analyze(text, list(recognizer.supported_entities)) == []
