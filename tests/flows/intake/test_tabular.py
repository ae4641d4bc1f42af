from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from flows.intake.faults import IntakeError
from flows.intake.fields import Name
from flows.intake.tabular import Column, FileError, Layout, Record, parse_records

LAYOUT = Layout(
    (
        Column("id", "番号", ("id",), required=True),
        Column("name", "氏名", ("who", "names"), "text"),
        Column("kana", "フリガナ", ("who", "names"), "kana"),
        Column("city", "市", ("where", "city")),
    )
)


class Who(BaseModel):
    """Some names."""

    model_config = ConfigDict(extra="forbid")
    names: tuple[Name, ...]


class Document(BaseModel):
    """A document of the layout."""

    model_config = ConfigDict(extra="forbid")
    id: str
    who: Who | None = None
    where: dict[str, str] | None = None


def read(path: Path, text: str, encoding: str = "utf-8", layout: Layout = LAYOUT):
    """The documents of a file as text, and its faults."""
    path.write_text(text, encoding=encoding)
    found, faults = parse_records(path, layout, lambda record: record.checked(Document))
    return [(record.row, document) for record, document in found], [fault.line for fault in faults]


def faults_of(path: Path, text: str, layout: Layout = LAYOUT) -> list[str]:
    """The faults for which a file is refused outright."""
    with pytest.raises(IntakeError) as raised:
        read(path, text, layout=layout)
    return [fault.line for fault in raised.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("headings", ["番号,氏名,フリガナ,市", "id,name,kana,city"])
def test_a_row_is_a_document(tmp_path: Path, encoding: str, headings: str):
    """Japanese or English headings, in UTF-8 or as a Japanese Excel writes; empty rows do not count."""
    text = f"{headings}\n\n7,鈴木花子;鈴木凜,スズキ;スズキ,\n,,,\n8,,,丸亀\n"
    found, faults = read(tmp_path / "a.csv", text, encoding)

    assert faults == []
    assert [row for row, _ in found] == [3, 5]
    assert [name.text for name in found[0][1].who.names] == ["鈴木花子", "鈴木凜"]
    assert found[1][1].who is None
    assert found[1][1].where == {"city": "丸亀"}


def test_a_companys_own_headings(tmp_path: Path):
    """Mapped to ours; other columns are passed over when that is wished for."""
    layout = Layout(LAYOUT.columns, {"顧客コード": "id"}, others_allowed=True)
    found, _ = read(tmp_path / "a.csv", "顧客コード,雑\n7,x\n", layout=layout)

    assert found[0][1].id == "7"


def test_every_fault_of_every_row_is_told(tmp_path: Path):
    """The good rows are read, and each mistake in the others has its row and heading."""
    text = "番号,氏名,フリガナ\n1,鈴木,スズキ\n,鈴木,鈴木\n3,鈴木;佐藤,スズキ\n4\n"
    found, faults = read(tmp_path / "a.csv", text)

    assert [row for row, _ in found] == [2]
    assert sorted(faults) == [
        "3行目 フリガナ: フリガナはカタカナで書いてください",
        "3行目 番号: ありません",
        "4行目 フリガナ: 値の数が、組になる列と違います(; か改行で区切った数)",
        "5行目: 列の数(1)が見出しの数(3)と違います",
    ]


def test_headings_are_checked_and_not_repeated(tmp_path: Path):
    """A file without headings has somebody's name in their place: only the column's letter is told."""
    assert faults_of(tmp_path / "a.csv", "番号,番号,鈴木花子\n1,2,3\n") == [
        "1行目 C列: 知らない見出しです",
        "1行目 番号: 同じ列が2回あります",
    ]
    assert faults_of(tmp_path / "a.csv", "市\n丸亀\n") == ["1行目 番号: この見出しの列がありません"]
    assert faults_of(tmp_path / "a.csv", "番号\n") == ["見出しの下に行がありません"]


def test_json_is_one_object_or_an_array(tmp_path: Path):
    """Rows are positions, places are keys; a key that is none of ours is not repeated."""
    one, _ = read(tmp_path / "a.json", json.dumps({"id": "7"}))
    several, faults = read(tmp_path / "a.json", json.dumps([{"id": "7"}, {"id": 1, "鈴木花子": 2}, 3]))

    assert one == several
    assert sorted(faults) == [
        "2件目 (知らないキー): 知らないキーです",
        "2件目 id: 文字列ではありません",
        "3件目: オブジェクトではありません",
    ]


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.csv", b"\x81 \x81 ", "UTF-8 でも Shift_JIS でもありません"),
        ("a.csv", '番号\n"丸亀\n'.encode(), "引用符"),
        ("a.xlsx", b"", "CSV (.csv) か JSON"),
        ("a.json", b"{", "JSON として読めません"),
        ("a.json", b"[]", "配列が空"),
        ("missing.csv", None, "ファイルがありません"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(tmp_path: Path, name: str, raw: bytes | None, said: str):
    """One sentence, without the file's name or content."""
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    with pytest.raises(FileError, match=said.replace("(", r"\(").replace(")", r"\)")) as raised:
        parse_records(tmp_path / name, LAYOUT, lambda record: record)

    assert "丸亀" not in str(raised.value)
    assert name not in str(raised.value)


def test_a_documents_text_is_left_out_of_its_repr():
    """A record in a traceback tells nothing of anybody."""
    assert "鈴木" not in repr(Record(1, {"name": "鈴木"}))
