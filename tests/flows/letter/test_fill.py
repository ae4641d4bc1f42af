from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from flows.letter.content import CONDITIONS, REQUIRED, ROWS, VALUES, LetterContent
from flows.letter.errors import LetterError
from flows.letter.fill import check_template, fill_letter
from flows.releasing.release import TEMPLATE
from tests.letter_template import build

VALUE_OF = {name: f"<{name}>" for name in VALUES}
ROWS_OF = {
    kind: tuple({name: f"{kind}{number}.{name}" for name in names} for number in (1, 2))
    for kind, names in ROWS.items()
}
ALL = LetterContent(VALUE_OF, ROWS_OF, frozenset(CONDITIONS))

MUST = [f"{{{{{name}}}}}" for name in REQUIRED if "." not in name]


def template(path: Path, *lines: str, rows: bool = True) -> Path:
    """A company's own template: all that a letter needs, and some lines."""
    document = docx.Document()
    for line in (*MUST, *lines):
        document.add_paragraph(line)
    if rows:
        table = document.add_table(rows=1, cols=4)
        for cell, name in zip(table.rows[0].cells, ("開始", "終了", "種類", "根拠"), strict=True):
            cell.text = f"{{{{箇所.{name}}}}}"
    document.save(str(path))
    return path


def text_box(text: str) -> Any:
    """A paragraph with a drawn frame that holds a text."""
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox>'
        f"<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent>"
        "</v:textbox></v:shape></w:pict></w:r></w:p>"
    )


def filled(path: Path, content: LetterContent = ALL) -> Document:
    """The letter, opened again."""
    return docx.Document(io.BytesIO(fill_letter(path, content)))


def lines_of(document: Document) -> list[str]:
    """Its paragraphs."""
    return [paragraph.text for paragraph in document.paragraphs]


def test_the_template_that_kaiji_brings_is_the_one_that_the_script_makes():
    """Nobody edited the file by hand; it uses every placeholder rightly."""
    assert TEMPLATE.read_bytes() == build()
    check_template(TEMPLATE)


def test_every_placeholder_gets_its_value(tmp_path: Path):
    """Anywhere in a line, twice in a line, with blanks in the braces."""
    path = template(tmp_path / "t.docx", "a{{会社名}}b{{ 窓口 }}c{{会社名}}", "{{手数料}}")
    lines = lines_of(filled(path))

    assert "a<会社名>b<窓口>c<会社名>" in lines
    assert lines[-1] == "<手数料>"


def test_a_placeholder_that_word_cut_into_runs_is_one(tmp_path: Path):
    """Word cuts anywhere, after every correction of spelling; the first run's looks stay."""
    path = template(tmp_path / "t.docx")
    document = docx.Document(str(path))
    paragraph = document.add_paragraph("前")
    for place, part in enumerate(("{", "{会", "社", "名}", "}後", "{{窓口}}")):
        paragraph.add_run(part).bold = place == 0
    document.save(str(path))
    last = filled(path).paragraphs[-1]

    assert last.text == "前<会社名>後<窓口>"
    assert [run.bold for run in last.runs if "<会社名>" in run.text] == [True]


def test_a_value_is_text_whatever_is_in_it(tmp_path: Path):
    """Signs of XML, line breaks, control signs, and what looks like a placeholder's value."""
    path = template(tmp_path / "t.docx", "{{窓口}}")
    value = "A&B <i>\n電話\x0b 03-0000-0000"
    last = filled(path, replace(ALL, values={**VALUE_OF, "窓口": value})).paragraphs[-1]

    assert last.text == "A&B <i>\n電話 03-0000-0000"


STRANGE = {
    "a placeholder": ("{{窓口}}", "{{窓口}}"),
    "a placeholder of a row": ("{{箇所.開始}}", "{{箇所.開始}}"),
    "a condition": ("{{#開示}}", "{{#開示}}"),
    "the end of one": ("{{/}}", "{{/}}"),
    "one that nobody knows": ("{{ 7*7 }}", "{{ 7*7 }}"),
    "half of one": ("}}鈴木{{", "}}鈴木{{"),
    "single braces": ("{鈴木}", "{鈴木}"),
    "Jinja": ("{% for x in y %}{# c #}${x}%(x)s", "{% for x in y %}{# c #}${x}%(x)s"),
    "XML": ("<w:t>A&amp;B</w:t>]]><!--", "<w:t>A&amp;B</w:t>]]><!--"),
    "stand-ins": ("\ufdd00\ufdd1", "\ufdd00\ufdd1"),
    "a company's own character": ("\ue000邉", "\ue000邉"),
    "a group of a pattern": (r"\g<0>\1", r"\g<0>\1"),
    "control signs": ("鈴\x00木\x0b\x1b[2J", "鈴木[2J"),
    "what no XML holds": ("鈴\ud800木\ufffe\uffff", "鈴木"),
    "line ends of Windows": ("一\r\n二\r三", "一\n二\n三"),
}
"""What a person, an address or a company may be called, and what the letter says then."""


@pytest.mark.parametrize("strange", STRANGE)
def test_a_value_is_never_read_as_a_part_of_the_template(tmp_path: Path, strange: str):
    """Whatever stands in any of them comes out as it is: in lines, rows, headers and boxes, beside braces."""
    value, told = STRANGE[strange]
    path = template(tmp_path / "t.docx", "a{{会社名}}b", "{{{窓口}}}", "{{氏名}}{{住所}}")
    document = docx.Document(str(path))
    document.sections[0].header.paragraphs[0].text = "{{会社名}}"
    document.element.body.insert(0, text_box("{{会社名}}"))
    document.save(str(path))
    rows = {kind: tuple(dict.fromkeys(row, value) for row in each) for kind, each in ROWS_OF.items()}
    letter = filled(path, LetterContent(dict.fromkeys(VALUES, value), rows, frozenset(CONDITIONS)))

    assert f"a{told}b" in lines_of(letter)
    assert f"{{{told}}}" in lines_of(letter)
    assert lines_of(letter)[-1] == told + told
    assert [[cell.text for cell in row.cells] for row in letter.tables[0].rows] == [[told] * 4] * 2
    assert letter.sections[0].header.paragraphs[0].text == told
    box = next(letter.element.body.iter(qn("w:txbxContent")))
    assert "".join(text.text or "" for text in box.iter(qn("w:t"))) == told.replace("\n", "")


def test_our_own_template_takes_any_name():
    """The one that kaiji brings, with every value and row called like a placeholder."""
    rows = {kind: tuple(dict.fromkeys(row, "{{氏名}}") for row in each) for kind, each in ROWS_OF.items()}
    letter = fill_letter(TEMPLATE, LetterContent(dict.fromkeys(VALUES, "{{/}}"), rows, frozenset(CONDITIONS)))
    with zipfile.ZipFile(io.BytesIO(letter)) as parts:
        told = re.sub(r"<[^>]*>", "", parts.read("word/document.xml").decode())

    assert "{{/}}" in told
    assert "{{氏名}}" in told


def test_a_template_with_the_sign_of_a_stand_in_is_refused(tmp_path: Path):
    """It is no character: no font shows it, and no company uses it."""
    path = template(tmp_path / "t.docx", "a\ufdd00\ufdd1")

    with pytest.raises(LetterError, match="使えない文字"):
        fill_letter(path, ALL)


@pytest.mark.parametrize(
    ("holds", "expected"),
    [({"開示"}, ["a", "c"]), ({"不存在", "1号"}, ["b", "n", "c"]), ({"不開示"}, ["b", "c"]), (set(), ["c"])],
)
def test_what_does_not_hold_is_left_out(tmp_path: Path, holds: set[str], expected: list[str]):
    """Stretches within stretches, and tables in them."""
    path = template(
        tmp_path / "t.docx",
        *("{{#開示}}", "a", "{{/}}", "{{#不開示 不存在}}", "b", "{{#1号}}", "n", "{{/}}", "{{/}}", "c"),
    )
    assert lines_of(filled(path, replace(ALL, conditions=frozenset(holds))))[len(MUST) :] == expected


def test_a_row_stands_once_for_each(tmp_path: Path):
    """None for none."""
    path = template(tmp_path / "t.docx")
    table = filled(path).tables[0]
    none = filled(path, replace(ALL, rows={**ROWS_OF, "箇所": ()})).tables[0]

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        [f"箇所{number}.{name}" for name in ("開始", "終了", "種類", "根拠")] for number in (1, 2)
    ]
    assert len(none.rows) == 0


def test_head_and_foot_of_the_page_are_filled_too(tmp_path: Path):
    """Companies put their names there."""
    path = template(tmp_path / "t.docx")
    document = docx.Document(str(path))
    document.sections[0].header.paragraphs[0].text = "{{会社名}}"
    document.sections[0].footer.paragraphs[0].text = "{{請求番号}}"
    document.save(str(path))
    section = filled(path).sections[0]

    assert section.header.paragraphs[0].text == "<会社名>"
    assert section.footer.paragraphs[0].text == "<請求番号>"


def test_a_text_box_is_filled_too(tmp_path: Path):
    """A drawn frame with a placeholder in it."""
    path = template(tmp_path / "t.docx")
    document = docx.Document(str(path))
    box = text_box("{{会社名}}")
    document.element.body.insert(0, box)
    document.save(str(path))
    with zipfile.ZipFile(io.BytesIO(fill_letter(path, ALL))) as parts:
        raw = parts.read("word/document.xml").decode()

    assert "&lt;会社名&gt;" in raw


BAD: Mapping[str, tuple[tuple[str, ...], str]] = {
    "unknown": (("{{請求者の電話}}",), "知らない差込みがあります: 請求者の電話"),
    "unknown condition": (("{{#一部}}", "{{/}}"), "知らない差込みがあります: 一部"),
    "empty condition": (("{{#}}", "{{/}}"), "知らない差込みがあります: #"),
    "never closed": (("{{#開示}}", "a"), "閉じられていません"),
    "never opened": (("a", "{{/}}"), "対応する"),
    "half a brace": (("{{会社名}",), "差し込めない所"),
    "condition within a line": (("x {{#開示}} y",), "差し込めない所"),
    "row's value outside a row": (("{{箇所.開始}}",), "差し込めない所"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_template_that_cannot_be_filled_is_refused_with_its_reason(tmp_path: Path, bad: str):
    """Never a letter with a hole."""
    lines, told = BAD[bad]
    path = template(tmp_path / "t.docx", *lines)

    with pytest.raises(LetterError, match=told):
        fill_letter(path, ALL)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_template_without_what_the_law_wants_is_refused(tmp_path: Path, name: str):
    """Each of them is named."""
    document = docx.Document()
    for each in REQUIRED:
        if each != name:
            document.add_paragraph(f"{{{{{each}}}}}")
    document.save(str(tmp_path / "t.docx"))

    with pytest.raises(LetterError, match=f"必要な差込みがありません: {{{{{name}}}}}"):
        check_template(tmp_path / "t.docx")


def test_two_tables_in_one_row_are_refused(tmp_path: Path):
    """Which of them should the row be repeated for?"""
    path = template(tmp_path / "t.docx")
    document = docx.Document(str(path))
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "{{箇所.開始}}", "{{通話.番号}}"
    document.save(str(path))
    with pytest.raises(LetterError, match="違う表"):
        fill_letter(path, ALL)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"{\\rtf1}"])
def test_what_is_no_word_file_is_told(tmp_path: Path, content: bytes):
    """An old .doc, a text, nothing at all, a folder, a file that is not there."""
    (tmp_path / "t.docx").write_bytes(content)
    for path in (tmp_path / "t.docx", tmp_path, tmp_path / "nothing.docx"):
        with pytest.raises(LetterError, match="読めません"):
            check_template(path)


def test_a_zip_that_is_no_word_file_is_told(tmp_path: Path):
    """A spreadsheet, say."""
    with zipfile.ZipFile(tmp_path / "t.docx", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(LetterError, match="読めません"):
        check_template(tmp_path / "t.docx")


@pytest.mark.parametrize("name", ["会社名", "窓口", "法令名"])
def test_a_value_that_nobody_set_is_told_with_what_to_do(tmp_path: Path, name: str):
    """A letter without a sender does not go out; a template that does not ask for it needs none."""
    values = {key: value for key, value in VALUE_OF.items() if key != name}
    asking = template(tmp_path / "t.docx", f"{{{{{name}}}}}")
    with pytest.raises(LetterError, match=f"{name}.*に入れるものがありません\\("):
        fill_letter(asking, replace(ALL, values=values))

    fill_letter(template(tmp_path / "u.docx"), replace(ALL, values=values))


def test_the_same_letter_has_the_same_bytes():
    """No date of its making, no author: of a company's template neither."""
    assert fill_letter(TEMPLATE, ALL) == fill_letter(TEMPLATE, ALL)


def test_the_authors_of_a_template_stay_in_the_house(tmp_path: Path):
    """Who wrote it, who saved it last, which company."""
    path = template(tmp_path / "t.docx")
    document = docx.Document(str(path))
    document.core_properties.author = document.core_properties.last_modified_by = "法務部の窪田"
    document.core_properties.title = document.core_properties.comments = "窪田の案"
    document.save(str(path))
    with zipfile.ZipFile(io.BytesIO(fill_letter(path, ALL))) as parts:
        assert not [name for name in parts.namelist() if "窪田".encode() in parts.read(name)]
