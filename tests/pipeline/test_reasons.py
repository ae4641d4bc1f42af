"""Reasons are values: every one has its sentence, and nothing but what shows it reads that."""

from __future__ import annotations

import ast
import itertools
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.network import session
from models.trees import COLUMNS
from pipeline.reason_text import CLUES, SENTENCES, reasons_in, sentence, verdict, what_to_do
from pipeline.reasons import Reason, Why

ROOT = Path(__file__).parents[2]

SHOWN = {
    "flows/outputs.py",
    "flows/review/content/comparing.py",
    "models/analysis/third_parties.py",
    "pipeline/ownership/compared/sentences.py",
}
"""What makes text for people of them."""

READ = {"flows/desk/work/plan_json.py"}
"""What reads the plans of earlier versions."""

whys = st.sampled_from(sorted(set(Reason) - {Reason.NOT_GIVEN, Reason.OLDER, Reason.COMPANY_RULE})).map(Why)


def modules() -> list[Path]:
    """Every module of the program but the table itself."""
    found = itertools.chain.from_iterable(
        (ROOT / each).rglob("*.py") for each in ("pipeline", "models", "flows")
    )
    return [path for path in found if path != ROOT / "pipeline" / "reason_text.py"]


def test_every_reason_has_a_sentence_of_its_own():
    """But OLDER, which brings its own."""
    assert set(SENTENCES) == set(Reason) - {Reason.OLDER}
    assert len(set(SENTENCES.values())) == len(SENTENCES)


def test_what_nothing_gives_any_more_stands_apart():
    """Whoever reads the table sees what this version says; what only older plans hold stands below."""
    table = ROOT / "pipeline" / "reasons.py"
    said = "\n".join(path.read_text(encoding="utf-8") for path in modules() if path != table)
    _, _, before = table.read_text(encoding="utf-8").partition("Given by earlier versions only")
    given_now = {*re.findall(r"Reason\.([A-Z_]+)", said), "OLDER"}  # by the sentences themselves
    assert {*re.findall(r"([A-Z_]+) = enum", before)} == {each.name for each in Reason} - given_now


def test_only_what_is_shown_is_rendered():
    """Nothing else can compare, match or learn from it: no other module knows the sentences."""
    using = {
        str(path.relative_to(ROOT))
        for path in modules()
        if "reason_text" in path.read_text(encoding="utf-8")
        and any(
            isinstance(node, ast.ImportFrom) and node.module == "pipeline.reason_text"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }

    assert using == SHOWN | READ


def test_no_sentence_is_written_anywhere_else():
    """Not in what finds and attributes, nor in what a network has learned from."""
    texts = {text for text in SENTENCES.values() if text}
    deciding = [path for path in modules() if "flows" not in path.relative_to(ROOT).parts]
    literals = {
        (str(path.relative_to(ROOT)), node.value)
        for path in deciding
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in texts
    }
    learned = {
        (path.name, name)
        for path in (ROOT / "models").rglob("*.onnx")
        for name in json.loads(
            session(path.read_bytes()).get_modelmeta().custom_metadata_map.get(COLUMNS, "[]")
        )
        if any(text in name for text in texts)
    }

    assert literals | learned == set()


@pytest.mark.parametrize(
    ("reasons", "text"),
    [
        ((), ""),
        ((Why(Reason.NOT_GIVEN),), ""),
        ((Why(Reason.RELATIVE),), "本人と同じ姓で名が違う"),
        ((Why(Reason.LEARNED_CONTEXT), Why(Reason.KANJI_EXPLAINED)), "学習した文脈、漢字の説明"),
        (
            (Why(Reason.POSTAL_CODE), Why(Reason.ADDRESS_NOT_REGISTERED), Why(Reason.PART_OF_RUN)),
            "郵便番号。登録のない住所。ひと続きの所見の一部。部分ごとに決めてください",
        ),
        (
            (Why(Reason.COMPANY_RULE, "AB と数字六桁"), Why(Reason.CONTEXT_WORD_NEAR)),
            "会社の規則 AB と数字六桁、近くの語",
        ),
    ],
)
def test_a_sentence_is_rendered_of_reasons(reasons: tuple[Why, ...], text: str):
    """Clues are one sentence, each other reason is its own."""
    assert sentence(reasons) == text


@given(st.lists(whys, max_size=4), st.lists(whys, min_size=1, max_size=4))
def test_what_an_earlier_version_stored_is_read_back(clues: list[Why], others: list[Why]):
    """Every sentence of this table that a plan can hold, with clues before and other reasons behind."""
    reasons = (
        *(why for why in clues if why.reason in CLUES),
        *(why for why in others if why.reason not in CLUES),
    )

    assert reasons_in(sentence(reasons)) == reasons


def test_a_sentence_that_was_reworded_is_still_read():
    """An older plan says it in the words of its time, and is shown in those of this version."""
    stored = "敬称の前の語。登録された誰の名前とも違う"

    assert reasons_in(stored) == (Why(Reason.BEFORE_HONORIFIC), Why(Reason.NAME_OF_NOBODY))
    assert sentence(reasons_in(stored)) == "敬称の前の語。登録のある、どの名前とも一致しません"


def test_the_verdict_and_what_to_do_stand_apart_from_the_clues():
    """The chain of detectors is folded behind them."""
    reasons = (Why(Reason.POSTAL_CODE), Why(Reason.ADDRESS_NOT_REGISTERED), Why(Reason.PART_OF_RUN))

    assert verdict(reasons) == "登録のない住所"
    assert what_to_do(reasons) == "ひと続きの所見の一部。部分ごとに決めてください"


@given(st.text("、。本人の名前を含む郵便番号会社の規則 "))
def test_what_is_unknown_is_shown_as_it_was(text: str):
    """Whatever an earlier version wrote."""
    assert sentence(reasons_in(text)) == text


def test_an_unknown_sentence_beside_a_known_one_is_older():
    """It is kept for display alone."""
    assert reasons_in("敬称の前の語。いまはない文。本人と同じ姓で名が違う") == (
        Why(Reason.BEFORE_HONORIFIC),
        Why(Reason.OLDER, "いまはない文"),
        Why(Reason.RELATIVE),
    )


def test_what_a_company_named_is_not_in_a_repr():
    """It could be a person's name."""
    assert "山田" not in repr(Why(Reason.COMPANY_RULE, "山田"))
