"""Tests of flows.measuring.staff_list: a company's staff list, read and added to a case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.measuring.staff_list import StaffListError, read_staff_list, with_colleagues
from pipeline.types import CallCase, CaseName

YAMAMOTO, HASEGAWA = CaseName("山本", "ヤマモト"), CaseName("長谷川 健", "ハセガワケン")
MEMBERS = [
    {"text": "山本", "kana": "ヤマモト", "on_call": True},
    {"text": "長谷川 健", "kana": "はせがわけん"},
]
COMPANY = {"names": ["青空通信"]}


def listed(folder: Path, name: str, text: str) -> tuple[CaseName, ...]:
    """What is read of a file."""
    (folder / name).write_text(text, encoding="utf-8")
    return read_staff_list(folder / name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", json.dumps({"staff": MEMBERS})),
        ("a.json", json.dumps({"staff": MEMBERS, "company": COMPANY})),
        ("a.JSON", json.dumps(MEMBERS)),
        ("a.yaml", "staff:\n - {text: 山本, kana: ヤマモト}\n - {text: 長谷川 健, kana: ハセガワケン}\n"),
        ("a.csv", "種類,表記,読み\n担当者,山本,ヤマモト\n社名,青空通信,\n担当者,長谷川 健,ハセガワケン\n"),
    ],
)
def test_the_staff_of_a_list_is_read(tmp_path: Path, name: str, text: str) -> None:
    """As ``kaiji lists import`` reads it, or an array; what else the file tells is left out."""
    assert listed(tmp_path, name, text) == (YAMAMOTO, HASEGAWA)


def test_an_array_may_hold_bare_names(tmp_path: Path) -> None:
    """Their readings are not known; members may stand among them."""
    text = json.dumps(["山本", {"text": "長谷川 健", "kana": "ハセガワケン"}])
    assert listed(tmp_path, "a.json", text) == (CaseName("山本"), HASEGAWA)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.json", json.dumps({"company": COMPANY}), "1人もいません"),
        ("a.json", "[]", "1人もいません"),
        ("a.json", '["山本", 5]', r"staff\[1\]"),
        ("a.json", '["山本", ""]', r"staff\[1\].text: 空です"),
        ("a.json", '{"staff": [{"text": "山本", "kana": "yama"}]}', r"staff\[0\].kana"),
        ("a.json", json.dumps(["山本"] * 1001), "数が多すぎます"),
        ("a.yaml", "staff: 山本", "staff"),
        ("a.csv", "種類,表記,読み\n上司,山本,\n担当者,長谷川,hase\n", r"2行目 種類: .*\(ほか1件\)"),
        ("a.csv", "種類,表記,読み\n上司,山本,\n", "書いてください$"),
        ("a.txt", "山本", "YAML"),
    ],
)
def test_the_first_mistake_is_told_and_nobody_is_named(
    tmp_path: Path, name: str, text: str, place: str
) -> None:
    """Where it is, not what stands there."""
    with pytest.raises(StaffListError, match=place) as caught:
        listed(tmp_path, name, text)
    assert not any(word in str(caught.value) for word in ("山本", "長谷川", "yama", "hase"))


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As one that cannot be read."""
    for name in ("none.json", "none.csv", "none.yaml"):
        with pytest.raises(StaffListError, match="読めません"):
            read_staff_list(tmp_path / name)


@pytest.mark.parametrize(
    ("listed", "added"),
    [
        ((CaseName("長谷川"),), (CaseName("長谷川"),)),
        ((CaseName("中島", "ナカシマ"),), ()),
        ((CaseName("中島"),), ()),
        ((CaseName("中島", "ナカジマ"),), (CaseName("中島", "ナカジマ"),)),
        ((CaseName("山本　健", "ヤマモトケン"),), ()),
        ((CaseName("山本"),), (CaseName("山本"),)),
        (
            (CaseName("林", "ハヤシ"), CaseName("林", "リン"), CaseName("林")),
            (CaseName("林", "ハヤシ"), CaseName("林", "リン")),
        ),
    ],
    ids=["new", "there", "any reading", "read otherwise", "with a blank", "surname of one there", "twice"],
)
def test_who_is_not_among_the_staff_yet_is_added(
    listed: tuple[CaseName, ...], added: tuple[CaseName, ...]
) -> None:
    """Behind the others; nobody is taken for one who spoke."""
    case = CallCase(
        "R-1", staff=(CaseName("中島", "ナカシマ"), CaseName("山本健")), on_call=(CaseName("山本健"),)
    )
    found = with_colleagues(case, listed)

    assert found.staff == case.staff + added
    assert found.on_call == case.on_call
    assert found.colleagues == (CaseName("中島", "ナカシマ"), *added)
