"""How identifiers are said: written and spoken forms of each slot."""

from __future__ import annotations

import random
import re
import unicodedata
from datetime import date

import pytest

from pipeline.sound.digits import digits_of
from pipeline.sound.identifiers import code_of, dates_in, mail_of, plates_in
from sample_audio.casting import CastCall, cast
from sample_audio.identifier_slots import IdentifierWording
from sample_audio.identifiers import Identifiers, Plate
from sample_audio.pools import Named, default_pools
from sample_audio.script import IDENTIFIER_PARTS, parse_scripts

KATAKANA = re.compile(r"[ァ-ヴー]+")

KNOWN = Identifiers(
    date(1958, 6, 4),
    Plate(Named("品川", "シナガワ"), 300, Named("さ", "サクラ"), 1234),
    Named("みどり銀行", "ミドリギンコウ"),
    Named("本店", "ホンテン"),
    Named("普通", "フツウ"),
    {"bank": "1234567", "customer": "K7654321", "licence": "301234567800", "card": "4242424242424242"},
    "t.sato",
    "example.jp",
    "taro_0612",
    Named("みなと精工", "ミナトセイコウ"),
    Named("総務課", "ソウムカ"),
    Named("南台小学校", "ミナミダイショウガッコウ"),
    Named("三年二組", "サンネンニクミ"),
)


def ways(group: str, part: str) -> list[tuple[str, str]]:
    """Forty speakers' ways with one slot."""
    pools = default_pools().identifiers
    return [
        IdentifierWording(random.Random(seed), "ゼロ", "の、", pools).say(group, part, KNOWN)  # noqa: S311 - no secrets
        for seed in range(40)
    ]


@pytest.mark.parametrize("seed", range(20))
def test_every_slot_is_filled(seed: int) -> None:
    """Each slot gets a written form and a reading in katakana, and its kind."""
    lines = [f"cu: {{t1.{g}.{part}}}" for g, (_, parts) in IDENTIFIER_PARTS.items() for part in parts]
    call: CastCall = cast(parse_scripts("# id: d\n" + "\n".join(lines))[0], seed)
    said = [piece for turn in call.turns for piece in turn.said]
    kinds = [kind for kind, parts in IDENTIFIER_PARTS.values() for _ in parts]
    assert [piece.slot.kind for piece in said if piece.slot] == kinds
    assert all(piece.text and KATAKANA.fullmatch(piece.reading) for piece in said)


def test_a_date_is_the_same_however_it_is_said() -> None:
    """By era or year, in kanji or figures, in one or with の between; the product reads each of them."""
    said = ways("birth", "full")
    texts = [text for text, _ in said]
    assert len(set(texts)) >= 5
    assert {date.text for text in texts for date in dates_in(text)} == {"1958-6-4"}
    assert {kana.replace("の", "").replace("、", "") for _, kana in said} == {
        "ショウワサンジュウサンネンロクガツヨッカ",
        "センキュウヒャクゴジュウハチネンロクガツヨッカ",
    }


def test_a_plate_is_the_same_however_it_is_said() -> None:
    """With the kana alone or explained, the number counted in pairs or figure by figure."""
    texts = [text for text, _ in ways("plate", "full")]
    assert any("さくらのさ" in text for text in texts)
    assert {plate.text for text in texts for plate in plates_in(text)} == {"品川300サ1234"}
    assert sum(len(plates_in(text)) for text in texts) == len(texts)


def test_figures_come_in_groups() -> None:
    """Whole, group by group, the last four; a slip is a first group with one figure wrong."""
    for text, _ in ways("licence", "full"):
        assert digits_of(unicodedata.normalize("NFKC", text)) == "301234567800"
    assert {digits_of(text) for text, _ in ways("card", "last4")} == {"4242"}
    for text, _ in ways("licence", "slip"):
        assert sum(a != b for a, b in zip(digits_of(text), "3012", strict=True)) == 1
    whole = {code_of(text) for text, _ in ways("customer", "full")}
    assert whole == {"K7654321"}


def test_names_are_spelt() -> None:
    """In one, or letter by letter, some explained; the product reads each of them."""
    texts = [text for text, _ in ways("mail", "full")]
    assert len(set(texts)) >= 6
    assert {"".join(mail_of(text, str)) for text in texts} == {"t.sato@example.jp"}
    assert any("東京のT" in text for text in texts)
    assert {re.sub(r"[^a-z0-9]", "", text) for text, _ in ways("account", "full") if text.isascii()} == {
        "taro0612"
    }


def test_a_department_is_said_with_its_firm_or_alone() -> None:
    """A class of its school likewise."""
    assert {text for text, _ in ways("work", "full")} == {
        "みなと精工の総務課",
        "みなと精工、総務課",
        "みなと精工総務課",
    }
    assert {text for text, _ in ways("school", "class")} == {"三年二組"}
