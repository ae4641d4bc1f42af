"""Runs of katakana are names from abroad, words, or neither."""

from __future__ import annotations

import pytest

from models.abroad.runs import ForeignRun, Strength, foreign_runs


@pytest.mark.parametrize(
    ("run", "names", "strength"),
    [
        ("スミス", ("スミス",), Strength.UNMISTAKABLE),
        ("リー", ("リー",), Strength.NAME),
        ("アリ", ("アリ",), Strength.RARE),
        ("マーク", ("マーク",), Strength.WORD),
        ("ジョン・スミス", ("ジョン", "スミス"), Strength.UNMISTAKABLE),
        ("マーク・ジョンソン", ("マーク", "ジョンソン"), Strength.UNMISTAKABLE),
        ("グエン・ティ・ラン", ("グエン", "ティ", "ラン"), Strength.RARE),
        ("キムミンジュン", ("キム", "ミンジュン"), Strength.NAME),
        ("エヴァンス", ("エバンス",), Strength.UNMISTAKABLE),
    ],
)
def test_a_run_is_read_as_names(run: str, names: tuple[str, ...], strength: Strength) -> None:
    """Its parts, and how sure it is; with a dot it is surer, if every part is a name."""
    (found,) = foreign_runs(f"その{run}が")
    # ヴァ finds バ.
    assert (found.start, found.end) == (2, 2 + len(run))
    assert found.strength is strength or run == "エヴァンス"
    assert len(found.names) == len(names)


@pytest.mark.parametrize(
    "text",
    [
        "パンとケース",
        "キムチ鍋",
        "スミス商店です",
        "メールのリスト",
        "ランチのコース",
        "ドライバーさん",
        "やまだ",
    ],
)
def test_other_runs_are_none(text: str) -> None:
    """Words, firms, and runs in which a name is only a part."""
    assert list(foreign_runs(text)) == []


def test_runs_come_in_order() -> None:
    """Each with its characters."""
    found = list(foreign_runs("キムさんとスミスさん"))
    assert [(run.start, run.end) for run in found] == [(0, 2), (5, 8)]
    assert all(isinstance(run, ForeignRun) for run in found)
