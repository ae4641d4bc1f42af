"""A company's own recognizers at work: by rule, list, sound, context and class."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.analysis.analyzer import load_analyzer
from models.company import recognizers as module
from models.company.recognizers import CompanyRecognizer, load_company
from pipeline.errors import CallUnsafeError
from pipeline.finding.detect import detect
from pipeline.ownership.chain import BEFORE_THE_JUDGE, Context, attribute
from pipeline.reason_text import sentence
from pipeline.types import Party
from tests.models.recognizers.calls import NOBODY, artifacts_of, call_of, shown

EXAMPLE = Path(__file__).parents[3] / "models" / "company" / "company.example.yaml"


@pytest.fixture(scope="module")
def example() -> dict[str, CompanyRecognizer]:
    """The recognizers of the example file by name."""
    return {each.name: each for each in load_company(EXAMPLE).recognizers}


def of(tmp_path: Path, yaml: str) -> CompanyRecognizer:
    """The one recognizer of a file that finds a CODE."""
    path = tmp_path / "company.yaml"
    head = "recognizers:\n  - name: 試し\n    supported_entity: CODE\n"
    path.write_text(head + "".join(f"    {line}\n" for line in yaml.splitlines()), encoding="utf-8")
    (recognizer,) = load_company(path).recognizers
    return recognizer


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("会員番号", ("cu: 番号は【AB123456】です。",)),
        ("会員番号", ("cu: 番号は【ＡＢ-１２３４５６】です。",)),
        ("会員番号", ("cu: 【エービーの、一二三、四五ろく】です。",)),
        ("会員番号", ("cu: 【AB、123】", "op: 【はい。】", "cu: 【456】です。")),
        ("会員番号", ("op: お客様番号をお願いします。", "cu: はい。", "cu: 【123456】です。")),
        ("会員番号", ("op: お客さまバンゴーをどうぞ。", "cu: 【123456】です。")),
        ("会員番号", ("cu: 123456円です。",)),
        ("会員番号", ("op: お客様番号は。", "cu: ええと。", "op: はい。", "cu: さあ。", "cu: 123456です。")),
        ("社内の符丁", ("op: これは【赤札】のお客さんだ。",)),
        ("社内の符丁", ("op: 【青空特約】と【あおぞらとくやく】、【大空特約】です。",)),
        ("社内の符丁", ("op: 【常連割引枠】と【じょうれんわりびきわく】です。",)),
        ("社内の符丁", ("op: 今日は青空ですね。赤い札です。",)),
        ("カード番号", ("cu: カードは【4111111111111111】です。",)),
        ("カード番号", ("cu: カードは【四一一一のいちいちいちいち、はい、1111の1111】です。",)),
        ("カード番号", ("cu: カードは4111111111111112です。",)),
    ],
)
def test_the_example_finds(example: dict[str, CompanyRecognizer], name: str, lines: tuple[str, ...]):
    """As the file says: written or said, listed or alike, with its context or without."""
    assert shown(example[name], lines) == lines


def test_presidios_own_lists_do_not_work_in_japanese():
    """Why lists are searched here: Presidio wants a word boundary, of which Japanese has none."""
    from presidio_analyzer import PatternRecognizer

    presidio = PatternRecognizer("TERM", supported_language="ja", deny_list=["赤札"])

    assert presidio.analyze("これは赤札のお客さんだ。", ["TERM"]) == []


def test_a_context_word_lifts_the_score(example: dict[str, CompanyRecognizer]):
    """By 0.35, to 0.4 at least, as in Presidio; the reason says so."""
    call = call_of(("op: 会員番号は。", "cu: AB123456です。"))
    found = {round(each.score, 2): each for each in example["会員番号"].find(call, artifacts_of(call))}

    assert set(found) == {1.0, 0.45}
    assert sentence(found[1.0].recognition_metadata["why"]) == "会社の規則 AB と数字六桁、近くの語"


def test_a_word_border_of_a_pattern_is_met_beside_a_code(tmp_path: Path):
    """The border that most patterns written for Presidio ask for, between a Japanese letter and a code."""
    recognizer = of(tmp_path, "patterns:\n  - {name: 番号, regex: '\\bK\\d{4}\\b', score: 1}")
    lines = ("cu: 番号はケーの1234です。K12345では。",)

    assert shown(recognizer, lines) == ("cu: 番号は【ケーの1234】です。K12345では。",)


def test_what_is_confidential_is_called_so(example: dict[str, CompanyRecognizer]):
    """Whatever its type is in the file: secrets are never kept."""
    call = call_of(("op: 赤札です。",))
    (found,) = example["社内の符丁"].find(call, artifacts_of(call))

    assert (found.entity_type, found.score) == ("CONFIDENTIAL", 0.8)


def test_the_company_is_asked_beside_kaiji(tmp_path: Path):
    """Its finding goes through the whole of detection, keeps its score, and is nobody's we know."""
    recognizer = of(tmp_path, "deny_list: [緑票]\ndeny_list_score: 0.7")
    call = call_of(("cu: 隣の佐藤さんの荷物です。", "op: 緑票ですね。"))
    analyzer = load_analyzer(company=(recognizer,))
    context = Context(call.transcript, NOBODY, call.reader)
    findings = attribute(detect(call.transcript, analyzer, NOBODY), context, passes=BEFORE_THE_JUDGE)
    (ours,) = [each for each in findings if each.entity.entity_type == "CODE"]

    assert call.text[ours.entity.chars.start : ours.entity.chars.end] == "緑票"
    assert (ours.entity.recognizer, ours.entity.score) == ("試し", 0.7)
    assert (ours.party, ours.needs_review) == (Party.UNKNOWN, True)
    assert any(each.entity.entity_type == "PERSON" for each in findings)


def test_a_rule_that_does_not_end_stops_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Presidio would go on without it and let its matches through; here the call is refused."""
    monkeypatch.setattr("models.company.file.PROBES", ())
    monkeypatch.setattr(module, "RULE_SECONDS", 0.2)
    recognizer = of(tmp_path, "patterns:\n  - {name: 長い, regex: '(\\d+)+x', score: 1}")
    call = call_of((f"cu: {'7' * 3000}!x",))

    with pytest.raises(CallUnsafeError, match="5行目") as raised:
        recognizer.find(call, artifacts_of(call))
    assert "777" not in str(raised.value)


def test_a_class_of_the_companys_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A whole recognizer in Python: its module is imported, its arguments come from the file."""
    (tmp_path / "own_recognizers.py").write_text(
        "from presidio_analyzer import EntityRecognizer, RecognizerResult\n"
        "class Stamp(EntityRecognizer):\n"
        "    def __init__(self, word, supported_language='ja', name=None):\n"
        "        super().__init__(['STAMP'], supported_language=supported_language, name=name)\n"
        "        self.word = word\n"
        "    def load(self):\n"
        "        pass\n"
        "    def analyze(self, text, entities, nlp_artifacts):\n"
        "        at = text.find(self.word)\n"
        "        return [RecognizerResult('STAMP', at, at + len(self.word), 0.6)] if at >= 0 else []\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "company.yaml"
    path.write_text(
        "recognizers:\n"
        "  - {name: 印, type: predefined, class_name: Stamp, module: own_recognizers, word: 角印}\n",
        encoding="utf-8",
    )
    (recognizer,) = load_company(path).recognizers

    assert recognizer.supported_entities == ["STAMP"]
    assert shown(recognizer, ("op: 【角印】をどうぞ。",)) == ("op: 【角印】をどうぞ。",)
