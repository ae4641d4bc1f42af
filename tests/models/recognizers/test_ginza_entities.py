"""The language model's entities in Presidio's terms."""

from __future__ import annotations

import pytest

from models.calls.artifacts import CallArtifacts, Named
from models.recognizers.ginza_entities import GinzaEntityRecognizer
from tests.models.recognizers.calls import call_of


@pytest.mark.parametrize(
    ("text", "marked", "label", "expected"),
    [
        ("佐藤健一に聞いて", "佐藤健一", "Person", ("PERSON", "佐藤健一")),
        ("佐藤様です", "佐藤様", "Person", ("PERSON", "佐藤")),
        ("あおきさんが", "あおきさん", "Person", ("PERSON", "あおき")),
        ("桜丘三丁目五番です", "桜丘三丁目五番", "Postal_Address", ("ADDRESS", "桜丘三丁目五番")),
        ("030-1234です", "030-1234", "Phone_Number", ("PHONE_NUMBER", "030-1234")),
        ("a@b.exampleです", "a@b.example", "Email", ("EMAIL_ADDRESS", "a@b.example")),
        ("京都のお店", "京都", "City", None),
        ("きの荷物", "き", "Person", None),
        ("3番の人", "3番", "Person", None),
        ("三万円です", "三万円", "Money", None),
    ],
)
def test_labels_become_our_types(
    text: str, marked: str, label: str, expected: tuple[str, str] | None
) -> None:
    """A person loses the title that the model includes; places, money and lone kana are nobody's data."""
    call = call_of((f"cu: {text}",))
    start = call.text.index(marked)
    artifacts = CallArtifacts((Named(start, start + len(marked), label, marked),), None, call)
    found = GinzaEntityRecognizer().find(call, artifacts)
    assert [(r.entity_type, call.text[r.start : r.end]) for r in found] == ([expected] if expected else [])
