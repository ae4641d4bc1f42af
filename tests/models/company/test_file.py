"""A company's file: what it may say, and each mistake told with its line and without its words."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

from models.company.file import read_definitions
from models.company.recognizers import load_company
from models.company.yaml_lines import RecognizerFileError

EXAMPLE = Path(__file__).parents[3] / "models" / "company" / "company.example.yaml"

GOOD = """\
recognizers:
  - name: 会員番号
    supported_language: ja
    supported_entity: MEMBER_NUMBER
    patterns:
      - name: 六桁
        regex: '\\d{6}'
        score: 0.5
"""
"""Lines 1 to 8."""

SECRET = "秘密の山田太郎"
"""Stands where a mistake is: no message repeats it."""


def write(folder: Path, text: str) -> Path:
    """A company's file."""
    path = folder / "company.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_is_read():
    """Rules, lists, terms, context and thresholds come out as values."""
    definitions, sha256 = read_definitions(EXAMPLE)
    number, terms, card = definitions

    assert [definition.name for definition in definitions] == ["会員番号", "社内の符丁", "カード番号"]
    assert [(rule.name, rule.score) for rule in number.rules] == [
        ("AB と数字六桁", 0.9),
        ("数字六桁だけ", 0.1),
    ]
    assert number.context == ("会員番号", "お客様番号")
    assert number.thresholds == (("default", 0.4),)
    assert terms.confidential
    assert (terms.deny_list, terms.deny_list_score) == (("赤札", "Ｃ案件"), 0.8)
    assert [(term.text, term.kana) for term in terms.terms] == [
        ("青空特約", "アオゾラトクヤク"),
        ("常連割引枠", ""),
    ]
    assert card.predefined is not None
    assert card.predefined.class_name == "CreditCardRecognizer"
    assert len(sha256) == 64


def test_presidio_reads_the_example_too():
    """The format is Presidio's own: its provider loads the same file, our keys passed over."""
    registry = RecognizerRegistryProvider(conf_file=str(EXAMPLE)).create_recognizer_registry()

    assert {"会員番号", "社内の符丁", "カード番号"} <= {each.name for each in registry.recognizers}


def test_a_recognizer_that_is_switched_off_is_checked_and_left_out(tmp_path: Path):
    """``enabled: false``, as in Presidio."""
    path = write(tmp_path, GOOD + "    enabled: no\n")

    assert read_definitions(path)[0] == ()


def test_context_words_may_stand_with_the_language(tmp_path: Path):
    """Presidio's other way of writing them."""
    language = (
        "    supported_languages:\n      - {language: en, context: [member]}\n"
        "      - {language: ja, context: [会員番号]}\n"
    )
    path = write(tmp_path, GOOD.replace("    supported_language: ja\n", language))

    assert read_definitions(path)[0][0].context == ("会員番号",)


LANGUAGE = "supported_language: ja"
TYPE = "    supported_entity: MEMBER_NUMBER"

MISTAKES = [
    # what is put instead of what, line, key or word of the message
    ("recognizers:", f"recognisers:  # {SECRET}", 1, "知らないキー"),
    ("recognizers:\n", f"recognizers:\n  {SECRET}: 1\n", 3, "YAML"),
    ("    supported_entity: MEMBER_NUMBER\n", "", 2, "supported_entity がありません"),
    (TYPE, f"    supported_entity: '{SECRET} です'", 4, "supported_entity"),
    (TYPE, f"{TYPE}\n    supported_entities: [{SECRET}]", 5, "どちらか"),
    (TYPE, f"    supported_entities: [A, {SECRET}]", 4, "一つ"),
    ("  - name: 会員番号\n    supp", "  - supp", 2, "name がありません"),
    ("  - name: 会員番号", f"  - name: 会員+{SECRET}", 2, "name"),
    ("  - name: 会員番号", "  - name: AddressRecognizer", 2, "kaiji の検出器と同じ"),
    ("  - name: 会員番号", f"  - name: 会員番号\n    {SECRET}: 1", 3, "使えるキー"),
    ("  - name: 会員番号", "  - name: 会員番号\n    name: 会員番号", 3, "2回"),
    ("  - name: 会員番号", "  - name: 0120444444", 2, "文字列"),
    ("  - name: 会員番号", "  - name: yes", 2, "文字列"),
    ("  - name: 会員番号", "  - name: '  '", 2, "空です"),
    ("  - name: 会員番号", f"  - name: 会員番号\n    type: {SECRET}", 3, "custom か predefined"),
    (LANGUAGE, "supported_language: en", 3, "日本語"),
    (LANGUAGE, "supported_languages: [en]", 3, "日本語"),
    (LANGUAGE, "supported_languages: [{context: [あ]}]", 3, "language がありません"),
    ("recognizers:", "supported_languages: [en]\nrecognizers:", 1, "日本語"),
    ("recognizers:", "global_regex_flags: たくさん\nrecognizers:", 1, "整数"),
    (LANGUAGE, f"{LANGUAGE}\n    enabled: {SECRET}", 4, "true か false"),
    (LANGUAGE, f"{LANGUAGE}\n    context: {SECRET}", 4, "配列"),
    (LANGUAGE, f"{LANGUAGE}\n    context: []", 4, "空です"),
    (LANGUAGE, f"{LANGUAGE}\n    deny_list: [{SECRET}, 0120]", 4, "deny_list[1]"),
    (LANGUAGE, f"{LANGUAGE}\n    deny_list_score: 2", 4, "0 から 1"),
    (LANGUAGE, f"{LANGUAGE}\n    score_thresholds: {{A: {SECRET}}}", 4, "0 から 1"),
    (LANGUAGE, f"{LANGUAGE}\n    terms: [{{kana: {SECRET}}}]", 4, "text がありません"),
    (LANGUAGE, f"{LANGUAGE}\n    terms: [{{text: あ, kana: {SECRET}}}]", 4, "かな"),
    ("        score: 0.5\n", "", 6, "score がありません"),
    ("score: 0.5", "score: 1.5", 8, "0 から 1"),
    ("score: 0.5", f"score: {SECRET}", 8, "0 から 1"),
    ("score: 0.5", "score: 0x1.5", 8, "0 から 1"),
    ("regex: '\\d{6}'", f"regex: '({SECRET}'", 7, "正規表現"),
    ("regex: '\\d{6}'", "regex: '(\\d+)+x'", 7, "時間"),
    ("    patterns:", f"    pattern: {SECRET}\n    patterns:", 5, "使えるキー"),
    (GOOD[GOOD.index("    patterns:") :], "", 2, "patterns・deny_list・terms"),
    (GOOD[GOOD.index("    patterns:") :], f"    patterns: {SECRET}\n", 5, "配列"),
    (GOOD, GOOD + GOOD.partition("\n")[2], 9, "同じ name"),
    (GOOD, f"- {SECRET}\n", 1, "キーと値"),
    (GOOD, "supported_languages: [ja]\n", 1, "recognizers がありません"),
    (GOOD, "recognizers: []\n", 1, "空です"),
    (GOOD, "\n", 1, "空です"),
    (GOOD, f"a: [{SECRET}\nb: 1\n", 2, "YAML"),
    (GOOD, f"a: 1\nb: '{SECRET}\x01'\n", 2, "YAML"),
    (GOOD, f"{GOOD}---\n{GOOD}", 9, "YAML"),
    ("  - name: 会員番号", "  - name: NoSuchRecognizer\n    type: predefined", 2, "Presidio"),
    ("  - name: 会員番号", "  - name: AddressRecognizer\n    type: predefined", 2, "kaiji の検出器"),
    ("  - name: 会員番号", "  - name: X\n    type: predefined\n    module: no.such.module", 2, "module"),
    ("  - name: 会員番号", "  - name: PhoneRecognizer\n    type: predefined\n    leniency: 1", 7, "patterns"),
    ("  - name: 会員番号", f"  - name: PhoneRecognizer\n    type: predefined\n    {SECRET}: 1", 4, "…"),
    (LANGUAGE, f"{LANGUAGE}\n    score_thresholds: {{{SECRET}: 2}}", 4, "…"),
]  # fmt: skip


@pytest.mark.parametrize(("put_for", "put", "line", "told"), MISTAKES, ids=lambda value: str(value)[:30])
def test_a_mistake_is_told_with_its_line(tmp_path: Path, put_for: str, put: str, line: int, told: str):
    """One message: the line, what is wrong, and nothing of what stands there."""
    text = GOOD.replace(put_for, put, 1)
    assert text != GOOD
    with pytest.raises(RecognizerFileError) as raised:
        load_company(write(tmp_path, text))

    assert f"{line}行目" in str(raised.value)
    assert told in str(raised.value)
    assert "山田" not in str(raised.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    """Missing, or not UTF-8: the line of the first wrong byte."""
    with pytest.raises(RecognizerFileError, match="FileNotFoundError"):
        load_company(tmp_path / "none.yaml")
    (tmp_path / "sjis.yaml").write_bytes(b"a: 1\nb: " + "山田".encode("shift_jis"))
    with pytest.raises(RecognizerFileError, match="2行目: UTF-8"):
        load_company(tmp_path / "sjis.yaml")


def test_nothing_is_built_from_tags(tmp_path: Path):
    """A file that asks YAML to run something is a file with a mistake."""
    path = write(tmp_path, GOOD.replace("MEMBER_NUMBER", "!!python/object/apply:os.getcwd []"))
    with pytest.raises(RecognizerFileError, match="4行目"):
        load_company(path)


def test_the_good_file_is_good(tmp_path: Path):
    """What the mistakes are made in has none."""
    assert [each.name for each in load_company(write(tmp_path, GOOD)).recognizers] == ["会員番号"]
    assert yaml.safe_load(GOOD)["recognizers"][0]["name"] == "会員番号"
