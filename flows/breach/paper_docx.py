"""A paper as a Word file; what a person must fill in is highlighted."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import docx
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from flows.breach.paper import Gap, Line, Table, Written
from flows.letter.docx_file import FONT, bare_bytes, set_font
from flows.letter.errors import LetterError

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

SMALL = Pt(8.5)


def paper_docx(paper: Written) -> bytes:
    """Write a paper as a Word file.

    Args:
        paper: The paper.

    Returns:
        The file; the same paper gives the same bytes.

    Raises:
        LetterError: when the file does not say exactly what the paper says.
    """
    document = _empty()
    title = _line(document, Line(paper.title))
    title.runs[0].bold, title.runs[0].font.size = True, Pt(14)
    for section in paper.sections:
        if section.heading:
            heading = _line(document, Line(section.heading))
            heading.runs[0].bold = True
            heading.paragraph_format.space_before = Pt(10)
            heading.paragraph_format.keep_with_next = True
        for part in section.parts:
            if isinstance(part, Table):
                _table(document, part)
            else:
                _line(document, part)
    made = bare_bytes(document)
    if _said(made) != _meant(paper):
        msg = "報告・通知の Word ファイルが、元の文と一致しません"
        raise LetterError(msg)
    return made


def _empty() -> Document:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(22)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(10.5)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(3)
    return document


def _line(document: Document, part: Line | Gap) -> Paragraph:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(part.text)
    set_font(run)
    if isinstance(part, Gap):
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    return paragraph


def _table(document: Document, part: Table) -> None:
    table = document.add_table(rows=0, cols=len(part.headings), style="Table Grid")
    for number, row in enumerate((part.headings, *part.rows)):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            run = cell.paragraphs[0].add_run(text)
            set_font(run)
            run.font.size = SMALL
            run.bold = number == 0
    document.add_paragraph()


def _meant(paper: Written) -> tuple[list[str], list[str]]:
    lines, cells = [paper.title], list[str]()
    for section in paper.sections:
        lines += [section.heading] if section.heading else []
        for part in section.parts:
            if isinstance(part, Table):
                cells += [cell for row in (part.headings, *part.rows) for cell in row]
                lines.append("")
            else:
                lines.append(part.text)
    return lines, cells


def _said(made: bytes) -> tuple[list[str], list[str]]:
    back = docx.Document(io.BytesIO(made))
    cells = [cell.text for table in back.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in back.paragraphs], cells
