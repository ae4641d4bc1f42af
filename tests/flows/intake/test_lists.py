from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.desk.cases import lists
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.values import ListVersions
from flows.intake.faults import IntakeError
from flows.intake.lists import import_lists, read_lists
from flows.intake.tabular import FileError
from pipeline.types import CaseName, MaskAction, Party
from tests.desk_builders import CLERK

YAML = """
staff:
  - {text: 山本, kana: ヤマモト}
company:
  names: [青空通信]
  phones: [0120444444, "090-1234-5678"]
  products: [{text: ひかりあおぞら便, kana: ヒカリアオゾラビン}]
confidential_terms:
  - {text: 特別値引き枠, kana: とくべつねびきわく}
policy: {staff: mask}
"""
JSON = {
    "staff": [{"text": "山本", "kana": "ヤマモト"}],
    "company": {
        "names": ["青空通信"],
        "phones": ["0120444444", "09012345678"],
        "products": [{"text": "ひかりあおぞら便", "kana": "ヒカリアオゾラビン"}],
    },
    "confidential_terms": [{"text": "特別値引き枠", "kana": "トクベツネビキワク"}],
    "policy": {"staff": "mask"},
}
CSV = """種類,表記,読み
担当者,山本,ヤマモト
社名,青空通信,
電話番号,0120444444,
電話番号,090-1234-5678,
機密,特別値引き枠,トクベツネビキワク
商品,ひかりあおぞら便,ヒカリアオゾラビン
"""


def file(folder: Path, name: str, text: str) -> Path:
    """A file of lists."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.yaml", YAML), ("a.json", json.dumps(JSON)), ("a.csv", CSV)],
    ids=["yaml", "json", "csv"],
)
def test_both_lists_are_read(tmp_path: Path, name: str, text: str):
    """The three forms say the same; a number without quotation marks keeps its zero."""
    found = read_lists(file(tmp_path, name, text))

    assert found.staff is not None
    assert found.company is not None
    assert found.staff.names == (CaseName("山本", "ヤマモト"),)
    assert found.company.names == (CaseName("青空通信"),)
    assert found.company.phones == ("0120444444", "09012345678")
    assert found.company.confidential_terms == (CaseName("特別値引き枠", "トクベツネビキワク"),)
    assert found.company.products == (CaseName("ひかりあおぞら便", "ヒカリアオゾラビン"),)
    assert found.has_policy is (name != "a.csv")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yaml", "", "空です"),
        ("a.yaml", "staff: [\n", "YAML として読めません"),
        ("a.yaml", "staff: []\nstaff: []\n", "同じキーが2回あります"),
        ("a.yaml", "staff:\n- {text: 丸亀, yomi: x}\n", "知らないキーです"),
        ("a.yaml", "&a [*a]", "参照"),
        ("a.yaml", "丸亀: 1", "使えるキーは"),
        ("a.yaml", "confidential_terms: [丸亀]", "company: ありません"),
        ("a.yaml", "- 丸亀", "staff か company のどちらもありません"),
        ("a.yaml", "company: {phones: [丸亀]}", "company.phones"),
        ("a.yaml", "company: {}\npolicy: {staff: 丸亀}", "keep か mask"),
        ("a.json", "{}", "staff か company のどちらもありません"),
        ("a.json", "{", "JSON として読めません"),
        ("a.txt", "", "のどれでもありません"),
    ],
)
def test_a_malformed_file_is_one_sentence(tmp_path: Path, name: str, text: str, said: str):
    """It says what is wrong, and repeats nothing of the file."""
    with pytest.raises(FileError, match=said) as raised:
        read_lists(file(tmp_path, name, text))

    assert "丸亀" not in str(raised.value)


def test_every_mistake_of_a_csv_file_is_told(tmp_path: Path):
    """With its row and column."""
    with pytest.raises(IntakeError) as raised:
        read_lists(
            file(tmp_path, "a.csv", "種類,表記,読み\n社員,山本,\n電話番号,丸亀,\n機密,,\n担当者,山本,山本\n")
        )

    assert [fault.line for fault in raised.value.faults] == [
        "2行目 種類: 担当者、社名、電話番号、機密、商品 のどれかで書いてください",
        "3行目 表記: 電話番号の形ではありません",
        "4行目 表記: ありません",
        "5行目 読み: フリガナはカタカナで書いてください",
    ]


def test_every_import_is_a_version(desk: Desk, tmp_path: Path):
    """The same file again is none."""
    path = file(tmp_path, "a.yaml", YAML)

    assert import_lists(desk, CLERK, path) == ListVersions(1, 1)
    assert import_lists(desk, CLERK, path) == ListVersions(1, 1)
    assert import_lists(desk, CLERK, file(tmp_path, "b.yaml", "staff: [{text: 佐野}]")) == ListVersions(2, 0)
    assert lists.current_lists(desk).versions == ListVersions(2, 1)


def test_a_file_without_policy_leaves_it(desk: Desk, tmp_path: Path):
    """New names must not begin to disclose the staff's."""
    import_lists(desk, CLERK, file(tmp_path, "a.yaml", YAML))
    import_lists(desk, CLERK, file(tmp_path, "a.csv", CSV.replace("青空通信", "夕空通信")))
    now = lists.current_lists(desk).company

    assert now.names == (CaseName("夕空通信"),)
    assert dict(now.actions)[Party.STAFF] is MaskAction.MASK


def test_terms_do_not_vanish_unseen(desk: Desk, tmp_path: Path):
    """A list without any of the secrets that the current one has is refused, until it is meant."""
    import_lists(desk, CLERK, file(tmp_path, "a.yaml", YAML))
    less = file(tmp_path, "b.yaml", "company: {names: [青空通信]}\n")

    with pytest.raises(ConflictError, match="電話番号、機密"):
        import_lists(desk, CLERK, less)
    assert lists.current_lists(desk).versions == ListVersions(1, 1)
    assert import_lists(desk, CLERK, less, may_empty=True).company == 2
