"""Tests of flows/measuring/README.md: its example is one that the program reads, its rules are true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flows.measuring.drawn import WITH_STAFF_LIST
from flows.measuring.labels import truth_of_labels
from flows.measuring.staff_list import read_staff_list
from pipeline.measuring.figures import Share, wilson_interval
from pipeline.measuring.truth import KINDS, NAME_KINDS, PARTIES, read_truth
from pipeline.types import CaseName

GUIDE = (Path(__file__).parents[3] / "flows" / "measuring" / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The only block of code of a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", GUIDE, flags=re.M | re.S)
    return str(found)


def test_the_labels_of_the_guide_become_its_truth() -> None:
    """Who follows the page gets the file that it shows, and it is read."""
    truth: Any = json.loads(block("json"))
    assert truth_of_labels(block("text").splitlines(), "c07", 2, truth["duration"]) == truth
    assert len(read_truth(truth).spans) == 5


def test_every_word_of_the_format_is_named() -> None:
    """A kind or party that the page does not name would not be labelled."""
    assert all(f"`{word}`" in GUIDE for word in (*KINDS, *PARTIES, *NAME_KINDS))


def test_the_intervals_of_the_guide_are_those_that_are_printed() -> None:
    """20, 18, 15 and 10 clean calls of 20."""
    for clean in (20, 18, 15, 10):
        low, high = wilson_interval(Share(clean, 20))
        assert f"{100 * low:.0f}〜{100 * high:.0f} %" in GUIDE


def test_the_staff_list_of_the_guide_is_read(tmp_path: Path) -> None:
    """Both forms that it shows; and what is made of it stands where the guide says."""
    (tmp_path / "staff.yaml").write_text(block("yaml"), encoding="utf-8")
    (array,) = re.findall(r"JSON の配列 `(.*?)`", GUIDE)
    (tmp_path / "staff.json").write_text(array, encoding="utf-8")

    assert read_staff_list(tmp_path / "staff.yaml") == (
        CaseName("山本", "ヤマモト"),
        CaseName("長谷川 健", "ハセガワケン"),
    )
    assert [name.text for name in read_staff_list(tmp_path / "staff.json")] == ["山本", "長谷川 健"]
    assert f"`{WITH_STAFF_LIST}`" in GUIDE


def test_every_line_of_the_table_of_what_was_given_is_explained() -> None:
    """In both languages: who reads the printed table finds its words in the guide."""
    for words in (
        "渡した Given away",
        "うち問わず unasked",
        "Staff, company kept",
        "*given away*",
        "*unasked*",
    ):
        assert words in GUIDE
