from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pipeline.types import CharSpan, EntitySpan
from tests.bench.text_sets import OWN, Document, counted, marked, of_dialogues, of_iob


def said(document: Document) -> list[tuple[str, str]]:
    """The true spans with their words."""
    return [(kind, document.text[span.start : span.end]) for kind, span in document.truth]


def test_marks_are_read_and_taken_out(tmp_path: Path):
    """A blank line ends a text; remarks are none."""
    path = tmp_path / "a.txt"
    path.write_text("# {N:誰}\n\n{N:佐藤}さん\n電話{P:090}だ\n\n{A:東京}{E:a@b}\n", encoding="utf-8")
    first, second = marked(path)

    assert first.text == "佐藤さん\n電話090だ"
    assert said(first) == [("PERSON", "佐藤"), ("PHONE_NUMBER", "090")]
    assert said(second) == [("ADDRESS", "東京"), ("EMAIL_ADDRESS", "a@b")]
    assert [segment.chars for segment in first.transcript().segments] == [CharSpan(0, 4), CharSpan(5, 11)]


def test_our_own_texts_are_whole():
    """No mark is left in them, and every kind is there often enough to be counted."""
    documents = [document for path in OWN.glob("*.txt") for document in marked(path)]
    kinds = [kind for document in documents for kind, _ in document.truth]

    assert not any(set("{}#") & set(document.text) for document in documents)
    assert kinds.count("PERSON") > 50
    assert min(kinds.count(kind) for kind in ("ADDRESS", "PHONE_NUMBER")) >= 9


def test_iob_tags_become_spans(tmp_path: Path):
    """Persons only; a name over several tokens is one span."""
    path = tmp_path / "iob.txt"
    rows = (("鈴木", "B-PSN"), ("一郎", "I-PSN"), ("は", "O"), ("東京", "B-LOC"))
    sentence = "\n".join(f"{surface}\tX\t{tag}" for surface, tag in rows)
    path.write_text(f"{sentence}\n\n{sentence}\n", encoding="utf-8")
    (document,) = of_iob(path)

    assert document.text == "鈴木一郎は東京\n鈴木一郎は東京"
    assert said(document) == [("PERSON", "鈴木一郎")] * 2
    assert document.judged == {"PERSON"}


def test_numbers_and_addresses_of_dialogues_go_by_their_form(tmp_path: Path):
    """A number is ten digits or more, an address what follows 住所は; dialogues without are left out."""
    path = tmp_path / "d.jsonl.gz"
    told = ["電話番号は、0312345678です", "住所は、京都府京都市北区紫野1-2になります"]
    dialogues = [
        [{"speaker": "operator", "text": text} for text in told],
        [{"speaker": "caller", "text": "はい"}],
    ]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"turns": turns}) + "\n" for turns in dialogues)
    (document,) = of_dialogues(path)

    assert said(document) == [("PHONE_NUMBER", "0312345678"), ("ADDRESS", "京都府京都市北区紫野1-2")]
    assert document.speakers == ("op", "op")


@pytest.mark.parametrize(
    ("kind", "start", "end", "expected"),
    [
        ("PERSON", 0, 4, (1, 1, 1, 1)),  # found, typed, findings, right
        ("PERSON", 0, 3, (0, 0, 1, 1)),
        ("PERSON", 2, 8, (0, 0, 1, 0)),
        ("PERSON", 0, 8, (1, 1, 1, 1)),
        ("ADDRESS", 0, 4, (1, 0, 0, 0)),
    ],
)
def test_counts(kind: str, start: int, end: int, expected: tuple[int, ...]):
    """Nine characters in ten for a span to be found, half for a finding to be right."""
    judged = frozenset({"PERSON"})
    document = Document("佐藤健一さんです", (None,), (("PERSON", CharSpan(0, 4)),), judged)
    found = [EntitySpan(kind, CharSpan(start, end), 0.9, "test")]
    count = counted([document], lambda _: found)["PERSON"]

    assert (count.found, count.typed, count.findings, count.right) == expected
    assert (count.true, count.characters) == (1, 8)
